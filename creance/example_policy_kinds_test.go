package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// A town hall takes what its régie collects, and no co-payments.
func ExamplePolicy_kinds() {
	town := creance.Policies{{
		Name: "mairie", Since: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
		Min: decimal.New(1, 0), Max: decimal.New(300, 0), Kinds: []creance.Kind{"cantine", "creche"},
	}}
	policy, err := town.On(time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, kind := range []creance.Kind{"cantine", creance.Franchise} {
		d := policy.Decide(creance.Debt{
			Items:  []creance.Item{{Kind: kind, Year: 2026, Amount: decimal.New(4250, -2)}},
			Notice: &creance.Notice{Number: "F-2026-117", Channel: creance.Paper},
		}, time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC))
		fmt.Println(kind, d.Eligible(), d.Amount, d.Err())
	}
	// Output:
	// cantine true 42.5 <nil>
	// franchise false 0 creance: not payable online: wrong_kind (franchise)
}
