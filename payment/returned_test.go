package payment_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/shopspring/decimal"
)

// atTheDesk gives back at the bank's own desk, without us.
func (w *world) atTheDesk(p payment.Payment, cents int64) {
	w.Helper()
	m := acquirer.Modification{Reference: p.Reference, Merchant: p.Merchant, Amount: decimal.New(cents, -2), Currency: "EUR"}
	_, err := w.bank.Cancel(w.ctx, m)
	w.must("Cancel", err)
}

// M8: a person's wrong « déjà rendu » is beaten by the bank's sealed answer, and by a person.
func TestM8RefundedIsNotFinal(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	w.question(p)
	p = w.resolve(p.ID, payment.VerdictWasReturned)
	w.at(p.ID, payment.Refunded)
	if got := w.booked(p.ID); got != 0 {
		t.Errorf("the books have %d cents, by a person's word", got)
	}
	_, effect, err := w.Refresh(w.ctx, p.ID)
	if err != nil || effect != payment.EffectChanged {
		t.Errorf("the bank says that it is here: %s %v", effect, err)
	}
	w.at(p.ID, payment.Review)
	w.tells(p.ID, "created opened accepted→paid questioned→review was_returned→refunded not_returned→review")
	if got := w.booked(p.ID); got != 75_00 {
		t.Errorf("the books have %d cents", got)
	}
	if _, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("1"), Debt: debt("1")}); !errors.Is(err, payment.ErrHeld) {
		t.Errorf("the claim may be paid again: %v", err)
	}
	p = w.resolve(p.ID, payment.VerdictWasReturned)
	w.question(p)
	w.at(p.ID, payment.Review)
}

// M8: a chargeback that is won back is found by the look 26 hours after it, and leads to review; the books have both.
func TestM8ChargebackWonBack(t *testing.T) {
	w, b := newStatus(t)
	p, s := w.begin("1")
	w.visit(s, mockPaid)
	p = w.at(p.ID, payment.Paid)
	back := p.Amount
	b.status = func(string) (acquirer.Result, error) {
		return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, Code: "00", AuthorisationID: p.Authorisation, Returned: back}), nil
	}
	_, _, err := w.Refresh(w.ctx, p.ID)
	w.must("Refresh", err)
	w.resolve(p.ID, payment.VerdictWasReturned)
	if got := w.booked(p.ID); got != 0 {
		t.Errorf("the books have %d cents after the chargeback", got)
	}
	back = decimal.Decimal{}
	w.pass(27 * time.Hour)
	w.at(p.ID, payment.Review)
	if got := w.booked(p.ID); got != 75_00 {
		t.Errorf("the books have %d cents after it was won: %s", got, w.story(p.ID))
	}
}

// What a clerk kept after all had gone back is the same money again: what the bank says of it afterwards counts from there.
func TestKeptAndThenAPartIsBack(t *testing.T) {
	w, b := newStatus(t)
	p, s := w.begin("1")
	w.visit(s, mockPaid)
	p = w.get(p.ID)
	for i, step := range []struct {
		back int64
		want int64
	}{{75_00, 0}, {20_00, 55_00}, {30_00, 45_00}, {0, 75_00}, {75_00, 0}} {
		b.status = func(string) (acquirer.Result, error) {
			return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, Code: "00", AuthorisationID: p.Authorisation, Returned: decimal.New(step.back, -2)}), nil
		}
		_, _, err := w.Refresh(w.ctx, p.ID)
		w.must("Refresh", err)
		if got := w.booked(p.ID); got != step.want {
			t.Errorf("step %d: the books have %d cents, want %d: %s", i+1, got, step.want, w.story(p.ID))
		}
		if i == 0 {
			w.resolve(p.ID, payment.VerdictKeep)
		}
	}
}

// A clerk who said « déjà rendu » against the bank's word, and changes his mind, has a refund of what the bank says is left, or keeps it.
func TestAClerkChangesHisMind(t *testing.T) {
	for _, v := range []payment.Verdict{payment.VerdictGiveBack, payment.VerdictKeep} {
		t.Run(string(v), func(t *testing.T) {
			w := newWorld(t)
			p := w.ended("1", acquirer.Accepted)
			w.question(p)
			w.atTheDesk(p, 25_00)
			_, _, err := w.Refresh(w.ctx, p.ID)
			w.must("Refresh", err)
			w.question(w.resolve(p.ID, payment.VerdictWasReturned))
			w.resolve(p.ID, v)
			w.pass(30 * time.Hour)
			want := map[payment.Verdict]payment.State{payment.VerdictGiveBack: payment.Refunded, payment.VerdictKeep: payment.Paid}[v]
			q := w.at(p.ID, want)
			left := w.bank.Book()[0].Remaining()
			if got := w.booked(p.ID); got != left || !q.Left().Equal(decimal.New(left, -2)) {
				t.Errorf("the books have %d cents, the row %s, the bank %d: %s", got, q.Left(), left, w.story(p.ID))
			}
		})
	}
}

// All was back, a clerk said that no money is here, and then a part of it is here again: the payment is paid, and the books have the part.
func TestHereAgainAfterNoMoney(t *testing.T) {
	w, b := newStatus(t)
	p, s := w.begin("1")
	w.visit(s, mockPaid)
	p = w.get(p.ID)
	back := p.Amount
	b.status = func(string) (acquirer.Result, error) {
		return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, Code: "00", AuthorisationID: p.Authorisation, Returned: back}), nil
	}
	_, _, err := w.Refresh(w.ctx, p.ID)
	w.must("Refresh", err)
	w.resolve(p.ID, payment.VerdictNoMoney)
	back = decimal.New(25_00, -2)
	w.pass(time.Hour)
	if q := w.at(p.ID, payment.Paid); w.booked(p.ID) != 50_00 || !q.Left().Equal(decimal.New(50_00, -2)) {
		t.Errorf("the books have %d cents, the row %s: %s", w.booked(p.ID), q.Left(), w.story(p.ID))
	}
	back = decimal.New(40_00, -2)
	_, _, err = w.Refresh(w.ctx, p.ID)
	w.must("Refresh", err)
	if got := w.booked(p.ID); got != 35_00 {
		t.Errorf("the books have %d cents: %s", got, w.story(p.ID))
	}
}

// M9: a part that went back at the bank's desk is kept, noted once for each amount, and booked; a refund asks for what is left.
func TestM9PartIsHeard(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	for i, want := range []string{"25", "35"} {
		w.atTheDesk(p, []int64{25_00, 10_00}[i])
		for n := range 3 {
			_, effect, err := w.Refresh(w.ctx, p.ID)
			if wantEffect := []payment.Effect{payment.EffectNoted, payment.EffectDuplicate, payment.EffectDuplicate}[n]; err != nil || effect != wantEffect {
				t.Errorf("asked for the time %d: %s %v, want %s", n+1, effect, err, wantEffect)
			}
		}
		if q := w.at(p.ID, payment.Paid); !q.Returned.Equal(decimal.RequireFromString(want)) {
			t.Errorf("%s are back, want %s", q.Returned, want)
		}
	}
	w.tells(p.ID, "created opened accepted→paid returned_part/noted returned_part/noted")
	if got := w.booked(p.ID); got != 40_00 {
		t.Errorf("the books have %d cents", got)
	}
	w.refund(w.get(p.ID))
	w.pass(time.Hour)
	w.at(p.ID, payment.Refunded)
	if back, n := w.bank.Book()[0].Returned(), len(w.bank.Book()[0].Moves); back != 75_00 || n != 4 {
		t.Errorf("%d cents went back, in a book of %d moves", back, n)
	}
	if got := w.booked(p.ID); got != 0 {
		t.Errorf("the books have %d cents", got)
	}
	w.converged()
}

// M9: also in review the row follows what the bank says of a part: back, and here again.
func TestM9PartIsHeardInReview(t *testing.T) {
	w, b := newStatus(t)
	p, s := w.begin("1")
	w.visit(s, mockPaid)
	w.pass(20 * time.Minute)
	p = w.question(w.at(p.ID, payment.Paid))
	for _, back := range []decimal.Decimal{decimal.New(25_00, -2), decimal.New(10_00, -2), {}} {
		b.status = func(string) (acquirer.Result, error) {
			return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, Code: "00", AuthorisationID: p.Authorisation, Returned: back}), nil
		}
		if _, effect, err := w.Refresh(w.ctx, p.ID); err != nil || effect != payment.EffectNoted {
			t.Errorf("%s are back: %s, %v", back, effect, err)
		}
		if q := w.at(p.ID, payment.Review); !q.Returned.Equal(back) {
			t.Errorf("the row has %s, the bank says %s", q.Returned, back)
		}
	}
	w.tells(p.ID, "created opened accepted→paid questioned→review returned_part/noted not_returned/noted not_returned/noted")
}

// M9: « déjà rendu » after a part books what was left, and what cannot be given back says both amounts.
func TestM9WhatIsLeftIsSaid(t *testing.T) {
	w, b := newStatus(t)
	p, s := w.begin("1")
	w.visit(s, mockPaid)
	w.atTheDesk(p, 25_00)
	_, _, err := w.Refresh(w.ctx, p.ID)
	w.must("Refresh", err)
	refuse := func(m acquirer.Modification) (acquirer.Result, error) {
		if got := m.Amount.StringFixed(2); got != "50.00" {
			t.Errorf("%s are asked for", got)
		}
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpCancel, Reference: m.Reference, Kind: acquirer.ErrInvalid, Code: "12"}
	}
	b.cancel, b.refund = refuse, refuse
	w.refund(w.get(p.ID))
	w.pass(time.Minute)
	w.at(p.ID, payment.Review)
	var why string
	for e, err := range w.Journal(w.ctx, p.ID) {
		w.must("Journal", err)
		why = e.Why
	}
	if !strings.Contains(why, "50.00") || !strings.Contains(why, "75.00") {
		t.Errorf("the journal says %q, want both amounts", why)
	}
	w.resolve(p.ID, payment.VerdictWasReturned)
	if got := w.booked(p.ID); got != 0 {
		t.Errorf("the books have %d cents", got)
	}
}

// M10: a refund that could not be tried for 73 hours, because nobody worked or because the bank was out of reach, is tried before it is a
// person's.
func TestM10RefundIsTriedBeforeItIsOverdue(t *testing.T) {
	for name, outage := range map[string]func(*world, *statusBank){
		"nobody worked": func(w *world, _ *statusBank) { w.clock.Add(73 * time.Hour) },
		"the bank was out of reach": func(w *world, b *statusBank) {
			b.status = func(ref string) (acquirer.Result, error) {
				return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: ref, Kind: acquirer.ErrUnavailable}
			}
			w.pass(73 * time.Hour)
			b.status = nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, b := newStatus(t)
			p, s := w.begin("1")
			w.visit(s, mockPaid)
			w.refund(w.get(p.ID))
			outage(w, b)
			w.at(p.ID, payment.Refunding)
			w.pass(7 * time.Hour)
			w.at(p.ID, payment.Refunded)
			w.converged()
		})
	}
	t.Run("the answers allow no call", func(t *testing.T) {
		w, b := newStatus(t)
		p, s := w.begin("1")
		w.visit(s, mockPaid)
		p = w.get(p.ID)
		b.status = func(string) (acquirer.Result, error) { // somebody else is giving it back
			return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, Code: "00", AuthorisationID: p.Authorisation, Returning: p.Amount}), nil
		}
		w.refund(p)
		w.pass(71 * time.Hour)
		w.at(p.ID, payment.Refunding)
		w.pass(8 * time.Hour)
		w.at(p.ID, payment.Review)
	})
	t.Run("the limit counts from the first call", func(t *testing.T) {
		w, b := newStatus(t)
		p, s := w.begin("1")
		w.visit(s, mockPaid)
		w.refund(w.get(p.ID))
		w.clock.Add(73 * time.Hour)
		unanswered := func(m acquirer.Modification) (acquirer.Result, error) {
			return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpCancel, Reference: m.Reference, Kind: acquirer.ErrUnanswered}
		}
		b.cancel, b.refund = unanswered, unanswered
		w.pass(71 * time.Hour)
		w.at(p.ID, payment.Refunding)
		w.pass(8 * time.Hour)
		w.at(p.ID, payment.Review)
	})
}

// After a call without an answer the next one waits longer and longer: half as long as the refund has lasted, from a quarter of an hour to
// six hours.
func TestRefundWaitsLongerAndLonger(t *testing.T) {
	w, b := newRefundCounter(t, acquirer.ErrUnanswered)
	p := w.ended("1", acquirer.Accepted)
	w.refund(p)
	asked := w.clock.Now()
	w.pass(71 * time.Hour)
	if len(b.calls) < 8 || len(b.calls) > 20 {
		t.Errorf("%d calls in three days", len(b.calls))
	}
	for i := 1; i < len(b.calls); i++ {
		least := min(max(b.calls[i-1].Sub(asked)/2, 15*time.Minute), 6*time.Hour)
		if d := b.calls[i].Sub(b.calls[i-1]); d < least || d > least+15*time.Minute {
			t.Errorf("call %d came %v after the one before, want %v and a little", i+1, d, least)
		}
	}
}

// An acquirer that does not cancel, although its client has the method, is asked for a refund.
func TestUnsupportedTriesTheNextWay(t *testing.T) {
	w, b := newStatus(t)
	p, s := w.begin("1")
	w.visit(s, mockPaid)
	w.bank.Remit()
	b.cancel = func(m acquirer.Modification) (acquirer.Result, error) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpCancel, Reference: m.Reference, Kind: acquirer.ErrUnsupported}
	}
	w.refund(w.get(p.ID))
	w.pass(time.Minute)
	w.at(p.ID, payment.Refunded)
	w.converged()
}

// sleepyStore lets time pass inside the commit that says that money is about to be given back, as a machine does that is put to sleep.
type sleepyStore struct {
	payment.Store
	clock  *paymenttest.Clock
	sleeps time.Duration
}

func (s *sleepyStore) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	if e.Event == payment.OnRefundUnknown {
		s.clock.Add(s.sleeps)
		s.sleeps = 0
	}
	return s.Store.Commit(ctx, p, e)
}

// Who reads in the row that a refund was called for long ago may call again: a process that has slept since does not call any more.
func TestRefundAfterSleep(t *testing.T) {
	store := &sleepyStore{}
	w, _ := newStatus(t, func(c *payment.Config) { store.Store, c.Store = c.Store, store })
	store.clock = w.clock
	p := w.ended("1", acquirer.Accepted)
	w.refund(p)
	store.sleeps = time.Hour
	w.work()
	if back := w.bank.Book()[0].Returned(); back != 0 {
		t.Errorf("%d cents were given back by a call that the row dates an hour earlier", back)
	}
	w.pass(2 * time.Hour)
	w.at(p.ID, payment.Refunded)
}

// Money of which a person said first that it is kept and then that it went back, and which the bank says is here: no person can say that none
// moved, and a second authorisation is other money.
func TestKeptReturnedAndHereAllTheSame(t *testing.T) {
	w, b := newStatus(t)
	p := w.silentUntilReview(b)
	w.resolve(p.ID, payment.VerdictKeep)
	w.question(w.get(p.ID))
	w.resolve(p.ID, payment.VerdictWasReturned)
	authorisation := "AAAAAA"
	b.status = func(string) (acquirer.Result, error) {
		return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, Code: "00", AuthorisationID: authorisation}), nil
	}
	_, _, err := w.Refresh(w.ctx, p.ID)
	w.must("Refresh", err)
	p = w.at(p.ID, payment.Review)
	_, err = w.Resolve(w.ctx, payment.Resolution{Command: payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "?"}, Verdict: payment.VerdictNoMoney})
	if !errors.Is(err, payment.ErrNotAllowed) || !strings.Contains(err.Error(), "75.00") {
		t.Errorf("NoMoney: %v", err)
	}
	w.at(p.ID, payment.Review)
	authorisation = "BBBBBB"
	_, _, err = w.Refresh(w.ctx, p.ID)
	w.must("Refresh", err)
	if got := w.booked(p.ID); got != 150_00 {
		t.Errorf("the books have %d cents of two authorisations: %s", got, w.story(p.ID))
	}
}
