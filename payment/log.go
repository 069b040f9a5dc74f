package payment

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
)

// logLevel returns the level of a change in the log: reviews and contradictions are warnings.
func logLevel(effect Effect, to State) slog.Level {
	if effect == EffectContradiction || effect == EffectChanged && to == Review {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// logEntry returns the attributes of a change for the log. By and Why are left out, since they may name a person.
func logEntry(p Payment, e Entry) []slog.Attr {
	return []slog.Attr{
		slog.Any("payment", p), slog.String("event", string(e.Event)), slog.String("effect", string(e.Effect)),
		slog.String("from", string(e.From)), slog.String("channel", string(e.Channel)), slog.Time("at", e.At.Truncate(time.Second)),
	}
}

// failureLevel returns the level of a failure in the log. What ends by itself is a warning: an acquirer that cannot be reached or does not answer,
// a request that was given up. Everything else stays until a person mends it, a key that has expired or a store that cannot write, and nobody can
// pay meanwhile.
func failureLevel(ctx context.Context, err error) slog.Level {
	if ctx.Err() != nil || errors.Is(err, acquirer.ErrUnavailable) || errors.Is(err, acquirer.ErrUnanswered) {
		return slog.LevelWarn
	}
	return slog.LevelError
}

// logNotBegun writes why a payer was not sent to the payment page, unless the reason is the payer's own, or the host's request.
func (s *Service) logNotBegun(ctx context.Context, p Payment, err error) {
	for _, own := range []error{creance.ErrIneligible, ErrHeld, ErrInvalid, ErrInProgress, ErrKeyReused, ErrClosed} {
		if errors.Is(err, own) {
			return
		}
	}
	level, attrs := failureLevel(ctx, err), []slog.Attr{slog.Any("error", err)}
	if p.ID != "" {
		attrs = append(attrs, slog.Any("payment", p))
	}
	s.c.Logger.LogAttrs(ctx, level, "payment: not begun", attrs...)
}
