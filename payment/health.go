package payment

import (
	"context"
	"errors"
	"time"
)

// Health is what an operator should know of a store of payments. A number that is not zero asks for action.
type Health struct {
	// Unserved are payments that are not over and whose merchant has no acquirer in this process. Another process may serve them. If
	// none does, the acquirer is never asked about them, and those that are still open go to review a day after their limit.
	Unserved int

	Stuck   int  // payments whose deliveries or looks failed StuckAfter times in a row, and orphans whose delivery did: see [Service.Restart]
	Damaged []ID // those of the stuck ones whose rows cannot be read, see [DamagedError]
	Orphans int  // verified acceptances that belong to no payment

	// Hanging are calls of this process to an acquirer or to Config.Deliver, and chores, that ignore the end of their context. From 64 on
	// they keep their slots, and work slows down until it stops: restart the process, and repair what hangs.
	Hanging int

	Review       int       // payments that wait for a clerk
	OldestReview time.Time // since when the one that waits longest has waited; zero if there is none

	// Unrecorded are payments that are paid and not taken into account in time (S77). The time is counted from when they were begun: one that was
	// accepted late is among them until it is recorded.
	Unrecorded int
}

// Health counts what needs an operator. It reads many rows: call it from an operator's page or probe, not with each request.
func (s *Service) Health(ctx context.Context) (h Health, err error) {
	for _, c := range []struct {
		n *int
		f Filter
	}{
		{&h.Unserved, Filter{States: statesWithout(allStates, endedStates...), NotOf: s.clients.merchants}},
		{&h.Stuck, Filter{Stuck: true}},
		{&h.Review, Filter{States: []State{Review}}},
		{&h.Unrecorded, Filter{States: []State{Paid}, To: s.now().Add(-s.c.RecordWithin)}},
	} {
		if *c.n, err = s.c.Store.Count(ctx, c.f); err != nil {
			return Health{}, err
		}
	}
	for p, err := range s.c.Store.List(ctx, Filter{Stuck: true}) {
		switch {
		case errors.As(err, new(*DamagedError)):
			h.Damaged = append(h.Damaged, p.ID)
		case err != nil:
			return Health{}, err
		}
	}
	if h.OldestReview, err = s.oldestReview(ctx); err != nil {
		return Health{}, err
	}
	for o, err := range withDamaged(s.c.Store.Orphans(ctx)) {
		if err != nil {
			return Health{}, err
		}
		h.Orphans++
		if o.Tries >= StuckAfter {
			h.Stuck++
		}
	}
	h.Hanging = s.calls.countHanging()
	return h, nil
}

// oldestReview returns since when the payment that waits longest for a clerk has been in review. A payment was begun before it came into review, and
// the list has those that were begun first in front; so it is read until one was begun after the instant that is known already.
func (s *Service) oldestReview(ctx context.Context) (oldest time.Time, err error) {
	for p, err := range withDamaged(s.c.Store.List(ctx, Filter{States: []State{Review}})) {
		if err != nil {
			return time.Time{}, err
		}
		if !oldest.IsZero() && p.CreatedAt.After(oldest) {
			break
		}
		since, err := s.Since(ctx, p.ID)
		if errors.Is(err, ErrNotFound) || errors.As(err, new(*DamagedError)) { // the journal does not tell
			since = p.CreatedAt
		} else if err != nil {
			return time.Time{}, err
		}
		if !since.IsZero() && (oldest.IsZero() || since.Before(oldest)) {
			oldest = since
		}
	}
	return oldest, nil
}
