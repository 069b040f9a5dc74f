package acquirer_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// An error says whether the call may be repeated, and whether money may have moved.
func ExampleError() {
	order := acquirer.Order{
		ID:        "00000000000000000000000004",
		Reference: "PCLCB172540000004",
		Amount:    decimal.RequireFromString("20.00"),
		Currency:  "EUR",
		ReturnURL: "https://fund.example/return",
		Language:  "fr",
	}

	bank := &mock.Acquirer{}
	session, _ := bank.Begin(context.Background(), order)
	bank.Visit(session, mock.Behaviour{})
	bank.Inject(acquirer.OpCancel, mock.Timeout)

	_, err := bank.Cancel(context.Background(), acquirer.Modification{Reference: order.Reference, Amount: order.Amount, Currency: "EUR"})
	var e *acquirer.Error
	if errors.As(err, &e) {
		fmt.Println(e)
		fmt.Println("may have happened:", e.OutcomeUnknown(), "- may be repeated:", e.Retryable())
	}
	result, _ := bank.Status(context.Background(), acquirer.Question{Reference: order.Reference}) // so ask
	fmt.Println("went back:", result.Returned)
	// Output:
	// acquirer: cancel PCLCB172540000004: no answer: time-out while waiting for the answer
	// may have happened: true - may be repeated: false
	// went back: 20
}
