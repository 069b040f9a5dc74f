package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"
)

const (
	choresEvery  = time.Hour
	choreTimeout = 2 * time.Minute // of each
)

// Chore is one of Config.Chores: it does what is due at the instant that it is given, and returns how much it did.
type Chore func(context.Context, time.Time) (int, error)

// workOnChores runs the chores when they are due, until taking ends.
func (s *Service) workOnChores(taking, run context.Context) {
	for taking.Err() == nil {
		if _, err := s.dueChores(taking, run); err != nil && run.Err() == nil {
			s.c.Logger.LogAttrs(run, slog.LevelError, "payment: work", slog.Any("error", err))
		}
		pauseUntilSignal(taking, pollInterval, nil, nil)
	}
}

// dueChores runs the chores if they are due in this process and not under way.
func (s *Service) dueChores(taking, run context.Context) (int, error) {
	now := s.now()
	s.chores.Lock()
	setBack := now.Before(s.chores.next.Add(-2 * choresEvery)) // the clock, by more than an hour since they ran last
	due := !s.chores.running && (setBack || !now.Before(s.chores.next))
	if due {
		s.chores.running, s.chores.next = true, now.Add(choresEvery)
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
	return s.runChores(taking, run)
}

// Chores runs Config.Chores now and returns how much they did: for hosts whose own job queue does it, about once an
// hour. The error tells of all chores that failed. A chore that ignores the end of its context is left behind; as long as
// it runs, it is not begun again, and that is its failure.
func (s *Service) Chores(ctx context.Context) (int, error) { return s.runChores(ctx, ctx) }

// runChores runs the chores under the context run, one after the other, and begins no further one when taking has ended.
func (s *Service) runChores(taking, run context.Context) (int, error) {
	now := s.now()
	var errs []error
	done := 0
	for i, chore := range s.c.Chores {
		if taking.Err() != nil {
			break
		}
		var did int // written before the call ends, and read only if it has ended
		err := s.calls.runBounded(run, "chore/"+strconv.Itoa(i), "", choreTimeout, func(ctx context.Context, _ *runningCall) (err error) {
			did, err = runChore(ctx, chore, now)
			return err
		})
		if err != nil {
			errs = append(errs, fmt.Errorf("payment: chore %d: %w", i+1, err))
		}
		if !errors.Is(err, errHanging) && !errors.Is(err, errStillRunning) {
			done += did
		}
	}
	return done, errors.Join(errs...)
}

// runChore calls a chore. Its panic is an error of the chore, and does not end the worker.
func runChore(ctx context.Context, chore Chore, now time.Time) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err = 0, fmt.Errorf("it panicked with a %T", r)
		}
	}()
	return chore(ctx, now)
}
