package payfiptest_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/shopspring/decimal"
)

// A payment over HTTP, from the session to the question, and what the platform's book says of it.
func Example() {
	platform := payfiptest.NewServer(payfiptest.Options{})
	defer platform.Close()
	client, err := payfip.New(platform.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	session, err := client.Begin(ctx, acquirer.Order{
		ID: "abcdefghij234567klmnopqrst", Reference: "PCLCB263320000001", Amount: decimal.New(75_50, -2), Currency: "EUR",
		ReturnURL: "http://127.0.0.1/return", NotifyURL: "http://127.0.0.1/notify", Language: "fr",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = platform.Visit(session, payfiptest.Payer{Abandon: true}) // who pays, and closes the tab
	fmt.Println(err)
	result, err := client.Status(ctx, acquirer.Question{Reference: "PCLCB263320000001", Handle: session.Handle})
	fmt.Println(result.Outcome, result.Amount, err)
	for _, t := range platform.Book() {
		fmt.Println(t)
	}
	// Output:
	// the payer's browser brings nothing back
	// accepted 75.5 <nil>
	// transaction PCLCB263320000001 of 006270, result P
}
