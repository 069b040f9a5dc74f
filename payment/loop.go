package payment

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	pollInterval    = time.Second
	maxPollInterval = time.Minute // while the store fails
)

// kindLoop does the work of one kind in a number of slots. A slot is filled again as soon as its piece of work ends, so that a slow
// piece delays no other. Work is leased only for free slots: a piece that waited for one would begin with half its lease over, and
// the next process to lease it would overtake it.
type kindLoop struct {
	*Service
	kind  WorkKind
	run   context.Context // of the pieces of work
	slots chan struct{}   // holds a token for each slot in use
	ended chan struct{}   // a piece has ended since the loop looked for work

	failedInARow atomic.Int32 // pieces
}

func newKindLoop(s *Service, run context.Context, k WorkKind) *kindLoop {
	return &kindLoop{Service: s, kind: k, run: run, slots: make(chan struct{}, slotsPerKind), ended: make(chan struct{}, 1)}
}

// takeWork leases and starts work until taking ends, and returns when the started work has ended.
func (l *kindLoop) takeWork(taking context.Context) {
	wait := pollInterval
	for l.reserveSlot(taking) {
		n := 1 + l.reserveFreeSlots()
		tasks, err := l.leaseDue(l.run, l.kind, n)
		for range n - len(tasks) {
			<-l.slots
		}
		for _, t := range tasks {
			l.startTask(taking, t)
		}
		if err != nil {
			l.logFailure(err)
		}
		switch {
		case err != nil || l.failedInARow.Load() >= slotsPerKind: // the store fails, in Lease or in every piece of work
			wait = min(2*wait, maxPollInterval)
			pauseUntilSignal(taking, wait, l.wake[l.kind], nil)
		case len(tasks) < n: // nothing else is due; a piece under way may make something due
			wait = pollInterval
			pauseUntilSignal(taking, wait, l.wake[l.kind], l.ended)
		default:
			wait = pollInterval
		}
	}
	for range slotsPerKind { // a slot that can be reserved is free: all are, once this loop ends
		l.slots <- struct{}{}
	}
}

// reserveSlot waits for a slot; false when taking has ended.
func (l *kindLoop) reserveSlot(taking context.Context) bool {
	select {
	case <-taking.Done():
		return false
	case l.slots <- struct{}{}:
	}
	if taking.Err() != nil {
		<-l.slots
		return false
	}
	return true
}

// reserveFreeSlots reserves all slots that are free, and returns how many.
func (l *kindLoop) reserveFreeSlots() int {
	for n := 0; ; n++ {
		select {
		case l.slots <- struct{}{}:
		default:
			return n
		}
	}
}

// startTask does a task in the slot that is reserved for it, on a goroutine. A task that was leased while taking ended is given back.
func (l *kindLoop) startTask(taking context.Context, t Task) {
	go func() {
		if taking.Err() != nil {
			l.releaseUntouched(l.run, t)
		} else if err := l.runTask(l.run, t); err == nil {
			l.failedInARow.Store(0)
		} else {
			l.failedInARow.Add(1)
			l.logFailure(err)
		}
		<-l.slots
		leaveSignal(l.ended)
	}()
}

// logFailure logs an error, unless run has ended.
func (l *kindLoop) logFailure(err error) {
	if l.run.Err() == nil {
		l.c.Logger.LogAttrs(l.run, slog.LevelError, "payment: work", slog.Any("error", err))
	}
}

// pauseUntilSignal waits for a while, or until one of two signals comes or ctx ends. A signal that is nil never comes.
func pauseUntilSignal(ctx context.Context, d time.Duration, first, second <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-first:
	case <-second:
	}
}

// leaveSignal leaves a signal in a channel of capacity one. It waits there to be received; a second signal before that is dropped.
func leaveSignal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
