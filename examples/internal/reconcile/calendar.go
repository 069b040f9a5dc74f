package reconcile

import "time"

// settlementDays is within how many bank days a payment is normally on the account. It is a guess for each bank, and said as «
// normalement ».
const settlementDays = 2

// due is the last day on which what moved on a day is normally on the account.
func due(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	for n := 0; n < settlementDays; {
		if t = t.AddDate(0, 0, 1); isBankDay(t) {
			n++
		}
	}
	return t.Format(time.DateOnly)
}

// dayBefore is the civil day before.
func dayBefore(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, -1).Format(time.DateOnly)
}

// isBankDay reports whether TARGET, the Eurosystem's payment system, is open.
func isBankDay(t time.Time) bool {
	if t.Weekday() == time.Saturday || t.Weekday() == time.Sunday {
		return false
	}
	switch t.Format("01-02") {
	case "01-01", "05-01", "12-25", "12-26":
		return false
	}
	easter := easter(t.Year())
	return !t.Equal(easter.AddDate(0, 0, -2)) && !t.Equal(easter.AddDate(0, 0, 1))
}

// easter is Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876, as Meeus gives it).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}
