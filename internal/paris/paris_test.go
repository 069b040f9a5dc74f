package paris

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestOf(t *testing.T) {
	for _, tt := range []struct {
		name, instant string
		want          Day
		yearDay       int
	}{
		// 1 January 00:30 in Paris is day 001 although it is still December in UTC.
		{"new year, winter time", "2017-12-31T23:30:00Z", Day{2018, time.January, 1}, 1},
		{"the last hour of the year", "2017-12-31T22:59:59Z", Day{2017, time.December, 31}, 365},
		{"a leap year's end", "2020-12-31T12:00:00Z", Day{2020, time.December, 31}, 366},
		{"midnight, summer time", "2017-09-10T22:00:00Z", Day{2017, time.September, 11}, 254},
		{"a second before midnight, summer time", "2017-09-10T21:59:59Z", Day{2017, time.September, 10}, 253},
		{"an instant given in another zone", "2017-09-10T18:00:00-04:00", Day{2017, time.September, 11}, 254},
		{"the night summer time begins", "2017-03-26T01:00:00Z", Day{2017, time.March, 26}, 85},
		{"the night summer time ends", "2017-10-29T00:30:00Z", Day{2017, time.October, 29}, 302},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Of(at(tt.instant))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if n := got.YearDay(); n != tt.yearDay {
				t.Errorf("YearDay = %d, want %d", n, tt.yearDay)
			}
		})
	}
}

// Each day begins at midnight in Paris, also on the days of 23 and of 25 hours, and Next is the day after.
func TestEveryDayOfSomeYears(t *testing.T) {
	d := Day{2015, time.December, 31}
	for range 5 * 366 {
		start := d.Start()
		if got := Of(start); got != d {
			t.Fatalf("Of(Start of %s) = %s", d, got)
		}
		if got := Of(start.Add(-time.Nanosecond)); got.Next() != d || got.Number() >= d.Number() {
			t.Fatalf("the day before %s is %s", d, got)
		}
		if got, err := Parse(d.String()); err != nil || got != d {
			t.Fatalf("Parse(%s) = %s, %v", d, got, err)
		}
		d = d.Next()
	}
}

func TestStart(t *testing.T) {
	for day, want := range map[string]string{
		"2017-01-01": "2016-12-31T23:00:00Z", "2017-09-11": "2017-09-10T22:00:00Z",
	} {
		d, err := Parse(day)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Start(); !got.Equal(at(want)) {
			t.Errorf("%s starts at %s, want %s", day, got.UTC(), want)
		}
	}
}

func TestNumber(t *testing.T) {
	if got := (Day{2017, time.September, 11}).Number(); got != 20170911 {
		t.Errorf("Number = %d", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "2017", "11/09/2017", "2017-9-11", "2017-02-29", "2017-13-01", "2017-09-11T00:00:00Z", " 2017-09-11"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("Parse(%q) = %s", s, d)
		}
	}
	if _, err := Parse("11/09/2017"); err == nil || err.Error() != `"11/09/2017" is not a day such as "2017-09-11"` {
		t.Errorf("the error reads %v", err)
	}
}

// FuzzParse: a day that is read is written the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"2017-09-11", "0000-01-01", "9999-12-31", "2016-02-29", "2017-02-29"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			return
		}
		if d.String() != s {
			t.Errorf("%q is written %q", s, d)
		}
		if n := d.Next(); n.Number() <= d.Number() {
			t.Errorf("%s comes after %s", d, n)
		}
	})
}
