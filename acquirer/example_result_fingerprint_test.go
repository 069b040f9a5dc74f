package acquirer_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

func ExampleResult_Fingerprint() {
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
	callback, _ := bank.Visit(session, mock.Behaviour{Outcome: acquirer.Refused})

	returned, _ := bank.Parse(callback)
	asked, _ := bank.Status(context.Background(), acquirer.Question{Reference: order.Reference})
	fmt.Println(returned.Fingerprint() == asked.Fingerprint())
	// Output: true
}
