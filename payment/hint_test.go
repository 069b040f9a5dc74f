package payment_test

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// hintBank is an acquirer whose messages are the hint that the test says, and which counts the questions that it is asked.
type hintBank struct {
	acquirer.Client
	hint  acquirer.Result
	asked int
}

func (b *hintBank) Parse(acquirer.Callback) (acquirer.Result, error) {
	b.hint.Hint = true
	return b.hint, nil
}

func (b *hintBank) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	b.asked++
	return b.Client.Status(ctx, q)
}

// newHints returns a world whose bank gives sessions with a proof, behind a hintBank.
func newHints(t *testing.T) (*world, *hintBank) {
	b := &hintBank{}
	w := newWorld(t, func(c *payment.Config) {
		bank := c.Acquirer.(*mock.Acquirer)
		bank.Traits = mock.Direct
		b.Client = bank.Client()
		c.Acquirer = b
	})
	w.bank.Notify = func(acquirer.Callback) {}
	return w, b
}

// A return without the proof of the payment's own session asks nobody: anybody can guess a number.
func TestReturnBringsTheProof(t *testing.T) {
	w, b := newHints(t)
	p, _ := w.begin("1")
	if p.Handle.Proof == "" {
		t.Fatal("the session has no proof")
	}
	for _, proof := range []string{"", "x", p.Handle.Session, p.Handle.Proof + "x"} {
		b.hint.Handle = acquirer.Handle{Session: p.Handle.Session, Proof: proof}
		_, effect, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Return})
		if !errors.Is(err, acquirer.ErrUnverified) || effect != "" || b.asked != 0 {
			t.Errorf("proof %q: effect %q, %v, asked %d times", proof, effect, err, b.asked)
		}
	}
	b.hint.Handle.Proof = p.Handle.Proof
	if _, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Return}); err != nil || b.asked != 1 {
		t.Errorf("the right proof: %v, asked %d times", err, b.asked)
	}
}

// However many hints come about a payment, its acquirer is asked once in ten seconds; a clock that was set back holds up nothing.
func TestHintsAskOnceInTenSeconds(t *testing.T) {
	w, b := newHints(t)
	p, _ := w.begin("1")
	b.hint = acquirer.Result{Reference: p.Reference}
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {0, 1}, {10*time.Second - time.Microsecond, 1}, {time.Microsecond, 2}, {-time.Hour, 3}, {0, 3}} {
		w.clock.Add(c.after)
		if _, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify}); err != nil || b.asked != c.want {
			t.Errorf("after %v more: %v, asked %d times, want %d", c.after, err, b.asked, c.want)
		}
	}
}

// What a message said while the acquirer was asked about a hint is what the payer sees, and not the payment as it was before.
func TestHintIsOvertaken(t *testing.T) {
	w, b := newHints(t)
	p, s := w.begin("1")
	w.visit(s, mock.Behaviour{})
	bank, inside := b.Client, false
	b.Client = statusOf{bank, func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
		if !inside {
			inside = true
			_, _, err := w.Refresh(ctx, p.ID)
			w.must("Refresh", err)
		}
		return bank.Status(ctx, q)
	}}
	b.hint = acquirer.Result{Reference: p.Reference}
	q, effect, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify})
	if err != nil || q.State != payment.Paid || effect != "" {
		t.Errorf("%s, effect %q, %v; want the payment that is paid", q.State, effect, err)
	}
	w.tells(p.ID, "created opened accepted→paid")
	if q.Handle.Payment == "" {
		t.Error("the payment's id was not learned")
	}
	w.sound() // and its journal commits to the session that was opened, whatever id was learned since
}

// hastenless is a store that cannot make a payment due while it is down.
type hastenless struct {
	payment.Store
	down bool
}

func (s *hastenless) Hasten(ctx context.Context, id payment.ID, at time.Time) error {
	if s.down {
		return errors.New("the store is down")
	}
	return s.Store.Hasten(ctx, id, at)
}

// Hints that come while the store is down take no question away from those that come later.
func TestHintsAskAfterAnOutage(t *testing.T) {
	b, store := &hintBank{}, &hastenless{}
	w := newWorld(t, func(c *payment.Config) {
		bank := c.Acquirer.(*mock.Acquirer)
		bank.Traits = mock.Direct
		b.Client = bank.Client()
		store.Store = c.Store
		c.Acquirer, c.Store = b, store
	})
	w.bank.Notify = func(acquirer.Callback) {}
	p, _ := w.begin("1")
	b.hint = acquirer.Result{Reference: p.Reference}
	store.down = true
	for range 100 {
		w.clock.Add(10 * time.Second)
		if _, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify}); err == nil {
			t.Fatal("the store is down, and there is no error")
		}
	}
	store.down = false
	w.clock.Add(10 * time.Second)
	if _, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify}); err != nil || b.asked != 1 {
		t.Errorf("after the outage: %v, asked %d times, want once", err, b.asked)
	}
}

// A hint asks in between, and what the acquirer does not know then is no second « not found », nor one more failure: from the first to the second
// five minutes pass, whoever sends hints, and twelve hints make nothing stuck.
func TestHintsAskInBetween(t *testing.T) {
	for _, every := range []time.Duration{time.Second, 11 * time.Second, 2 * time.Minute} {
		t.Run(every.String(), func(t *testing.T) {
			w, b := newHints(t)
			p, _ := w.begin("1")
			b.Client = statusOf{b.Client, func(context.Context, acquirer.Question) (acquirer.Result, error) {
				return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrNotFound}
			}}
			b.hint = acquirer.Result{Reference: p.Reference}
			w.clock.Add(p.Session.ExpiresAt.Sub(w.clock.Now()) + 2*time.Minute)
			w.work()
			first := w.clock.Now()
			w.at(p.ID, payment.Redirected)
			for hinted := time.Duration(0); w.get(p.ID).State == payment.Redirected && hinted < time.Hour; hinted += time.Second {
				w.clock.Add(time.Second)
				if hinted%every == 0 {
					_, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify})
					w.must("Receive", err)
				}
				w.work()
				if h, err := w.Health(w.ctx); err != nil || h.Stuck != 0 {
					t.Fatalf("%v after the first answer %d are stuck, %v", hinted, h.Stuck, err)
				}
			}
			if after := w.clock.Now().Sub(first); after < 5*time.Minute || after > 6*time.Minute {
				t.Errorf("it is %s after %v, want five minutes", w.get(p.ID).State, after)
			}
		})
	}
}

// The answer to a hint may say that nobody has paid yet and name the attempt all the same: its id is kept, since a session is forgotten.
func TestHintsAnswerIsLearned(t *testing.T) {
	for name, tt := range map[string]struct {
		session string
		want    string
	}{"of the payment": {"", "N1"}, "of another session": {"another", ""}} {
		t.Run(name, func(t *testing.T) {
			w, b := newHints(t)
			p, _ := w.begin("1")
			b.hint = acquirer.Result{Reference: p.Reference}
			b.Client = statusOf{b.Client, func(_ context.Context, q acquirer.Question) (acquirer.Result, error) {
				return acquirer.Result{
					Reference: q.Reference, Merchant: q.Merchant, Outcome: acquirer.Open,
					Handle: acquirer.Handle{Session: cmp.Or(tt.session, q.Handle.Session), Payment: "N1"},
				}, nil
			}}
			_, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify})
			w.must("Receive", err)
			if now := w.get(p.ID); now.Handle.Payment != tt.want || now.Version != p.Version {
				t.Errorf("id %q at version %d, want %q", now.Handle.Payment, now.Version, tt.want)
			}
		})
	}
}

// A look that was overtaken by a hint, and then learned nothing, does not take from the row the id that the hint's answer brought: without it a
// session that is forgotten can no longer be asked about.
func TestOvertakenLookKeepsTheLearnedID(t *testing.T) {
	w, b := newHints(t)
	p, _ := w.begin("1")
	b.hint = acquirer.Result{Reference: p.Reference}
	asked := 0
	b.Client = statusOf{b.Client, func(_ context.Context, q acquirer.Question) (acquirer.Result, error) {
		if asked++; asked > 1 {
			h := q.Handle
			h.Payment = "N1"
			return acquirer.Result{Reference: q.Reference, Merchant: q.Merchant, Outcome: acquirer.Open, Handle: h}, nil
		}
		_, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify})
		w.must("Receive", err)
		if got := w.get(p.ID).Handle.Payment; got != "N1" {
			t.Errorf("the hint's answer left the id %q", got)
		}
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrUnavailable}
	}}
	w.clock.Set(p.AttentionAt)
	_, err := w.WorkOn(w.ctx, payment.WorkAttention, p.ID)
	w.must("WorkOn", err)
	if now := w.get(p.ID); now.Handle.Payment != "N1" || now.Version != p.Version+1 {
		t.Errorf("after the look: id %q, version %d", now.Handle.Payment, now.Version)
	}
}

// What a version before wrote of a payment that was not found has no instant, and counts as long ago.
func TestNotFoundOfAVersionBefore(t *testing.T) {
	w, b := newHints(t)
	p, _ := w.begin("1")
	b.Client = statusOf{b.Client, func(context.Context, acquirer.Question) (acquirer.Result, error) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrNotFound}
	}}
	w.clock.Add(p.Session.ExpiresAt.Sub(w.clock.Now()) + 2*time.Minute)
	tasks, err := w.store.LeaseOne(w.ctx, payment.WorkAttention, p.ID, payment.Serving{Merchants: []string{p.Merchant}}, w.clock.Now(), time.Minute)
	if err != nil || len(tasks) != 1 {
		t.Fatal(tasks, err)
	}
	w.must("Release", w.store.Release(w.ctx, tasks[0], w.clock.Now(), "not found"))
	w.work()
	w.at(p.ID, payment.Expired)
}

// A hint of one contract's bank is about no payment of another's, whatever reference it names.
func TestHintOfAnotherMerchant(t *testing.T) {
	w := newWorld(t)
	p, _ := w.begin("1")
	b := &hintBank{Client: &mock.Acquirer{MerchantID: "002001000000001", Now: w.clock.Now}, hint: acquirer.Result{Reference: p.Reference}}
	svc, err := payment.New(payment.Config{
		Store: w.store, Acquirer: b, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: w.clock.Now,
	})
	w.must("New", err)
	if q, _, err := svc.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify}); !errors.Is(err, payment.ErrNotFound) || q.ID != "" {
		t.Errorf("%v, %v", q, err)
	}
	if q := w.get(p.ID); !q.AttentionAt.Equal(p.AttentionAt) {
		t.Errorf("it is due at %v, was at %v", q.AttentionAt, p.AttentionAt)
	}
}

// waitingBank is an acquirer whose messages are hints that name a reference, and which answers no question before it may.
type waitingBank struct {
	acquirer.Client
	asked chan string
	may   chan struct{}
}

func (b *waitingBank) Parse(cb acquirer.Callback) (acquirer.Result, error) {
	return acquirer.Result{Hint: true, Reference: cb.Form.Get("reference")}, nil
}

func (b *waitingBank) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	b.asked <- q.Reference
	<-b.may
	return b.Client.Status(context.WithoutCancel(ctx), q)
}

// However many payments hints come about, 64 questions are under way at once in a process; beyond them the payment is due, and asked about later.
func TestHintsAskSixtyFourAtOnce(t *testing.T) {
	const atOnce = 64
	b := &waitingBank{asked: make(chan string, 2*atOnce), may: make(chan struct{})}
	w := newWorld(t, func(c *payment.Config) { b.Client, c.Acquirer = c.Acquirer, b })
	hint := func(p payment.Payment) error {
		_, _, err := w.Receive(w.ctx, acquirer.Callback{Channel: acquirer.Notify, Form: url.Values{"reference": {p.Reference}}})
		return err
	}
	var all sync.WaitGroup
	for n := range atOnce {
		p, _ := w.begin(strconv.Itoa(n))
		all.Go(func() {
			if err := hint(p); err != nil {
				t.Errorf("hint %d: %v", n, err)
			}
		})
	}
	for range atOnce {
		<-b.asked
	}
	last, _ := w.begin("one more")
	w.must("one hint more", hint(last)) // it does not wait
	if q := w.get(last.ID); len(b.asked) != 0 || q.AttentionAt.After(w.clock.Now()) {
		t.Errorf("beside %d questions %d more are asked; the payment is due at %v, now it is %v", atOnce, len(b.asked), q.AttentionAt, w.clock.Now())
	}
	close(b.may)
	all.Wait()
	w.must("the hint again", hint(last))
	if len(b.asked) != 1 || <-b.asked != last.Reference {
		t.Error("once the others have ended, the hint asks nobody")
	}
}
