package creance_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

func ExampleDebt_MarshalJSON() {
	noon := time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC)
	sample := creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items: []creance.Item{
			{Kind: creance.Participation, Year: 2022, Amount: decimal.New(24_00, -2)},
			{Kind: creance.Franchise, Year: 2022, Amount: decimal.New(38_00, -2)},
		},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: noon.AddDate(0, -1, 0)},
	}

	data, err := json.Marshal(sample)
	fmt.Println(string(data), err)
	// Output:
	// {"id":"D-1","debtor":"assure-17","items":[{"kind":"participation_forfaitaire","year":2022,"amount":"24.00"},{"kind":"franchise","year":2022,"amount":"38.00"}],"notice":{"number":"N-1","channel":"paper","issued_on":"2023-09-02"}} <nil>
}
