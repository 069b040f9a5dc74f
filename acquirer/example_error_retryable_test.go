package acquirer_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
)

func ExampleError_Retryable() {
	for _, kind := range []error{acquirer.ErrUnavailable, acquirer.ErrUnanswered, acquirer.ErrConflict} {
		e := &acquirer.Error{Op: acquirer.OpRefund, Kind: kind}
		fmt.Printf("%v: retryable %t, outcome unknown %t\n", kind, e.Retryable(), e.OutcomeUnknown())
	}
	// Output:
	// acquirer unavailable: retryable true, outcome unknown false
	// no answer: retryable false, outcome unknown true
	// not in this state: retryable false, outcome unknown false
}
