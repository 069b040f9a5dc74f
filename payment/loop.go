package payment

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

const (
	poll        = time.Second
	slowestPoll = time.Minute // while the store fails
)

// kindLoop takes the work of one kind. It has a number of slots; a slot is filled again as soon as its piece of work ends, so a piece
// that takes long holds up no other. A piece begins when it is leased: one that waited would begin when its lease is half over, and
// whoever leased it next would overtake it.
type kindLoop struct {
	*Service
	kind  WorkKind
	run   context.Context // of the pieces
	slots chan struct{}   // holds a token for each slot in use
	ended chan struct{}   // a piece has ended since the loop looked for work

	failedInARow atomic.Int32 // pieces
}

func newKindLoop(s *Service, run context.Context, k WorkKind) *kindLoop {
	return &kindLoop{Service: s, kind: k, run: run, slots: make(chan struct{}, slotsPerKind), ended: make(chan struct{}, 1)}
}

// work takes work until taking ends, and returns when what it took has ended.
func (l *kindLoop) work(taking context.Context) {
	wait := poll
	for l.reserveSlot(taking) {
		n := 1 + l.reserveFreeSlots()
		tasks, err := l.lease(l.run, l.kind, n)
		for range n - len(tasks) {
			<-l.slots
		}
		for _, t := range tasks {
			l.start(taking, t)
		}
		if err != nil {
			l.report(err)
		}
		switch {
		case err != nil || l.failedInARow.Load() >= slotsPerKind: // the store fails, in what finds work or in all that is done
			wait = min(2*wait, slowestPoll)
			pause(taking, wait, l.wake[l.kind])
		case len(tasks) < n: // nothing else is due; what is under way may make something due
			wait = poll
			pause(taking, wait, l.wake[l.kind], l.ended)
		default:
			wait = poll
		}
	}
	for range slotsPerKind { // each slot that can be reserved has no piece any more
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

// start does a piece of work in the slot that is reserved for it. What was leased while taking ended is given back.
func (l *kindLoop) start(taking context.Context, t Task) {
	go func() {
		if taking.Err() != nil {
			l.releaseUntouched(l.run, t)
		} else if err := l.runTask(l.run, t); err == nil {
			l.failedInARow.Store(0)
		} else {
			l.failedInARow.Add(1)
			l.report(err)
		}
		<-l.slots
		signal(l.ended)
	}()
}

func (l *kindLoop) report(err error) {
	if l.run.Err() == nil {
		l.c.Logger.LogAttrs(l.run, slog.LevelError, "payment: work", slog.Any("error", err))
	}
}

// pause waits for a while, or until one of the signals comes or ctx ends. There are two signals at most.
func pause(ctx context.Context, d time.Duration, signals ...<-chan struct{}) {
	signals = append(signals, nil, nil) // nobody sends on nil
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-signals[0]:
	case <-signals[1]:
	}
}

// signal leaves a signal that waits until somebody looks; a second one before that is the same.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
