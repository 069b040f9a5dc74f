package payment

import (
	"context"
	"time"
)

// lookAtPayment does the work that a due payment needs in its state.
func (s *Service) lookAtPayment(ctx context.Context, t Task) error {
	p, now := t.Payment, s.now()
	if p.State.Money() || p.State == Refunded {
		if owed, err := s.owesReview(ctx, p); err != nil {
			return err
		} else if owed { // the process that wrote the second acceptance did not come so far
			return s.commitAtVersion(ctx, p, s.secondMoney())
		}
	}
	switch p.State {
	case Created:
		return s.commitAtVersion(ctx, p, Event{Kind: OnNotOpened, At: now, Err: "no session was committed in time"})
	case Paid:
		return s.lookAtPaid(ctx, t, now)
	}
	if _, err := s.clients.ofPayment(p); err != nil {
		return s.lookAtStranded(ctx, t, now, err)
	}
	if p.State == Refunding {
		return s.giveBack(ctx, t)
	}
	return s.askAndApply(ctx, t)
}

// lookAtStranded puts a payment into review that no process has asked about for a day beyond its limit, so that a clerk learns of it.
func (s *Service) lookAtStranded(ctx context.Context, t Task, now time.Time, why error) error {
	if t.Payment.State.isOneOf(strandableStates) {
		return s.commitAtVersion(ctx, t.Payment, Event{Kind: OnOverdue, At: now, Err: shortCause(why.Error())})
	}
	return s.c.Store.Release(ctx, t, now.Add(strandedAgain), "")
}

// lookAtPaid journals once that the payment was not taken into account in time, and asks once after the acquirer's day is closed. Any
// process may do the first, only one that serves the merchant the second.
func (s *Service) lookAtPaid(ctx context.Context, t Task, now time.Time) error {
	h, err := s.paidHistory(ctx, t.Payment.ID)
	if err != nil {
		return err
	}
	if !h.overdueSaid && !now.Before(h.paidAt.Add(s.times.record)) {
		return s.commitAtVersion(ctx, t.Payment, Event{Kind: OnOverdue, At: now, Err: "not taken into account in time"})
	}
	if _, err := s.clients.ofPayment(t.Payment); err != nil {
		return s.lookAtStranded(ctx, t, now, err)
	}
	return s.askAndApply(ctx, t)
}

// paidHistory has the instants that the journal of a paid payment holds.
type paidHistory struct {
	paidAt      time.Time // when it became paid, last
	movedAt     time.Time // when money moved last, or a clerk's verdict kept it
	overdueSaid bool
}

func (s *Service) paidHistory(ctx context.Context, id ID) (h paidHistory, err error) {
	for e, err := range s.c.Store.Journal(ctx, id) {
		switch {
		case err != nil:
			return h, err
		case e.Effect == EffectChanged && e.To == Paid:
			h = paidHistory{paidAt: e.At, movedAt: e.At}
		case e.Effect == EffectNoted && e.Event == OnOverdue:
			h.overdueSaid = true
		case e.Effect == EffectNoted && !e.Money.isNone():
			h.movedAt = e.At
		}
	}
	return h, nil
}

// nextLook returns when the payment is due after now.
func (h paidHistory) nextLook(t timers, now time.Time) (due time.Time) {
	look := h.movedAt.Add(finalLook)
	if now.Before(look) {
		due = look
	}
	if overdue := h.paidAt.Add(t.record); !h.overdueSaid && (due.IsZero() || overdue.Before(due)) {
		due = overdue
	}
	return due
}

// nextLook returns when to look again after an answer that changed nothing. An open question is asked again, an end until its last
// look, a review for ever.
func (s *Service) nextLook(ctx context.Context, p Payment, now time.Time) (time.Time, error) {
	switch p.State {
	case Created, Redirected, Unknown, Refunding:
		return askAgainAt(p, now), nil
	case Paid:
		h, err := s.paidHistory(ctx, p.ID)
		return h.nextLook(s.times, now), err
	case Review:
		since, err := s.Since(ctx, p.ID)
		return nextReviewLook(since, now), err
	case Refused, Cancelled, Expired, Failed:
		since := p.CreatedAt
		if p.State == Failed && now.After(since.Add(finalLook)) { // a clerk may have ended it
			at, err := s.Since(ctx, p.ID)
			if err != nil {
				return time.Time{}, err
			}
			since = at
		}
		return lastLookAt(since, now), nil
	}
	return time.Time{}, nil
}
