package inbox

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// Locale writes amounts and days as the messages of a language do, for the host's own pages beside them: « 62,00 € » and "€62.00". A
// language that is neither French nor English has its days in digits and its amounts as in French.
type Locale struct{ formats formats }

// LocaleOf returns the locale of a language, such as [Message].Language.
func LocaleOf(tag language.Tag) Locale { return Locale{formatsFor(tag)} }

// Euros writes an amount with its cents. The error is that of [Euros].
func (l Locale) Euros(amount decimal.Decimal) (string, error) {
	c, err := euro.Cents(amount)
	if err != nil {
		return "", fmt.Errorf("inbox: %w", err)
	}
	return l.formats.euros(c), nil
}

// ShortDate writes a day in Paris in digits: « 11/09/2017 ». The zero time is empty, here and below.
func (l Locale) ShortDate(t time.Time) string { return l.formats.short(t) }

// LongDate writes a day in Paris with its month in words: « 11 septembre 2017 », "11 September 2017".
func (l Locale) LongDate(t time.Time) string { return l.formats.long(t) }

// DateTime writes a minute in Paris and says whose clock it is: « 11/09/2017 à 15 h 54 (heure de Paris) ».
func (l Locale) DateTime(t time.Time) string { return l.formats.minute(t) }
