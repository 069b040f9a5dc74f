package creance_test

import (
	"fmt"
	"slices"

	"github.com/quittance/quittance/creance"
)

func ExampleReasonCodes() {
	fmt.Println(slices.Collect(creance.ReasonCodes())[:3])
	// Output:
	// [nothing_due below_minimum above_maximum]
}
