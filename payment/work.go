package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// How Work works. A lease saves work and does not protect: what protects is the version.
const (
	lease        = time.Minute // clocks of machines may differ by less than a quarter of it
	page         = 16          // tasks leased and done at once
	poll         = time.Second
	chores       = time.Hour
	choreTimeout = 2 * time.Minute // of each
)

// Work does the due work until ctx ends, and returns nil then: it asks the acquirer, gives money back, delivers
// changes and runs the chores. Any number of processes may work on one store. When the store fails it tries again,
// with growing pauses.
func (s *Service) Work(ctx context.Context) error {
	var beside sync.WaitGroup // no question and no refund waits for a chore
	defer beside.Wait()
	pause := poll
	for ctx.Err() == nil {
		beside.Go(func() {
			if _, err := s.dueChores(ctx); err != nil && ctx.Err() == nil {
				s.c.Logger.LogAttrs(ctx, slog.LevelError, "payment: work", slog.Any("error", err))
			}
		})
		n, err := s.workOnce(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			s.c.Logger.LogAttrs(ctx, slog.LevelError, "payment: work", slog.Any("error", err))
			pause = min(2*pause, time.Minute)
		case n > 0:
			pause = poll
			continue
		default:
			pause = poll
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-s.wake:
		}
		timer.Stop()
	}
	return nil
}

// WorkOnce does what is due now, one page of each kind, and returns how much it did; zero with a nil error means that
// nothing is due. What fails is released, to be tried again later; the error tells of all failures of the store. Chores
// that are due run beside it, and it waits for them.
func (s *Service) WorkOnce(ctx context.Context) (int, error) {
	var done int
	var choreErr error
	var wg sync.WaitGroup
	wg.Go(func() { done, choreErr = s.dueChores(ctx) })
	n, err := s.workOnce(ctx)
	wg.Wait()
	return done + n, errors.Join(choreErr, err)
}

// workOnce does one page of each kind of work.
func (s *Service) workOnce(ctx context.Context) (int, error) {
	var looked, delivered int
	var lookErr, deliverErr error
	var wg sync.WaitGroup
	wg.Go(func() { looked, lookErr = s.workOn(ctx, Attention) })
	wg.Go(func() { delivered, deliverErr = s.workOn(ctx, Delivery) })
	wg.Wait()
	return looked + delivered, errors.Join(lookErr, deliverErr)
}

// WorkOn does one piece of due work of one payment, and returns how much it did, zero or one: a job queue of the host
// calls it where Work would find the work by itself. Both may run side by side, and a call too many does nothing: what
// is due is in the row, and whoever leases it first does it. The id of an orphan is its change's key. It ends within 35
// seconds. What fails is released as [Service.WorkOnce] does.
func (s *Service) WorkOn(ctx context.Context, k Kind, id ID) (int, error) {
	tasks, err := s.c.Store.LeaseOne(ctx, k, id, s.serving(), s.now(), lease)
	return s.do(ctx, k, tasks, err)
}

// Due names at most n pieces of work that are due now and that nobody has leased, oldest first: those that a job queue
// of the host should have a job for.
func (s *Service) Due(ctx context.Context, k Kind, n int) ([]Due, error) {
	return s.c.Store.Due(ctx, k, s.serving(), s.now(), n)
}

// workOn does one page of one kind of work. A bank that is slow to answer does not hold up a letter.
func (s *Service) workOn(ctx context.Context, k Kind) (int, error) {
	tasks, err := s.c.Store.Lease(ctx, k, s.serving(), s.now(), lease, page)
	return s.do(ctx, k, tasks, err)
}

// do does what was leased.
func (s *Service) do(ctx context.Context, k Kind, tasks []Task, err error) (int, error) {
	if err := s.logDamaged(ctx, err); err != nil {
		return 0, fmt.Errorf("payment: lease %s: %w", k, err)
	}
	do := s.look
	if k == Delivery {
		do = s.deliver
	}
	return len(tasks), each(tasks, func(t Task) error {
		ctx, cancel := context.WithTimeout(ctx, lease/2)
		defer cancel()
		if err := do(ctx, t); err != nil {
			return fmt.Errorf("payment: %s of %s: %w", k, t.Payment.Reference, err)
		}
		return nil
	})
}

// each does the tasks, all at once: a task that waited for others would begin when its lease is half over, and whoever
// leased it next would overtake it.
func each(tasks []Task, do func(Task) error) error {
	errs := make([]error, len(tasks))
	var wg sync.WaitGroup
	for i, t := range tasks {
		wg.Go(func() { errs[i] = do(t) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// deliver hands a change to the host. It is delivered when the host has taken it and the store has noted that; in
// between it may be handed over again.
func (s *Service) deliver(ctx context.Context, t Task) error {
	octx, end := s.c.Observe(ctx, "payment.deliver", slog.String("key", t.Change.Key))
	failed := s.handOver(octx, t.Change)
	end(failed)
	var again time.Time
	cause := ""
	if failed != nil {
		if errors.Is(ctx.Err(), context.Canceled) { // the host is stopping, whatever it says why: no failure of the change
			return ctx.Err()
		}
		again, cause = retry(s.now(), t.Tries, t.Payment.ID), short(failed.Error())
		s.c.Logger.LogAttrs(ctx, slog.LevelWarn, "payment: not delivered",
			slog.String("key", t.Change.Key), slog.Int("tries", t.Tries+1), slog.String("error", cause))
	}
	// What the host took is noted although it took its time.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return s.c.Store.Release(ctx, t, again, cause)
}

// handOver calls the host, whose panic is its own failure and not the worker's end.
func (s *Service) handOver(ctx context.Context, c Change) (err error) {
	if s.c.Deliver == nil {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("payment: Deliver panicked with a %T", r)
		}
	}()
	return s.c.Deliver(ctx, c)
}

// dueChores runs the chores if they are due in this process and not under way.
func (s *Service) dueChores(ctx context.Context) (int, error) {
	now := s.now()
	s.chores.Lock()
	due := !s.chores.running && !now.Before(s.chores.next)
	if due {
		s.chores.running, s.chores.next = true, now.Add(chores)
	}
	s.chores.Unlock()
	if !due {
		return 0, nil
	}
	defer func() {
		s.chores.Lock()
		s.chores.running = false
		s.chores.Unlock()
	}()
	return s.Chores(ctx)
}

// Chores runs Config.Chores now and returns how much they did: for hosts whose own job queue does it, about once an
// hour. The error tells of all chores that failed.
func (s *Service) Chores(ctx context.Context) (int, error) {
	now := s.now()
	var errs []error
	done := 0
	for i, chore := range s.c.Chores {
		n, err := runChore(ctx, chore, now)
		if err != nil {
			errs = append(errs, fmt.Errorf("payment: chore %d: %w", i+1, err))
		}
		done += n
	}
	return done, errors.Join(errs...)
}

// runChore calls the host, which has its time; its panic is its own failure and not the worker's end.
func runChore(ctx context.Context, chore func(context.Context, time.Time) (int, error), now time.Time) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, choreTimeout)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			n, err = 0, fmt.Errorf("it panicked with a %T", r)
		}
	}()
	return chore(ctx, now)
}
