package payment

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/quittance/quittance/acquirer"
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

// logFailedCall writes that the acquirer did not do what it was asked. That is a warning, since it is tried again, by Work or by the payer; but an
// error where the configuration is wrong, a key that has expired for instance: it stays so until a person mends it, and nobody can pay meanwhile.
func (s *Service) logFailedCall(ctx context.Context, message string, p Payment, cause error) {
	level := slog.LevelWarn
	if errors.Is(cause, acquirer.ErrConfiguration) {
		level = slog.LevelError
	}
	s.c.Logger.LogAttrs(ctx, level, message, slog.Any("payment", p), slog.String("error", shortCause(cause.Error())))
}
