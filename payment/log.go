package payment

import (
	"log/slog"
	"time"
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
