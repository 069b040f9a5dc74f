package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
)

func ExampleAmeli() {
	for _, p := range creance.Ameli() {
		fmt.Println(p.Name, p.Since.Format(time.DateOnly), p.Min, p.Max)
	}
	// Output:
	// ameli 2016-01-01 50 150
}
