package payment_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// Who pays each year always has a payment that must be kept, and so could never be erased. Now each payment goes when its five years are over,
// and the result names what was kept and why. The letters go too.
func TestM11WhoPaysEachYearIsErasedYearByYear(t *testing.T) {
	w := newWorld(t)
	const years = 7
	var paid []payment.Payment
	for year := range years {
		d := debt("yearly-" + string(rune('a'+year)))
		d.Debtor = "A-yearly"
		d.Notice.IssuedOn = w.clock.Now().AddDate(0, 0, -10)
		p, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: key(d.ID), Debt: d})
		w.must("Begin", err)
		w.visit(s, mock.Behaviour{})
		p, err = w.Record(w.ctx, p.ID)
		w.must("Record", err)
		w.work()
		paid = append(paid, p)
		if year < years-1 {
			w.clock.Add(366 * 24 * time.Hour)
			w.work()
		}
	}
	w.clock.Add(time.Minute) // kept ones are named by creation
	d := debt("yearly-open")
	d.Debtor = "A-yearly"
	open, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key(d.ID), Debt: d})
	w.must("Begin", err)
	w.work()

	e, err := w.Erase(w.ctx, "A-yearly")
	w.must("Erase", err)
	var old []payment.ID
	var kept []payment.KeepReason
	for _, p := range paid[:2] {
		old = append(old, p.ID)
	}
	for _, k := range e.Kept {
		kept = append(kept, k.Reason)
	}
	want := append(slices.Repeat([]payment.KeepReason{payment.KeptRecent}, years-2), payment.KeptOpen)
	if !slices.Equal(e.Erased, old) || !slices.Equal(kept, want) {
		t.Errorf("erased %v and kept %v, want %v and %v", e.Erased, kept, old, want)
	}
	if err := e.Err(); !errors.Is(err, payment.ErrRetained) || !strings.Contains(err.Error(), open.Reference) || strings.Contains(err.Error(), "yearly") {
		t.Errorf("what was kept reads %v", err)
	}
	for i, p := range paid {
		if q := w.get(p.ID); (q.Debtor == "") != (i < 2) || (q.Claim == "") != (i < 2) {
			t.Errorf("payment %d has debtor %q", i, q.Debtor)
		}
	}
	w.must("Verify", w.Verify(w.ctx, nil))
	if n, err := w.mailbox.Erase(w.ctx, "A-yearly"); err != nil || n < 1 {
		t.Errorf("%d letters were erased, %v", n, err)
	}
	for range w.mailbox.Letters(w.ctx, "A-yearly") {
		t.Error("a letter is left")
	}
}
