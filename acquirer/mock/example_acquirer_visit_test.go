package mock_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// A payer who closes the tab brings nothing back.
func ExampleAcquirer_Visit() {
	example := func(reference string) acquirer.Order {
		return acquirer.Order{
			ID: "00000000000000000000000004", Reference: reference, Amount: decimal.New(50, 0), Currency: "EUR",
			ReturnURL: "https://fund.example/return",
		}
	}

	bank := &mock.Acquirer{}
	session, _ := bank.Begin(context.Background(), example("PCLCB172540000004"))
	_, err := bank.Visit(session, mock.Behaviour{Abandon: true})
	fmt.Println(errors.Is(err, mock.ErrNoReturn))
	result, _ := bank.Status(context.Background(), acquirer.Question{Reference: "PCLCB172540000004"})
	fmt.Println(result.Outcome)
	// Output:
	// true
	// accepted
}
