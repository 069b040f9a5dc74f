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

// A payer who has closed the tab goes back to the payment page, and cannot once the payment is made.
func ExampleService_Resume() {
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
	p, _, _ := svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: debt})

	p, session, err := svc.Resume(ctx, p.ID)
	fmt.Println(p.State, session.Origin(), err)

	callback, _ := bank.Visit(session, mock.Behaviour{})
	svc.Receive(ctx, callback)
	p, session, err = svc.Resume(ctx, p.ID)
	fmt.Println(p.State, session.IsZero(), err)
	// Output:
	// redirected https://kiosk.invalid <nil>
	// paid true <nil>
}
