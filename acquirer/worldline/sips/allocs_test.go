//go:build !race

package sips

import "testing"

// TestParseAllocations holds the benchmark's promise about allocations. With the race detector, sync.Pool drops things at random.
func TestParseAllocations(t *testing.T) {
	c := mustNew(t, Config{MerchantID: shop, Keys: Keyring{1: key1}, Endpoints: Worldline.Simulation()})
	if len(pipe900) != 900 {
		t.Fatalf("the notification has %d bytes", len(pipe900))
	}
	cb := notificationOf(pipe900, "", key1)
	if n := testing.AllocsPerRun(200, func() { c.Parse(cb) }); n > 12 {
		t.Errorf("%v allocations, at most 12 are promised", n)
	}
}
