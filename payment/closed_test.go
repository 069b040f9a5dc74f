package payment_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/shopspring/decimal"
)

// A clock that was set back over an export dated money into the day whose export was made: it was in no export, and Verify said "altered" for
// ever. What is dated into a closed day is written on the next open one, says so, and goes out at once.
func TestM12ClockSetBackOverAnExport(t *testing.T) {
	w := newWorld(t)
	const day, next = "2017-09-11", "2017-09-12"
	p, late := w.begin("late")
	w.ended("in time", acquirer.Accepted)
	w.bank.Notify = func(acquirer.Callback) {} // the first one's message comes late
	message, err := w.bank.Visit(late, mock.Behaviour{})
	w.must("Visit", err)
	begun, _ := w.begin("a clerk's")
	w.clock.Add(13 * time.Hour) // after midnight in Paris: the day is exported, and closed
	var file bytes.Buffer
	seal, err := w.Export(w.ctx, day, &file)
	w.must("Export", err)
	end := time.Date(2017, time.September, 11, 22, 0, 0, 0, time.UTC)
	w.must("CloseDay", w.store.CloseDay(w.ctx, day, end))

	w.clock.Add(-12 * time.Hour)
	if _, effect, err := w.Receive(w.ctx, message); err != nil || effect != payment.EffectChanged {
		t.Fatalf("the message in the closed day: %s, %v", effect, err)
	}
	p = w.at(p.ID, payment.Paid)
	_, err = w.Refund(w.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "paid by cheque"})
	w.must("Refund", err)
	fresh, _ := w.begin("fresh") // and a payment that begins
	orphan := acquirer.Result{
		Reference: "PCLCB172540009999", OrderID: "gone", Merchant: w.bank.Merchant(), Amount: decimal.New(75_00, -2), Currency: "EUR",
		Outcome: acquirer.Accepted, Code: "00", At: w.clock.Now(),
	}
	w.must("Orphan", w.keepOrphan(orphan))

	for what, id := range map[string]payment.ID{"accepted and refunded": p.ID, "begun": fresh.ID} {
		dated := 0
		for e, err := range w.Journal(w.ctx, id) {
			w.must("Journal", err)
			if !e.At.Before(end) {
				dated++
				if !e.At.Equal(end) || !strings.Contains(e.Why, "dated 2017-09-11T1") || !strings.Contains(e.Why, "closed") {
					t.Errorf("%s: %s is dated %v and says %q", what, e.Event, e.At, e.Why)
				}
				if e.Event == payment.OnRefundAsked && !strings.HasPrefix(e.Why, "paid by cheque; dated ") {
					t.Errorf("the clerk's reason reads %q", e.Why)
				}
			}
		}
		if want := map[string]int{"accepted and refunded": 2, "begun": 2}[what]; dated != want {
			t.Errorf("%s: %d entries are dated on the next day, want %d", what, dated, want)
		}
	}
	for o := range w.Orphans(w.ctx) {
		if !o.At.Equal(end) {
			t.Errorf("the orphan is dated %v", o.At)
		}
	}
	if got := w.get(begun.ID); got.State != payment.Redirected {
		t.Errorf("another payment is %s", got.State)
	}
	w.work()
	waiting, err := w.store.Due(w.ctx, payment.WorkDelivery, payment.Serving{}, w.clock.Now().AddDate(1, 0, 0), 9)
	if err != nil || len(waiting) > 0 {
		t.Errorf("what is dated on the next day waits for it, a letter too: %v, %v", waiting, err)
	}

	var again bytes.Buffer
	w.clock.Add(12*time.Hour + 24*time.Hour)
	if s, err := w.Export(w.ctx, day, &again); err != nil || s != seal || again.String() != file.String() {
		t.Errorf("the closed day's export has changed: %v", err)
	}
	again.Reset()
	second, err := w.Export(w.ctx, next, &again)
	w.must("Export of the next day", err)
	for _, reference := range []string{p.Reference, orphan.Reference} {
		if !strings.Contains(again.String(), reference) {
			t.Errorf("the money of %s is in no export:\n%s", reference, again.String())
		}
	}
	w.must("Verify", w.Verify(w.ctx, slices.Values([]audit.Seal{seal, second})))
}

// keepOrphan has the service keep an orphan, as it does when a notification is about no payment.
func (w *world) keepOrphan(r acquirer.Result) error {
	svc, err := payment.New(payment.Config{
		Store: w.store, Acquirer: fixedMessageBank{w.bank, r}, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: w.clock.Now,
	})
	w.must("New", err)
	if _, _, err := svc.Receive(context.WithoutCancel(w.ctx), acquirer.Callback{Channel: acquirer.Notify}); !errors.Is(err, payment.ErrNotFound) {
		return errors.Join(errors.New("the orphan was not taken for one"), err)
	}
	return nil
}

// fixedMessageBank is a bank whose notification says one thing.
type fixedMessageBank struct {
	*mock.Acquirer
	result acquirer.Result
}

func (s fixedMessageBank) Parse(acquirer.Callback) (acquirer.Result, error) { return s.result, nil }
