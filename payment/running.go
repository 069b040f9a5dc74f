package payment

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// mostHanging is how many calls that ignore the end of their context give their slot back. Those beyond it keep their slot, so that
	// a process never runs more calls than these and its slots. Once all slots are held so, it takes no more work of that kind.
	mostHanging = 64

	// afterCancel is how long a call may take to end once its context has ended. It is more than noteTimeout.
	afterCancel = 6 * time.Second
)

var (
	errHanging      = errors.New("it does not return, and ignores its context")
	errStillRunning = errors.New("the call before it still runs in this process")
)

// runningCalls are the calls of this process into code of the host or of an acquirer: a client's method, Config.Deliver, a chore. Each
// call has a key that names its work, and one call of a key runs at a time. The zero value is ready.
type runningCalls struct {
	mu       sync.Mutex
	byKey    map[string]*runningCall
	outlived int // how many of them have outlived their context
}

// runningCall is one of runningCalls. Its fields are guarded by their mutex.
type runningCall struct {
	key      string
	token    string // of the newest lease of the task that it is for
	outlived bool
}

// countHanging returns how many calls ignore the end of their context and still run.
func (c *runningCalls) countHanging() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outlived
}

// runBounded calls f with a context that ends after timeout, and returns its error. It does not wait for an f that ignores the end of the context:
// then the error is errHanging, and f runs on by itself. If a call of the same key still runs, f is not called and the error is
// errStillRunning; the call that runs has the token from then on.
func (c *runningCalls) runBounded(ctx context.Context, key, token string, timeout time.Duration, f func(context.Context, *runningCall) error) error {
	call := c.beginCall(key, token)
	if call == nil {
		return errStillRunning
	}
	result := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		err := f(ctx, call)
		c.endCall(call)
		result <- err
	}()
	timer := time.NewTimer(timeout + afterCancel)
	defer timer.Stop()
	select {
	case err := <-result:
		return err
	case <-timer.C:
		if c.markOutlived(call) {
			return errHanging
		}
	case <-ctx.Done():
	}
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
	}
	timer.Reset(afterCancel)
	select {
	case err := <-result:
		return err
	case <-timer.C:
		c.markOutlived(call)
		return errHanging
	}
}

// beginCall notes that a call begins; nil if one of the same key still runs.
func (c *runningCalls) beginCall(key, token string) *runningCall {
	c.mu.Lock()
	defer c.mu.Unlock()
	if running := c.byKey[key]; running != nil {
		running.token = token
		return nil
	}
	if c.byKey == nil {
		c.byKey = make(map[string]*runningCall)
	}
	call := &runningCall{key: key, token: token}
	c.byKey[key] = call
	return call
}

// endCall notes that a call has ended.
func (c *runningCalls) endCall(call *runningCall) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.byKey, call.key)
	if call.outlived {
		c.outlived--
	}
}

// markOutlived notes that a call has outlived its context, and reports whether its place may go to other work.
func (c *runningCalls) markOutlived(call *runningCall) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey[call.key] != call { // the call has ended just now
		return true
	}
	if !call.outlived {
		call.outlived = true
		c.outlived++
	}
	return c.outlived <= mostHanging
}

// newestToken returns the token of the newest lease of the task that a call is for.
func (c *runningCalls) newestToken(call *runningCall) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return call.token
}
