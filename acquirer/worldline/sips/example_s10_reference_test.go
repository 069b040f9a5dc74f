package sips_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/sips"
)

// The 896th transaction of a day, at a shop that came from Sips 1.0 and counts them itself.
func ExampleS10Reference() {
	night := time.Date(2022, 11, 20, 23, 30, 0, 0, time.UTC) // it is the 21st in Paris
	fmt.Println(sips.S10Reference(night, 896))
	// Output: 20221121896 <nil>
}
