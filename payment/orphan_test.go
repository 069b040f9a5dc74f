package payment_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// An orphan whose delivery is stuck was seen by nobody: no filter found it, and nothing could restart it.
func TestStuckOrphan(t *testing.T) {
	w := newWorld(t)
	down := errors.New("the host is down")
	w.delivered = func(c payment.Change) error {
		if c.Payment.ID == "" {
			return down
		}
		return nil
	}
	p := w.ended("1", acquirer.Accepted)
	_, _, err := w.try(p, acquirer.Result{Reference: "PCLCB172540009999", Outcome: acquirer.Accepted, AuthorisationID: "000009"})
	if !errors.Is(err, payment.ErrNotFound) {
		t.Fatal(err)
	}
	orphan := func() (o payment.Orphan) {
		for found, err := range w.Orphans(w.ctx) {
			w.must("Orphans", err)
			o = found
		}
		return o
	}
	w.work()
	if o := orphan(); o.Tries != 1 || o.Cause != down.Error() {
		t.Errorf("after one failure: %d, %q", o.Tries, o.Cause)
	}
	w.pass(36 * time.Hour)
	if o := orphan(); o.Tries < payment.StuckAfter {
		t.Errorf("after a day and a half: %d failures", o.Tries)
	}
	w.delivered = nil
	before := len(w.changes)
	if h, err := w.Health(w.ctx); err != nil || h.Stuck != 1 { // who has explained the orphan looks at this number
		t.Errorf("%d are stuck, %v", h.Stuck, err)
	}
	w.must("Restart", w.Restart(w.ctx, payment.ID(orphan().Key())))
	w.work()
	if d := cmp.Diff(orphan().Key(), w.changes[len(w.changes)-1].Key); d != "" || len(w.changes) != before+1 {
		t.Errorf("%d changes were delivered: %s", len(w.changes)-before, d)
	}
	if o := orphan(); o.Tries != 0 || o.Cause != "" {
		t.Errorf("delivered, and still %d failures, %q", o.Tries, o.Cause)
	}
	if err := w.Restart(w.ctx, "orphan/none"); !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}
