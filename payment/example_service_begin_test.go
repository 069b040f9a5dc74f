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

// A second tab of the same debt is told which payment holds it.
func ExampleService_Begin() {
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
	p, session, err := svc.Begin(ctx, payment.BeginRequest{Key: "from the page with the button", Debt: debt})
	fmt.Println(p.Reference, p.State, session.Origin(), err)

	_, _, err = svc.Begin(ctx, payment.BeginRequest{Key: "another tab", Debt: debt})
	var held *payment.HeldError
	fmt.Println(errors.As(err, &held), held.By.Reference)
	// Output:
	// PCLCB172540000001 redirected https://kiosk.invalid <nil>
	// true PCLCB172540000001
}
