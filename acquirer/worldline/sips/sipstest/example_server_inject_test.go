package sipstest_test

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// The answer to a call is lost after the money has moved.
func ExampleServer_Inject() {
	platform := sipstest.NewServer(sipstest.Options{})
	defer platform.Close()

	err := platform.Inject(acquirer.OpRefund, sipstest.Truncated)
	fmt.Println(err)
	err = platform.Inject(acquirer.OpRefund, sipstest.Lost)
	fmt.Println(err)
	// Output:
	// <nil>
	// sipstest: Inject: lost strikes no call; inject it with an empty op
}
