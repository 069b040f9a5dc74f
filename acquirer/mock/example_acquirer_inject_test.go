package mock_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

func ExampleAcquirer_Inject() {
	example := func(reference string) acquirer.Order {
		return acquirer.Order{
			ID: "00000000000000000000000004", Reference: reference, Amount: decimal.New(50, 0), Currency: "EUR",
			ReturnURL: "https://fund.example/return",
		}
	}

	bank := &mock.Acquirer{}
	bank.Inject(acquirer.OpBegin, mock.Unreachable)
	_, err := bank.Begin(context.Background(), example("PCLCB172540000004"))
	fmt.Println(err)
	_, err = bank.Begin(context.Background(), example("PCLCB172540000004"))
	fmt.Println(err)
	// Output:
	// acquirer: begin PCLCB172540000004: acquirer unavailable: no connection
	// <nil>
}
