package mock_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// The zero value works: begin, visit, and read what the browser and the bank's server bring.
func Example() {
	bank := &mock.Acquirer{Notify: func(cb acquirer.Callback) { fmt.Println("came by", cb.Channel) }}
	session, err := bank.Begin(context.Background(), acquirer.Order{
		ID: "00000000000000000000000004", Reference: "PCLCB172540000004", Amount: decimal.New(50, 0), Currency: "EUR",
		ReturnURL: "https://fund.example/return",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	back, err := bank.Visit(session, mock.Behaviour{Outcome: acquirer.Refused})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := bank.Parse(back)
	fmt.Println("came by", back.Channel, "and says", result.Outcome, result.Decline, err)
	// Output:
	// came by notify
	// came by return and says refused do_not_honour <nil>
}
