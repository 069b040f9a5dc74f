package bank

import (
	"testing"
	"time"
)

// Only what has ended is forgotten, and nothing of it stays: neither the reference nor the redirect data.
func TestForget(t *testing.T) {
	now := time.Date(2017, 9, 11, 12, 0, 0, 0, time.UTC)
	b := &Bank{Now: func() time.Time { return now }, Idle: time.Minute}
	b.Enrol(Merchant{ID: "1"})
	open := func(reference string) Session {
		t.Helper()
		s, err := b.Open(Order{Merchant: "1", Reference: reference, Cents: 5000, Currency: "EUR"})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	paid, left := open("PAID"), open("LEFT")
	if _, err := b.Pay(paid.Token, Card{}); err != nil {
		t.Fatal(err)
	}
	if n := b.Forget(now); n != 0 {
		t.Errorf("%d forgotten that ended at the very instant, expected none", n)
	}
	now = now.Add(time.Second)
	if n := b.Forget(now); n != 1 {
		t.Errorf("%d forgotten, expected the payment", n)
	}
	if _, err := b.Status("1", "PAID"); err == nil {
		t.Error("the payment is still known")
	}
	if _, err := b.Enter(paid.Token); err == nil {
		t.Error("its redirect data still works")
	}
	open("PAID")
	if _, err := b.Enter(left.Token); err != nil {
		t.Errorf("the open session is gone: %v", err)
	}

	now = now.Add(59 * time.Second)
	if n := b.Forget(now.Add(time.Hour)); n != 0 {
		t.Errorf("%d forgotten, expected none: one is open", n)
	}
	now = now.Add(time.Hour)
	if n := b.Forget(now); n != 0 {
		t.Errorf("%d forgotten whose expiry nobody has been told of", n)
	}
	if told := b.Tick(); len(told) != 2 {
		t.Errorf("%d expiries told, expected 2", len(told))
	}
	if n := b.Forget(now); n != 2 || len(b.Book()) != 0 || len(b.byName)+len(b.byToken)+len(b.open) != 0 {
		t.Errorf("%d forgotten, expected 2, and %d, %d, %d, %d left", n, len(b.Book()), len(b.byName), len(b.byToken), len(b.open))
	}
}
