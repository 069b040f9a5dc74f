package mock_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// With an acquirer whose messages are hints, what comes only says about which session it is time to ask.
func ExampleKinds() {
	for name, kind := range mock.Kinds() {
		bank := &mock.Acquirer{Traits: kind, Notify: func(acquirer.Callback) {}}
		order := acquirer.Order{
			ID: "00000000000000000000000004", Reference: "PCLCB172540000004", Amount: decimal.New(50, 0), Currency: "EUR",
			ReturnURL: "https://fund.example/return",
		}
		session, _ := bank.Begin(context.Background(), order)
		back, _ := bank.Visit(session, mock.Behaviour{})
		said, _ := bank.Parse(back)
		fmt.Printf("%s: a %s; the return says %q", name, session.Method, said.Outcome)
		if said.Hint && said.Handle.Session == session.Handle.Session {
			answer, _ := bank.Status(context.Background(), acquirer.Question{
				Reference: order.Reference, Merchant: bank.Merchant(), Handle: session.Handle,
			})
			fmt.Printf(", the answer %q", answer.Outcome)
		}
		fmt.Println()
	}
	// Output:
	// sips: a POST; the return says "accepted"
	// direct: a GET; the return says "", the answer "accepted"
	// payfip: a GET; the return says "", the answer "accepted"
}
