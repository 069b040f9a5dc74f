package storetest_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/storetest"
)

// forgetful is a store that gives every payment the first number of the day.
type forgetful struct{ payment.Store }

func (forgetful) Sequence(context.Context, string) (int, error) { return 1, nil }

// Cases is for other test frameworks, and for a test which proves that a broken store is found.
func ExampleCases() {
	for _, c := range storetest.Cases() {
		if c.Name != "a sequence never repeats" {
			continue
		}
		fmt.Println("a store in memory:", c.Check(context.Background(), payment.NewMemoryStore(), nil))
		err := c.Check(context.Background(), forgetful{payment.NewMemoryStore()}, nil)
		fmt.Println("a forgetful one keeps the promise:", err == nil)
		fmt.Println("The promise:", c.Promise)
	}
	// Output:
	// a store in memory: <nil>
	// a forgetful one keeps the promise: false
	// The promise: Two payments never bear one reference: the acquirer would refuse the second, or answer for the wrong one.
}
