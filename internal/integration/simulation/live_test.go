package simulation

import (
	"testing"

	"github.com/quittance/quittance/internal/integration/rig/figure"
)

// Work under way: what hangs holds up nothing else. It is over before the worlds begin, whose random numbers, the seed's, would be its own, too.
func TestLive(t *testing.T) {
	for seed := range uint64(4) { // of each kind of trouble at least one
		Live(t, seed)
	}
	seed := figure.Seed(t)
	for n := range uint64(figure.Of(2, 2000)) {
		Live(t, seed+n)
	}
}
