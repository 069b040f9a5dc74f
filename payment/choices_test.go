package payment_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// actsByEvent is each act of a person, by its event.
var actsByEvent = map[payment.EventKind]func(*world, payment.Command) (payment.Payment, error){
	payment.OnRecorded:    func(w *world, c payment.Command) (payment.Payment, error) { return w.Record(w.ctx, c.ID) },
	payment.OnRefundAsked: func(w *world, c payment.Command) (payment.Payment, error) { return w.Refund(w.ctx, c) },
	payment.OnQuestioned:  func(w *world, c payment.Command) (payment.Payment, error) { return w.Question(w.ctx, c) },
	payment.OnKept:        resolves(payment.VerdictKeep),
	payment.OnGivingBack:  resolves(payment.VerdictGiveBack),
	payment.OnWasReturned: resolves(payment.VerdictWasReturned),
	payment.OnNoMoney:     resolves(payment.VerdictNoMoney),
}

func resolves(v payment.Verdict) func(*world, payment.Command) (payment.Payment, error) {
	return func(w *world, c payment.Command) (payment.Payment, error) {
		return w.Resolve(w.ctx, payment.Resolution{Command: c, Verdict: v})
	}
}

// What Choices offers is done, and what it does not offer is refused or changes nothing: in every state, with money and without, with
// another payment of the claim and without.
func TestChoices(t *testing.T) {
	t.Parallel()
	situations := map[string]func(*world, *statusBank) payment.Payment{
		"redirected": func(w *world, _ *statusBank) payment.Payment { p, _ := w.begin("1"); return p },
		"paid":       func(w *world, _ *statusBank) payment.Payment { return w.ended("1", acquirer.Accepted) },
		"recorded": func(w *world, _ *statusBank) payment.Payment {
			p, err := w.Record(w.ctx, w.ended("1", acquirer.Accepted).ID)
			w.must("Record", err)
			return p
		},
		"refused":   func(w *world, _ *statusBank) payment.Payment { return w.ended("1", acquirer.Refused) },
		"cancelled": func(w *world, _ *statusBank) payment.Payment { return w.ended("1", acquirer.Cancelled) },
		"failed":    func(w *world, _ *statusBank) payment.Payment { return w.ended("1", acquirer.Failed) },
		"review, sealed money": func(w *world, _ *statusBank) payment.Payment {
			return w.question(w.ended("1", acquirer.Accepted))
		},
		"review, silence": func(w *world, b *statusBank) payment.Payment { return w.silentUntilReview(b) },
		"failed, by a person": func(w *world, b *statusBank) payment.Payment {
			return w.resolve(w.silentUntilReview(b).ID, payment.VerdictNoMoney)
		},
		"kept, only by a person, in doubt": func(w *world, b *statusBank) payment.Payment {
			return w.question(w.resolve(w.silentUntilReview(b).ID, payment.VerdictKeep))
		},
		"refunding": func(w *world, _ *statusBank) payment.Payment {
			p := w.ended("1", acquirer.Accepted)
			p, err := w.Refund(w.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "asked"})
			w.must("Refund", err)
			return p
		},
		"refunded": func(w *world, _ *statusBank) payment.Payment {
			p := w.refund(w.ended("1", acquirer.Accepted))
			w.work()
			return w.at(p.ID, payment.Refunded)
		},
		"review, and the claim is paid by another": func(w *world, b *statusBank) payment.Payment {
			p := w.resolve(w.silentUntilReview(b).ID, payment.VerdictNoMoney)
			w.ended("1", acquirer.Accepted)
			return w.question(w.get(p.ID))
		},
		"review, and the claim is recorded by another": func(w *world, b *statusBank) payment.Payment {
			p := w.resolve(w.silentUntilReview(b).ID, payment.VerdictNoMoney)
			_, err := w.Record(w.ctx, w.ended("1", acquirer.Accepted).ID)
			w.must("Record", err)
			return w.question(w.get(p.ID))
		},
		"review, and another notice of the debt is recorded": func(w *world, b *statusBank) payment.Payment {
			p := w.resolve(w.silentUntilReview(b).ID, payment.VerdictNoMoney)
			next := debt("1")
			next.Notice.Number = "N-2"
			q, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("1"), Debt: next})
			w.must("Begin", err)
			w.visit(s, mock.Behaviour{})
			_, err = w.Record(w.ctx, w.at(q.ID, payment.Paid).ID)
			w.must("Record", err)
			return w.question(w.get(p.ID))
		},
	}
	offered := map[payment.EventKind]int{}
	for name, situation := range situations {
		for act, do := range actsByEvent {
			t.Run(fmt.Sprint(name, ", ", act), func(t *testing.T) {
				w, b := newStatus(t)
				w.clock.Add(time.Minute)
				p := situation(w, b)
				choices, err := w.Choices(w.ctx, p)
				if err != nil {
					t.Fatal(err)
				}
				q, err := do(w, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "a reason"})
				done := err == nil && q.State != p.State
				if slices.Contains(choices, act) != done {
					t.Errorf("the choices are %v; done: %v to %s (%v)", choices, done, q.State, err)
				}
				if !done && err != nil && !errors.Is(err, payment.ErrNotAllowed) && !errors.Is(err, payment.ErrClaimPaid) {
					t.Errorf("refused with %v", err)
				}
				if done {
					offered[act]++
				}
			})
		}
	}
	for act := range actsByEvent {
		if offered[act] == 0 {
			t.Errorf("%s is offered nowhere", act)
		}
	}
}

// What is no store's answer is not taken for a choice.
func TestChoicesOfABrokenStore(t *testing.T) {
	w := newWorld(t)
	p := w.question(w.ended("1", acquirer.Accepted))
	broken := errors.New("broken")
	s, err := payment.New(payment.Config{
		Store: brokenJournal{w.store, broken}, Acquirer: w.bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/paiement/retour",
	})
	if err != nil {
		t.Fatal(err)
	}
	if choices, err := s.Choices(w.ctx, p); !errors.Is(err, broken) || choices != nil {
		t.Errorf("Choices: %v, %v", choices, err)
	}
}

// brokenJournal is a store whose journals cannot be read.
type brokenJournal struct {
	payment.Store
	err error
}

func (b brokenJournal) Journal(context.Context, ...payment.ID) iter.Seq2[payment.Entry, error] {
	return func(yield func(payment.Entry, error) bool) { yield(payment.Entry{}, b.err) }
}
