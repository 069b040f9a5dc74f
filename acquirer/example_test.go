package acquirer_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// The whole way: register the order, let the payer pay, read what came back.
func Example() {
	order := acquirer.Order{
		ID:        "00000000000000000000000004",
		Reference: "PCLCB172540000004",
		Amount:    decimal.RequireFromString("20.00"),
		Currency:  "EUR",
		ReturnURL: "https://fund.example/return",
		Language:  "fr",
	}

	var client acquirer.Client
	bank := &mock.Acquirer{} // in production: sips.New
	client = bank

	session, err := client.Begin(context.Background(), order)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("send the payer to", session.Origin())

	callback, err := bank.Visit(session, mock.Behaviour{}) // in production: the payer's browser, then ReadCallback
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.Parse(callback)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Reference, result.Outcome, result.Amount, result.AuthorisationID)
	// Output:
	// send the payer to https://kiosk.invalid
	// PCLCB172540000004 accepted 20 761208
}
