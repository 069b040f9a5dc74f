package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// A host that wants such debts refused adds a rule to its policy.
func ExampleImpossibleRule() {
	policy := creance.Ameli()[0]
	policy.Rules = append(policy.Rules, creance.ImpossibleRule())
	decision := policy.Decide(creance.Debt{
		ID: "d-1", Debtor: "assure-17",
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2007, Amount: decimal.New(50_00, -2)}},
		Notice: &creance.Notice{Number: "ASP-2026-1", Channel: creance.Paper},
	}, time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC))
	fmt.Println(decision.Err())
	// Output:
	// creance: not payable online: doubtful (franchise)
}
