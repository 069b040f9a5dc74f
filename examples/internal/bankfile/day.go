package bankfile

import (
	"strings"
	"time"
)

// writeDay writes a civil day if there is such a day.
func writeDay(year, month, dom int) (string, bool) {
	if year < 1 || month < 1 || month > 12 || dom < 1 || dom > daysIn(year, month) {
		return "", false
	}
	return string([]byte{
		byte('0' + year/1000), byte('0' + year/100%10), byte('0' + year/10%10), byte('0' + year%10), '-',
		byte('0' + month/10), byte('0' + month%10), '-', byte('0' + dom/10), byte('0' + dom%10),
	}), true
}

func daysIn(year, month int) int {
	if month != 2 {
		return 30 + (month+month/8)%2
	}
	return time.Date(year, time.March, 0, 0, 0, 0, 0, time.UTC).Day()
}

// fullYear makes a year of four digits: above 60 it is 19xx, as CFONB says.
func fullYear(yy int) int {
	if yy > 60 {
		return 1900 + yy
	}
	return 2000 + yy
}

// parseDigits reads a part of a date that is digits alone.
func parseDigits(s string) int {
	n, ok := digitsOf(s)
	if !ok || n > 9999 {
		return -1
	}
	return int(n)
}

// parseDay reads the day of a civil date as banks write it: 02/03/2026, 2/3/26, 02-03-2026, 02.03.2026, 2026-03-02, 20260302.
// What stands behind it, as a time and its offset, is passed over: the day is what is written.
func parseDay(s string) (string, bool) {
	if s == "" {
		return "", false
	}
	if len(s) == len("02/03/2026") && s[2] == '/' && s[5] == '/' { // as most are
		return writeDay(parseDigits(s[6:]), parseDigits(s[3:5]), parseDigits(s[:2]))
	}
	s, _, _ = strings.Cut(s, " ")
	s, _, _ = strings.Cut(s, "T")
	if len(s) == 8 || len(s) == 14 {
		if n, ok := digitsOf(s); ok {
			for ; n > 99999999; n /= 10 {
			}
			return writeDay(int(n/10000), int(n/100%100), int(n%100))
		}
	}
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == '-' || r == '.' })
	if len(parts) != 3 || len(strings.Join(parts, ""))+2 != len(s) {
		return "", false
	}
	if len(parts[0]) == 4 {
		return writeDay(parseDigits(parts[0]), parseDigits(parts[1]), parseDigits(parts[2]))
	}
	if len(parts[0]) > 2 || len(parts[1]) > 2 {
		return "", false
	}
	year := parseDigits(parts[2])
	switch len(parts[2]) {
	case 2:
		year = fullYear(year)
	case 4:
	default:
		return "", false
	}
	return writeDay(year, parseDigits(parts[1]), parseDigits(parts[0]))
}

// parseJournalDay reads a day of a journal: YYYYMMDD, YYMMDD, or an ISO instant. One that is none is empty: journals use days
// only to find near partners.
func parseJournalDay(s string) (string, bool) {
	if len(s) == 6 {
		if n, ok := digitsOf(s); ok {
			return writeDay(fullYear(int(n/10000)), int(n/100%100), int(n%100))
		}
	}
	return parseDay(s)
}

// fewDays reads days, and remembers the last two texts: the lines of a file are of few days.
type fewDays struct {
	parse func(string) (string, bool)
	last  [2]struct {
		text, day string
		ok        bool
	}
	next int
}

// dayOf reads a day.
func (d *fewDays) dayOf(s string) (string, bool) {
	for i := range d.last {
		if l := &d.last[i]; l.text == s && s != "" {
			return l.day, l.ok
		}
	}
	on, ok := d.parse(s)
	l := &d.last[d.next]
	l.text, l.day, l.ok = s, on, ok
	d.next = 1 - d.next
	return on, ok
}

// dayMonthYear reads JJMMAA.
func dayMonthYear(s string) (string, bool) {
	if len(s) != 6 {
		return "", false
	}
	n, ok := digitsOf(s)
	if !ok {
		return "", false
	}
	return writeDay(fullYear(int(n%100)), int(n/100%100), int(n/10000))
}
