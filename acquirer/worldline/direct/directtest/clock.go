package directtest

import "time"

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

// A timer changes a status code at its instant: of an operation, or of the payment itself.
type timer struct {
	Due       time.Time
	Operation string // its id; empty: the payment's own code
	Code      int
}

// applyDueChanges applies the timers that have become due, and puts their events into the outbox. The caller holds the lock.
func (s *Server) applyDueChanges(now time.Time) {
	for _, c := range s.checkouts {
		for _, p := range c.live {
			var waiting []timer
			for _, t := range p.timers {
				if now.Before(t.Due) {
					waiting = append(waiting, t)
					continue
				}
				s.outbox = append(s.outbox, p.applyTimer(t))
			}
			p.timers = waiting
		}
	}
}

// applyTimer changes the payment as the timer says, and returns the event for the merchant.
func (p *payment) applyTimer(t timer) event {
	whole := t.Operation == ""
	for i := range p.Operations {
		if o := &p.Operations[i]; o.ID == t.Operation {
			o.Code, o.At = t.Code, t.Due
			whole = o.Cents == p.of.Cents && t.Code != 83
		}
	}
	if whole {
		p.Code, p.ChangedAt = t.Code, t.Due
	} else if t.Code == 83 && p.Code == 81 { // a refund of all of it was refused: the payment stays as it was
		p.Code, p.ChangedAt = 9, t.Due
	}
	return event{p.of, p, t.Operation, t.Code}
}

// scheduleChange sets a timer that gives the payment or its operation the code after Options.Settle.
func (s *Server) scheduleChange(p *payment, operation string, code int, now time.Time) {
	p.timers = append(p.timers, timer{now.Add(s.o.Settle), operation, code})
}
