package payment_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// mockPaid is a payer who pays.
var mockPaid = mock.Behaviour{}

// M14: a person who clicks « vérifier » a thousand times while the bank has not decided writes a handful of entries.
func TestM14PendingIsNotedOnceAnHour(t *testing.T) {
	w := newWorld(t)
	p, s := w.begin("1")
	w.visit(s, mock.Behaviour{Code: "60"})
	w.at(p.ID, payment.Unknown)
	w.work()
	before, letters := w.get(p.ID).Version, len(w.changes)
	for range 1000 {
		_, effect, err := w.Refresh(w.ctx, p.ID)
		if err != nil || effect != payment.EffectNoted {
			t.Fatalf("%s %v", effect, err)
		}
		w.clock.Add(3 * time.Second)
	}
	w.work()
	if n, m := w.get(p.ID).Version-before, len(w.changes)-letters; n < 1 || n > 3 || m != n {
		t.Errorf("1000 questions in fifty minutes wrote %d entries and delivered %d changes", n, m)
	}
	w.pass(10 * time.Hour)
	if n := strings.Count(w.story(p.ID), "pending/noted"); n < 4 || n > 14 {
		t.Errorf("%d entries in eleven hours", n)
	}
}

// M14: silence too.
func TestM14SilenceIsNotedOnceAnHour(t *testing.T) {
	w, _ := newSilent(t, acquirer.ErrUnavailable)
	p, _ := w.begin("1")
	w.pass(16 * time.Minute)
	for range 200 {
		w.must("Hasten", w.store.Hasten(w.ctx, p.ID, w.clock.Now()))
		w.work()
		w.clock.Add(15 * time.Second)
	}
	if n := strings.Count(w.story(p.ID), "silent/noted"); n < 1 || n > 2 {
		t.Errorf("200 questions without an answer in fifty minutes wrote %d entries", n)
	}
}

// M14: before the first policy's day the error has a name.
func TestM14NoPolicyHasAName(t *testing.T) {
	w := newWorld(t)
	w.clock.Add(-noon.Sub(time.Date(2015, time.July, 1, 12, 0, 0, 0, time.UTC)))
	if _, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")}); !errors.Is(err, creance.ErrNoPolicy) {
		t.Errorf("Begin: %v", err)
	}
}

// A payment without a handle, whose acquirer cannot be asked without one, is not asked about for ever: nothing was opened.
func TestNothingToAskBy(t *testing.T) {
	w := newWorld(t, func(c *payment.Config) {
		bank := c.Acquirer.(*mock.Acquirer)
		bank.Traits = mock.Direct
		c.Acquirer = bank.Client()
	})
	w.must("Inject", w.bank.Inject(acquirer.OpBegin, mock.Unreachable))
	p, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("1"), Debt: debt("1")})
	if !errors.Is(err, acquirer.ErrUnavailable) {
		t.Fatalf("Begin: %v", err)
	}
	w.pass(60 * time.Hour)
	if q := w.at(p.ID, payment.Failed); !q.AttentionAt.IsZero() {
		t.Errorf("looked at again at %v: %s", q.AttentionAt, w.story(p.ID))
	}
	if h, err := w.Health(w.ctx); err != nil || h.Stuck != 0 {
		t.Errorf("Health: %d stuck, %v", h.Stuck, err)
	}
}

// Numbers begin anew at midnight in Paris, which is ten or eleven in the evening by UTC.
func TestSequenceIsOfTheParisDay(t *testing.T) {
	for _, day := range []time.Time{
		time.Date(2017, time.September, 11, 0, 0, 0, 0, time.UTC), time.Date(2017, time.December, 31, 0, 0, 0, 0, time.UTC),
	} {
		w := newWorld(t)
		w.clock.Set(day)
		var got []int
		for i, hour := range []time.Duration{20, 20, 23, 25, 46, 47} {
			w.clock.Set(day.Add(hour*time.Hour + 30*time.Minute))
			p, _ := w.begin(string(rune('a' + i)))
			ref, err := payment.ParseReference(p.Reference)
			w.must("ParseReference", err)
			got = append(got, ref.Sequence)
		}
		want := []int{1, 2, 1, 2, 3, 1}
		if day.Month() == time.September { // summer: midnight is at 22:00 UTC
			want = []int{1, 2, 1, 2, 1, 2}
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("from %v: numbers %v, want %v", day, got, want)
				break
			}
		}
	}
}
