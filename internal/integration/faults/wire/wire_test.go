//go:build !race

package wire

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment/paymenttest"
)

// lostAnswer is the place among points of the call whose answer is lost.
var lostAnswer = slices.IndexFunc(points, func(p point) bool { return p.name == "sent, no answer" })

// Row 9 of the faults: the wire breaks at each of twelve points, at each of eight transitions, with each of the three clients. In the end every payment is
// where the platform's book is, no money was taken or given back twice, and no payer was handed a session of a payment that has failed.
func TestTheWireBreaks(t *testing.T) {
	figure.Long(t)
	seed := figure.Seed(t)
	for _, kind := range []string{"sips", "direct", "payfip"} {
		for _, tr := range transitions {
			for _, p := range points {
				t.Run(fmt.Sprintf("%s/%s/%s", kind, tr.name, p.name), func(t *testing.T) {
					for n := range uint64(figure.Of(10, 1000)) {
						if !runCase(t, kind, p, tr, seed, n) {
							return
						}
					}
				})
			}
		}
	}
}

// runCase runs a case and reports whether all was well.
func runCase(t *testing.T, kind string, p point, tr transition, seed, n uint64) bool {
	h := fnv.New64a()
	fmt.Fprint(h, kind, p.name, tr.name, n)
	rng := rand.New(rand.NewPCG(seed, h.Sum64()))
	clock := paymenttest.NewClock(paymenttest.Noon)
	f := openings[kind](clock, tr) // outside the bubble: its goroutines wait for the net
	defer f.close()
	if len(tr.kinds(f)) == 0 {
		client, err := f.client(nil)
		_, refunds := client.(acquirer.Refunder)
		_, cancels := client.(acquirer.Canceller)
		if err != nil || refunds || cancels {
			t.Errorf("the client could give back; %v", err)
		}
		t.Skip("absent: the platform gives nothing back")
	}
	var c *trip
	synctest.Test(t, func(t *testing.T) {
		c = newTrip(t, f, clock, kind, p, tr, rng)
		c.runToRest()
		c.checkAgainstBook()
		if t.Failed() {
			t.Logf("case %d: %s", n, c)
		}
	})
	return !t.Failed()
}
