package inbox_test

import (
	"context"
	"fmt"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// A chore for payment.Config: an accepted payment without its letter after a day is an error in the service's log.
func ExampleAcknowledgementAlarm() {
	paid := payment.Payment{
		ID: "k3v5m2q7w4x6y5z2a3b4c5d6e7", State: payment.Paid, Reference: "PCLCB261860000004", Debtor: "assure-17",
		Amount: decimal.New(6200, -2), Currency: "EUR", Language: "fr",
		CreatedAt: time.Date(2026, time.July, 5, 6, 40, 0, 0, time.UTC), PaidAt: time.Date(2026, time.July, 5, 6, 45, 0, 0, time.UTC),
	}

	ctx := context.Background()
	store, box := payment.NewMemoryStore(), inbox.NewMemoryMailbox()
	lost := paid
	lost.Version = 1
	if err := store.Create(ctx, lost, payment.Entry{Payment: lost.ID, Version: 1, Event: payment.OnCreated, To: payment.Paid}); err != nil {
		fmt.Println(err)
		return
	}
	alarm := inbox.AcknowledgementAlarm(store.List, box)
	for _, age := range []time.Duration{time.Hour, 25 * time.Hour} {
		_, err := alarm(ctx, paid.PaidAt.Add(age))
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// inbox: accepted payments without an acknowledgement (CRPA L112-11): 1: PCLCB261860000004
}
