package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// What may be asked of a test shop, and why the pilot's payment of 20 euros was let through (S25).
func ExamplePolicy_Decide() {
	twenty := creance.Debt{
		ID: "D-3", Debtor: "assure-17",
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2016, Amount: decimal.New(20_00, -2)}},
		Notice: &creance.Notice{Number: "N-3", Channel: creance.Electronic},
	}
	day := time.Date(2017, time.September, 11, 13, 39, 0, 0, time.UTC)
	ameli, _ := creance.Ameli().On(day)
	integration := creance.Policy{Name: "integration", Since: day, Min: decimal.New(1, -2), Max: decimal.New(150, 0)}
	fmt.Println(ameli.Decide(twenty, day).Err())
	fmt.Println(integration.Decide(twenty, day).Amount)
	// Output:
	// creance: not payable online: below_minimum (20.00, the limit is 50.00)
	// 20
}
