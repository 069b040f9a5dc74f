package directtest

import (
	"time"
)

// now is the platform's time: the clock of the options, and what Advance has added.
func (s *Server) now() time.Time { return s.platform.Now().UTC() }

// Now is the platform's clock.
func (s *Server) Now() time.Time { return s.now() }

// Advance moves the platform's clock and does what becomes due on the way, see [Server.Tick]. It returns how many webhooks were
// sent. The clock does not go back: a negative duration is zero.
func (s *Server) Advance(d time.Duration) int {
	s.platform.Advance(d)
	return s.Tick()
}

// Tick does what the clock has made due since the last look: captures, refunds and cancellations that were requested are done,
// late webhooks are sent, and those that were not taken are sent again. It returns how many webhooks that were. It is for a
// clock of one's own (Options.Now) that has moved; with the real clock the platform looks by itself. That a session ended
// without a payment is told by no webhook.
func (s *Server) Tick() int {
	s.bank.Tick()
	s.mu.Lock()
	now := s.now()
	s.applyDueChanges(now)
	events := s.outbox
	s.outbox = nil
	var due []retry
	waiting := s.again[:0:0]
	for _, r := range s.again {
		if now.Before(r.due) {
			waiting = append(waiting, r)
		} else {
			due = append(due, r)
		}
	}
	s.again = waiting
	s.mu.Unlock()
	for _, e := range events {
		s.tellMerchant(e)
	}
	for _, r := range due {
		s.deliverWebhook(r.letter)
	}
	return len(events) + len(due) + s.post.Tick()
}
