package simulation

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/quittance/quittance/internal/integration/rig/figure"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // a world is small, and soon garbage
	runtime.GOMAXPROCS(1)   // one thing happens at a time: a second core is only woken and put to sleep
	m.Run()
}

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
