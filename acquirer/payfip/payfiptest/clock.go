package payfiptest

import (
	"slices"
	"time"
)

// now is the platform's time: the clock of the options, and what Advance has added.
func (s *Server) now() time.Time { return s.platform.Now().UTC().Truncate(time.Microsecond) }

// Now is the platform's time.
func (s *Server) Now() time.Time { return s.now() }

// Advance moves the platform's clock and does what becomes due on the way, see [Server.Tick]. It returns how many notifications were
// sent. The clock does not go back: a negative duration is zero.
func (s *Server) Advance(d time.Duration) int {
	s.platform.Advance(d)
	return s.Tick()
}

// Tick sends the notifications that the clock has made due since the last look, oldest first, and returns how many they were. With the
// real clock the platform looks by itself.
func (s *Server) Tick() int {
	now := s.now()
	s.mu.Lock()
	var due []notice
	s.pending = slices.DeleteFunc(s.pending, func(n notice) bool {
		if now.Before(n.due) {
			return false
		}
		due = append(due, n)
		return true
	})
	s.mu.Unlock()
	slices.SortStableFunc(due, func(a, b notice) int { return a.due.Compare(b.due) })
	return s.sendAll(due) + s.post.Tick()
}

// Release sends every notification that is due later, or held back by a fault, and returns how many they were.
func (s *Server) Release() int {
	s.mu.Lock()
	due := s.pending
	s.pending = nil
	s.mu.Unlock()
	return s.sendAll(due) + s.post.Release()
}
