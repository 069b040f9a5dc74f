package sipstest_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/shopspring/decimal"
)

// A payment over HTTP from paymentInit to the notification, and what the platform's book says of it.
func Example() {
	platform := sipstest.NewServer(sipstest.Options{})
	defer platform.Close()

	client, err := sips.New(platform.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	session, err := client.Begin(context.Background(), acquirer.Order{
		ID: "abcdefghij234567klmnopqrst", Reference: "PCLCB172540000001", Amount: decimal.New(75_00, -2), Currency: "EUR",
		ReturnURL: "https://portail.example/retour", NotifyURL: "https://portail.example/notification",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	back, err := platform.Visit(session, sipstest.Payer{Code: "05"}) // a card that ends with 05
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.Parse(back.Callback)
	fmt.Println(result.Outcome, result.Decline, err)
	for _, t := range platform.Book() {
		fmt.Println(t.Reference, t.Cents, t.Status, len(t.Moves))
	}
	// Output:
	// refused do_not_honour <nil>
	// PCLCB172540000001 7500 REFUSED 0
}
