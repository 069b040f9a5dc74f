package audit

import (
	"time"

	"github.com/quittance/quittance/internal/paris"
)

// LastDay is the last day in Paris that is over, "2026-03-02": the latest that [Books.Export] takes now. A day is over at 00:05 of the
// next.
func (b *Books) LastDay() string {
	open := paris.Of(b.now().Add(-closingTime))
	return paris.Of(open.Start().Add(-time.Hour)).String()
}
