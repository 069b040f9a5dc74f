package payment_test

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// What may be done about a debt, along the life of its payment.
func TestOffer(t *testing.T) {
	w := newWorld(t)
	type answer struct {
		Payable  bool
		Held     payment.State
		Settled  bool
		Until    time.Duration // from now
		Eligible bool
	}
	ask := func(what string, want answer) payment.Offer {
		t.Helper()
		o, err := w.Offer(w.ctx, debt("1"))
		w.must("Offer", err)
		got := answer{Payable: o.Payable(), Settled: o.Debt.Status == creance.Settled, Eligible: o.Decision.Eligible()}
		if o.Held != nil {
			got.Held = o.Held.State
		}
		if !o.Until.IsZero() {
			got.Until = o.Until.Sub(w.clock.Now())
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
		return o
	}
	ask("at first", answer{Payable: true, Eligible: true})
	p, s := w.begin("1")
	o := ask("at the payment page", answer{Held: payment.Redirected, Eligible: true, Until: s.ExpiresAt.Sub(w.clock.Now())})
	if o.Held.ID != p.ID {
		t.Errorf("held by %v, want %v", o.Held, p)
	}
	if _, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("1"), Debt: debt("1")}); !errors.Is(err, payment.ErrHeld) {
		t.Errorf("Begin says %v where the offer is held", err)
	}
	w.clock.Add(s.ExpiresAt.Sub(w.clock.Now()))
	ask("once the page has closed", answer{Held: payment.Redirected, Eligible: true})
	w.say(p, acquirer.Result{Outcome: acquirer.Refused})
	ask("refused", answer{Payable: true, Eligible: true})

	q, s := w.begin("1")
	w.visit(s, mock.Behaviour{})
	w.at(q.ID, payment.Paid)
	ask("paid", answer{Held: payment.Paid, Eligible: true})
	_, err := w.Record(w.ctx, q.ID)
	w.must("Record", err)
	if o := ask("taken into account, and the host's ledger does not know", answer{Settled: true}); o.Recorded == nil || o.Recorded.ID != q.ID {
		t.Errorf("settled by %v, want %v", o.Recorded, q)
	}

	next := debt("1") // another notice of the same debt
	next.Notice.Number = "N-2"
	if o, err := w.Offer(w.ctx, next); err != nil || !o.Payable() || o.Recorded != nil {
		t.Errorf("the next notice: %v %v", o.Decision, err)
	}
}

// A debt can have been another person's once, whose payment holds or settled it: that there is one, and its state, is all that the new debtor's pages
// can show.
func TestOfferOfAnothersDebt(t *testing.T) {
	w := newWorld(t)
	mine := debt("1")
	mine.Debtor = "assure-99"
	mustSeeOnly := func(s payment.State, p *payment.Payment) {
		t.Helper()
		if diff := cmp.Diff(&payment.Payment{State: s}, p); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	p, session := w.begin("1")
	o, err := w.Offer(w.ctx, mine)
	w.must("Offer", err)
	mustSeeOnly(payment.Redirected, o.Held)
	if !o.Until.IsZero() || o.Payable() {
		t.Errorf("payable %v, until %v", o.Payable(), o.Until)
	}
	_, _, err = w.Begin(w.ctx, payment.BeginRequest{Key: key("1"), Debt: mine})
	held := (*payment.HeldError)(nil)
	if !errors.As(err, &held) {
		t.Fatal(err)
	}
	mustSeeOnly(payment.Redirected, &held.By)
	if want := "payment: the debt has a payment under way or made: another person's is redirected"; err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	w.visit(session, mock.Behaviour{})
	_, err = w.Record(w.ctx, p.ID)
	w.must("Record", err)
	o, err = w.Offer(w.ctx, mine)
	w.must("Offer", err)
	if o.Held != nil {
		t.Errorf("held by %v", o.Held)
	}
	mustSeeOnly(payment.Recorded, o.Recorded)
}

// The money of an older attempt comes while a newer one is under way: the offer names the one that has the money.
func TestOfferNamesTheMoney(t *testing.T) {
	w := newWorld(t)
	old := w.ended("1", acquirer.Cancelled)
	fresh, _ := w.begin("1")
	w.say(old, acquirer.Result{Outcome: acquirer.Accepted})
	o, err := w.Offer(w.ctx, debt("1"))
	if err != nil || o.Held == nil || o.Held.ID != old.ID || o.Payable() || !o.Until.IsZero() {
		t.Errorf("%v until %v, %v; want the older payment, not %v", o.Held, o.Until, err, fresh)
	}
}

func TestOfferOfWhatCannotBePaid(t *testing.T) {
	w := newWorld(t)
	d := debt("1")
	d.Items[0].Amount = decimal.New(49_99, -2) // S13
	d.Notice = nil                             // S15
	if o, err := w.Offer(w.ctx, d); err != nil || o.Payable() || len(o.Decision.Reasons) != 2 {
		t.Errorf("%v, %v, want both reasons", o.Decision, err)
	}
	if o, err := w.Offer(w.ctx, creance.Debt{}); err != nil || o.Payable() || o.Held != nil {
		t.Errorf("an empty debt: %v, %v", o, err)
	}
	early := newWorld(t, func(c *payment.Config) { c.Now = func() time.Time { return time.Unix(0, 0) } })
	if _, err := early.Offer(early.ctx, debt("1")); !errors.Is(err, creance.ErrNoPolicy) {
		t.Errorf("before the first policy: %v", err)
	}
	down := newWorld(t, func(c *payment.Config) { c.Store = unlistable{c.Store} })
	if _, err := down.Offer(down.ctx, debt("1")); !errors.Is(err, errDown) {
		t.Errorf("the store is down: %v", err)
	}
}

// unlistable is a store that lists nothing.
type unlistable struct{ payment.Store }

func (unlistable) List(context.Context, payment.Filter) iter.Seq2[payment.Payment, error] {
	return func(yield func(payment.Payment, error) bool) { yield(payment.Payment{}, errDown) }
}

// A portal that is closed begins nothing and keeps nothing, and what was begun goes on: the second click, the way back, the result, the
// refund.
func TestClosedPortal(t *testing.T) {
	w := newWorld(t)
	r := payment.BeginRequest{Key: "k", Debt: debt("1")}
	p, session, err := w.Begin(w.ctx, r)
	w.must("Begin", err)
	w.rig.Restart(func(c *payment.Config) { c.Acquirer, c.Others = nil, []acquirer.Client{c.Acquirer} })
	closed := w.rig.Service

	if _, _, err := closed.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("2")}); !errors.Is(err, payment.ErrClosed) {
		t.Errorf("Begin: %v", err)
	}
	if o, err := closed.Offer(w.ctx, debt("2")); err != nil || o.Payable() || !o.Closed || !o.Decision.Eligible() {
		t.Errorf("Offer: %+v, %v", o, err)
	}
	if n, err := closed.Count(w.ctx, payment.Filter{}); n != 1 || err != nil {
		t.Errorf("%d payments are kept, %v", n, err)
	}
	for name, again := range map[string]func() (payment.Payment, acquirer.Session, error){
		"the second click": func() (payment.Payment, acquirer.Session, error) { return closed.Begin(w.ctx, r) },
		"the way back":     func() (payment.Payment, acquirer.Session, error) { return closed.Resume(w.ctx, p.ID) },
	} {
		if q, s, err := again(); err != nil || q.ID != p.ID || s.URL != session.URL {
			t.Errorf("%s: %s, %v, %v", name, q.ID, s, err)
		}
	}
	callback, err := w.bank.Visit(session, mock.Behaviour{})
	w.must("Visit", err)
	if _, _, err := closed.Receive(w.ctx, callback); err != nil {
		t.Error(err)
	}
	paid, err := closed.Get(w.ctx, p.ID)
	w.must("Get", err)
	if _, err := closed.Refund(w.ctx, payment.Command{ID: p.ID, Version: paid.Version, By: "agent-1", Why: "the service ends"}); err != nil || paid.State != payment.Paid {
		t.Errorf("%s, %v", paid.State, err)
	}
	for n := 1; n > 0; {
		n, err = closed.WorkOnce(w.ctx)
		w.must("WorkOnce", err)
	}
	if back, err := closed.Get(w.ctx, p.ID); err != nil || back.State != payment.Refunded {
		t.Errorf("%s, %v", back.State, err)
	}
}
