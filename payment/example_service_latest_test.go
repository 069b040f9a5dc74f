package payment_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// The home page of a debtor speaks of the payment that Latest returns.
func ExampleService_Latest() {
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
	_, err = svc.Latest(ctx, "A-7")
	fmt.Println(errors.Is(err, payment.ErrNotFound))
	svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: debt})
	p, _ := svc.Latest(ctx, "A-7")
	fmt.Println(p)
	// Output:
	// true
	// payment PCLCB172540000001 (redirected)
}
