package french_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/internal/french"
	"github.com/quittance/quittance/internal/paris"
)

// S25, S43: amounts and days as the source prints them.
func TestFrench(t *testing.T) {
	first, second := paris.Day{Year: 2017, Month: time.September, Day: 1}, paris.Day{Year: 2024, Month: time.August, Day: 12}
	got := []string{
		french.Amount(20_00), french.Amount(7), french.Amount(1_234_50), french.Amount(9_999_999_999_99),
		french.LongDay(first), french.MediumDay(first), french.LongDay(second), french.MediumDay(second),
		french.Ordinal(1, false), french.Ordinal(1, true), french.Ordinal(2, true), french.Ordinal(1234, false), french.Ordinal(0, false),
		french.ClockTime(time.Date(2026, 11, 28, 9, 15, 0, 0, time.UTC)), french.ClockTime(time.Date(2026, 7, 28, 7, 0, 0, 0, time.UTC)),
		string(french.AppendGrouped(nil, -1234567, ",")), string(french.AppendGrouped(nil, math.MinInt64, " ")), string(french.AppendGrouped(nil, 999, " ")),
	}
	want := []string{
		"20,00", "0,07", "1\u202f234,50", "9\u202f999\u202f999\u202f999,99",
		"1er septembre 2017", "1er sept. 2017", "12 août 2024", "12 août 2024",
		"1er", "1re", "2e", "1\u202f234e", "0",
		"10\u00a0h\u00a015", "9\u00a0h",
		"-1,234,567", "-9 223 372 036 854 775 808", "999",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Every month has both its names.
func TestMonths(t *testing.T) {
	seen := map[string]bool{}
	for m := time.January; m <= time.December; m++ {
		d := paris.Day{Year: 2026, Month: m, Day: 2}
		for _, s := range []string{french.LongDay(d), french.MediumDay(d) + " "} {
			if len(s) < len("2 mai 2026") || seen[s] {
				t.Errorf("%v: %q", m, s)
			}
			seen[s] = true
		}
	}
}
