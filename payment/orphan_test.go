package payment_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
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

// What is kept of an orphan and told to the host: the acceptance as it is, without the secret of a handle and the acquirer's own fields.
func TestOrphanChange(t *testing.T) {
	r := acquirer.Result{
		Reference: "PCLCB172540009999", OrderID: "order", Merchant: "201000005940002", Amount: decimal.New(75_00, -2), Currency: "EUR",
		Outcome: acquirer.Accepted, Code: "00", AuthorisationID: "000009", Brand: "CB", MaskedPAN: "4970 #### ## 00", Means: acquirer.Card, At: noon,
		Handle: acquirer.Handle{Session: "s", Proof: "secret", Payment: "p"}, Returned: decimal.New(25_00, -2), Returning: decimal.New(50_00, -2),
	}.WithFields(map[string]string{"own": "field"})
	at := minutesAfterNoon(1)
	kept := payment.NewOrphan(r, at).Result
	if _, own := kept.Field("own"); own || !kept.Handle.IsZero() || !kept.Returning.IsZero() {
		t.Errorf("an orphan keeps its field (%v), its handle %v and %s on its way back", own, kept.Handle, kept.Returning)
	}
	want := payment.Change{
		Key: payment.NewOrphan(r, at).Key(),
		Entry: payment.Entry{
			Event: payment.OnAccepted, Effect: payment.EffectNoted, At: at, Fingerprint: kept.Fingerprint(), Why: "no payment has this reference and order",
			Money: payment.Money{Amount: r.Amount, Returned: r.Returned, Currency: "EUR", Merchant: r.Merchant, Authorisation: "000009"},
		},
		Payment: payment.Payment{
			Reference: r.Reference, Merchant: r.Merchant, Amount: r.Amount, Currency: "EUR", Authorisation: "000009", Brand: "CB",
			MaskedPAN: "4970 #### ## 00", Means: acquirer.Card, Code: "00", PaidAt: noon,
		},
	}
	if diff := cmp.Diff(want, payment.OrphanChange(r, at)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
