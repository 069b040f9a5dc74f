package creance_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/shopspring/decimal"
)

func ExampleDecision_Err() {
	noon := time.Date(2023, time.October, 2, 12, 0, 0, 0, time.UTC)

	policy, _ := creance.Ameli().On(noon)
	refused := creance.Debt{
		ID: "D-2", Debtor: "assure-17",
		Items: []creance.Item{{Kind: "indu", Year: 2022, Amount: decimal.New(150_01, -2)}},
	}

	err := policy.Decide(refused, noon).Err()
	fmt.Println(err)
	fmt.Println(errors.Is(err, creance.ErrIneligible))
	if why := (*creance.IneligibleError)(nil); errors.As(err, &why) {
		fmt.Println(len(why.Decision.Reasons), "reasons")
	}
	// Output:
	// creance: not payable online: wrong_kind (indu), above_maximum (150.01, the limit is 150.00), no_notice
	// true
	// 3 reasons
}
