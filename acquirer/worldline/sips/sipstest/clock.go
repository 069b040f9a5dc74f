package sipstest

import "time"

// now is the platform's time: the clock of the options, and what Advance has added.
func (s *Server) now() time.Time { return s.platform.Now() }

// Now is the platform's clock.
func (s *Server) Now() time.Time { return s.now() }

// Advance moves the platform's clock and does what becomes due on the way, see [Server.Tick]. It returns how many notifications
// were sent. The clock does not go back: a negative duration is zero.
func (s *Server) Advance(d time.Duration) int {
	s.platform.Advance(d)
	return s.Tick()
}

// Tick does what the clock has made due since the last look: the 97 of sessions that have expired is notified, late
// notifications are sent. It returns how many notifications that were. It is for a clock of one's own (Options.Now) that has
// moved; with the real clock the platform looks by itself.
func (s *Server) Tick() int {
	expired := s.bank.Tick()
	for _, t := range expired {
		s.notifyShop(t)
	}
	return len(expired) + s.post.Tick()
}
