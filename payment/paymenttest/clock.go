package paymenttest

import (
	"sync"
	"time"
)

// Noon is when a world begins unless it is told otherwise: 11 September 2017, 12:00 in Paris.
var Noon = time.Date(2017, time.September, 11, 10, 0, 0, 0, time.UTC)

// Clock stands still until it is moved. It may be used from many goroutines.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now is what the clock shows: the Now of a payment.Config, a mock.Acquirer, an inbox.Sender.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock on, or back.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set makes the clock show another time.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}
