// Package otel plugs OpenTelemetry into the Observe of package payment: what OBSERVE.md there shows is this file, between its two marks. It is
// here and not in the root module, whose users have no OpenTelemetry in their go.sum unless they want it.
package otel

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// observe:begin

// Observe makes a span of each operation, named as it is ("payment.begin"), and measures how long it took. Which payment it was is for the
// span; a metric has only what there are few of.
func Observe(tracer trace.Tracer, meter metric.Meter) (acquirer.Observe, error) {
	took, err := meter.Float64Histogram("quittance.operation.duration", metric.WithUnit("s"),
		metric.WithDescription("How long an operation on a payment took."))
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
		began := time.Now()
		ctx, span := tracer.Start(ctx, op)
		return ctx, func(err error, more ...slog.Attr) {
			few := []attribute.KeyValue{attribute.String("operation", op)}
			for _, a := range slices.Concat(attrs, more) {
				kv := attribute.String("quittance."+a.Key, a.Value.String())
				if kv.Value.AsString() == "" { // there is no payment yet, or no effect
					continue
				}
				if span.SetAttributes(kv); a.Key != "reference" && a.Key != "key" {
					few = append(few, kv)
				}
			}
			if err != nil {
				kind := attribute.String("error.type", kindOf(err))
				few = append(few, kind)
				span.SetAttributes(kind)
				span.SetStatus(codes.Error, kind.Value.AsString())
			}
			span.End()
			took.Record(ctx, time.Since(began).Seconds(), metric.WithAttributes(few...))
		}
	}, nil
}

// kindOf names an error. Its text stays in your own log.
func kindOf(err error) string {
	for _, k := range []struct {
		name string
		is   error
	}{
		{"ineligible", creance.ErrIneligible}, {"held", payment.ErrHeld}, {"in_progress", payment.ErrInProgress}, {"invalid", payment.ErrInvalid},
		{"unverified", acquirer.ErrUnverified}, {"unavailable", acquirer.ErrUnavailable}, {"unanswered", acquirer.ErrUnanswered},
		{"configuration", acquirer.ErrConfiguration}, {"closed", payment.ErrClosed},
	} {
		if errors.Is(err, k.is) {
			return k.name
		}
	}
	return "other"
}

// observe:end
