package simulation

import (
	"strings"
	"testing"

	"github.com/quittance/quittance/internal/integration/figure"
)

func TestPayments(t *testing.T) {
	seed := figure.Seed(t)
	n := 0
	for i := 0; n < figure.Of(1000, 1_000_000); i++ {
		s := Draw(seed+uint64(i), false)
		r := Run(t.Context(), s, Memory(), Options{})
		n += r.Payments
		if len(r.Violations) > 0 {
			t.Errorf("seed %d: %+v", s.Seed, r.Violations[0])
			r = Run(t.Context(), s, Memory(), Options{Tell: true})
			t.Log(strings.Join(r.Lines, "\n"))
			break
		}
	}
}
