package mock_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// The book says what happened to the money, whatever the messages said.
func ExampleAcquirer_Book() {
	example := func(reference string) acquirer.Order {
		return acquirer.Order{
			ID: "00000000000000000000000004", Reference: reference, Amount: decimal.New(50, 0), Currency: "EUR",
			ReturnURL: "https://fund.example/return",
		}
	}

	bank := &mock.Acquirer{}
	session, _ := bank.Begin(context.Background(), example("PCLCB172540000004"))
	bank.Visit(session, mock.Behaviour{})
	bank.Remit()
	bank.Inject(acquirer.OpRefund, mock.Timeout)
	_, err := bank.Refund(context.Background(), acquirer.Modification{Reference: "PCLCB172540000004", Amount: decimal.New(20, 0), Currency: "EUR"})
	fmt.Println(err)
	for _, move := range bank.Book()[0].Moves {
		fmt.Println(move.Kind, move.Cents)
	}
	// Output:
	// acquirer: refund PCLCB172540000004: no answer: time-out while waiting for the answer
	// authorised 5000
	// remitted 5000
	// refunded 2000
}
