package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

func ExampleDebt_Balance() {
	noon := time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC)
	sample := creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items: []creance.Item{
			{Kind: creance.Participation, Year: 2022, Amount: decimal.New(24_00, -2)},
			{Kind: creance.Franchise, Year: 2022, Amount: decimal.New(38_00, -2)},
		},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: noon.AddDate(0, -1, 0)},
	}

	fmt.Println(sample.Balance())

	broken := creance.Debt{Items: []creance.Item{{Kind: creance.Franchise, Year: 2022, Amount: decimal.New(-1, 0)}}}
	_, err := broken.Balance()
	fmt.Println(err)
	// Output:
	// 62 <nil>
	// item 1 (franchise, 2022): the amount is negative
}
