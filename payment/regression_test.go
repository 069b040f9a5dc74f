package payment_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// statusBank answers with the test's functions, and with the bank's own answers where the test has none.
type statusBank struct {
	*mock.Acquirer
	status func(ref string) (acquirer.Result, error)
	cancel func(m acquirer.Modification) (acquirer.Result, error)
	refund func(m acquirer.Modification) (acquirer.Result, error)
	begin  func(s acquirer.Session, err error) (acquirer.Session, error)
	asked  int
}

func (b *statusBank) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	b.asked++
	if b.status == nil {
		return b.Acquirer.Status(ctx, q)
	}
	return b.status(q.Reference)
}

func (b *statusBank) Cancel(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	if b.cancel == nil {
		return b.Acquirer.Cancel(ctx, m)
	}
	return b.cancel(m)
}

func (b *statusBank) Refund(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	if b.refund == nil {
		return b.Acquirer.Refund(ctx, m)
	}
	return b.refund(m)
}

func (b *statusBank) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	s, err := b.Acquirer.Begin(ctx, o)
	if b.begin != nil {
		return b.begin(s, err)
	}
	return s, err
}

// newStatus returns a world with a statusBank before its bank. The bank's notifications are lost.
func newStatus(t *testing.T, with ...func(*payment.Config)) (*world, *statusBank) {
	b := &statusBank{}
	w := newWorld(t, append([]func(*payment.Config){func(c *payment.Config) { b.Acquirer = c.Acquirer.(*mock.Acquirer); c.Acquirer = b }}, with...)...)
	w.bank.Notify = func(acquirer.Callback) {}
	return w, b
}

// filledFromOrder returns r with the payment's reference, order, merchant, amount and currency.
func filledFromOrder(p payment.Payment, r acquirer.Result) acquirer.Result {
	r.Reference, r.OrderID, r.Merchant, r.Currency = p.Reference, string(p.ID), p.Merchant, p.Currency
	if r.Amount.IsZero() {
		r.Amount = p.Amount
	}
	return r
}

// Evidence in review that the browser brings again and again is written once.
func TestReplayByBrowserIsWrittenOnce(t *testing.T) {
	w := newWorld(t)
	p, s := w.begin("1")
	w.bank.Notify = func(acquirer.Callback) {}
	w.visit(s, mock.Behaviour{Code: "60"})
	p = w.at(p.ID, payment.Unknown)
	r := acquirer.Result{Reference: p.Reference, OrderID: string(p.ID), Merchant: p.Merchant, Amount: p.Amount, Currency: "EUR", Outcome: acquirer.Pending, Code: "62"}
	cb, err := w.bank.Seal(r, acquirer.Return)
	w.must("Seal", err)
	for range 3 {
		_, _, err := w.Receive(w.ctx, cb)
		w.must("Receive", err)
	}
	w.tells(p.ID, "created opened pending→unknown pending/noted")
}

// Money found by asking, while another payment of the claim has some, is for a person.
func TestPaidTwiceFoundByAsking(t *testing.T) {
	w := newWorld(t)
	w.bank.Notify = func(acquirer.Callback) {}
	first, _ := w.begin("1")
	w.say(first, acquirer.Result{Outcome: acquirer.Expired})
	second, s := w.begin("1")
	w.say(first, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "000001"})
	if _, err := w.bank.Visit(s, mock.Behaviour{Abandon: true}); !errors.Is(err, mock.ErrNoReturn) {
		t.Fatal(err)
	}
	w.pass(20 * time.Minute)
	w.tells(second.ID, "created opened accepted_too→review")
}

// The answer to a question is about somebody else's order: an orphan, and not about this payment.
func TestAnswerAboutAnotherOrder(t *testing.T) {
	w, b := newStatus(t)
	p, _ := w.begin("1")
	b.status = func(string) (acquirer.Result, error) {
		r := filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "1"})
		r.OrderID = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
		return r, nil
	}
	w.pass(2 * time.Hour)
	w.tells(p.ID, "created opened absent→expired")
	w.orphaned(1)
}

// A result that does not bring the order back counts by its reference.
func TestNoOrderInTheResult(t *testing.T) {
	w, b := newStatus(t)
	p, _ := w.begin("1")
	b.status = func(string) (acquirer.Result, error) {
		r := filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted})
		r.OrderID = ""
		return r, nil
	}
	_, _, err := w.Refresh(w.ctx, p.ID)
	w.must("Refresh", err)
	w.at(p.ID, payment.Paid)
	// #25: an answer without an authorisation is no other authorisation
	q := w.ended("2", acquirer.Accepted)
	if e := w.say(q, acquirer.Result{Outcome: acquirer.Accepted}); q.Authorisation == "" || e != payment.EffectDuplicate {
		t.Errorf("%q %s", q.Authorisation, e)
	}
}

// At the end without money the clock has no say, and a late look that finds nothing ends.
func TestEndIsNeverOverdue(t *testing.T) {
	for _, c := range []struct {
		r   acquirer.Result
		err error
	}{{acquirer.Result{Outcome: acquirer.Refused}, nil}, {err: acquirer.ErrUnavailable}} {
		w, b := newStatus(t)
		p, _ := w.begin("1")
		w.say(p, acquirer.Result{Outcome: acquirer.Refused})
		b.status = func(string) (acquirer.Result, error) {
			if c.err != nil {
				return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: c.err}
			}
			return filledFromOrder(p, c.r), nil
		}
		w.clock.Add(80 * time.Hour) // no worker ran for three days
		w.work()
		w.at(p.ID, payment.Refused)
	}
}

// What is found on the debt between the acquirer's answer and the session's commit.
func TestRecordedWhileBeginning(t *testing.T) {
	for _, other := range []bool{false, true} {
		w, g := newGate(t)
		old := w.ended("1", acquirer.Cancelled)
		g.inside = func() {
			w.say(old, acquirer.Result{Outcome: acquirer.Accepted})
			_, err := w.Record(w.ctx, old.ID)
			w.must("Record", err)
		}
		d := debt("1")
		if other {
			d.Notice.Number = "another"
		}
		_, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k2", Debt: d})
		if other != (err == nil) || s.IsZero() == other || !other && !errors.Is(err, payment.ErrHeld) {
			t.Errorf("another notice %v: %v %v", other, s, err)
		}
	}
}

// Created is looked at at BeginTimeout + 90 s, not before.
func TestCreatedIsGivenItsTime(t *testing.T) {
	w, g := newGate(t)
	g.inside = func() { w.pass(2*time.Minute - time.Second) }
	p, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")})
	if err != nil || p.State != payment.Redirected || s.IsZero() {
		t.Errorf("%v %v %v", p, s, err)
	}
}

// Nobody waits for an acquirer that does not answer.
func TestAcquirerThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		h := &hanging{Acquirer: &mock.Acquirer{Now: time.Now}}
		s, err := payment.New(payment.Config{Store: payment.NewMemoryStore(), Acquirer: h, Policies: creance.Ameli(), ReturnURL: "https://x.example/r"})
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		h.begin = true
		if _, _, err := s.Begin(t.Context(), payment.BeginRequest{Key: "a", Debt: debt("a")}); err == nil || time.Since(begun) != 30*time.Second {
			t.Errorf("Begin: %v after %v", err, time.Since(begun))
		}
		h.begin = false
		p, _, err := s.Begin(t.Context(), payment.BeginRequest{Key: "b", Debt: debt("b")})
		if err != nil {
			t.Fatal(err)
		}
		begun = time.Now()
		if _, _, err := s.Refresh(t.Context(), p.ID); err == nil || time.Since(begun) != 20*time.Second {
			t.Errorf("Refresh: %v after %v", err, time.Since(begun))
		}
	})
}

type hanging struct {
	*mock.Acquirer
	begin bool
}

func (h *hanging) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	if h.begin {
		<-ctx.Done()
		return acquirer.Session{}, ctx.Err()
	}
	return h.Acquirer.Begin(ctx, o)
}
func (h *hanging) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	<-ctx.Done()
	return acquirer.Result{}, ctx.Err()
}

// Two answers that nothing went back, five minutes apart, stand between two calls.
func TestTwoAnswersBeforeTheNextCall(t *testing.T) {
	w, b := newStatus(t)
	p := w.ended("1", acquirer.Accepted)
	var calls []time.Time
	var asked []time.Time
	b.status = func(r string) (acquirer.Result, error) {
		asked = append(asked, w.clock.Now())
		return b.Acquirer.Status(w.ctx, acquirer.Question{Reference: r})
	}
	b.cancel = func(acquirer.Modification) (acquirer.Result, error) {
		calls = append(calls, w.clock.Now())
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpCancel, Kind: acquirer.ErrUnanswered}
	}
	w.refund(p)
	w.pass(time.Hour)
	for i := 1; i < len(calls); i++ {
		between := slices.DeleteFunc(slices.Clone(asked), func(at time.Time) bool { return !at.After(calls[i-1]) || at.After(calls[i]) })
		if len(between) < 2 || between[len(between)-1].Sub(between[len(between)-2]) < 5*time.Minute {
			t.Errorf("between call %d and the next: asked at %v", i, between)
		}
	}
	if len(calls) < 2 {
		t.Fatal(calls)
	}
}

// No call on an answer that is no acceptance of this order; no end on an answer that gave nothing back.
func TestNoCallOnABadAnswer(t *testing.T) {
	for _, r := range []acquirer.Result{
		{Outcome: acquirer.Pending}, {Outcome: acquirer.Refused}, {Outcome: acquirer.Accepted, Merchant: "x"},
		{Outcome: acquirer.Accepted, Returning: decimal.New(75_00, -2)}, // all of it is on its way
	} {
		w, b := newStatus(t)
		p := w.ended("1", acquirer.Accepted)
		b.status = func(string) (acquirer.Result, error) {
			q := filledFromOrder(p, r)
			if r.Merchant != "" {
				q.Merchant = r.Merchant
			}
			return q, nil
		}
		b.cancel = func(acquirer.Modification) (acquirer.Result, error) {
			t.Errorf("called on %v", r)
			return acquirer.Result{}, nil
		}
		w.refund(p)
		w.pass(time.Hour)
		w.at(p.ID, payment.Refunding)
	}
	w, b := newStatus(t)
	p := w.ended("1", acquirer.Accepted)
	b.cancel = func(m acquirer.Modification) (acquirer.Result, error) {
		return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted}), nil
	}
	w.refund(p)
	w.pass(time.Minute)
	w.at(p.ID, payment.Refunding)
}

// The cause is in the journal; a refund that could not be called for has a week from when it was asked.
func TestRefundOfAnOldPaymentHasItsWeek(t *testing.T) {
	w, b := newStatus(t)
	p := w.ended("1", acquirer.Accepted)
	_, err := w.Record(w.ctx, p.ID)
	w.must("Record", err)
	w.pass(100 * time.Hour)
	b.status = func(string) (acquirer.Result, error) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrUnavailable}
	}
	w.refund(w.get(p.ID))
	w.pass(166 * time.Hour)
	w.at(p.ID, payment.Refunding)
	w.pass(8 * time.Hour)
	w.at(p.ID, payment.Review)
	said := false
	for e := range w.Journal(w.ctx, p.ID) {
		said = said || e.Event == payment.OnSilent && strings.Contains(e.Why, "unavailable")
	}
	if !said {
		t.Error("the journal does not say why")
	}
}

// A payment is kept for five years and not a day less.
func TestEraseOnlyAfterFiveYears(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	w.Record(w.ctx, p.ID)
	w.work()
	w.clock.Add((5*365+2)*24*time.Hour - time.Microsecond)
	if e, err := w.Erase(w.ctx, p.Debtor); err != nil || !errors.Is(e.Err(), payment.ErrRetained) {
		t.Errorf("%v %v", e, err)
	}
	w.clock.Add(2 * time.Microsecond)
	if e, err := w.Erase(w.ctx, p.Debtor); len(e.Erased) != 1 || e.Err() != nil || err != nil {
		t.Errorf("%v %v", e, err)
	}
}

// What is committed here goes out at once, not at the next poll.
func TestWorkWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		var at []time.Time
		w := newWorld(t, func(c *payment.Config) {
			c.Now, c.Acquirer.(*mock.Acquirer).Now = time.Now, time.Now
			c.Deliver = func(context.Context, payment.Change) error { at = append(at, time.Now()); return nil }
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Work(ctx) }()
		time.Sleep(10*time.Second + time.Second/2)
		begun := time.Now()
		w.begin("1")
		time.Sleep(time.Minute)
		cancel()
		<-done
		if len(at) != 2 || at[1].Sub(begun) > 0 {
			t.Errorf("delivered %v after %v", at, begun)
		}
	})
}

// After a clerk's NoMoney the payment is looked at twice, as after every end: thirty minutes and 26 hours later.
func TestNoMoneyIsLookedAtTwice(t *testing.T) {
	w, b := newSilent(t, acquirer.ErrUnavailable)
	p, _ := w.begin("1")
	w.pass(80 * time.Hour)
	w.at(p.ID, payment.Review)
	b.err = nil // it answers, and knows of nothing
	w.resolve(p.ID, payment.VerdictNoMoney)
	decided, before := w.clock.Now(), len(b.asked)
	w.pass(100 * time.Hour)
	var got []time.Duration
	for _, at := range b.asked[before:] {
		got = append(got, (at - decided.Sub(b.begun)).Round(time.Minute))
	}
	if d := cmp.Diff([]time.Duration{30 * time.Minute, 26 * time.Hour}, got); d != "" {
		t.Errorf("asked after the verdict (-want +got):\n%s", d)
	}
	w.at(p.ID, payment.Failed)
}

// An end without money is not asked about for ever, whatever the acquirer says of it.
func TestPendingAfterTheEndIsNotAskedForEver(t *testing.T) {
	w, b := newStatus(t)
	p, _ := w.begin("1")
	w.say(p, acquirer.Result{Outcome: acquirer.Refused})
	b.status = func(string) (acquirer.Result, error) {
		return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Pending, Code: "60"}), nil
	}
	for range 32 * 24 {
		w.clock.Add(time.Hour)
		w.work()
	}
	if q := w.at(p.ID, payment.Refused); !q.AttentionAt.IsZero() || b.asked > 40 {
		t.Errorf("asked %d times in a month, next %v", b.asked, q.AttentionAt)
	}
}

// An answer that contradicts what is known does not make the worker ask again at once.
func TestContradictionsDoNotSpin(t *testing.T) {
	w, b := newStatus(t)
	p, _ := w.begin("1")
	n := 0
	b.status = func(string) (acquirer.Result, error) {
		n++
		return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Refused, Amount: decimal.New(1, -2), AcquirerCode: fmt.Sprint(n)}), nil
	}
	w.clock.Add(17 * time.Minute)
	w.work()
	if b.asked != 1 {
		t.Errorf("asked %d times at one instant", b.asked)
	}
}

// After 94 the reference is somebody else's: their money is not ours, and is kept as an orphan.
func TestSomebodyElsesReference(t *testing.T) {
	w, b := newStatus(t)
	b.begin = func(acquirer.Session, error) (acquirer.Session, error) {
		return acquirer.Session{}, &acquirer.Error{Op: acquirer.OpBegin, Kind: acquirer.ErrReferenceUsed, Code: "94"}
	}
	p, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")})
	if !errors.Is(err, acquirer.ErrReferenceUsed) {
		t.Fatal(err)
	}
	r := filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "1", At: noon})
	r.OrderID = ""
	cb, err := w.bank.Seal(r, acquirer.Notify)
	w.must("Seal", err)
	if _, _, err := w.Receive(w.ctx, cb); !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	w.at(p.ID, payment.Failed)
	w.orphaned(1)
	w.pass(30 * time.Hour)
	if b.asked > 0 {
		t.Errorf("asked %d times", b.asked)
	}
}

// A change that the host took late is taken: it is not handed over for ever.
func TestSlowDeliverIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		w := newWorld(t, func(c *payment.Config) {
			c.Now = time.Now
			c.Acquirer.(*mock.Acquirer).Now = time.Now
		})
		w.delivered = func(payment.Change) error { time.Sleep(30 * time.Second); return nil }
		w.begin("1")
		for range 5 {
			w.WorkOnce(w.ctx)
			time.Sleep(time.Minute)
		}
		if n := len(w.changes); n != 2 {
			t.Errorf("two changes were handed over %d times", n)
		}
	})
}

// Money that went back before its acceptance was known is an acceptance and a return: dated, acknowledged and booked.
func TestReturnedBeforeItWasHeardOf(t *testing.T) {
	w := newWorld(t)
	w.bank.Notify = func(acquirer.Callback) {}
	p, s := w.begin("1")
	if _, err := w.bank.Visit(s, mock.Behaviour{Abandon: true}); !errors.Is(err, mock.ErrNoReturn) {
		t.Fatal(err)
	}
	_, err := w.bank.Cancel(w.ctx, acquirer.Modification{Reference: p.Reference, Amount: p.Amount, Currency: "EUR"})
	w.must("Cancel", err)
	w.pass(20 * time.Minute)
	if q := w.at(p.ID, payment.Review); q.PaidAt.IsZero() || q.Authorisation == "" || q.ReturnedAt.IsZero() {
		t.Errorf("paid at %v, authorisation %q, returned at %v", q.PaidAt, q.Authorisation, q.ReturnedAt)
	}
	w.converged()
}

// A verdict answers the acquirer's last message: the same message again, on any channel, undoes nothing; another one does.
func TestAVerdictAnswersTheLastWord(t *testing.T) {
	w := newWorld(t)
	p, s := w.begin("1")
	cb, err := w.bank.Visit(s, mock.Behaviour{})
	w.must("Visit", err)
	w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: w.get(p.ID).Authorisation, Returned: p.Amount}) // sealed: it is back
	w.resolve(p.ID, payment.VerdictWasReturned)
	w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: w.get(p.ID).Authorisation, Returned: p.Amount})
	w.at(p.ID, payment.Refunded)
	if _, effect, err := w.Receive(w.ctx, cb); effect != payment.EffectDuplicate || err != nil {
		t.Errorf("the replay of the acceptance: %s %v", effect, err)
	}
	w.at(p.ID, payment.Refunded)
	for _, c := range []struct {
		effect payment.Effect
		to     payment.State
	}{{payment.EffectChanged, payment.Review}, {payment.EffectStale, payment.Refunded}} { // what the bank's book says: nothing went back
		if _, effect, err := w.Refresh(w.ctx, p.ID); effect != c.effect || err != nil {
			t.Errorf("a fresh answer: %s %v, want %s", effect, err, c.effect)
		}
		w.at(p.ID, c.to)
		if c.to == payment.Review {
			w.resolve(p.ID, payment.VerdictWasReturned) // the person has seen that too, and stands by it
		}
	}
}

// A salt that was removed does not hide that personal fields were changed.
func TestVerifyWithoutSalts(t *testing.T) {
	s := &tampered{}
	w := newWorld(t, func(c *payment.Config) { s.Store = c.Store; c.Store = s })
	w.ended("1", acquirer.Accepted)
	s.row = func(p payment.Payment) payment.Payment { p.Debtor = "somebody else"; return p }
	s.lines = func(all []payment.Entry) []payment.Entry {
		for i := range all {
			all[i].Salt = [16]byte{}
		}
		return all
	}
	if err := w.Verify(w.ctx, nil); !errors.Is(err, payment.ErrAltered) {
		t.Errorf("error %v", err)
	}
}

// The Why of the journal says what did not match the order, since no field keeps it.
func TestMismatchIsKept(t *testing.T) {
	w := newWorld(t)
	p, _ := w.begin("1")
	w.say(p, acquirer.Result{Outcome: acquirer.Accepted, Amount: decimal.New(1_00, -2), AuthorisationID: "000009"})
	var why string
	for e, err := range w.Journal(w.ctx, p.ID) {
		w.must("Journal", err)
		why = e.Why
	}
	if !strings.Contains(why, "1.00 EUR") || !strings.Contains(why, "000009") {
		t.Errorf("the journal says %q", why)
	}
}

// A text that a database or a screen does not take is refused.
func TestTextOfCommands(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	for _, c := range []payment.Command{
		{ID: p.ID, Version: p.Version, By: "a\x00b", Why: "x"},
		{ID: p.ID, Version: p.Version, By: "a", Why: "\xff"},
		{ID: p.ID, Version: p.Version, By: "a", Why: strings.Repeat("x", 3000)},
	} {
		if _, err := w.Question(w.ctx, c); !errors.Is(err, payment.ErrInvalid) {
			t.Errorf("error %v", err)
		}
	}
	for _, v := range []any{payment.Change{Payment: p, Entry: payment.Entry{By: "clerk-7"}}, payment.Entry{By: "clerk-7"},
		payment.Task{Payment: p}, payment.BeginRequest{Debt: debt("1")}} {
		if s := fmt.Sprintf("%v %+v %#v", v, v, v); strings.Contains(s, "clerk-7") || strings.Contains(s, p.Debtor) {
			t.Errorf("%T prints %s", v, s)
		}
	}
}

// failing is a store that fails where the test says.
type failing struct {
	payment.Store
	list, create, once error
}

func (s *failing) List(ctx context.Context, f payment.Filter) iter.Seq2[payment.Payment, error] {
	if s.list != nil {
		return func(yield func(payment.Payment, error) bool) { yield(payment.Payment{}, s.list) }
	}
	return s.Store.List(ctx, f)
}

func (s *failing) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	if err := s.once; err != nil {
		s.once = nil
		return err
	}
	if s.create != nil {
		return s.create
	}
	return s.Store.Create(ctx, p, e)
}

// When it cannot be seen whether money arrived on the debt meanwhile, no session is handed out.
func TestNoSessionWithoutTheSecondLook(t *testing.T) {
	f := &failing{list: errDown}
	w := newWorld(t, func(c *payment.Config) { f.Store = c.Store; c.Store = f })
	p, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")})
	if !errors.Is(err, errDown) || !s.IsZero() || p.State != payment.Failed {
		t.Errorf("%v %v %v", p, s, err)
	}
}

// A reference that is taken already is passed over.
func TestNextReference(t *testing.T) {
	f := &failing{once: payment.ErrReference}
	w := newWorld(t, func(c *payment.Config) { f.Store = c.Store; c.Store = f })
	if p, _ := w.begin("1"); p.Reference != "PCLCB172540000002" {
		t.Errorf("reference %s", p.Reference)
	}
}

// After a restore the numbers of today may have been used: five in a row are enough to say so, and nothing was begun.
func TestNoReferenceIsFree(t *testing.T) {
	f := &failing{create: payment.ErrReference}
	w := newWorld(t, func(c *payment.Config) { f.Store = c.Store; c.Store = f })
	p, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")})
	if !errors.Is(err, payment.ErrReference) || !strings.Contains(err.Error(), "five numbers of today in a row") || !s.IsZero() {
		t.Errorf("%v %v %v", p, s, err)
	}
	if n, err := w.Count(w.ctx, payment.Filter{}); n != 0 || err != nil {
		t.Errorf("%d payments were begun, %v", n, err)
	}
	if n, err := w.store.Sequence(w.ctx, "2017-09-11"); n != 6 || err != nil {
		t.Errorf("the next number is %d, want 6: %v", n, err)
	}
}

// A payer is never sent to an address that is none, and an acquirer that does not say until when has an hour.
func TestSessionsOfAStrangeAcquirer(t *testing.T) {
	w, b := newStatus(t)
	b.begin = func(s acquirer.Session, err error) (acquirer.Session, error) {
		s.URL = "javascript:alert(1)"
		return s, err
	}
	if p, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")}); err == nil || !s.IsZero() || p.State != payment.Failed {
		t.Errorf("%v %v %v", p, s, err)
	}
	b.begin = func(s acquirer.Session, err error) (acquirer.Session, error) {
		s.ExpiresAt = time.Time{}
		return s, err
	}
	if _, s := w.begin("2"); !s.ExpiresAt.Equal(noon.Add(time.Hour)) {
		t.Errorf("the session ends at %v", s.ExpiresAt)
	}
	b.begin = func(s acquirer.Session, err error) (acquirer.Session, error) {
		s.Handle = acquirer.Handle{Session: "s1"}
		return s, err
	}
	if p, s := w.begin("3"); s.ExpiresAt.IsZero() || !p.Handle.ExpiresAt.Equal(s.ExpiresAt) {
		t.Errorf("the handle expires at %v, its session at %v", p.Handle.ExpiresAt, s.ExpiresAt)
	}
}

// Two requests with one key at one moment: one of them begins, and the other is told so.
func TestOneKeyTwiceAtOnce(t *testing.T) {
	f := &failing{}
	w := newWorld(t, func(c *payment.Config) { f.Store = c.Store; c.Store = f })
	f.once = payment.ErrKeyReused // the other one was faster, after this one had looked
	_, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")})
	if !errors.Is(err, payment.ErrKeyReused) || !s.IsZero() {
		t.Errorf("%v %v", s, err)
	}
	if _, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")}); err != nil {
		t.Errorf("and nothing was kept: %v", err)
	}
}

// RecordWithin is the host's to set.
func TestRecordWithin(t *testing.T) {
	w := newWorld(t, func(c *payment.Config) { c.RecordWithin = 2 * time.Hour })
	p := w.ended("1", acquirer.Accepted)
	w.pass(2*time.Hour - time.Minute)
	w.tells(p.ID, "created opened accepted→paid")
	w.pass(2 * time.Minute)
	w.tells(p.ID, "created opened accepted→paid overdue/noted")
}

// A refund whose question is answered about somebody else's order goes to a person in the end, like one that is not answered.
func TestRefundAnswerAboutAnotherOrder(t *testing.T) {
	w, b := newStatus(t)
	p := w.ended("1", acquirer.Accepted)
	b.status = func(string) (acquirer.Result, error) {
		r := filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "1"})
		r.OrderID = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
		return r, nil
	}
	w.refund(p)
	w.pass(166 * time.Hour)
	w.at(p.ID, payment.Refunding)
	if b.asked < 5 || b.asked > 60 {
		t.Errorf("asked %d times in a week", b.asked)
	}
	w.pass(8 * time.Hour)
	w.at(p.ID, payment.Review)
	w.orphaned(1)
}

// resolve is a clerk's verdict on a payment in review.
func (w *world) resolve(id payment.ID, v payment.Verdict) payment.Payment {
	w.Helper()
	p := w.at(id, payment.Review)
	p, err := w.Resolve(w.ctx, payment.Resolution{Command: payment.Command{ID: id, Version: p.Version, By: "clerk", Why: "seen"}, Verdict: v})
	w.must("Resolve", err)
	return p
}

// takenAgain is a payment that was refunded and then accepted once more, under the authorisation BBBBBB: it is in review.
func (w *world) takenAgain() payment.Payment {
	w.Helper()
	p := w.ended("1", acquirer.Accepted)
	w.refund(p)
	w.work()
	w.at(p.ID, payment.Refunded)
	w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "BBBBBB"})
	return w.at(p.ID, payment.Review)
}

// A message that the first money is back does not say that the second is.
func TestAnotherAuthorisationIsBack(t *testing.T) {
	w, b := newStatus(t)
	p := w.takenAgain()
	b.cancel = func(acquirer.Modification) (acquirer.Result, error) {
		t.Error("called on an answer about other money")
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpCancel, Kind: acquirer.ErrConflict}
	}
	b.refund = b.cancel
	w.resolve(p.ID, payment.VerdictGiveBack) // the bank goes on to speak of the first
	w.pass(71 * time.Hour)
	w.at(p.ID, payment.Refunding)
	w.pass(8 * time.Hour)
	w.at(p.ID, payment.Review)
}

// Where the payment or the answer has no authorisation, what is back is the payment's money.
func TestBackWithoutAnAuthorisation(t *testing.T) {
	for _, c := range []struct {
		first, second string
		to            payment.State
	}{
		{"", "", payment.Review}, {"A", "", payment.Review}, {"", "A", payment.Review}, {"A", "A", payment.Review}, {"A", "B", payment.Paid},
	} {
		w := newWorld(t)
		p, _ := w.begin("1")
		w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: c.first})
		w.say(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: c.second, Returned: p.Amount})
		if q := w.get(p.ID); q.State != c.to {
			t.Errorf("%q is paid and %q is back: %s, want %s", c.first, c.second, q.State, c.to)
		}
	}
}

// The short answer to a call has no authorisation: what it gives back is the money that the payment speaks of.
func TestSecondRefundIsExported(t *testing.T) {
	w, b := newStatus(t)
	p := w.takenAgain()
	b.status = func(string) (acquirer.Result, error) {
		return filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "BBBBBB"}), nil
	}
	b.cancel = func(m acquirer.Modification) (acquirer.Result, error) {
		r := filledFromOrder(p, acquirer.Result{Outcome: acquirer.Accepted, Returned: m.Amount})
		r.OrderID = ""
		return r, nil
	}
	w.resolve(p.ID, payment.VerdictGiveBack)
	w.work()
	w.at(p.ID, payment.Refunded)
	w.clock.Add(24 * time.Hour)
	e := w.export("2017-09-11")
	if n := strings.Count(e.csv, "\nreturned;"); n != 2 || !slices.Contains(e.lines(t, "movement", "authorisation"), "returned BBBBBB") {
		t.Errorf("%d of two refunds are exported:\n%s", n, e.csv)
	}
}

// A second acceptance with another authorisation is for a person: at once, or once the refund that is under way is done.
func TestSecondAcceptanceIsForAPerson(t *testing.T) {
	second := acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "BBBBBB"}
	for _, when := range []payment.State{payment.Paid, payment.Refunding} {
		w := newWorld(t)
		p := w.ended("1", acquirer.Accepted)
		if when == payment.Paid {
			if q, _, err := w.try(p, second); err != nil || q.State != payment.Review {
				t.Errorf("who brings the second acceptance sees %v, %v", q, err)
			}
		}
		if when == payment.Refunding {
			w.refund(w.get(p.ID))
			w.say(p, second)
			w.at(p.ID, payment.Refunding)
			w.work()
		}
		w.at(p.ID, payment.Review)
		w.resolve(p.ID, payment.VerdictWasReturned)
		w.say(p, second) // it has led to something by now
		w.at(p.ID, payment.Refunded)
	}
}

// A replayed contradiction does not undo a clerk's later WasReturned; NoMoney is refused while its money is here.
func TestContradictionDoesNotUndoAVerdict(t *testing.T) {
	second := acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "BBBBBB"}
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	w.say(p, second)
	p = w.at(p.ID, payment.Review)
	_, err := w.Resolve(w.ctx, payment.Resolution{Command: payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "seen"}, Verdict: payment.VerdictNoMoney})
	if !errors.Is(err, payment.ErrNotAllowed) {
		t.Errorf("no money, with two acceptances in the journal: %v", err)
	}
	w.resolve(p.ID, payment.VerdictWasReturned)
	if effect := w.say(p, second); effect != payment.EffectStale {
		t.Errorf("the contradiction again: %s", effect)
	}
	w.at(p.ID, payment.Refunded)
}

// Money that a person kept after it went back does not stay in the book once the payment is refunded.
func TestKeptAfterItWentBack(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	_, err := w.bank.Cancel(w.ctx, acquirer.Modification{Reference: p.Reference, Amount: p.Amount, Currency: "EUR"})
	w.must("Cancel", err)
	_, _, err = w.Refresh(w.ctx, p.ID)
	w.must("Refresh", err)
	w.clock.Add(24 * time.Hour)
	w.resolve(p.ID, payment.VerdictKeep)
	w.clock.Add(24 * time.Hour)
	before := []exported{w.export("2017-09-11"), w.export("2017-09-12")}
	w.refund(w.get(p.ID))
	w.work()
	w.at(p.ID, payment.Refunded)
	w.clock.Add(24 * time.Hour)
	if before[0] != w.export("2017-09-11") || before[1] != w.export("2017-09-12") {
		t.Error("the refund changes days before it")
	}
	var got []string
	for _, day := range []string{"2017-09-11", "2017-09-12", "2017-09-13"} {
		got = append(got, w.export(day).lines(t, "day", "movement", "cents")...)
	}
	want := []string{
		"2017-09-11 accepted 7500", "2017-09-11 returned 7500", "2017-09-11 review 7500", "2017-09-12 accepted 7500", "2017-09-13 returned 7500",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the book reads %q, want %q", got, want)
	}
}

// blockedStore is a store whose writes wait, as behind a lock, until their context ends.
type blockedStore struct {
	payment.Store
	wait bool
}

func (s *blockedStore) until(ctx context.Context) error {
	if !s.wait {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Hour):
		return nil
	}
}

func (s *blockedStore) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	if err := s.until(ctx); err != nil {
		return err
	}
	return s.Store.Create(ctx, p, e)
}

func (s *blockedStore) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	if err := s.until(ctx); err != nil {
		return err
	}
	return s.Store.Commit(ctx, p, e)
}

func (s *blockedStore) Orphan(ctx context.Context, r acquirer.Result, at time.Time) error {
	if err := s.until(ctx); err != nil {
		return err
	}
	return s.Store.Orphan(ctx, r, at)
}

// What is dated before midnight is written before the day can be exported, five minutes later, or not at all.
func TestNothingIsWrittenAfterItsDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		st := &blockedStore{}
		w := newWorld(t, func(c *payment.Config) {
			st.Store = c.Store
			c.Store, c.Now, c.Acquirer.(*mock.Acquirer).Now = st, time.Now, time.Now
		})
		p := w.ended("1", acquirer.Accepted)
		asked, _ := w.begin("2")
		stranger := acquirer.Result{Outcome: acquirer.Accepted, Reference: "PCLCB172549999999", OrderID: "zz", AuthorisationID: "1"}
		st.wait = true
		for name, do := range map[string]func() error{
			"Question": func() error {
				_, err := w.Question(w.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "chargeback"})
				return err
			},
			"Record": func() error { _, err := w.Record(w.ctx, p.ID); return err },
			"Receive": func() error {
				_, _, err := w.try(asked, acquirer.Result{Outcome: acquirer.Accepted, AuthorisationID: "1"})
				return err
			},
			"Receive an orphan": func() error { _, _, err := w.try(asked, stranger); return err },
			"Begin": func() error {
				_, _, err := w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("3")})
				return err
			},
		} {
			begun := time.Now()
			err := do()
			if took := time.Since(begun); !errors.Is(err, context.DeadlineExceeded) || took > 4*time.Minute {
				t.Errorf("%s: error %v after %v", name, err, took)
			}
		}
	})
}
