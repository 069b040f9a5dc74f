package audit

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/payment"
)

// Totals are in the order of the kinds, euros first, and the same on every run, whichever currency came first.
func TestTotals(t *testing.T) {
	sums := totals{}
	for _, m := range []movement{
		{kind: payment.MovementOrphan, currency: "USD", cents: 1}, {kind: payment.MovementAccepted, currency: "CHF", cents: 2},
		{kind: payment.MovementReturned, currency: "USD", cents: 3}, {kind: payment.MovementAccepted, currency: "EUR", cents: 4},
		{kind: payment.MovementAccepted, currency: "EUR", cents: 5}, {kind: payment.MovementOrphan, currency: "USD", cents: 6},
	} {
		sums.addMovement(m)
	}
	total := func(kind, currency string, count, cents int64) line {
		return line{"movement": "total_" + kind, "currency": currency, "count": count, "cents": cents, "euros": euros(cents)}
	}
	want := []line{
		total("accepted", "EUR", 2, 9), total("returned", "EUR", 0, 0), total("review", "EUR", 0, 0), total("orphan", "EUR", 0, 0),
		total("accepted", "CHF", 1, 2), total("returned", "USD", 1, 3), total("orphan", "USD", 2, 7),
	}
	if d := cmp.Diff(want, sums.totalLines()); d != "" {
		t.Error(d)
	}
}
