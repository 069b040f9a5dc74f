// Package french has the rules of French print that more than one package needs: the spaces that do not break a line, thousands,
// ordinals and the names of months. What a payer reads is written by package inbox, and by the simulated payment page.
package french

import (
	"strconv"
	"time"

	"github.com/quittance/quittance/internal/paris"
)

// The spaces that do not break a line, and the apostrophe.
const (
	NoBreak    = "\u00a0" // before € and :, and inside « »
	Narrow     = "\u202f" // before ; ! and ?, and between thousands
	Apostrophe = "\u2019"
)

var (
	months = [...]string{
		"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
	}
	shortMonths = [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
)

// LongDay writes a day with its month in full: « 11 septembre 2017 », « 1er septembre 2017 ».
func LongDay(d paris.Day) string { return dayOfMonth(d, months[d.Month-1]) }

// MediumDay writes a day with its month shortened: « 11 sept. 2017 », « 1er sept. 2017 » (S43).
func MediumDay(d paris.Day) string { return dayOfMonth(d, shortMonths[d.Month-1]) }

func dayOfMonth(d paris.Day, month string) string {
	day := strconv.Itoa(d.Day)
	if d.Day == 1 {
		day = Ordinal(1, false)
	}
	return day + " " + month + " " + strconv.Itoa(d.Year)
}

// ClockTime writes the time of day in Paris as a sentence has it: « 15 h 54 », « 9 h ». The spaces are U+00A0.
func ClockTime(t time.Time) string {
	t = t.In(paris.Location)
	s := strconv.Itoa(t.Hour()) + NoBreak + "h"
	if t.Minute() > 0 {
		s += NoBreak + t.Format("04")
	}
	return s
}

// Ordinal writes a number's place: « 1er », « 2e », and « 1re » where what is counted is feminine. A number below one has no place and
// is written in digits.
func Ordinal(n int, feminine bool) string {
	switch {
	case n < 1:
		return strconv.Itoa(n)
	case n == 1 && feminine:
		return "1re"
	case n == 1:
		return "1er"
	}
	return string(AppendGrouped(nil, int64(n), Narrow)) + "e"
}

// Amount writes cents with a comma, two decimals and U+202F between thousands: « 1 234,50 ». The name of the currency is the caller's.
func Amount(cents int64) string {
	var b [40]byte // the largest amount takes 18
	return string(AppendAmount(b[:0], cents, Narrow, ","))
}

// AppendAmount appends cents with two decimals, with the marks of any language between thousands and before the decimals. An amount is
// never negative.
func AppendAmount(b []byte, cents int64, thousands, point string) []byte {
	b = append(AppendGrouped(b, cents/100, thousands), point...)
	return append(b, byte('0'+cents/10%10), byte('0'+cents%10))
}

// AppendGrouped appends a whole number with a mark between thousands.
func AppendGrouped(b []byte, n int64, thousands string) []byte {
	var stack [20]byte
	digits := strconv.AppendInt(stack[:0], n, 10)
	if digits[0] == '-' {
		b, digits = append(b, '-'), digits[1:]
	}
	for len(digits) > 3 {
		first := (len(digits)-1)%3 + 1
		b = append(append(b, digits[:first]...), thousands...)
		digits = digits[first:]
	}
	return append(b, digits...)
}
