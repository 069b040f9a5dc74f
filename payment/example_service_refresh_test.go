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

// A payment of which no message came is asked about; the journal then says how each state was reached.
func ExampleService_Refresh() {
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
	bank.Visit(session, mock.Behaviour{}) // neither notified nor brought back

	p, effect, _ := svc.Refresh(ctx, p.ID)
	fmt.Println(p.State, effect)
	p, _ = svc.Record(ctx, p.ID)
	fmt.Println(p.State)
	for e := range svc.Journal(ctx, p.ID) {
		fmt.Println(e.Version, e.Event, e.To)
	}
	// Output:
	// paid changed
	// recorded
	// 1 created created
	// 2 opened redirected
	// 3 accepted paid
	// 4 recorded recorded
}
