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
	want.Unrecorded, want.Review, want.OldestReview = 0, 1, p.CreatedAt
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
