package payment

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// A call that is repeated has the key of the first, or the acquirer would give back twice; another decision, and another amount, have another.
func TestRefundKey(t *testing.T) {
	asked := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	first := Payment{Reference: "R1", Amount: decimal.New(7550, -2), RefundAskedAt: asked, RefundCalledAt: asked.Add(time.Minute)}
	for name, c := range map[string]struct {
		change func(*Payment)
		same   bool
	}{
		"called again":      {func(p *Payment) { p.RefundCalledAt = asked.Add(time.Hour) }, true},
		"at a later entry":  {func(p *Payment) { p.Version, p.AttentionAt = 9, asked.Add(time.Hour) }, true},
		"asked again":       {func(p *Payment) { p.RefundAskedAt = asked.Add(time.Hour) }, false},
		"a part went back":  {func(p *Payment) { p.Returned = decimal.New(1000, -2) }, false},
		"another reference": {func(p *Payment) { p.Reference = "R2" }, false},
	} {
		p := first
		c.change(&p)
		if same := refundKey(p) == refundKey(first); same != c.same {
			t.Errorf("%s: the same key %v, want %v", name, same, c.same)
		}
	}
}
