package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

// What cannot be right about a debt: nobody owes more than 50 € of participations for a year, and they are whole euros.
func ExamplePlausible() {
	debt := creance.Debt{
		ID: "d-1", Debtor: "assure-17",
		Items: []creance.Item{{Kind: creance.Participation, Year: 2024, Amount: decimal.New(70_30, -2)}},
	}
	for _, doubt := range creance.Plausible(debt, time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)) {
		fmt.Println(doubt)
	}
	// Output:
	// over_cap, participation_forfaitaire 2024: 70.30, the limit is 50.00
	// cents, participation_forfaitaire 2024
}
