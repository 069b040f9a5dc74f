package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// LeaseDuration is how long a process has a piece of work for itself: the work of a process that is gone is anybody's after it. A
// lease saves work and protects nothing; the row's version protects. The clocks of machines that share a store may differ by less
// than a quarter of it.
const LeaseDuration = time.Minute

// slotsPerKind is how many pieces of work of one kind are under way at once in a process.
const slotsPerKind = 16

// Work does the due work until ctx ends or [Service.Stop] is called, and returns nil then: it asks the acquirers, gives money back,
// delivers changes and runs the chores. Any number of processes may work on one store.
//
// Each kind of work has a loop and 16 slots of its own, and a slot takes the next piece as soon as its piece ends: an acquirer that does
// not answer delays no delivery, and one slow question no other as long as slots are free. A piece has 30 seconds; an acquirer's client or a Config.Deliver that ignores
// the end of its context gives its slot back six seconds later. At most 64 calls of a process hang so beside its slots. A change whose call
// still runs in this process is not handed over here a second time, nor is a payment looked at. When the store fails, it is tried again
// with pauses that grow to a minute.
//
// When ctx ends, what is under way has ten seconds to finish; then it is cut off as Stop says.
func (s *Service) Work(ctx context.Context) error {
	if !s.stopping.enterWork() {
		return nil
	}
	defer s.stopping.leaveWork()
	taking, endTaking := context.WithCancel(ctx)
	defer endTaking()
	run, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()

	var loops sync.WaitGroup
	for _, k := range kinds {
		loops.Go(func() { newKindLoop(s, run, k).takeWork(taking) })
	}
	loops.Go(func() { s.workOnChores(taking, run) })
	ended := make(chan struct{})
	go func() {
		loops.Wait()
		close(ended)
	}()

	select {
	case <-ctx.Done():
	case <-s.stopping.begun:
	}
	endTaking()
	s.stopping.waitForEnd(ended)
	cutOff()
	<-ended
	return nil
}

// kinds are the kinds of work, each with a loop of its own.
var kinds = []WorkKind{WorkAttention, WorkDelivery}

// WorkOnce does the work that is due now, at most 16 pieces of each kind, and returns how many it did; zero with a nil error means that
// nothing is due. A piece that fails is released, to be tried again later; the error joins the failures of the store. Chores that are
// due run beside it. It waits for all of them, but not for a call that ignores the end of its context. Hosts call Work; WorkOnce is for
// tests, and for programs that bring a store up to date.
func (s *Service) WorkOnce(ctx context.Context) (int, error) {
	n, errs := make([]int, len(kinds)+1), make([]error, len(kinds)+1)
	var wg sync.WaitGroup
	wg.Go(func() { n[0], errs[0] = s.dueChores(ctx, ctx) })
	for i, k := range kinds {
		wg.Go(func() {
			tasks, err := s.leaseDue(ctx, k, slotsPerKind)
			n[i+1], errs[i+1] = len(tasks), errors.Join(err, s.runTasks(ctx, tasks))
		})
	}
	wg.Wait()
	did := 0
	for _, some := range n {
		did += some
	}
	return did, errors.Join(errs...)
}

// WorkOn does one piece of due work of one payment, and returns how much it did, zero or one: a job queue of the host
// calls it where Work would find the work by itself. Both may run side by side, and a call too many does nothing: what
// is due is in the row, and whoever leases it first does it. The id of an orphan is its change's key.
//
// It ends within 36 seconds, and within six after ctx; with an error if an acquirer's client or Config.Deliver ignores its context,
// and then the call runs on by itself. What fails is released as [Service.WorkOnce] does; what ctx's cancellation cuts off is given
// back, and is no failure.
func (s *Service) WorkOn(ctx context.Context, k WorkKind, id ID) (int, error) {
	tasks, err := s.c.Store.LeaseOne(ctx, k, id, s.servedHere(), s.now(), LeaseDuration)
	if err = s.logDamaged(ctx, err); err != nil {
		return 0, leaseError(k, err)
	}
	return len(tasks), s.runTasks(ctx, tasks)
}

// Due names at most n pieces of work that are due now and that nobody has leased, oldest first: those that a job queue
// of the host should have a job for.
func (s *Service) Due(ctx context.Context, k WorkKind, n int) ([]Due, error) {
	return s.c.Store.Due(ctx, k, s.servedHere(), s.now(), n)
}

// Restart makes a payment's stuck work due at once: deliveries and questions that failed [StuckAfter] times in a row. If id is
// [Orphan.Key], it is the orphan's delivery. ErrNotFound if there is neither a payment nor an orphan.
func (s *Service) Restart(ctx context.Context, id ID) error {
	defer s.wakeWorkers()
	err := s.c.Store.Restart(ctx, id, s.now())
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: restart: no payment and no orphan has the ID %.40q", err, string(id))
	}
	return err
}

// leaseDue leases at most n due pieces of one kind.
func (s *Service) leaseDue(ctx context.Context, k WorkKind, n int) ([]Task, error) {
	ctx, cancel := context.WithTimeout(ctx, LeaseDuration/2)
	defer cancel()
	tasks, err := s.c.Store.Lease(ctx, k, s.servedHere(), s.now(), LeaseDuration, n)
	return tasks, leaseError(k, s.logDamaged(ctx, err))
}

// leaseError says of an error which kind of work could not be leased.
func leaseError(k WorkKind, err error) error {
	if err != nil {
		return fmt.Errorf("payment: lease %s: %w", k, err)
	}
	return nil
}

// runTasks does the tasks at once, and waits for all of them.
func (s *Service) runTasks(ctx context.Context, tasks []Task) error {
	errs := make([]error, len(tasks))
	var wg sync.WaitGroup
	for i, t := range tasks {
		wg.Go(func() { errs[i] = s.runTask(ctx, t) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// runTask does a leased task. If ctx is cancelled before it has ended, its lease is given back.
func (s *Service) runTask(ctx context.Context, t Task) error {
	err := s.calls.runBounded(ctx, taskKey(t), t.Token, LeaseDuration/2, func(ctx context.Context, call *runningCall) error {
		return s.performTask(ctx, t, call)
	})
	if errors.Is(err, errStillRunning) {
		err = s.postponeTask(ctx, t)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		s.releaseUntouched(ctx, t)
	}
	if err != nil {
		return fmt.Errorf("payment: %s of %s: %w", t.Kind, t.Payment.Reference, err)
	}
	return nil
}

// taskKey names the work of a task: one call of a key runs at a time.
func taskKey(t Task) string {
	if t.Kind == WorkDelivery {
		return string(t.Kind) + "/" + t.Change.Key
	}
	return string(t.Kind) + "/" + string(t.Payment.ID)
}

// performTask does a task. A panic, of an acquirer's client for example, is a failure of the task, and does not end the worker.
func (s *Service) performTask(ctx context.Context, t Task, call *runningCall) (err error) {
	if t.Kind == WorkDelivery {
		return s.deliverChange(ctx, t, call)
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it panicked with a %T", r)
			err = errors.Join(err, s.c.Store.Release(ctx, t, retryAt(s.now(), t.Tries, t.Payment.ID), shortCause(err.Error())))
		}
	}()
	return s.lookAtPayment(ctx, t)
}

// postponeTask is for a task that was leased again while an earlier call for it still runs here. A delivery is left to that call, which
// has the new lease's token and releases it. A payment is looked at later, with a growing pause, or is overdue.
func (s *Service) postponeTask(ctx context.Context, t Task) error {
	s.c.Logger.LogAttrs(ctx, slog.LevelError, "payment: a call does not return", slog.String("task", fmt.Sprint(t)), slog.Any("payment", t.Payment))
	if t.Kind == WorkDelivery {
		return nil
	}
	now := s.now()
	cause := shortCause(errStillRunning.Error())
	if s.times.isOverdue(t.Payment, now) {
		return s.commitAtVersion(ctx, t.Payment, Event{Kind: OnOverdue, At: now, Err: cause})
	}
	return s.c.Store.Release(ctx, t, retryAt(now, t.Tries, t.Payment.ID), cause)
}

// untried is the task for a release with its own cause, which is no failure: the count stays what it was.
func (t Task) untried() Task {
	t.Tries--
	return t
}

// releaseUntouched gives back a lease under which nothing was done: the task is due as before, and that is no failure.
func (s *Service) releaseUntouched(ctx context.Context, t Task) {
	due := s.now()
	if t.Kind == WorkAttention {
		due = t.Payment.AttentionAt
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTimeout)
	defer cancel()
	if err := s.c.Store.Release(ctx, t.untried(), due, t.Cause); err != nil {
		s.c.Logger.LogAttrs(ctx, slog.LevelWarn, "payment: a lease was not given back", slog.Any("error", err))
	}
}

// wakeups are the signals by which a worker of this process learns that something became due, one for each kind of work.
type wakeups map[WorkKind]chan struct{}

func newWakeups() wakeups {
	w := wakeups{}
	for _, k := range kinds {
		w[k] = make(chan struct{}, 1)
	}
	return w
}

// wakeWorkers tells the workers of this process that something is due.
func (s *Service) wakeWorkers() {
	for _, c := range s.wake {
		leaveSignal(c)
	}
}
