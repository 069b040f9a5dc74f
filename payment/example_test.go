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

// fixed is the clock of the examples.
func fixed() time.Time { return time.Date(2017, time.September, 11, 13, 54, 0, 0, time.UTC) }

// service is a service on a store in memory, with a bank in the process.
func service() (*payment.Service, *mock.Acquirer) {
	bank := &mock.Acquirer{Now: fixed, Notify: func(acquirer.Callback) {}}
	svc, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: fixed,
	})
	if err != nil {
		panic(err)
	}
	return svc, bank
}

func owed() creance.Debt {
	return creance.Debt{
		ID: "D-1", Debtor: "A-7",
		Items:  []creance.Item{{Kind: creance.Participation, Year: 2016, Amount: decimal.RequireFromString("75.00")}},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper, IssuedOn: fixed()},
	}
}

func ExampleService_Begin() {
	svc, _ := service()
	ctx := context.Background()
	p, session, err := svc.Begin(ctx, payment.BeginRequest{Key: "from the page with the button", Debt: owed()})
	fmt.Println(p.Reference, p.State, session.Origin(), err)

	_, _, err = svc.Begin(ctx, payment.BeginRequest{Key: "another tab", Debt: owed()})
	var held *payment.HeldError
	fmt.Println(errors.As(err, &held), held.By.Reference)
	// Output:
	// PCLCB172540000001 redirected https://kiosk.invalid <nil>
	// true PCLCB172540000001
}

func ExampleService_Receive() {
	svc, bank := service()
	ctx := context.Background()
	_, session, _ := svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: owed()})
	callback, _ := bank.Visit(session, mock.Behaviour{})

	p, effect, _ := svc.Receive(ctx, callback)
	fmt.Println(p.State, effect)
	p, effect, _ = svc.Receive(ctx, callback)
	fmt.Println(p.State, effect)
	// Output:
	// paid changed
	// paid duplicate
}

func ExampleService_Reconcile() {
	svc, bank := service()
	ctx := context.Background()
	p, session, _ := svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: owed()})
	bank.Visit(session, mock.Behaviour{}) // neither notified nor brought back

	p, effect, _ := svc.Reconcile(ctx, p.ID)
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

func ExampleService_Refund() {
	svc, bank := service()
	ctx := context.Background()
	p, session, _ := svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: owed()})
	bank.Visit(session, mock.Behaviour{})
	p, _, _ = svc.Reconcile(ctx, p.ID)

	p, err := svc.Refund(ctx, payment.Command{ID: p.ID, Version: p.Version, By: "agent 12", Why: "paid by mistake"})
	fmt.Println(p.State, err)
	svc.WorkOnce(ctx) // what Work does all the time
	p, _ = svc.Get(ctx, p.ID)
	fmt.Println(p.State)
	// Output:
	// refunding <nil>
	// refunded
}

func ExampleService_Latest() {
	svc, _ := service()
	ctx := context.Background()
	_, err := svc.Latest(ctx, "A-7")
	fmt.Println(errors.Is(err, payment.ErrNotFound))
	svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: owed()})
	p, _ := svc.Latest(ctx, "A-7")
	fmt.Println(p)
	// Output:
	// true
	// payment PCLCB172540000001 (redirected)
}

func ExampleNext() {
	fmt.Println(payment.Next(payment.Expired, payment.OnAccepted)) // late truth wins
	fmt.Println(payment.Next(payment.Paid, payment.OnRefused))     // and stands
	_, effect := payment.Next(payment.Refused, payment.OnRecorded)
	fmt.Println(effect == "") // not allowed
	// Output:
	// paid changed
	// paid contradiction
	// true
}

func ExampleParseReference() {
	r, err := payment.ParseReference("PCLCB172540000004")
	fmt.Println(r.Prefix, r.Day.Format(time.DateOnly), r.Sequence, err)
	fmt.Println(r)
	_, err = payment.ParseReference("PCLCB173660000004")
	fmt.Println(err)
	// Output:
	// PCLCB 2017-09-11 4 <nil>
	// PCLCB172540000004
	// payment: reference "PCLCB173660000004": 2017 has no day 366
}

func ExampleService_Offer() {
	svc, _ := service()
	ctx := context.Background()
	offer, err := svc.Offer(ctx, owed())
	fmt.Println(offer.Payable(), offer.Decision.Amount, err)

	svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: owed()})
	offer, _ = svc.Offer(ctx, owed())
	fmt.Println(offer.Payable(), offer.Held.Reference, offer.Until.Sub(fixed()))
	// Output:
	// true 75 <nil>
	// false PCLCB172540000001 1h0m0s
}

func ExampleService_Resume() {
	svc, bank := service()
	ctx := context.Background()
	p, _, _ := svc.Begin(ctx, payment.BeginRequest{Key: "k", Debt: owed()})

	_, session, err := svc.Resume(ctx, p.ID) // the payer had closed the tab
	fmt.Println(session.Origin(), err)

	callback, _ := bank.Visit(session, mock.Behaviour{})
	svc.Receive(ctx, callback)
	p, session, _ = svc.Resume(ctx, p.ID)
	fmt.Println(p.State, session.IsZero())
	// Output:
	// https://kiosk.invalid <nil>
	// paid true
}
