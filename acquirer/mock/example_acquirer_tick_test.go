package mock_test

import (
	"context"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// Move the clock, then Tick: what has become due is notified.
func ExampleAcquirer_Tick() {
	example := func(reference string) acquirer.Order {
		return acquirer.Order{
			ID: "00000000000000000000000004", Reference: reference, Amount: decimal.New(50, 0), Currency: "EUR",
			ReturnURL: "https://fund.example/return",
		}
	}

	now := time.Date(2017, 9, 11, 13, 54, 0, 0, time.UTC)
	bank := &mock.Acquirer{Now: func() time.Time { return now }}
	bank.Notify = func(cb acquirer.Callback) {
		result, _ := bank.Parse(cb)
		fmt.Println(result.Outcome, result.Code)
	}
	bank.Begin(context.Background(), example("PCLCB172540000004"))
	now = now.Add(15 * time.Minute)
	fmt.Println(bank.Tick(), "notified")
	// Output:
	// expired 97
	// 1 notified
}
