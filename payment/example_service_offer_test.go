package payment_test

import (
	"context"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// A page asks what can be done about a debt before it has a button « payer ».
func ExampleService_Offer() {
	now := func() time.Time { return time.Date(2017, time.September, 11, 13, 54, 0, 0, time.UTC) }
	debt := creance.Debt{
		ID: "D-1", Debtor: "A-7",
		Items:  []creance.Item{{Kind: creance.Participation, Year: 2016, Amount: decimal.RequireFromString("75.00")}},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: now()},
	}
	bank := &mock.Acquirer{Now: now, Notify: func(acquirer.Callback) {}}
	svc, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: now,
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	offer, err := svc.Offer(ctx, debt)
	fmt.Println(offer.Payable(), offer.Decision.Amount, err)

	svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: debt})
	offer, err = svc.Offer(ctx, debt)
	fmt.Println(offer.Payable(), offer.Held.Reference, offer.Until.Sub(now()), err)
	// Output:
	// true 75 <nil>
	// false PCLCB172540000001 1h0m0s <nil>
}
