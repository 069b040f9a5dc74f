package inbox

import (
	"fmt"
	"strconv"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/shopspring/decimal"
)

// Spaces that do not break a line, and the apostrophe: French typography, to the character.
const (
	nbsp       = "\u00a0" // before € and :, and inside « »
	narrow     = "\u202f" // before ; ! and ?, and between thousands
	apostrophe = "\u2019"
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

func frenchEuros(cents int64) string { return group(cents, narrow, ",") + nbsp + "€" }

// group writes cents with two decimals and a mark between thousands.
func group(cents int64, thousands, point string) string {
	whole := strconv.FormatInt(cents/100, 10)
	b := make([]byte, 0, 32)
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b = append(b, thousands...)
		}
		b = append(b, whole[i])
	}
	b = append(b, point...)
	return string(append(b, byte('0'+cents/10%10), byte('0'+cents%10)))
}

var (
	months      = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	shortMonths = [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
)

// ShortDate writes the day in Paris in French: « 11/09/2017 » (S70). The zero time is empty, here and below.
func ShortDate(t time.Time) string { return inParis(t, "02/01/2006") }

// MediumDate writes the day in Paris in French with the month shortened: « 11 sept. 2017 », « 1er sept. 2017 » (S43).
func MediumDate(t time.Time) string { return frenchDay(t, &shortMonths) }

// LongDate writes the day in Paris in French: « 11 septembre 2017 », « 1er septembre 2017 ».
func LongDate(t time.Time) string { return frenchDay(t, &months) }

// DateTime writes the minute in Paris in French: « 11/09/2017 à 15:54 » (S53).
func DateTime(t time.Time) string { return inParis(t, "02/01/2006 à 15:04") }

// stamp writes when a letter came, as the mailbox does: « 05/07/18 08:52 » (S66).
func stamp(t time.Time) string { return inParis(t, "02/01/06 15:04") }

// tinyDate writes a day as the mailbox does: « 05/01/19 » (S68).
func tinyDate(t time.Time) string { return inParis(t, "02/01/06") }

func frenchDay(t time.Time, months *[12]string) string {
	if t.IsZero() {
		return ""
	}
	d := paris.Of(t)
	day := strconv.Itoa(d.Day)
	if d.Day == 1 {
		day = "1er"
	}
	return day + " " + months[d.Month-1] + " " + strconv.Itoa(d.Year)
}

func inParis(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(paris.Location).Format(layout)
}
