package payment_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// What an operator must know is counted: also payments whose acquirer this process does not have.
func TestHealth(t *testing.T) {
	w := newWorld(t)
	want := payment.Health{}
	is := func(after string) {
		t.Helper()
		got, err := w.Health(w.ctx)
		w.must("Health", err)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", after, d)
		}
	}
	is("nothing was begun")
	p := w.ended("1", acquirer.Accepted)
	is("one is paid")
	w.pass(25 * time.Hour)
	want.Unrecorded = 1
	is("it is not taken into account")
	p, err := w.Question(w.ctx, payment.Command{ID: p.ID, Version: w.get(p.ID).Version, By: "clerk", Why: "complaint"})
	w.must("Question", err)
	want.Unrecorded, want.Review, want.OldestReview = 0, 1, w.clock.Now()
	is("a clerk must look")
	w.try(p, acquirer.Result{Reference: "PCLCB172540009999", Outcome: acquirer.Accepted, AuthorisationID: "000009"})
	want.Orphans = 1
	is("money belongs to no payment")
	w.ended("2", acquirer.Refused)
	is("a refused one is nobody's work")
	got, err := w.Find(w.ctx, p.Reference)
	if w.must("Find", err); got.ID != p.ID {
		t.Errorf("found %v", got)
	}

	other, err := payment.New(payment.Config{
		Store: w.store, Acquirer: &mock.Acquirer{MerchantID: "another"}, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: w.clock.Now,
	})
	w.must("New", err)
	h, err := other.Health(w.ctx)
	if w.must("Health", err); h.Unserved != 1 {
		t.Errorf("%d payments of another merchant are not over, want 1", h.Unserved)
	}
	n, err := other.Count(w.ctx, payment.Filter{NotOf: []string{"another"}})
	if w.must("Count", err); n != 2 {
		t.Errorf("%d payments of another merchant, want 2", n)
	}
}

// A chargeback of an old payment made an alarm the moment that it came: the review that waits longest was the payment that was begun first.
func TestOldestReviewIsThatWhichWaitsLongest(t *testing.T) {
	w := newWorld(t)
	old, young := w.ended("1", acquirer.Accepted), payment.Payment{}
	question := func(p payment.Payment) time.Time {
		t.Helper()
		_, err := w.Question(w.ctx, payment.Command{ID: p.ID, Version: w.get(p.ID).Version, By: "clerk", Why: "chargeback"})
		w.must("Question", err)
		return w.clock.Now()
	}
	oldest := func() time.Time {
		t.Helper()
		h, err := w.Health(w.ctx)
		w.must("Health", err)
		return h.OldestReview
	}
	w.pass(60 * 24 * time.Hour)
	young = w.ended("2", acquirer.Accepted)
	first := question(young)
	if got := oldest(); !got.Equal(first) {
		t.Errorf("one waits since %v, and not %v", first, got)
	}
	w.pass(48 * time.Hour)
	second := question(old)
	if got := oldest(); !got.Equal(first) {
		t.Errorf("two wait since %v and %v, and not %v", first, second, got)
	}
	_, err := w.Resolve(w.ctx, payment.Resolution{
		Command: payment.Command{ID: young.ID, Version: w.get(young.ID).Version, By: "clerk", Why: "ours"}, Verdict: payment.VerdictKeep,
	})
	w.must("Resolve", err)
	if got := oldest(); !got.Equal(second) {
		t.Errorf("the other waits since %v, and not %v", second, got)
	}
}
