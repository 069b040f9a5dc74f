// Package clock is the time of the demonstration: the real one, and what somebody has added to it in the fault panel. Everybody reads the
// same clock: the service, the simulated bank, the letters and the pages.
package clock

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Keeper keeps a value for the next start.
type Keeper interface {
	Setting(ctx context.Context, name string) (string, error)
	SetSetting(ctx context.Context, name, value string) error
}

const setting = "clock_ahead"

// Clock never goes back, also not from one start to the next. It is safe for concurrent use.
type Clock struct {
	real func() time.Time
	keep Keeper

	mu    sync.RWMutex
	ahead time.Duration
}

// New returns a clock that is as far ahead of the real one as it was left. A nil real is time.Now.
func New(ctx context.Context, real func() time.Time, keep Keeper) (*Clock, error) {
	if real == nil {
		real = time.Now
	}
	kept, err := keep.Setting(ctx, setting)
	if err != nil {
		return nil, err
	}
	c := &Clock{real: real, keep: keep}
	if kept != "" {
		if c.ahead, err = time.ParseDuration(kept); err != nil {
			return nil, fmt.Errorf("clock: what was kept is no duration: %w", err)
		}
	}
	return c, nil
}

// Now is the time.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.real().Add(c.ahead)
}

// Ahead is how far the clock is ahead of the real one.
func (c *Clock) Ahead() time.Duration {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.ahead
}

// Advance lets time pass. It is kept before it counts, so that no start goes back in time.
func (c *Clock) Advance(ctx context.Context, d time.Duration) error {
	if d < 0 {
		return errors.New("clock: time does not go back")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.keep.SetSetting(ctx, setting, (c.ahead + d).String()); err != nil {
		return err
	}
	c.ahead += d
	return nil
}
