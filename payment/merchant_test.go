package payment_test

import (
	"context"
	"errors"
	"net/url"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// otherMerchant is a bank of another contract, which counts the questions that it is asked.
type otherMerchant struct {
	*mock.Acquirer
	asked int
}

func (b *otherMerchant) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	b.asked++
	return b.Acquirer.Status(ctx, q)
}

// moved returns a service of the same fund under its new contract, on the same store.
func (w *world) moved(others ...acquirer.Client) (*payment.Service, *otherMerchant) {
	w.Helper()
	b := &otherMerchant{Acquirer: &mock.Acquirer{MerchantID: "002001000000001", Now: w.clock.Now}}
	s, err := payment.New(payment.Config{
		Store: w.store, Acquirer: b, Others: others, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: w.clock.Now,
	})
	w.must("New", err)
	return s, b
}

// workFor lets time pass while only s works.
func (w *world) workFor(s *payment.Service, d time.Duration) {
	w.Helper()
	for end := w.clock.Now().Add(d); w.clock.Now().Before(end); {
		w.clock.Add(10 * time.Minute)
		for {
			n, err := s.WorkOnce(w.ctx)
			if w.must("WorkOnce", err); n == 0 {
				break
			}
		}
	}
}

// M1: the bank of the new contract knows nothing of a payment of the old one, and is not asked. Money at the old bank is not written off.
func TestM1AnotherMerchantIsNotAsked(t *testing.T) {
	w := newWorld(t)
	w.bank.Notify = func(acquirer.Callback) {}
	p, s := w.begin("1")
	if _, err := w.bank.Visit(s, mock.Behaviour{Abandon: true}); !errors.Is(err, mock.ErrNoReturn) {
		t.Fatal(err)
	}
	svc, b := w.moved()
	w.workFor(svc, 48*time.Hour)
	w.at(p.ID, payment.Redirected)
	if b.asked != 0 {
		t.Errorf("the wrong bank was asked %d times", b.asked)
	}
	if _, _, err := svc.Refresh(w.ctx, p.ID); !errors.Is(err, payment.ErrUnserved) || b.asked != 0 {
		t.Errorf("Refresh: %v, asked %d times", err, b.asked)
	}
	if h, err := svc.Health(w.ctx); err != nil || h.Unserved != 1 {
		t.Errorf("Health: %d unserved, %v", h.Unserved, err)
	}
	again, _ := w.moved(w.bank)
	w.workFor(again, time.Hour)
	w.at(p.ID, payment.Paid)
	if h, err := again.Health(w.ctx); err != nil || h.Unserved != 0 {
		t.Errorf("Health with the old bank beside: %d unserved, %v", h.Unserved, err)
	}
}

// M1: what nobody serves goes to a person, a day after it would have been overdue.
func TestM1UnservedGoesToAPerson(t *testing.T) {
	w := newWorld(t)
	p, _ := w.begin("1")
	refund := w.ended("2", acquirer.Accepted)
	w.refund(refund)
	svc, b := w.moved()
	w.workFor(svc, 95*time.Hour)
	w.at(p.ID, payment.Redirected)
	w.at(refund.ID, payment.Refunding)
	w.workFor(svc, 4*time.Hour)
	w.at(p.ID, payment.Review)
	w.at(refund.ID, payment.Review)
	if b.asked != 0 {
		t.Errorf("the wrong bank was asked %d times", b.asked)
	}
}

// M1: created and paid ask nobody, so their timers run in every process.
func TestM1TimersRunEverywhere(t *testing.T) {
	w, g := newGate(t)
	paid := w.ended("1", acquirer.Accepted)
	g.inside = func() { panic("killed") }
	func() {
		defer func() { recover() }()
		w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("2")})
	}()
	svc, _ := w.moved()
	w.workFor(svc, 25*time.Hour)
	w.tells(paid.ID, "created opened accepted→paid overdue/noted")
	for p, err := range w.List(w.ctx, payment.Filter{Debt: debt("2").ID}) {
		w.must("List", err)
		w.at(p.ID, payment.Failed)
	}
}

// A hint about a payment whose session is not committed yet asks nobody, and does not end it: Begin is under way.
func TestHintBeforeTheSessionIsCommitted(t *testing.T) {
	w := newWorld(t)
	bank := &mock.Acquirer{Now: w.clock.Now, MerchantID: "hints", Traits: mock.Direct, Notify: func(acquirer.Callback) {}}
	early := &hintsWhileOpening{Client: bank.Client()}
	svc, err := payment.New(payment.Config{
		Store: w.store, Acquirer: early, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: w.clock.Now,
	})
	w.must("New", err)
	early.opening = func(reference string) {
		var p payment.Payment
		for range 2 { // the second is put off for ten seconds
			q, effect, err := svc.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify, Query: url.Values{"reference": {reference}}})
			if p = q; err != nil || effect != "" || p.State != payment.Created {
				t.Errorf("%v, effect %q, %v", p, effect, err)
			}
		}
		w.clock.Add(11 * time.Second)
		if n, err := svc.WorkOn(w.ctx, payment.WorkAttention, p.ID); n != 0 || err != nil {
			t.Errorf("%d looks at a payment that is being begun, %v", n, err)
		}
	}
	p, session, err := svc.Begin(w.ctx, payment.BeginRequest{Key: key("early"), Debt: debt("early")})
	if err != nil || p.State != payment.Redirected || session.IsZero() {
		t.Errorf("%v, session %v, %v", p, session, err)
	}
}

// hintsWhileOpening is an acquirer whose message comes before its answer to Begin.
type hintsWhileOpening struct {
	acquirer.Client
	opening func(reference string)
}

func (h *hintsWhileOpening) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	h.opening(o.Reference)
	return h.Client.Begin(ctx, o)
}

func (*hintsWhileOpening) Parse(cb acquirer.Callback) (acquirer.Result, error) {
	return acquirer.Result{Reference: cb.Query.Get("reference"), Hint: true}, nil
}

// saying is an acquirer that says the same of every message.
type saying struct {
	*mock.Acquirer
	err error
}

func (b saying) Parse(acquirer.Callback) (acquirer.Result, error) { return acquirer.Result{}, b.err }

// Of two acquirers the one whose seal is right says more about a message than the one whose seal is missing, whichever comes first.
func TestTwoAcquirersAboutOneMessage(t *testing.T) {
	for _, c := range []struct{ first, second, want error }{
		{acquirer.ErrUnverified, acquirer.ErrInvalid, acquirer.ErrInvalid},
		{acquirer.ErrInvalid, acquirer.ErrUnverified, acquirer.ErrInvalid},
		{acquirer.ErrUnverified, acquirer.ErrUnverified, acquirer.ErrUnverified},
		{acquirer.ErrUnverified, errDown, errDown},
	} {
		w := newWorld(t, func(cfg *payment.Config) {
			cfg.Acquirer = saying{cfg.Acquirer.(*mock.Acquirer), c.first}
			cfg.Others = []acquirer.Client{saying{&mock.Acquirer{MerchantID: "002001000000001"}, c.second}}
		})
		if _, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify}); !errors.Is(err, c.want) {
			t.Errorf("%v and %v: %v, want %v", c.first, c.second, err, c.want)
		}
	}
}
