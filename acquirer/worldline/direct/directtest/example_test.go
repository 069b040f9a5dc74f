package directtest_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/shopspring/decimal"
)

// A card that is refused, over HTTP: the session, the payer, and what the client learns when it asks.
func Example() {
	platform := directtest.NewServer(directtest.Options{})
	defer platform.Close()
	client, err := direct.New(platform.Config())
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	session, err := client.Begin(ctx, acquirer.Order{
		ID: "abcdefghij234567klmnopqrst", Reference: "PCLCB263320000001", Amount: decimal.New(75_50, -2), Currency: "EUR",
		ReturnURL: "http://127.0.0.1/return", Language: "fr",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := platform.Visit(session, directtest.Payer{Outcome: acquirer.Refused}); err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.Status(ctx, acquirer.Question{Reference: "PCLCB263320000001", Handle: session.Handle})
	fmt.Println(result.Outcome, result.Decline, err)
	// Output:
	// refused do_not_honour <nil>
}
