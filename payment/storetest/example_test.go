package storetest_test

import (
	"testing"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/storetest"
)

// The test of a store opens an empty one for each case. RunReopened is for stores that outlive their process.
func Example() {
	TestStore := func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) payment.Store { return payment.NewMemoryStore() })
	}
	_ = TestStore // in a file of your own: func TestStore(t *testing.T)
}
