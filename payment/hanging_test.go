package payment_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// slowBank answers questions after a while, and some never.
type slowBank struct {
	*mock.Acquirer
	takes    time.Duration
	hangs    func(reference string) bool
	answered atomic.Int32
	asked    atomic.Int32
}

func (b *slowBank) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	b.asked.Add(1)
	takes := b.takes
	if b.hangs != nil && b.hangs(q.Reference) {
		takes = time.Hour
	}
	select {
	case <-time.After(takes):
		b.answered.Add(1)
		return b.Acquirer.Status(ctx, q)
	case <-ctx.Done():
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Reference: q.Reference, Kind: acquirer.ErrUnanswered, Err: ctx.Err()}
	}
}

// crowd is a service with many payments that are due to be asked about, each accepted by the bank, with all their changes to deliver.
type crowd struct {
	*world
	bank       *slowBank
	deliveries atomic.Int32
}

// newCrowd must be called in a bubble. deliver is called for each change; nil takes 50 ms.
func newCrowd(t *testing.T, n int, deliver func(context.Context, payment.Change) error, with ...func(*payment.Config)) *crowd {
	time.Sleep(time.Until(noon))
	c := &crowd{bank: &slowBank{takes: 200 * time.Millisecond}}
	c.world = newWorld(t, func(cfg *payment.Config) {
		cfg.Now, cfg.Acquirer.(*mock.Acquirer).Now = time.Now, time.Now
		c.bank.Acquirer = cfg.Acquirer.(*mock.Acquirer)
		cfg.Acquirer = c.bank
		cfg.Deliver = func(ctx context.Context, ch payment.Change) error {
			if deliver == nil {
				time.Sleep(50 * time.Millisecond)
			} else if err := deliver(ctx, ch); err != nil {
				return err
			}
			c.deliveries.Add(1)
			return nil
		}
		for _, f := range with {
			f(cfg)
		}
	})
	c.world.bank.Notify = func(acquirer.Callback) {}
	for i := range n {
		_, s := c.begin(fmt.Sprint(i))
		if _, err := c.world.bank.Visit(s, mock.Behaviour{Abandon: true}); !errors.Is(err, mock.ErrNoReturn) {
			t.Fatal(err)
		}
	}
	time.Sleep(16 * time.Minute)
	return c
}

// workUntil works until the condition holds, and returns how long that took. It looks at every 50 ms.
func (c *crowd) workUntil(done func() bool) time.Duration {
	c.Helper()
	ctx, cancel := context.WithCancel(c.ctx)
	ended := make(chan error)
	go func() { ended <- c.Work(ctx) }()
	begun := time.Now()
	for !done() {
		if time.Since(begun) > time.Hour {
			c.Fatalf("not done after an hour: %d answers to %d questions, %d deliveries", c.bank.answered.Load(), c.bank.asked.Load(), c.deliveries.Load())
		}
		time.Sleep(50 * time.Millisecond)
	}
	took := time.Since(begun)
	cancel()
	if err := <-ended; err != nil {
		c.Errorf("Work: %v", err)
	}
	return took
}

// oneIn returns a function that is true for one reference of n.
func oneIn(n int) func(string) bool {
	return func(reference string) bool {
		ref, err := payment.ParseReference(reference)
		return err == nil && ref.Sequence%n == 0
	}
}

func noReference(string) bool { return false }

func everyReference(string) bool { return true }

// M3: three questions of 320 hang for 20 seconds, and neither the others nor the letters wait for it.
func TestM3OneInAHundredHangs(t *testing.T) {
	var took [2]time.Duration
	for i, hangs := range []func(string) bool{noReference, oneIn(100)} {
		synctest.Test(t, func(t *testing.T) {
			c := newCrowd(t, 320, nil)
			c.bank.hangs = hangs
			want := []int32{320, 317}[i]
			took[i] = c.workUntil(func() bool { return c.bank.answered.Load() >= want && c.deliveries.Load() >= 640+want })
		})
	}
	t.Logf("%v without hanging, %v with", took[0], took[1])
	if took[1] > 3*took[0] {
		t.Errorf("the others took %v, and %v when one in a hundred hung", took[0], took[1])
	}
}

// M3: nobody answers, and the letters go out as fast as ever.
func TestM3AllQuestionsHang(t *testing.T) {
	var took [2]time.Duration
	for i, hangs := range []func(string) bool{noReference, everyReference} {
		synctest.Test(t, func(t *testing.T) {
			c := newCrowd(t, 320, nil)
			c.bank.hangs = hangs
			took[i] = c.workUntil(func() bool { return c.deliveries.Load() >= 640 })
		})
	}
	t.Logf("%v without hanging, %v with", took[0], took[1])
	if took[1] > 2*took[0] {
		t.Errorf("640 deliveries took %v, and %v while all questions hung", took[0], took[1])
	}
}

// handOverCounter counts calls of Deliver by change, and how many are under way.
type handOverCounter struct {
	mu         sync.Mutex
	times      map[string]int
	busy, most int
}

func (h *handOverCounter) begin(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.times == nil {
		h.times = map[string]int{}
	}
	h.times[key]++
	h.busy++
	h.most = max(h.most, h.busy)
}

func (h *handOverCounter) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy--
}

// M3: a Deliver that ignores its context holds up its own payment. Its change is not handed over again here while the call runs; when it
// ends at last, it counts.
func TestM3DeliverIgnoresItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h handOverCounter
		free := make(chan struct{})
		c := newCrowd(t, 100, func(_ context.Context, ch payment.Change) error {
			h.begin(ch.Key)
			defer h.end()
			if ch.Payment.Version == 1 && oneIn(2)(ch.Payment.Reference) {
				<-free
			}
			return nil
		})
		took := c.workUntil(func() bool { return c.deliveries.Load() >= 150 }) // created, opened and paid of the other fifty
		if took > 5*time.Minute {
			t.Errorf("the others took %v", took)
		}
		t.Logf("the others took %v", took)

		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- c.Work(ctx) }()
		time.Sleep(10*time.Minute + 25*time.Second) // in the middle of a lease
		h.mu.Lock()
		if h.busy != 50 {
			t.Errorf("%d calls run, want the 50 that hang", h.busy)
		}
		for key, n := range h.times {
			if n != 1 {
				t.Errorf("%s was handed over %d times", key, n)
			}
		}
		h.mu.Unlock()
		close(free)
		time.Sleep(10 * time.Minute)
		cancel()
		<-done
		if n := c.deliveries.Load(); n != 300 {
			t.Errorf("%d deliveries in the end, want 300: all were taken, each once", n)
		}
	})
}

// M3: what Deliver takes long over, whatever its context says, is handed over once.
func TestM3DeliverTakesLongerThanItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h handOverCounter
		c := newCrowd(t, 1, func(_ context.Context, ch payment.Change) error {
			h.begin(ch.Key)
			defer h.end()
			time.Sleep(3*time.Minute + 20*time.Second)
			return nil
		})
		c.workUntil(func() bool { return c.deliveries.Load() >= 3 })
		time.Sleep(time.Hour)
		c.work()
		h.mu.Lock()
		defer h.mu.Unlock()
		if len(h.times) != 3 || c.deliveries.Load() != 3 {
			t.Errorf("handed over %v", h.times)
		}
	})
}

// M3: when everything hangs, the process runs a bounded number of calls, and the other kind of work goes on.
func TestM3EveryDeliverHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h handOverCounter
		free := make(chan struct{})
		c := newCrowd(t, 200, func(_ context.Context, ch payment.Change) error {
			h.begin(ch.Key)
			defer h.end()
			<-free
			return nil
		})
		c.workUntil(func() bool { return c.bank.answered.Load() >= 200 })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- c.Work(ctx) }()
		time.Sleep(20 * time.Minute)
		h.mu.Lock()
		if h.most != 64+16 {
			t.Errorf("%d calls ran at once, want 64 that have given their slot back, and 16 slots", h.most)
		}
		h.mu.Unlock()
		health, err := c.Health(t.Context())
		if c.must("Health", err); health.Hanging != 64+16 {
			t.Errorf("Health says that %d hang", health.Hanging)
		}
		cancel()
		<-done
		close(free)
		c.workUntil(func() bool { return c.deliveries.Load() >= 600 })
		if health, err = c.Health(t.Context()); err != nil || health.Hanging != 0 {
			t.Errorf("Health says that %d hang, %v", health.Hanging, err)
		}
	})
}

// M3: a bank's client that ignores its context, or panics, is a failure of the payments that it was asked about, and of no other. What
// hangs for longer than an open question may stay open is a person's.
func TestM3QuestionIgnoresItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		asked := map[string]int{}
		var mu sync.Mutex
		c := newCrowd(t, 40, func(context.Context, payment.Change) error { return nil }, func(cfg *payment.Config) {
			cfg.UnknownLimit = 3 * time.Hour
			cfg.Acquirer = statusOf{cfg.Acquirer, func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
				mu.Lock()
				asked[q.Reference]++
				mu.Unlock()
				switch {
				case oneIn(2)(q.Reference):
					<-free
				case oneIn(5)(q.Reference):
					panic("its own")
				}
				return cfg.Acquirer.(statusOf).Client.Status(ctx, q)
			}}
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- c.Work(ctx) }()
		states := func() map[payment.State]int {
			n := map[payment.State]int{}
			for p, err := range c.List(ctx, payment.Filter{}) {
				c.must("List", err)
				n[p.State]++
			}
			return n
		}
		time.Sleep(5 * time.Minute)
		if n := states(); n[payment.Paid] != 16 || n[payment.Redirected] != 24 {
			t.Errorf("after five minutes: %v", n)
		}
		time.Sleep(10 * time.Hour)
		if n := states(); n[payment.Paid] != 16 || n[payment.Review] < 20 {
			t.Errorf("after ten hours: %v", n)
		}
		mu.Lock()
		for reference, n := range asked {
			if oneIn(2)(reference) && n != 1 {
				t.Errorf("%s was asked about %d times while the first question hung", reference, n)
			}
		}
		mu.Unlock()
		cancel()
		<-done
		close(free)
		synctest.Wait()
	})
}

// statusOf is an acquirer whose Status is a function of the test.
type statusOf struct {
	acquirer.Client
	status func(context.Context, acquirer.Question) (acquirer.Result, error)
}

func (a statusOf) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	return a.status(ctx, q)
}

// M3: a chore that ignores its context holds up no other chore, and is not begun again while it runs.
func TestM3ChoreIgnoresItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		var begun, after atomic.Int32
		c := newCrowd(t, 0, nil, func(cfg *payment.Config) {
			cfg.Chores = []payment.Chore{
				func(context.Context, time.Time) (int, error) { begun.Add(1); <-free; return 1, nil },
				func(context.Context, time.Time) (int, error) { after.Add(1); return 1, nil },
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- c.Work(ctx) }()
		time.Sleep(3*time.Hour + 30*time.Minute)
		if begun.Load() != 1 || after.Load() != 4 {
			t.Errorf("in three and a half hours it was begun %d times, the one behind it %d times", begun.Load(), after.Load())
		}
		if n, err := c.Chores(ctx); n != 1 || err == nil || !strings.Contains(err.Error(), "chore 1") {
			t.Errorf("did %d, %v", n, err)
		}
		close(free)
		time.Sleep(time.Hour)
		if begun.Load() != 2 {
			t.Errorf("begun %d times after it had ended", begun.Load())
		}
		cancel()
		<-done
	})
}

// failingStore is a store that fails where the test says.
type failingStore struct {
	payment.Store
	failing atomic.Bool
	commits bool // only commits fail
	leases  []time.Time
	mu      sync.Mutex
}

var errDisk = errors.New("the disk is on fire")

func (s *failingStore) Lease(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, d time.Duration, n int) ([]payment.Task, error) {
	if k == payment.WorkAttention {
		s.mu.Lock()
		s.leases = append(s.leases, time.Now())
		s.mu.Unlock()
	}
	if s.failing.Load() && !s.commits {
		return nil, errDisk
	}
	return s.Store.Lease(ctx, k, of, now, d, n)
}

func (s *failingStore) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	if s.failing.Load() && s.commits {
		return errDisk
	}
	return s.Store.Commit(ctx, p, e)
}

// M3: while the store fails, Work tries again with pauses that grow to a minute, hears that it shall end, and goes on when the store does.
func TestM3StoreFails(t *testing.T) {
	t.Parallel()
	for _, commits := range []bool{false, true} {
		t.Run(map[bool]string{false: "all of it", true: "commits"}[commits], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &failingStore{commits: commits}
				c := newCrowd(t, 400, func(context.Context, payment.Change) error { return nil }, func(cfg *payment.Config) {
					store.Store, cfg.Store = cfg.Store, store
				})
				store.failing.Store(true)
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan error)
				go func() { done <- c.Work(ctx) }()
				time.Sleep(30 * time.Minute)
				store.mu.Lock()
				n := len(store.leases)
				gap := store.leases[n-1].Sub(store.leases[n-2])
				store.mu.Unlock()
				if asked := c.bank.asked.Load(); n > 60 || gap < 50*time.Second || gap > 70*time.Second || asked > 800 {
					t.Errorf("tried %d times in half an hour, at last %v apart; the bank was asked %d times", n, gap, asked)
				}
				store.failing.Store(false)
				time.Sleep(3 * time.Minute)
				if n := c.deliveries.Load(); n != 1200 {
					t.Errorf("%d deliveries three minutes after the store was mended, want 1200", n)
				}
				store.failing.Store(true)
				time.Sleep(10 * time.Minute)
				begun := time.Now()
				cancel()
				if err := <-done; err != nil || time.Since(begun) > 0 {
					t.Errorf("Work ended after %v: %v", time.Since(begun), err)
				}
			})
		})
	}
}

// M3: Stop takes no more work and waits for what is under way; Work returns then.
func TestM3StopLetsFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, 100, func(ctx context.Context, _ payment.Change) error {
			select {
			case <-time.After(8 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		done := make(chan error, 1)
		go func() { done <- c.Work(t.Context()) }()
		time.Sleep(time.Second)
		synctest.Wait()
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if err := c.Stop(ctx); err != nil {
			t.Errorf("Stop: %v", err)
		}
		if took := time.Since(begun); took != 7*time.Second || c.deliveries.Load() != 16 {
			t.Errorf("Stop took %v and left %d deliveries done; want 7s, and the 16 that were under way", took, c.deliveries.Load())
		}
		synctest.Wait()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Work: %v", err)
			}
		default:
			t.Error("Work has not returned before Stop")
		}
		if err := c.Work(t.Context()); err != nil || c.Stop(t.Context()) != nil {
			t.Errorf("Work after Stop: %v", err)
		}
	})
}

// M3: what does not finish in time is cancelled and given back: another process does it at once, and it has not failed.
func TestM3StopCutsOff(t *testing.T) {
	for _, heeds := range []bool{true, false} {
		for _, by := range []string{"Stop", "context"} {
			t.Run(fmt.Sprintf("%s, the callee heeds its context: %v", by, heeds), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					free := make(chan struct{})
					c := newCrowd(t, 5, func(ctx context.Context, _ payment.Change) error {
						if heeds {
							<-ctx.Done()
							return ctx.Err()
						}
						<-free
						return errors.New("too late")
					})
					c.bank.hangs = everyReference
					work, cancelWork := context.WithCancel(t.Context())
					done := make(chan error, 1)
					go func() { done <- c.Work(work) }()
					time.Sleep(time.Second)
					begun := time.Now()
					if by == "Stop" {
						ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
						defer cancel()
						if err := c.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
							t.Errorf("Stop: %v", err)
						}
					} else {
						cancelWork()
					}
					if err := <-done; err != nil {
						t.Errorf("Work: %v", err)
					}
					most := 10 * time.Second
					if !heeds {
						most += 6 * time.Second
					}
					if took := time.Since(begun); took > most || took < 10*time.Second {
						t.Errorf("it took %v", took)
					}
					for _, k := range []payment.WorkKind{payment.WorkAttention, payment.WorkDelivery} {
						tasks, err := c.store.Lease(t.Context(), k, payment.Serving{Merchants: []string{c.bank.Merchant()}}, time.Now(), time.Minute, 10)
						c.must("Lease", err)
						tried := slices.ContainsFunc(tasks, func(t payment.Task) bool { return t.Tries > 0 })
						if len(tasks) != 5 || tried {
							t.Errorf("%d of %s are free at once, tried: %v; want 5 that have not failed", len(tasks), k, tried)
						}
					}
					cancelWork()
					close(free)
					synctest.Wait()
				})
			})
		}
	}
}
