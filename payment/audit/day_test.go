package audit

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/payment"
)

// Totals are in the order of the kinds, euros first, and the same on every run, whichever currency came first.
func TestTotals(t *testing.T) {
	line := func(kind payment.MovementKind, currency string, cents int64) movement {
		return movement{payment.Movement{Kind: kind, Money: payment.Money{Currency: currency}}, cents}
	}
	got := totalsByKind([]movement{
		line(payment.MovementOrphan, "USD", 1), line(payment.MovementAccepted, "CHF", 2), line(payment.MovementReturned, "USD", 3), line(payment.MovementAccepted, "EUR", 4), line(payment.MovementAccepted, "EUR", 5), line(payment.MovementOrphan, "USD", 6),
	})
	want := []total{
		{payment.MovementAccepted, "EUR", 2, 9}, {payment.MovementReturned, "EUR", 0, 0}, {payment.MovementReview, "EUR", 0, 0}, {payment.MovementOrphan, "EUR", 0, 0},
		{payment.MovementAccepted, "CHF", 1, 2}, {payment.MovementReturned, "USD", 1, 3}, {payment.MovementOrphan, "USD", 2, 7},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(total{})); d != "" {
		t.Error(d)
	}
}
