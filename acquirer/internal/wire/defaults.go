package wire

import (
	"context"
	"log/slog"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// Clock is the clock of a client: the one given, or the real one.
func Clock(given func() time.Time) func() time.Time {
	if given == nil {
		return time.Now
	}
	return given
}

// Observer is what looks on around the requests of a client: the one given, or nobody.
func Observer(given acquirer.Observe) acquirer.Observe {
	if given == nil {
		return func(ctx context.Context, _ string, _ ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
			return ctx, func(error, ...slog.Attr) {}
		}
	}
	return given
}
