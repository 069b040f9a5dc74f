package payment_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// All notifications lost, and nobody comes back: every accepted payment is still found.
func TestAllNotificationsLost(t *testing.T) {
	w := newWorld(t)
	w.bank.Notify = func(acquirer.Callback) {}
	ends := []acquirer.Outcome{acquirer.Accepted, acquirer.Refused, acquirer.Cancelled, acquirer.Accepted, acquirer.Expired, acquirer.Failed}
	var all []payment.Payment
	for i, o := range ends {
		p, s := w.begin(fmt.Sprint(i))
		if _, err := w.bank.Visit(s, mock.Behaviour{Outcome: o, Abandon: true}); !errors.Is(err, mock.ErrNoReturn) {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	w.pass(20 * time.Minute)
	for i, o := range ends {
		want := payment.State(o)
		if o == acquirer.Accepted {
			want = payment.Paid
		}
		w.at(all[i].ID, want)
	}
	w.converged()
}

// Whoever closes the tab leaves a payment that ends by itself: the debt is free again.
func TestAbandoned(t *testing.T) {
	w := newWorld(t)
	p, _ := w.begin("1")
	w.pass(17 * time.Minute)
	w.at(p.ID, payment.Expired)
	w.begin("1")
}

// silentBank knows nothing of a session that nobody used, even after its end; others say that it expired.
type silentBank struct {
	*mock.Acquirer
	asked []time.Duration
	begun time.Time
	now   func() time.Time
	err   error
}

func (b *silentBank) Status(_ context.Context, q acquirer.Question) (acquirer.Result, error) {
	b.asked = append(b.asked, b.now().Sub(b.begun))
	err := b.err
	if err == nil {
		err = acquirer.ErrNotFound
	}
	return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: q.Reference, Kind: err}
}

func newSilent(t *testing.T, err error) (*world, *silentBank) {
	b := &silentBank{err: err, begun: noon}
	w := newWorld(t, func(c *payment.Config) {
		b.Acquirer, b.now = c.Acquirer.(*mock.Acquirer), c.Now
		c.Acquirer = b
	})
	w.bank.Notify = func(acquirer.Callback) {}
	return w, b
}

// "Not found" says nothing in the window; after it, it counts when it is said twice, five minutes apart.
func TestAbsent(t *testing.T) {
	w, b := newSilent(t, nil)
	p, _ := w.begin("1")
	w.pass(time.Hour)
	w.at(p.ID, payment.Redirected)
	if b.asked[0] != 16*time.Minute {
		t.Errorf("first asked after %v", b.asked[0])
	}
	w.pass(10 * time.Minute)
	w.at(p.ID, payment.Expired)
	w.tells(p.ID, "created opened absent→expired")
	last := b.asked[len(b.asked)-2:]
	if last[0] < time.Hour || last[1]-last[0] < 5*time.Minute {
		t.Errorf("the last two questions came after %v", last)
	}
	n := len(b.asked)
	w.pass(60 * time.Hour)
	looks := b.asked[n:]
	if len(looks) != 2 || looks[0] > 2*time.Hour || looks[1] != 26*time.Hour {
		t.Errorf("looked at its end after %v, want once soon after the window and once after 26 h", looks)
	}
	w.tells(p.ID, "created opened absent→expired")
}

// An end without money is looked at twice more, and money found then counts.
func TestLastLookFindsMoney(t *testing.T) {
	w := newWorld(t)
	w.bank.Notify = func(acquirer.Callback) {}
	p, s := w.begin("1")
	w.say(p, acquirer.Result{Outcome: acquirer.Cancelled}) // the first attempt's end
	_, err := w.bank.Visit(s, mock.Behaviour{Abandon: true})
	if !errors.Is(err, mock.ErrNoReturn) {
		t.Fatal(err)
	}
	w.pass(2 * time.Hour)
	w.at(p.ID, payment.Paid)
	w.converged()
}

// A process that dies before the acquirer's answer is committed leaves "created" behind.
func TestNotOpenedInTime(t *testing.T) {
	w, g := newGate(t)
	g.inside = func() { panic("killed") }
	func() {
		defer func() { recover() }()
		w.Begin(w.ctx, payment.BeginRequest{Key: "k", Debt: debt("1")})
	}()
	g.inside = nil
	w.pass(3 * time.Minute)
	for p, err := range w.List(w.ctx, payment.Filter{}) {
		w.must("List", err)
		w.at(p.ID, payment.Failed)
	}
	w.begin("1")
}

// The acquirer cannot be asked for three days: a person takes over.
func TestSilentForDays(t *testing.T) {
	for _, kind := range []error{acquirer.ErrUnavailable, acquirer.ErrUnsupported, acquirer.ErrUnverified} {
		t.Run(kind.Error(), func(t *testing.T) {
			w, b := newSilent(t, kind)
			p, _ := w.begin("1")
			w.pass(71 * time.Hour)
			w.at(p.ID, payment.Redirected)
			if n := len(b.asked); n < 5 || n > 40 {
				t.Errorf("asked %d times in three days", n)
			}
			w.pass(8 * time.Hour)
			w.at(p.ID, payment.Review)
			if s := w.story(p.ID); !strings.HasPrefix(s, "created opened silent/noted") || !strings.HasSuffix(s, " overdue→review") {
				t.Error(s)
			}
		})
	}
}

// A refund whose acquirer cannot be asked is not forgotten: it is asked about again, and after a week a person takes over.
func TestRefundThatCannotBeAskedAbout(t *testing.T) {
	w, b := newStatus(t)
	p, s := w.begin("1")
	w.visit(s, mock.Behaviour{})
	w.pass(20 * time.Minute)
	p = w.at(p.ID, payment.Paid)
	b.status = func(ref string) (acquirer.Result, error) {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: ref, Kind: acquirer.ErrUnsupported}
	}
	w.refund(p)
	b.asked = 0
	w.rig.PassInSteps(6*24*time.Hour, 10*time.Minute)
	w.at(p.ID, payment.Refunding)
	if b.asked < 10 {
		t.Errorf("asked %d times in six days", b.asked)
	}
	w.rig.PassInSteps(2*24*time.Hour, 10*time.Minute)
	w.at(p.ID, payment.Review)
}

// An acquirer that says for how long it wants to be left alone is left alone, in every state, but for six hours at most.
func TestAcquirerIsLeftAlone(t *testing.T) {
	states := map[payment.State]func(*world, *statusBank) payment.Payment{
		payment.Redirected: func(w *world, _ *statusBank) payment.Payment { p, _ := w.begin("1"); return p },
		payment.Cancelled: func(w *world, _ *statusBank) payment.Payment {
			return w.ended("1", acquirer.Cancelled)
		},
		payment.Review: func(w *world, _ *statusBank) payment.Payment { return w.question(w.ended("1", acquirer.Accepted)) },
	}
	for state, reach := range states {
		for said, want := range map[time.Duration]time.Duration{50 * time.Minute: 50 * time.Minute, 100 * time.Hour: 6 * time.Hour} {
			t.Run(fmt.Sprint(state, ", ", said), func(t *testing.T) {
				w, b := newStatus(t)
				p := w.at(reach(w, b).ID, state)
				var asked []time.Time
				b.status = func(ref string) (acquirer.Result, error) {
					asked = append(asked, w.clock.Now())
					return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: ref, Kind: acquirer.ErrUnavailable, RetryAfter: said}
				}
				w.rig.PassInSteps(40*time.Hour, 10*time.Minute)
				if len(asked) < 3 {
					t.Fatalf("%v was asked about at %v", p, asked)
				}
				for i, at := range asked[1:3] {
					if pause := at.Sub(asked[i]); pause < want || pause > 7*time.Hour {
						t.Errorf("question %d came %v after the one before, want %v at least", i+2, pause, want)
					}
				}
			})
		}
	}
}

// S77: 24 hours after the payment the account must show it; what is not recorded by then is overdue, said once.
func TestOverdue(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	w.pass(24*time.Hour - time.Minute)
	w.tells(p.ID, "created opened accepted→paid")
	w.pass(48 * time.Hour)
	w.tells(p.ID, "created opened accepted→paid overdue/noted")
	_, err := w.Record(w.ctx, p.ID)
	w.must("Record", err)
}

func (w *world) refund(p payment.Payment) payment.Payment {
	w.Helper()
	c := payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "paid by mistake"}
	p, err := w.Refund(w.ctx, c)
	w.must("Refund", err)
	_, err = w.Refund(w.ctx, c)
	w.must("Refund, clicked twice", err)
	return p
}

func TestRefund(t *testing.T) {
	for _, c := range []struct {
		name  string
		days  int
		inj   map[string][]mock.Fault
		story string
		moves int
	}{
		{"before remittance it is cancelled", 0, nil, "refund_asked→refunding refund_unknown/noted returned→refunded", 0},
		{"after remittance it is refunded", 2, nil, "refund_asked→refunding refund_unknown/noted refund_unknown/noted returned→refunded", 0},
		{"time-out after the money moved", 0, map[string][]mock.Fault{acquirer.OpCancel: {mock.Timeout}},
			"refund_asked→refunding refund_unknown/noted returned→refunded", 0},
		{"half an answer after the money moved", 2, map[string][]mock.Fault{acquirer.OpRefund: {mock.Truncated}},
			"refund_asked→refunding refund_unknown/noted refund_unknown/noted returned→refunded", 0},
		{"no connection, then it works", 0, map[string][]mock.Fault{acquirer.OpCancel: {mock.Unreachable}},
			"refund_asked→refunding refund_unknown/noted refund_unknown/noted returned→refunded", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			p := w.ended("1", acquirer.Accepted)
			_, err := w.Record(w.ctx, p.ID)
			w.must("Record", err)
			w.pass(time.Duration(c.days) * 24 * time.Hour)
			for op, f := range c.inj {
				w.must("Inject", w.bank.Inject(op, f...))
			}
			w.refund(w.get(p.ID))
			w.pass(2 * time.Hour)
			p = w.at(p.ID, payment.Refunded)
			w.tells(p.ID, "created opened accepted→paid recorded "+c.story)
			t1 := w.bank.Book()[0]
			if t1.Returned() != 75_00 || p.ReturnedAt.IsZero() {
				t.Errorf("the bank gave back %d cents", t1.Returned())
			}
			w.converged()
			if d := cmp.Diff([]string{"acknowledgement", "refund_notice"}, w.letters(p.Debtor)); d != "" {
				t.Error(d)
			}
			w.begin("1") // the debt is owed again
		})
	}
}

// refundCounter counts calls that move money, and answers as it is told.
type refundCounter struct {
	*mock.Acquirer
	calls []time.Time
	now   func() time.Time
	err   error
}

func (c *refundCounter) Cancel(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	c.calls = append(c.calls, c.now())
	return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpCancel, Kind: c.err}
}

func (c *refundCounter) Refund(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return c.Cancel(ctx, m)
}

func newRefundCounter(t *testing.T, err error) (*world, *refundCounter) {
	b := &refundCounter{err: err}
	w := newWorld(t, func(c *payment.Config) {
		b.Acquirer, b.now = c.Acquirer.(*mock.Acquirer), c.Now
		c.Acquirer = b
	})
	return w, b
}

// A blind repeat of a call that may have moved money: never sooner than 15 minutes later, and after two answers that nothing went back.
func TestRefundIsNotRepeatedBlindly(t *testing.T) {
	w, b := newRefundCounter(t, acquirer.ErrUnanswered)
	p := w.ended("1", acquirer.Accepted)
	w.refund(p)
	w.pass(3 * time.Hour)
	if len(b.calls) < 2 {
		t.Fatalf("%d calls in three hours", len(b.calls))
	}
	for i := 1; i < len(b.calls); i++ {
		if d := b.calls[i].Sub(b.calls[i-1]); d < 15*time.Minute {
			t.Errorf("called again after %v", d)
		}
	}
	w.pass(75 * time.Hour) // three days after the first call, and looks are up to six hours apart
	w.at(p.ID, payment.Review)
}

// However often a refund is looked at, as by hints, it is called again 15 minutes after the first call and not sooner.
func TestHastenedRefundIsNotRepeatedSooner(t *testing.T) {
	w, b := newRefundCounter(t, acquirer.ErrUnanswered)
	p := w.ended("1", acquirer.Accepted)
	w.refund(p)
	for range 20 {
		w.work()
		w.clock.Add(time.Minute)
		w.must("Hasten", w.store.Hasten(w.ctx, p.ID, w.clock.Now()))
	}
	if len(b.calls) != 2 || b.calls[1].Sub(b.calls[0]) != 15*time.Minute {
		t.Errorf("called at %v", b.calls)
	}
}

// Certainly refused: review, never back to paid in silence.
func TestRefundRefused(t *testing.T) {
	for _, c := range []struct {
		kind  error
		calls int
	}{{acquirer.ErrConfiguration, 1}, {acquirer.ErrConflict, 3}, {acquirer.ErrInvalid, 1}} {
		w, b := newRefundCounter(t, c.kind)
		p := w.ended("1", acquirer.Accepted)
		w.refund(p)
		w.pass(time.Minute)
		w.at(p.ID, payment.Review)
		if len(b.calls) != c.calls {
			t.Errorf("%v: %d calls, want %d", c.kind, len(b.calls), c.calls)
		}
	}
}

// noRefunds is an acquirer that can give nothing back.
type noRefunds struct{ acquirer.Client }

func TestNoWayToRefund(t *testing.T) {
	w := newWorld(t, func(c *payment.Config) { c.Acquirer = noRefunds{c.Acquirer} })
	p := w.ended("1", acquirer.Accepted)
	w.refund(p)
	w.work()
	w.at(p.ID, payment.Review)
}

// Money that went back without our asking is for a person to look at.
func TestReturnedWithoutUs(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	_, err := w.bank.Cancel(w.ctx, acquirer.Modification{Reference: p.Reference, Amount: p.Amount, Currency: "EUR"})
	w.must("Cancel", err)
	_, effect, err := w.Refresh(w.ctx, p.ID)
	if err != nil || effect != payment.EffectChanged {
		t.Fatalf("%s %v", effect, err)
	}
	p = w.at(p.ID, payment.Review)
	p, err = w.Resolve(w.ctx, payment.Resolution{Command: payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "by the desk"}, Verdict: payment.VerdictWasReturned})
	w.must("Resolve", err)
	w.at(p.ID, payment.Refunded)
	w.work()
	w.converged()
}

func TestPersonsActs(t *testing.T) {
	w := newWorld(t)
	p := w.ended("1", acquirer.Accepted)
	c := payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "chargeback"}
	for _, bad := range []payment.Command{{}, {ID: p.ID, Version: 3, By: "clerk"}, {ID: p.ID, Version: 3, Why: "x"}} {
		if _, err := w.Question(w.ctx, bad); !errors.Is(err, payment.ErrInvalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	old := c
	old.Version--
	if _, err := w.Question(w.ctx, old); !errors.Is(err, payment.ErrVersion) {
		t.Errorf("an old version: %v", err)
	}
	if _, err := w.Resolve(w.ctx, payment.Resolution{Command: c, Verdict: payment.VerdictKeep}); !errors.Is(err, payment.ErrNotAllowed) {
		t.Errorf("resolving what is not in review: %v", err)
	}
	if _, err := w.Resolve(w.ctx, payment.Resolution{Command: c, Verdict: "burn"}); !errors.Is(err, payment.ErrInvalid) {
		t.Errorf("an unknown verdict: %v", err)
	}
	if _, err := w.Question(w.ctx, payment.Command{ID: "x", Version: 1, By: "a", Why: "b"}); !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("an unknown payment: %v", err)
	}
	p, err := w.Question(w.ctx, c)
	w.must("Question", err)
	for _, v := range []struct {
		verdict payment.Verdict
		to      payment.State
	}{{payment.VerdictKeep, payment.Paid}, {payment.VerdictWasReturned, payment.Refunded}} {
		if p.State != payment.Review {
			p, err = w.Question(w.ctx, payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "again"})
			w.must("Question", err)
		}
		p, err = w.Resolve(w.ctx, payment.Resolution{Command: payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "seen"}, Verdict: v.verdict})
		w.must("Resolve", err)
		if p.State != v.to {
			t.Errorf("%s leads to %s", v.verdict, p.State)
		}
	}
	for e, err := range w.Journal(w.ctx, p.ID) {
		w.must("Journal", err)
		if e.Event == payment.OnKept && (e.By != "clerk" || e.Why != "seen") {
			t.Errorf("the journal does not say who and why: %+v", e)
		}
	}
}

// The host is down: changes wait, in order, each payment for itself, and are stuck after about a day.
func TestDeliveryFails(t *testing.T) {
	w := newWorld(t)
	var down bool
	w.delivered = func(c payment.Change) error {
		if down {
			return errors.New("down")
		}
		return nil
	}
	down = true
	p := w.ended("1", acquirer.Accepted)
	w.pass(26 * time.Hour)
	stuck := 0
	for q, err := range w.List(w.ctx, payment.Filter{Stuck: true}) {
		w.must("List", err)
		if q.ID != p.ID {
			t.Error("another payment is stuck")
		}
		stuck++
	}
	if stuck != 1 {
		t.Fatalf("%d payments are stuck after a day, want 1", stuck)
	}
	down, w.changes = false, nil
	w.must("Restart", w.Restart(w.ctx, p.ID))
	w.work()
	keys := []string{}
	for _, c := range w.changes {
		keys = append(keys, strings.TrimPrefix(c.Key, string(p.ID)))
	}
	if d := cmp.Diff([]string{"/1", "/2", "/3", "/4"}, keys); d != "" {
		t.Error("delivered in order: " + d)
	}
	w.converged()
}

func TestDeliverPanics(t *testing.T) {
	w := newWorld(t)
	n := 0
	w.delivered = func(payment.Change) error {
		if n++; n == 1 {
			panic("A-1 owes 75 euros")
		}
		return nil
	}
	w.ended("1", acquirer.Accepted)
	w.pass(time.Hour)
	w.converged()
}

// Work sleeps, wakes, does what is due, and ends with its context.
func TestWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon)) // the bubble begins in 2000
		chores := 0
		w := newWorld(t, func(c *payment.Config) {
			c.Now = time.Now
			c.Acquirer.(*mock.Acquirer).Now = time.Now
			c.Chores = append(c.Chores, func(context.Context, time.Time) (int, error) { chores++; return 0, nil })
		})
		w.bank.Notify = func(acquirer.Callback) {}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Work(ctx) }()
		p, s := w.begin("1")
		if _, err := w.bank.Visit(s, mock.Behaviour{Abandon: true}); !errors.Is(err, mock.ErrNoReturn) {
			t.Fatal(err)
		}
		time.Sleep(15 * time.Minute)
		w.at(p.ID, payment.Redirected)
		time.Sleep(2 * time.Minute)
		w.at(p.ID, payment.Paid)
		time.Sleep(3 * time.Hour)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Work: %v", err)
		}
		if chores < 3 || chores > 5 {
			t.Errorf("the chores ran %d times in three hours", chores)
		}
	})
}

// A chore that takes for ever, or panics, holds up no question, no refund and no delivery, and is run again an hour later.
func TestChoreFails(t *testing.T) {
	type chore = payment.Chore
	for name, c := range map[string]struct {
		fail chore
		took time.Duration
	}{
		"hangs":  {func(ctx context.Context, _ time.Time) (int, error) { <-ctx.Done(); return 0, ctx.Err() }, 2 * time.Minute},
		"panics": {func(context.Context, time.Time) (int, error) { panic("A-1 owes 75 euros") }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon))
				begun := time.Now()
				var failed, after []time.Duration
				w := newWorld(t, func(cfg *payment.Config) {
					cfg.Now, cfg.Acquirer.(*mock.Acquirer).Now = time.Now, time.Now
					cfg.Chores = []chore{
						func(ctx context.Context, now time.Time) (int, error) {
							failed = append(failed, time.Since(begun))
							return c.fail(ctx, now)
						},
						func(context.Context, time.Time) (int, error) { after = append(after, time.Since(begun)); return 1, nil },
					}
				})
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error)
				go func() { done <- w.Work(ctx) }()
				time.Sleep(time.Minute)
				p, _ := w.begin("1")
				time.Sleep(2 * time.Second)
				synctest.Wait()
				w.mu.Lock()
				if n := len(w.changes); n != 2 {
					t.Errorf("%d changes of %s went out beside the chore, want 2", n, p.Reference)
				}
				w.mu.Unlock()
				time.Sleep(61 * time.Minute)
				cancel()
				if err := <-done; err != nil {
					t.Errorf("Work: %v", err)
				}
				if len(failed) != 2 || failed[1] != time.Hour || len(after) == 0 || after[0] != c.took {
					t.Errorf("it ran after %v, the one behind it after %v", failed, after)
				}
				n, err := w.Chores(t.Context())
				if n != 1 || err == nil || strings.Contains(err.Error(), "75 euros") {
					t.Errorf("did %d, error %v", n, err)
				}
			})
		})
	}
}

// A crowd with every fault the bank knows: in the end every accepted payment is recorded, refunded or in review, and acknowledged once.
func TestEveryFault(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	w := newWorld(t)
	codes := []string{"00", "00", "00", "05", "51", "17", "97", "60", "90", "99", "Z1"}
	faults := mock.Faults()
	n := 150
	if testing.Short() {
		n = 30
	}
	for i := range n {
		w.bank.Plan = func(acquirer.Order) mock.Behaviour {
			b := mock.Behaviour{Code: codes[r.IntN(len(codes))], Abandon: r.IntN(3) == 0}
			for range r.IntN(3) {
				b.Faults = append(b.Faults, faults[r.IntN(len(faults))])
			}
			b.Faults = slices.DeleteFunc(b.Faults, func(f mock.Fault) bool { return f == mock.Slow })
			return b
		}
		_, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: key("crowd"), Debt: debt(fmt.Sprint(i))})
		if err != nil || r.IntN(10) == 0 {
			continue
		}
		if cb, err := w.bank.Visit(s, mock.Behaviour{}); err == nil {
			if _, _, err := w.Receive(w.ctx, cb); err != nil {
				t.Fatal(err)
			}
		}
		w.pass(time.Duration(r.IntN(20)) * time.Minute)
		w.sound()
	}
	for p, err := range w.List(w.ctx, payment.Filter{States: []payment.State{payment.Paid}}) {
		w.must("List", err)
		if r.IntN(2) == 0 {
			w.refund(p)
		} else if _, err := w.Record(w.ctx, p.ID); err != nil {
			t.Fatal(err)
		}
	}
	w.bank.Release()
	w.pass(100 * time.Hour)
	for p, err := range w.List(w.ctx, payment.Filter{}) {
		w.must("List", err)
		if !p.State.Ended() && p.State != payment.Review && p.State != payment.Paid {
			t.Errorf("%s is %s after four days: %s", p.Reference, p.State, w.story(p.ID))
		}
	}
	w.converged()
}
