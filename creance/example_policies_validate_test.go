package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

func ExamplePolicies_Validate() {
	noon := time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC)

	fmt.Println(creance.Policies{
		{Name: "", Min: decimal.New(150, 0), Max: decimal.New(50, 0)},
		{Name: "own", Since: noon, Max: decimal.New(1, -3)},
	}.Validate())
	// Output:
	// creance: policy 1 (""): Name is empty
	// creance: policy 1 (""): Min 150.00 is above Max 50.00
	// creance: policy 2 ("own"): Max: the amount has a fraction of a cent
}
