package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// noteTimeout is how long the store may take to note what has happened already, even if the context has ended.
const noteTimeout = 5 * time.Second

// Deliver is a host's receiver of changes: see Config.Deliver. An error says that the host did not take the change, which is then
// delivered again later.
type Deliver func(context.Context, Change) error

// deliverChange hands a change to the host. The change counts as delivered once the host has taken it and the store has noted that;
// a process that ends in between hands it over again.
func (s *Service) deliverChange(ctx context.Context, t Task, call *runningCall) error {
	octx, end := s.c.Observe(ctx, "payment.deliver", slog.String("key", t.Change.Key))
	failed := s.handOver(octx, t.Change)
	end(failed)
	var again time.Time
	cause := ""
	if failed != nil {
		if errors.Is(ctx.Err(), context.Canceled) { // the host is stopping, whatever its error says: no failure of the change
			return ctx.Err()
		}
		again, cause = retryAt(s.now(), t.Tries, t.Payment.ID), shortCause(failed.Error())
		s.c.Logger.LogAttrs(ctx, slog.LevelWarn, "payment: not delivered",
			slog.String("key", t.Change.Key), slog.Int("tries", t.Tries+1), slog.String("error", cause))
	}
	// A change that the host took is noted even if that took longer than the lease: under the newest lease of the same task.
	t.Token = s.calls.newestToken(call)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTimeout)
	defer cancel()
	return s.c.Store.Release(ctx, t, again, cause)
}

// handOver calls Config.Deliver. A panic of the host is an error of the change, and does not end the worker.
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
