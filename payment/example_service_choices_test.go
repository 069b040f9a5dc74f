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

// A page of the back office offers what Choices returns. The clerk's act names the version that the page showed.
func ExampleService_Choices() {
	now := func() time.Time { return time.Date(2017, time.September, 11, 13, 54, 0, 0, time.UTC) }
	bank := &mock.Acquirer{Now: now, Notify: func(acquirer.Callback) {}}
	svc, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: now,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	p, session, err := svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: creance.Debt{
		ID: "D-1", Debtor: "A-7",
		Items:  []creance.Item{{Kind: creance.Participation, Year: 2016, Amount: decimal.RequireFromString("75.00")}},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: now()},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	bank.Visit(session, mock.Behaviour{})
	p, _, _ = svc.Refresh(ctx, p.ID)
	choices, err := svc.Choices(ctx, p)
	fmt.Println(p.State, choices, err)

	p, err = svc.Question(ctx, payment.Command{ID: p.ID, Version: p.Version, By: "agent 12", Why: "the bank has charged it back"})
	fmt.Println(p.State, err)
	choices, err = svc.Choices(ctx, p)
	fmt.Println(choices, err)
	p, err = svc.Resolve(ctx, payment.Resolution{
		Command: payment.Command{ID: p.ID, Version: p.Version, By: "agent 12", Why: "the list of the bank says so"}, Verdict: payment.VerdictWasReturned,
	})
	fmt.Println(p.State, err)
	// Output:
	// paid [recorded refund_asked questioned] <nil>
	// review <nil>
	// [kept giving_back was_returned] <nil>
	// refunded <nil>
}
