package inbox

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/french"
	"github.com/quittance/quittance/internal/paris"
	"github.com/shopspring/decimal"
)

// The marks of French typography, under the names that this package uses.
const (
	nbsp       = french.NoBreak
	narrow     = french.Narrow
	apostrophe = french.Apostrophe
)

// Euros writes an amount of euros in French: « 20,00 € », « 1 234,50 € ». The space before € is U+00A0, the one between
// thousands U+202F. An amount that is negative, has a fraction of a cent or is above 9 999 999 999,99 is an error; nothing is
// rounded.
func Euros(amount decimal.Decimal) (string, error) {
	c, err := euro.Cents(amount)
	if err != nil {
		return "", fmt.Errorf("inbox: %w", err)
	}
	return frenchEuros(c), nil
}

// RoundEuros is [Euros] for prose: « 50 € » where there are no cents, « 48,53 € » where there are.
func RoundEuros(amount decimal.Decimal) (string, error) {
	c, err := euro.Cents(amount)
	if err != nil {
		return "", fmt.Errorf("inbox: %w", err)
	}
	return formatsOf["fr"].rounded(c), nil
}

func frenchEuros(cents int64) string { return french.Amount(cents) + nbsp + "€" }

// ShortDate writes the day in Paris in French: « 11/09/2017 » (S70). The zero time is empty, here and below.
func ShortDate(t time.Time) string { return inParis(t, "02/01/2006") }

// MediumDate writes the day in Paris in French with the month shortened: « 11 sept. 2017 », « 1er sept. 2017 » (S43).
func MediumDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return french.MediumDay(paris.Of(t))
}

// LongDate writes the day in Paris in French: « 11 septembre 2017 », « 1er septembre 2017 ».
func LongDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return french.LongDay(paris.Of(t))
}

// DateTime writes the minute in Paris in French, as the source does: « 11/09/2017 à 15:54 » (S53). A payer may live overseas, where
// it is another hour: what a payer reads is better written by [ParisDateTime].
func DateTime(t time.Time) string { return inParis(t, "02/01/2006 à 15:04") }

// ParisDateTime writes the minute in French, and says whose clock it is: « 11/09/2017 à 15 h 54 (heure de Paris) ».
func ParisDateTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ShortDate(t) + " à " + LongTime(t) + " (heure de Paris)"
}

// ClockTime writes the time of day in Paris: « 15:54 ».
func ClockTime(t time.Time) string { return inParis(t, "15:04") }

// LongTime writes the time of day in Paris as a sentence has it: « 15 h 54 », « 9 h ». The spaces are U+00A0.
func LongTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return french.ClockTime(t)
}

// Ordinal writes a number's place in French: « 1er », « 2e », and « 1re » where what is counted is feminine. What is below one has
// no place: it is written in digits.
func Ordinal(n int, feminine bool) string { return french.Ordinal(n, feminine) }

// sourceStamp writes when a letter came, as the source's mailbox does: « 05/07/18 08:52 » (S66).
func sourceStamp(t time.Time) string { return inParis(t, "02/01/06 15:04") }

// tinyDate writes a day as the source's mailbox does: « 05/01/19 » (S68).
func tinyDate(t time.Time) string { return inParis(t, "02/01/06") }

func inParis(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(paris.Location).Format(layout)
}
