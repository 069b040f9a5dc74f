package payment

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// stopGrace is how long the tasks under way may take after Work's own context has ended, if nobody calls Stop.
const stopGrace = 10 * time.Second

// stopping is the state of a service's end: how many calls of Work run, and which steps of Stop have been taken.
type stopping struct {
	mu       sync.Mutex
	working  int           // calls of Work under way
	begun    chan struct{} // closed by the first Stop: no work is taken any more
	cut      chan struct{} // closed when tasks under way are no longer waited for
	returned chan struct{} // closed when begun is, and the last Work has returned
}

func newStopping() *stopping {
	return &stopping{begun: make(chan struct{}), cut: make(chan struct{}), returned: make(chan struct{})}
}

// Stop ends every [Service.Work] of this service, and returns when they have returned. It takes no more work; what is under way may
// finish until ctx ends; what is left then has its context cancelled and its lease given back, so that another process, or the
// next start, does it at once. Stop then returns within 15 seconds more, with an error that wraps ctx's; a call that ignores its
// context is left behind. What was cut off is no failure of it, and nothing is lost: what is due is in the rows.
//
// A service that was stopped works no more: Work returns at once. Everything else goes on: Begin, the handlers, and
// [Service.WorkOn], which ends with the host's own queue. Several calls are one; the first context that ends cuts off.
func (s *Service) Stop(ctx context.Context) error {
	s.stopping.stopTaking()
	select {
	case <-s.stopping.returned:
		return nil
	case <-ctx.Done():
	}
	s.stopping.cutOff()
	<-s.stopping.returned
	return fmt.Errorf("payment: stop: what was under way was cut off: %w", context.Cause(ctx))
}

func (s *stopping) stopTaking() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !isClosed(s.begun) {
		close(s.begun)
	}
	s.closeWhenReturned()
}

func (s *stopping) cutOff() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !isClosed(s.cut) {
		close(s.cut)
	}
}

// enterWork counts a call of Work; false if the service was stopped. A call that was counted calls leaveWork at its end.
func (s *stopping) enterWork() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if isClosed(s.begun) {
		return false
	}
	s.working++
	return true
}

func (s *stopping) leaveWork() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working--
	s.closeWhenReturned()
}

// closeWhenReturned closes returned if Stop was called and every Work has returned. The caller holds the mutex.
func (s *stopping) closeWhenReturned() {
	if s.working == 0 && isClosed(s.begun) && !isClosed(s.returned) {
		close(s.returned)
	}
}

// waitForEnd waits until the tasks under way have ended, or must be cut off: when Stop's context ends, or stopGrace after the end of
// Work's context if nobody calls Stop.
func (s *stopping) waitForEnd(ended <-chan struct{}) {
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case <-ended:
		return
	case <-grace.C:
		if !isClosed(s.begun) {
			return
		}
	case <-s.begun:
	}
	select {
	case <-ended:
	case <-s.cut:
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
