package main

import (
	"sync"
	"time"
)

// clock stands still until it is moved. Everybody reads the same one: the service, the bank and the letters.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

func (c *clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// paris is where the payers read their clocks. The library links the time zones in, so that a bare container has them.
var paris = func() *time.Location {
	l, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err)
	}
	return l
}()

// formatHour is the minute in Paris: « 08:53 ».
func formatHour(t time.Time) string { return t.In(paris).Format("15:04") }
