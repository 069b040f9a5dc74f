package otel

import (
	"context"
	"time"

	"github.com/quittance/quittance/payment"
	"go.opentelemetry.io/otel/metric"
)

// observe:begin

// Gauges registers what an operator should know of the store: see payment.Health. It reads many rows each time that the meter's reader
// collects, so let that be once a minute, in one process of those that share the store. Unregister the result when the service ends.
func Gauges(meter metric.Meter, service *payment.Service, now func() time.Time) (metric.Registration, error) {
	gauges := map[string]metric.Int64ObservableGauge{}
	var all []metric.Observable
	for _, name := range []string{"unserved", "stuck", "damaged", "orphans", "hanging", "unrecorded", "review", "oldest_review_seconds"} {
		g, err := meter.Int64ObservableGauge("quittance." + name)
		if err != nil {
			return nil, err
		}
		gauges[name], all = g, append(all, g)
	}
	return meter.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		h, err := service.Health(ctx)
		if err != nil {
			return err
		}
		oldest := time.Duration(0)
		if !h.OldestReview.IsZero() {
			oldest = now().Sub(h.OldestReview)
		}
		for name, value := range map[string]int{
			"unserved": h.Unserved, "stuck": h.Stuck, "damaged": len(h.Damaged), "orphans": h.Orphans, "hanging": h.Hanging,
			"unrecorded": h.Unrecorded, "review": h.Review, "oldest_review_seconds": int(oldest.Seconds()),
		} {
			o.ObserveInt64(gauges[name], int64(value))
		}
		return nil
	}, all...)
}

// observe:end
