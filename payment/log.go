package payment

import (
	"log/slog"
	"strings"
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

// shortCause returns a text that an entry can hold: valid UTF-8 without zero bytes, of 200 bytes at most.
func shortCause(s string) string {
	const most = 200
	s = storableText(s)
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

// storableText returns a text as every database takes it: valid UTF-8 without zero bytes.
func storableText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
