package payment_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// Who asks for what is not there reads which operation it was and what was looked for, and never a debtor.
func TestNotFoundSaysWhat(t *testing.T) {
	ctx := t.Context()
	s, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: &mock.Acquirer{}, Policies: creance.Ameli(), ReturnURL: "https://fund.example/payment/return",
	})
	if err != nil {
		t.Fatal(err)
	}
	command := payment.Command{ID: "nobody", By: "agent-1", Why: "double"}
	for want, call := range map[string]func() error{
		`get: no payment has the ID "nobody"`:       func() error { _, err := s.Get(ctx, "nobody"); return err },
		`get: no payment has the ID ""`:             func() error { _, err := s.Get(ctx, ""); return err },
		`find: no payment has the reference "PCL1"`: func() error { _, err := s.Find(ctx, "PCL1"); return err },
		"find: no reference is given":               func() error { _, err := s.Find(ctx, ""); return err },
		"latest: the debtor has no payment":         func() error { _, err := s.Latest(ctx, "assure-17"); return err },
		"latest: no debtor is given":                func() error { _, err := s.Latest(ctx, ""); return err },
		`since: no payment has the ID "nobody"`:     func() error { _, err := s.Since(ctx, "nobody"); return err },
		`resume: no payment has the ID "nobody"`:    func() error { _, _, err := s.Resume(ctx, "nobody"); return err },
		`refresh: no payment has the ID "nobody"`:   func() error { _, _, err := s.Refresh(ctx, "nobody"); return err },
		`record: no payment has the ID "nobody"`:    func() error { _, err := s.Record(ctx, "nobody"); return err },
		`record: no payment has the ID ""`:          func() error { _, err := s.Record(ctx, ""); return err },
		`refund: no payment has the ID "nobody"`:    func() error { _, err := s.Refund(ctx, command); return err },
		`question: no payment has the ID "nobody"`:  func() error { _, err := s.Question(ctx, command); return err },
		`resolve: no payment has the ID "nobody"`: func() error {
			_, err := s.Resolve(ctx, payment.Resolution{Command: command, Verdict: payment.VerdictKeep})
			return err
		},
		`restart: no payment and no orphan has the ID "nobody"`: func() error { return s.Restart(ctx, "nobody") },
	} {
		err := call()
		if !errors.Is(err, payment.ErrNotFound) || err.Error() != "payment: not found: "+want {
			t.Errorf("%v, want %q", err, want)
		} else if strings.Contains(err.Error(), "assure-17") {
			t.Errorf("%v names a debtor", err)
		}
	}
}

// A notification of no known payment says in the log what was looked for, as after a restore: but never the number of a session, which with PayFiP is a
// key to the payer's data.
func TestHintOfNoPaymentSaysWhat(t *testing.T) {
	w, b := newHints(t)
	for want, hint := range map[string]acquirer.Result{
		`no payment has the reference "PCLCB260610000417", which the message names`:          {Reference: "PCLCB260610000417"},
		"no payment of merchant " + b.Merchant() + " has the session that the message names": {Handle: acquirer.Handle{Session: "8821"}},
		"the message names no payment": {Handle: acquirer.Handle{Payment: "8821"}},
	} {
		b.hint = hint
		_, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify})
		if !errors.Is(err, payment.ErrNotFound) || err.Error() != "payment: not found: "+want {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
