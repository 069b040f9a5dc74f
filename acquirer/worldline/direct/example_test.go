package direct_test

import (
	"context"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/shopspring/decimal"
)

// The whole of a payment, against the simulator: begun, paid, asked about, given back.
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
		ID: "abcdefghij234567klmnopqrst", Reference: "PCLCB263320000001", Amount: decimal.New(7550, -2), Currency: "EUR",
		ReturnURL: "http://127.0.0.1/return", Language: "fr",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	// session.Handle is kept with the payment, before session.Send sends the payer on.
	if _, err := platform.Visit(session, directtest.Payer{}); err != nil {
		fmt.Println(err)
		return
	}
	paid, err := client.Status(ctx, acquirer.Question{Reference: "PCLCB263320000001", Handle: session.Handle})
	fmt.Println(paid.Outcome, paid.Amount, paid.Currency, err)

	given, err := client.Refund(ctx, acquirer.Modification{
		Reference: "PCLCB263320000001", Handle: session.Handle.With(paid.Handle), Amount: paid.Amount, Currency: "EUR",
		Key: "0123456789abcdefghijklmnopqrstuv",
	})
	fmt.Println("on its way:", given.Returning, err)
	platform.Advance(24 * time.Hour)
	back, err := client.Status(ctx, acquirer.Question{Reference: "PCLCB263320000001", Handle: session.Handle.With(paid.Handle)})
	fmt.Println("back:", back.Returned, err)
	// Output:
	// accepted 75.5 EUR <nil>
	// on its way: 75.5 <nil>
	// back: 75.5 <nil>
}
