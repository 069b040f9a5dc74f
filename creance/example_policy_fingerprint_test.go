package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// A policy of an integrator's own, with a rule. Its fingerprint travels into the payment.
func ExamplePolicy_Fingerprint() {
	noon := time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC)

	own := creance.Policy{
		Name: "fund-34", Since: noon, Min: decimal.New(50, 0), Max: decimal.New(150, 0),
		Rules: []creance.Rule{{ID: "one_year/1", Check: func(d creance.Debt, _ time.Time) []creance.Reason {
			for _, it := range d.Items {
				if it.Year != d.Items[0].Year {
					return []creance.Reason{{Code: "several_years", Kind: it.Kind}}
				}
			}
			return nil
		}}},
	}
	fmt.Println(own.Fingerprint())
	own.Rules[0].ID = "one_year/2"
	fmt.Println(own.Fingerprint())
	// Output:
	// ab72489ddfc5b109
	// bd49460c0a51a19b
}
