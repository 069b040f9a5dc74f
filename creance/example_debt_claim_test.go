package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// Another notice of the same debt is another claim.
func ExampleDebt_Claim() {
	noon := time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC)
	sample := creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items: []creance.Item{
			{Kind: creance.Participation, Year: 2022, Amount: decimal.New(24_00, -2)},
			{Kind: creance.Franchise, Year: 2022, Amount: decimal.New(38_00, -2)},
		},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: noon.AddDate(0, -1, 0)},
	}

	fmt.Println(sample.Claim())
	fmt.Println(creance.Debt{ID: "2023/17", Notice: &creance.Notice{Number: "N 2"}}.Claim())
	// Output:
	// D-1/N-1
	// 2023%2F17/N%202
}
