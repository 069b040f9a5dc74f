package payment_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// countingStore counts what is written to a store.
type countingStore struct {
	payment.Store
	writes atomic.Int32
}

func (s *countingStore) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	s.writes.Add(1)
	return s.Store.Commit(ctx, p, e)
}

func (s *countingStore) Release(ctx context.Context, t payment.Task, again time.Time, cause string) error {
	s.writes.Add(1)
	return s.Store.Release(ctx, t, again, cause)
}

func (s *countingStore) Hasten(ctx context.Context, id payment.ID, at time.Time) error {
	s.writes.Add(1)
	return s.Store.Hasten(ctx, id, at)
}

func (s *countingStore) LeaseOne(ctx context.Context, k payment.WorkKind, id payment.ID, of payment.Serving, now time.Time, d time.Duration) ([]payment.Task, error) {
	s.writes.Add(1)
	return s.Store.LeaseOne(ctx, k, id, of, now, d)
}

func (s *countingStore) Orphan(ctx context.Context, r acquirer.Result, at time.Time) error {
	s.writes.Add(1)
	return s.Store.Orphan(ctx, r, at)
}

// A payer who reloads the page of his return every ten seconds for an hour writes nothing after the first time, however the payment ended.
func TestReloadingTheReturnWritesNothing(t *testing.T) {
	for name, traits := range mock.Kinds() {
		for _, code := range []string{"00", "05", "17"} {
			t.Run(name+" "+code, func(t *testing.T) {
				store := &countingStore{}
				w := newWorld(t, func(c *payment.Config) {
					store.Store, c.Store = c.Store, store
					bank := c.Acquirer.(*mock.Acquirer)
					bank.Traits = traits
					c.Acquirer = bank.Client()
				})
				w.bank.Notify = func(acquirer.Callback) {}
				p, s := w.begin("1")
				back, err := w.bank.Visit(s, mock.Behaviour{Code: code})
				w.must("Visit", err)
				back.Channel = acquirer.Return
				var shown []payment.State
				h := w.ReturnHandler(func(_ *http.Request, p payment.Payment, err error) string {
					if err != nil {
						t.Errorf("the page of the return: %v", err)
					}
					shown = append(shown, p.State)
					return "/accueil"
				})
				load := func() {
					r, err := mock.NewRequest(w.ctx, "https://portail.example/paiement/retour", back)
					w.must("NewRequest", err)
					rec := httptest.NewRecorder()
					if h.ServeHTTP(rec, r); rec.Code != http.StatusSeeOther {
						t.Errorf("status %d", rec.Code)
					}
				}
				load()
				ended := w.get(p.ID)
				if ended.State.Attempt() || len(shown) != 1 || shown[0] != ended.State {
					t.Fatalf("after the first time it is %s, and %v was shown", ended.State, shown)
				}
				w.work()
				writes, changes := store.writes.Load(), len(w.changes)
				for range 360 {
					w.clock.Add(10 * time.Second)
					load()
				}
				if n := store.writes.Load() - writes; n != 0 {
					t.Errorf("360 reloads wrote %d times", n)
				}
				w.work()
				if q := w.get(p.ID); q.Version != ended.Version || len(w.changes) != changes || len(shown) != 361 || shown[360] != ended.State {
					t.Errorf("after an hour: version %d, was %d; %s; %d pages: %s", q.Version, ended.Version, q.State, len(shown), w.story(p.ID))
				}
			})
		}
	}
}

// A payer who comes back again to a payment that was refused, and has paid meanwhile, is believed as soon as the acquirer says so.
func TestReloadingFindsALateTruth(t *testing.T) {
	refused := true
	w := newWorld(t, func(c *payment.Config) {
		bank := c.Acquirer.(*mock.Acquirer)
		bank.Traits = mock.PayFiP
		c.Acquirer = statusOf{bank.Client(), func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
			r, err := bank.Status(ctx, q)
			if refused && err == nil {
				r.Outcome, r.Code = acquirer.Refused, "05"
			}
			return r, err
		}}
	})
	w.bank.Notify = func(acquirer.Callback) {}
	p, s := w.begin("1")
	back, err := w.bank.Visit(s, mock.Behaviour{})
	w.must("Visit", err)
	for i, want := range []payment.State{payment.Refused, payment.Refused, payment.Paid, payment.Paid} {
		refused = i < 2
		q, _, err := w.Receive(w.ctx, back)
		if w.must("Receive", err); q.State != want {
			t.Errorf("the return number %d finds it %s, want %s", i+1, q.State, want)
		}
		w.clock.Add(10 * time.Second)
	}
	w.tells(p.ID, "created opened refused accepted→paid")
}
