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

// Refund commits the decision; Work gives the money back.
func ExampleService_Refund() {
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
	p, session, _ := svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: debt})
	bank.Visit(session, mock.Behaviour{})
	p, _, _ = svc.Refresh(ctx, p.ID)

	p, err = svc.Refund(ctx, payment.Command{ID: p.ID, Version: p.Version, By: "agent 12", Why: "paid by mistake"})
	fmt.Println(p.State, err)
	svc.WorkOnce(ctx) // what Work does all the time
	p, _ = svc.Get(ctx, p.ID)
	fmt.Println(p.State)
	// Output:
	// refunding <nil>
	// refunded
}
