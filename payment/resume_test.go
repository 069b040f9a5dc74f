package payment_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// The way back to the payment page, and when there is none.
func TestResume(t *testing.T) {
	w := newWorld(t)
	p, s := w.begin("1")
	back := func(what string, want payment.State, open bool) {
		t.Helper()
		q, again, err := w.Resume(w.ctx, p.ID)
		w.must("Resume", err)
		if q.ID != p.ID || q.State != want || again.IsZero() == open || open && cmp.Diff(s.Fields, again.Fields) != "" {
			t.Errorf("%s: %v with %v", what, q, again)
		}
	}
	back("a closed tab", payment.Redirected, true)
	w.clock.Add(s.ExpiresAt.Sub(w.clock.Now()) - time.Microsecond)
	back("the last moment", payment.Redirected, true)
	w.clock.Add(time.Microsecond)
	back("the page has closed", payment.Redirected, false)
	w.say(p, acquirer.Result{Outcome: acquirer.Accepted})
	back("paid", payment.Paid, false)

	old := w.ended("2", acquirer.Cancelled)
	p, s = w.begin("2")
	w.say(old, acquirer.Result{Outcome: acquirer.Accepted})
	back("an older attempt has the money", payment.Redirected, false)

	if _, _, err := w.Resume(w.ctx, "nobody"); !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("an unknown payment: %v", err)
	}
	if _, _, err := w.Resume(w.ctx, ""); !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("no id: %v", err)
	}
}
