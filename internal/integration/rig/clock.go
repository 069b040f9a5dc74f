package rig

import (
	"encoding/binary"
	"os"
	"sync"
	"time"
)

// morning is when the story of every world begins.
var morning = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// Clock is the time of a world: it runs as time does, and Advance moves it on. It stands in a file, so that every process has the same.
type Clock struct {
	mu   sync.Mutex
	file *os.File // how many nanoseconds the clock is ahead of the machine's
}

// newClock makes the file of a clock that stands at morning.
func newClock(path string) (*Clock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	c := &Clock{file: f}
	return c, c.setAhead(int64(time.Until(morning)))
}

// openClock is a process's own look at the clock.
func openClock(path string) (*Clock, error) {
	f, err := os.Open(path)
	return &Clock{file: f}, err
}

func (c *Clock) setAhead(ahead int64) error {
	_, err := c.file.WriteAt(binary.BigEndian.AppendUint64(nil, uint64(ahead)), 0)
	return err
}

func (c *Clock) readAhead() int64 {
	var b [8]byte
	if _, err := c.file.ReadAt(b[:], 0); err != nil {
		panic(err) // eight bytes of an open file
	}
	return int64(binary.BigEndian.Uint64(b[:]))
}

// Now is the time of the world.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.readAhead())).Round(0) }

// moveOn moves the clock of all processes on by d.
func (c *Clock) moveOn(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.setAhead(c.readAhead() + int64(d))
}
