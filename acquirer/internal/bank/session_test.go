package bank

import (
	"testing"
	"time"
)

// An order may say how long its session lives and how many cards may be tried, whatever the bank's own limits.
func TestOrderLimits(t *testing.T) {
	now := time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)
	b := &Bank{Now: func() time.Time { return now }}
	b.Enrol(Merchant{ID: "M", SeveralAttempts: true})
	open := func(id string, o Order) Session {
		t.Helper()
		o.ID, o.Merchant, o.Reference, o.Cents, o.Currency = id, "M", "R", 5000, "EUR"
		s, err := b.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if _, err := b.Open(Order{Merchant: "M", Reference: "R", Cents: 1, Currency: "EUR", Lifetime: -1}); err == nil {
		t.Error("a negative lifetime is taken")
	}
	long, short := open("1", Order{Lifetime: 24 * time.Hour}), open("2", Order{Lifetime: time.Minute})
	if !long.ExpiresAt.Equal(now.Add(24*time.Hour)) || !short.ExpiresAt.Equal(now.Add(time.Minute)) {
		t.Errorf("they expire at %v and %v", long.ExpiresAt, short.ExpiresAt)
	}
	one, four := open("3", Order{Attempts: 1}), open("4", Order{Attempts: 4, Lifetime: time.Hour})
	for i := range 4 {
		tr, err := b.Pay(four.Token, Card{Code: "05"})
		if err != nil || tr.Retry != (i < 3) || tr.Code != "05" {
			t.Errorf("attempt %d of four: %v, retry %v, code %s", i+1, err, tr.Retry, tr.Code)
		}
	}
	if tr, err := b.Pay(one.Token, Card{Code: "05"}); err != nil || tr.Retry {
		t.Errorf("the only attempt: %v, retry %v", err, tr.Retry)
	}
	now = now.Add(time.Minute)
	if _, err := b.Enter(short.Token); err == nil {
		t.Error("a session of a minute lives longer")
	}
	now = now.Add(24*time.Hour - 2*time.Minute)
	if _, err := b.Enter(long.Token); err != nil {
		t.Errorf("a session of a day: %v", err)
	}
	s := b.Snapshot()
	again := &Bank{Now: b.Now}
	again.Enrol(Merchant{ID: "M"})
	if err := again.Restore(s); err != nil {
		t.Fatal(err)
	}
	if _, err := again.Enter(long.Token); err != nil {
		t.Errorf("taken up by another process: %v", err)
	}
}
