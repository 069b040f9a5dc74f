package web

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A day is read as people type it, also on a telephone whose keypad has digits and nothing else.
func TestReadDay(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"31/12/1960": "1960-12-31", "1/2/1960": "1960-02-01", "31.12.1960": "1960-12-31", "31-12-1960": "1960-12-31", "31 12 1960": "1960-12-31",
		"1960-12-31": "1960-12-31", "31121960": "1960-12-31", "01021960": "1960-02-01",
		"": "", "31/12/60": "", "311260": "", "19601231": "", "31/02/1960": "", "29022025": "", "31 décembre 1960": "",
	} {
		day, err := ReadDay(typed, time.UTC)
		got := ""
		if err == nil {
			got = day.Format(time.DateOnly)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q (-want +got):\n%s", typed, d)
		}
	}
}
