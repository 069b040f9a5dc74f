package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// noteTimeout bounds the store when it must learn what has happened already, whatever has become of the context.
const noteTimeout = 5 * time.Second

// Deliver is a host's receiver of changes: see Config.Deliver. An error says that the host did not take the change, which is then
// delivered again later.
type Deliver func(context.Context, Change) error

// deliver hands a change to the host. It is delivered when the host has taken it and the store has noted that; in
// between it may be handed over again.
func (s *Service) deliver(ctx context.Context, t Task, call *runningCall) error {
	octx, end := s.c.Observe(ctx, "payment.deliver", slog.String("key", t.Change.Key))
	failed := s.handOver(octx, t.Change)
	end(failed)
	var again time.Time
	cause := ""
	if failed != nil {
		if errors.Is(ctx.Err(), context.Canceled) { // the host is stopping, whatever it says why: no failure of the change
			return ctx.Err()
		}
		again, cause = retry(s.now(), t.Tries, t.Payment.ID), short(failed.Error())
		s.c.Logger.LogAttrs(ctx, slog.LevelWarn, "payment: not delivered",
			slog.String("key", t.Change.Key), slog.Int("tries", t.Tries+1), slog.String("error", cause))
	}
	// What the host took is noted although it took its time: longer than the lease, under the next one.
	t.Token = s.calls.newestToken(call)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTimeout)
	defer cancel()
	return s.c.Store.Release(ctx, t, again, cause)
}

// handOver calls the host, whose panic is its own failure and not the worker's end.
func (s *Service) handOver(ctx context.Context, c Change) (err error) {
	if s.c.Deliver == nil {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("payment: Deliver panicked with a %T", r)
		}
	}()
	return s.c.Deliver(ctx, c)
}
