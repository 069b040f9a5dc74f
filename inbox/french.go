package inbox

import (
	"fmt"
	"strconv"
	"strings"
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

// RoundEuros is [Euros] for prose: « 50 € » where there are no cents, « 48,53 € » where there are.
func RoundEuros(amount decimal.Decimal) (string, error) {
	c, err := euro.Cents(amount)
	if err != nil {
		return "", fmt.Errorf("inbox: %w", err)
	}
	return formatsOf["fr"].rounded(c), nil
}

func frenchEuros(cents int64) string {
	var b [40]byte // the largest amount takes 24
	return string(append(appendGrouped(b[:0], cents, narrow, ","), nbsp+"€"...))
}

// group writes cents with two decimals and a mark between thousands.
func group(cents int64, thousands, point string) string {
	var b [40]byte
	return string(appendGrouped(b[:0], cents, thousands, point))
}

func appendGrouped(b []byte, cents int64, thousands, point string) []byte {
	var d [20]byte
	whole := strconv.AppendInt(d[:0], cents/100, 10)
	for len(whole) > 3 {
		n := (len(whole)-1)%3 + 1
		b = append(append(b, whole[:n]...), thousands...)
		whole = whole[n:]
	}
	b = append(append(b, whole...), point...)
	return append(b, byte('0'+cents/10%10), byte('0'+cents%10))
}

var (
	months = [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
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

// ClockTime writes the time of day in Paris: « 15:54 ».
func ClockTime(t time.Time) string { return inParis(t, "15:04") }

// LongTime writes the time of day in Paris as a sentence has it: « 15 h 54 », « 9 h ». The spaces are U+00A0.
func LongTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(paris.Location)
	s := strconv.Itoa(t.Hour()) + nbsp + "h"
	if t.Minute() > 0 {
		s += nbsp + t.Format("04")
	}
	return s
}

// Ordinal writes a number's place in French: « 1er », « 2e », and « 1re » where what is counted is feminine. What is below one has
// no place: it is written in digits.
func Ordinal(n int, feminine bool) string {
	switch {
	case n < 1:
		return strconv.Itoa(n)
	case n == 1 && feminine:
		return "1re"
	case n == 1:
		return "1er"
	}
	return groupInt(n) + "e"
}

func groupInt(n int) string {
	s := strconv.Itoa(n)
	begin := len(s) - len(strings.TrimLeft(s, "-"))
	for i := len(s) - 3; i > begin; i -= 3 {
		s = s[:i] + narrow + s[i:]
	}
	return s
}

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
		day = Ordinal(1, false)
	}
	return day + " " + months[d.Month-1] + " " + strconv.Itoa(d.Year)
}

func inParis(t time.Time, layout string) string {
	if t.IsZero() {
		return ""
	}
	return t.In(paris.Location).Format(layout)
}
