package audit_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

// The last day that is over is the latest that can be exported: until 00:05 it is the day before yesterday, in summer, in winter and where
// the clocks change.
func TestLastDay(t *testing.T) {
	for now, want := range map[string]string{
		"2026-03-03T00:04:59+01:00": "2026-03-01", "2026-03-03T00:05:00+01:00": "2026-03-02", "2026-03-03T23:59:59+01:00": "2026-03-02",
		"2026-07-01T00:05:00+02:00": "2026-06-30", "2026-03-30T00:04:00+02:00": "2026-03-28", "2026-03-30T00:05:00+02:00": "2026-03-29",
		"2026-10-26T00:04:00+01:00": "2026-10-24", "2026-10-26T00:05:00+01:00": "2026-10-25", "2027-01-01T12:00:00+01:00": "2026-12-31",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		b, err := audit.New(payment.NewMemoryStore(), audit.Options{Now: func() time.Time { return at }})
		if err != nil {
			t.Fatal(err)
		}
		last := b.LastDay()
		if last != want {
			t.Errorf("at %s the last day that is over is %s, want %s", now, last, want)
		}
		if _, err := b.Export(t.Context(), last, io.Discard); err != nil {
			t.Errorf("at %s: %v", now, err)
		}
		day, _ := time.Parse(time.DateOnly, last)
		if _, err := b.Export(t.Context(), day.AddDate(0, 0, 1).Format(time.DateOnly), io.Discard); !errors.Is(err, payment.ErrInvalid) {
			t.Errorf("at %s the next day is exported too: %v", now, err)
		}
	}
}
