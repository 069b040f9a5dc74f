package payment

import (
	"log/slog"
	"strings"
	"time"
)

// level is what an operator should see: reviews and contradictions are warnings.
func level(effect Effect, to State) slog.Level {
	if effect == EffectContradiction || effect == EffectChanged && to == Review {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// logEntry has no person in it: By and Why are left out.
func logEntry(p Payment, e Entry) []slog.Attr {
	return []slog.Attr{
		slog.Any("payment", p), slog.String("event", string(e.Event)), slog.String("effect", string(e.Effect)),
		slog.String("from", string(e.From)), slog.String("channel", string(e.Channel)), slog.Time("at", e.At.Truncate(time.Second)),
	}
}

// short keeps a cause within what an entry or a log should hold.
func short(s string) string {
	const most = 200
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}
