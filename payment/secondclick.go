package payment

import (
	"context"
	"time"
)

// firstClickPoll is how often a second click looks whether the first has its session. The first may be in another process, so only the
// store can tell.
const firstClickPoll = 50 * time.Millisecond

// awaitFirstClick waits while another call serves the same request, and returns the payment as it is then. It is still created when the
// first call takes longer than the acquirer may, when its process has died, or when ctx ends.
func (s *Service) awaitFirstClick(ctx context.Context, p Payment) (Payment, error) {
	ctx, cancel := context.WithTimeout(ctx, s.times.begin)
	defer cancel()
	poll := time.NewTicker(firstClickPoll)
	defer poll.Stop()
	for p.State == Created && s.now().Before(p.CreatedAt.Add(s.times.begin)) {
		select {
		case <-ctx.Done():
			return p, nil
		case <-poll.C:
		}
		q, err := s.c.Store.Find(ctx, Lookup{ID: p.ID})
		if ctx.Err() != nil {
			return p, nil
		}
		if err != nil {
			return p, err
		}
		p = q
	}
	return p, nil
}
