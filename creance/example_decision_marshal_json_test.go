package creance_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

func ExampleDecision_MarshalJSON() {
	noon := time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC)
	sample := creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items: []creance.Item{
			{Kind: creance.Participation, Year: 2022, Amount: decimal.New(24_00, -2)},
			{Kind: creance.Franchise, Year: 2022, Amount: decimal.New(38_00, -2)},
		},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: noon.AddDate(0, -1, 0)},
	}

	policy, _ := creance.Ameli().On(noon)
	data, err := json.Marshal(policy.Decide(sample, noon))
	fmt.Println(string(data), err)
	// Output:
	// {"eligible":true,"amount":"62.00","reasons":[],"policy":"ameli@15f0b63a60bf8132"} <nil>
}
