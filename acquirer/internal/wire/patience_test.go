package wire_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/internal/wire"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	for header, want := range map[string]time.Duration{
		"":                                       0,
		"soon":                                   0,
		"1.5":                                    0,
		"0":                                      0,
		"-5":                                     0,
		"-99999999999999999999":                  0,
		"7":                                      7 * time.Second,
		" 7 ":                                    7 * time.Second,
		"86401":                                  day,
		"2147483648":                             day, // beyond 32 bits: the same where int has no more
		"99999999999999":                         day,
		"99999999999999999999":                   day, // beyond 64 bits
		now.Add(day).Format(http.TimeFormat):     day,
		now.Add(-day).Format(http.TimeFormat):    0,
		now.Add(2 * day).Format(http.TimeFormat): day,
		"Fri, 31 Dec 9999 23:59:59 GMT":          day,
	} {
		if got := wire.RetryAfter(http.Header{"Retry-After": {header}}, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
