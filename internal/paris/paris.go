// Package paris tells the civil date in France. What a person reads, the days of a policy and the date in a reference are
// Paris days; stored instants are UTC.
package paris

import (
	"fmt"
	"time"
	_ "time/tzdata" // about 450 kB: a bare container has no time zones
)

// Location is Europe/Paris.
var Location = func() *time.Location {
	l, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic("time/tzdata is linked in and lacks Europe/Paris: " + err.Error())
	}
	return l
}()

// A Day is a civil date in Paris, comparable with < after Number.
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// Of returns the day in Paris at the instant t.
func Of(t time.Time) Day {
	y, m, d := t.In(Location).Date()
	return Day{y, m, d}
}

// Number orders days: 20170911 for 11 September 2017.
func (d Day) Number() int { return (d.Year*100+int(d.Month))*100 + d.Day }

// Numbered is the inverse of Number.
func Numbered(n int) Day { return Day{n / 10000, time.Month(n / 100 % 100), n % 100} }

// Start is the first instant of the day.
func (d Day) Start() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Location) }

// Next is the following day.
func (d Day) Next() Day {
	y, m, n := time.Date(d.Year, d.Month, d.Day+1, 12, 0, 0, 0, time.UTC).Date()
	return Day{y, m, n}
}

// YearDay counts from 1 on 1 January.
func (d Day) YearDay() int { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).YearDay() }

// String is the ISO form, "2017-09-11".
func (d Day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// Parse reads the ISO form.
func Parse(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Day{}, fmt.Errorf("%.40q is not a day such as \"2017-09-11\"", s)
	}
	y, m, d := t.Date()
	return Day{y, m, d}, nil
}
