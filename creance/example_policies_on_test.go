package creance_test

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

func ExamplePolicies_On() {
	ps := append(creance.Ameli(), creance.Policy{
		Name: "up_to_300", Since: time.Date(2027, time.January, 1, 12, 0, 0, 0, time.UTC), Min: decimal.New(50, 0), Max: decimal.New(300, 0),
	})
	before, _ := ps.On(time.Date(2026, time.December, 31, 22, 59, 0, 0, time.UTC)) // 23:59 in Paris
	after, _ := ps.On(time.Date(2026, time.December, 31, 23, 0, 0, 0, time.UTC))   // midnight in Paris
	fmt.Println(before.Name, after.Name)

	_, err := ps.On(time.Date(2015, time.July, 1, 0, 0, 0, 0, time.UTC))
	fmt.Println(err)
	// Output:
	// ameli up_to_300
	// creance: no policy is in force on 2015-07-01
}
