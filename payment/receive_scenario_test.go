package payment_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// S38: the payment succeeds; S64, S78: an acknowledgement follows; S77: it is taken into account.
func TestFromDebtToAcknowledgement(t *testing.T) {
	w := newWorld(t)
	p, s := w.begin("1")
	if p.Reference != "PCLCB172540000001" { // S28
		t.Errorf("reference %s", p.Reference)
	}
	if d := cmp.Diff(decimal.New(75_00, -2), p.Amount); d != "" {
		t.Error(d)
	}
	w.visit(s, mock.Behaviour{})
	p = w.at(p.ID, payment.Paid)
	if !p.PaidAt.Equal(noon) || p.Authorisation == "" || p.MaskedPAN == "" || !p.Session.IsZero() {
		t.Errorf("paid at %v, authorisation %q, card %q, %v", p.PaidAt, p.Authorisation, p.MaskedPAN, p.Session)
	}
	w.work()
	if d := cmp.Diff([]string{"acknowledgement"}, w.letters(p.Debtor)); d != "" {
		t.Error(d)
	}
	_, err := w.Record(w.ctx, p.ID)
	w.must("Record", err)
	_, err = w.Record(w.ctx, p.ID)
	w.must("Record again", err)
	w.at(p.ID, payment.Recorded)
	w.tells(p.ID, "created opened accepted→paid recorded")
	w.pass(48 * time.Hour)
	w.tells(p.ID, "created opened accepted→paid recorded")
	w.converged()
}

// S57, S61: a refusal, then another try with a new reference; no receipt for the failure.
func TestRefusedThenPaid(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Refused)
	w.work()
	if d := cmp.Diff([]string{}, w.letters(p.Debtor)); d != "" {
		t.Error(d)
	}
	q := w.ended("1", acquirer.Accepted)
	if p.Reference == q.Reference || p.ID == q.ID {
		t.Error("the second try has the first one's reference or id")
	}
	w.pass(48 * time.Hour)
	w.converged()
	w.at(p.ID, payment.Refused)
}

// A browser and a server notification race; the stale one must not win, and one acknowledgement is written.
func TestNotificationAndReturnAtOnce(t *testing.T) {
	w := newWorld(t)
	n := 1000
	if testing.Short() {
		n = 50
	}
	w.bank.Notify = func(acquirer.Callback) {}
	for i := range n {
		id := fmt.Sprint(i)
		p, s := w.begin(id)
		back, err := w.bank.Visit(s, mock.Behaviour{})
		w.must("Visit", err)
		notification, err := w.bank.Notification(p.Reference)
		w.must("Notification", err)
		var effects [2]payment.Effect
		var wg sync.WaitGroup
		for i, cb := range []acquirer.Callback{notification, back} {
			wg.Go(func() {
				var err error
				if _, effects[i], err = w.Receive(w.ctx, cb); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if effects != [2]payment.Effect{payment.EffectChanged, payment.EffectDuplicate} && effects != [2]payment.Effect{payment.EffectDuplicate, payment.EffectChanged} {
			t.Fatalf("effects %v, want one changed and one duplicate", effects)
		}
		w.work()
		if d := cmp.Diff([]string{"acknowledgement"}, w.letters(p.Debtor)); d != "" {
			t.Fatal(d)
		}
	}
	w.converged()
}

// One contradiction does not hide another: that the bank does not know a paid payment is written, whatever it said of it before.
func TestContradictionsOfTwoKinds(t *testing.T) {
	w, b := newStatus(t)
	p, _ := w.begin("1")
	w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "1"})
	w.say(p, acquirer.Result{Outcome: acquirer.Refused, Code: "51"})
	b.status = func(ref string) (acquirer.Result, error) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: ref, Kind: acquirer.ErrNotFound}
	}
	w.pass(27 * time.Hour)
	w.tells(p.ID, "created opened accepted→paid refused/contradiction overdue/noted absent/contradiction")
}

func TestLateTruthWins(t *testing.T) {
	for _, end := range []acquirer.Outcome{acquirer.Refused, acquirer.Cancelled, acquirer.Expired, acquirer.Failed} {
		t.Run(string(end), func(t *testing.T) {
			w := newWorld(t)
			p, _ := w.begin("1")
			w.say(p, acquirer.Result{Outcome: end})
			w.at(p.ID, payment.State(end))
			if e := w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "1"}); e != payment.EffectChanged {
				t.Errorf("effect %s", e)
			}
			w.at(p.ID, payment.Paid)
			// Refused after paid: still paid, journaled once.
			for range 3 {
				if e := w.say(p, acquirer.Result{Outcome: acquirer.Refused, Code: "51"}); e != payment.EffectContradiction {
					t.Errorf("effect %s", e)
				}
			}
			w.at(p.ID, payment.Paid)
			w.tells(p.ID, "created opened "+string(end)+" accepted→paid refused/contradiction")
		})
	}
}

// say has the bank notify r about a payment; fields that r leaves empty are as ordered.
func (w *world) say(p payment.Payment, r acquirer.Result) payment.Effect {
	w.Helper()
	_, e, err := w.try(p, r)
	w.must("Receive", err)
	return e
}

func (w *world) try(p payment.Payment, r acquirer.Result) (payment.Payment, payment.Effect, error) {
	w.Helper()
	if r.Reference == "" {
		r.Reference = p.Reference
	}
	if r.OrderID == "" {
		r.OrderID = string(p.ID)
	}
	if r.Merchant == "" {
		r.Merchant = p.Merchant
	}
	if r.Amount.IsZero() {
		r.Amount = p.Amount
	}
	if r.Currency == "" {
		r.Currency = p.Currency
	}
	if r.At.IsZero() {
		r.At = w.clock.Now()
	}
	cb, err := w.bank.Seal(r, acquirer.Notify)
	w.must("Seal", err)
	return w.Receive(w.ctx, cb)
}

// Amounts that were never compared with the order, and the like: money that differs from the order is never "paid".
func TestWhatDoesNotMatch(t *testing.T) {
	for _, c := range []struct {
		name string
		with acquirer.Result
	}{
		{"amount", acquirer.Result{Amount: decimal.New(1, -2)}},
		{"currency", acquirer.Result{Currency: "USD"}},
		{"merchant", acquirer.Result{Merchant: "002001000000001"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			p, _ := w.begin("1")
			r := c.with
			r.Outcome = acquirer.Refused
			if e := w.say(p, r); e != payment.EffectContradiction {
				t.Errorf("a refusal that does not match: %s", e)
			}
			w.at(p.ID, payment.Redirected)
			r.Outcome = acquirer.Accepted
			if e := w.say(p, r); e != payment.EffectChanged {
				t.Errorf("an acceptance that does not match: %s", e)
			}
			w.at(p.ID, payment.Review)
			for range 3 {
				if e := w.say(p, r); e != payment.EffectNoted {
					t.Errorf("again: %s", e)
				}
			}
			w.tells(p.ID, "created opened unfit/contradiction mismatched→review")
			w.work()
			if d := cmp.Diff([]string{"acknowledgement"}, w.letters(p.Debtor)); d != "" {
				t.Error("money was accepted: " + d)
			}
		})
	}
	t.Run("order", func(t *testing.T) { // after a restore from a backup references repeat
		w := newWorld(t)
		p, _ := w.begin("1")
		_, _, err := w.try(p, acquirer.Result{OrderID: "aaaaaaaaaaaaaaaaaaaaaaaaaa", Outcome: acquirer.Accepted})
		if !errors.Is(err, payment.ErrNotFound) {
			t.Errorf("error %v", err)
		}
		w.tells(p.ID, "created opened")
		w.orphaned(1)
	})
	t.Run("another authorisation", func(t *testing.T) {
		w := newWorld(t)
		p := w.ended("1", acquirer.Accepted)
		if e := w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "000001"}); e != payment.EffectContradiction {
			t.Errorf("effect %s", e)
		}
		w.at(p.ID, payment.Review)
		w.tells(p.ID, "created opened accepted→paid mismatched/contradiction questioned→review")
	})
}

func (w *world) orphaned(want int) {
	w.Helper()
	w.work()
	n := 0
	for _, err := range w.store.Orphans(w.ctx) {
		w.must("Orphans", err)
		n++
	}
	delivered := 0
	for _, c := range w.changes {
		if c.Payment.ID == "" {
			delivered++
		}
	}
	if n != want || delivered != want {
		w.Errorf("%d orphans, %d delivered, want %d", n, delivered, want)
	}
}

// Two accepted payments of one claim: the second is in review, with its acknowledgement.
func TestPaidTwice(t *testing.T) {
	w := newWorld(t)
	first, _ := w.begin("1")
	w.say(first, acquirer.Result{Outcome: acquirer.Expired})
	second, _ := w.begin("1")
	w.say(first, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "000001"})
	w.at(first.ID, payment.Paid)
	w.at(second.ID, payment.Redirected)
	w.say(second, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "000002"})
	p := w.at(second.ID, payment.Review)
	w.tells(second.ID, "created opened accepted_too→review")
	w.work()
	if d := cmp.Diff([]string{"acknowledgement", "acknowledgement"}, w.letters(p.Debtor)); d != "" {
		t.Error(d)
	}
	_, err := w.Resolve(w.ctx, payment.Resolution{Command: payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "?"}, Verdict: payment.VerdictKeep})
	if !errors.Is(err, payment.ErrClaimPaid) {
		t.Errorf("keeping both: %v", err)
	}
}

func TestUnknownReference(t *testing.T) {
	w := newWorld(t)
	p, _ := w.begin("1")
	for _, c := range []struct {
		reference string
		outcome   acquirer.Outcome
		orphans   int
	}{
		{"PCLCB172540009999", acquirer.Refused, 0},
		{"OTHER172540009999", acquirer.Accepted, 0}, // another installation's
		{"PCLCB172540009999", acquirer.Accepted, 1},
		{"PCLCB172540009999", acquirer.Accepted, 1},
	} {
		_, _, err := w.try(p, acquirer.Result{Reference: c.reference, Outcome: c.outcome, At: noon})
		if !errors.Is(err, payment.ErrNotFound) {
			t.Errorf("%s: error %v", c.reference, err)
		}
		w.orphaned(c.orphans)
	}
}

// Pending is not paid: 60, 62 and a code that nobody knows.
func TestPendingIsNotPaid(t *testing.T) {
	for _, code := range []string{"60", "62", "Z9"} {
		t.Run(code, func(t *testing.T) {
			w := newWorld(t)
			p, s := w.begin("1")
			w.visit(s, mock.Behaviour{Code: code})
			w.at(p.ID, payment.Unknown)
			w.pass(time.Hour)
			w.at(p.ID, payment.Unknown)
			if _, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("1"), Debt: debt("1")}); !errors.Is(err, payment.ErrHeld) {
				t.Errorf("a second payment meanwhile: %v", err)
			}
			w.must("Decide", w.bank.Decide(p.Reference, mock.Behaviour{Outcome: acquirer.Accepted}))
			w.at(p.ID, payment.Paid)
			w.pass(time.Minute)
			w.converged()
		})
	}
}

// A replayed message must not fill the disk, whatever the state.
func TestReplayIsWrittenOnce(t *testing.T) {
	w := newWorld(t)
	p, s := w.begin("1")
	w.visit(s, mock.Behaviour{Code: "60"})
	cb, err := w.bank.Notification(p.Reference)
	w.must("Notification", err)
	before := w.get(p.ID).Version
	for range 20 {
		_, _, err := w.Receive(w.ctx, cb)
		w.must("Receive", err)
	}
	if after := w.get(p.ID).Version; after != before {
		t.Errorf("version %d after 20 replays, was %d", after, before)
	}
}

func TestForged(t *testing.T) {
	w := newWorld(t)
	p, s := w.begin("1")
	cb, err := w.bank.Visit(s, mock.Behaviour{Abandon: false, Outcome: acquirer.Refused})
	w.must("Visit", err)
	w.at(p.ID, payment.Refused)
	for _, f := range []mock.Fault{mock.Tampered, mock.Forged, mock.Unsealed} {
		q, e, err := w.Receive(w.ctx, mock.Spoil(cb, f))
		if !errors.Is(err, acquirer.ErrUnverified) || e != "" || q.ID != "" {
			t.Errorf("%s: %v %s %v", f, q, e, err)
		}
	}
	w.tells(p.ID, "created opened refused")
}
