package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// A debt, the policy of the day, and the decision.
func Example() {
	noon := time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC)
	sample := creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items: []creance.Item{
			{Kind: creance.Participation, Year: 2022, Amount: decimal.New(24_00, -2)},
			{Kind: creance.Franchise, Year: 2022, Amount: decimal.New(38_00, -2)},
		},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: noon.AddDate(0, -1, 0)},
	}

	policy, err := creance.Ameli().On(noon)
	if err != nil {
		fmt.Println(err)
		return
	}
	decision := policy.Decide(sample, noon)
	fmt.Println(decision.Eligible(), decision.Amount)

	other := sample
	other.Notice, other.Status = nil, creance.Disputed
	for _, r := range policy.Decide(other, noon).Reasons {
		fmt.Println(r.Code)
	}
	// Output:
	// true 62
	// in_dispute
	// no_notice
}
