//go:build !race

package repository_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// take is the README's code: a payment from the debt to the acquirer's word.
func take(ctx context.Context, w http.ResponseWriter, r *http.Request, bank *mock.Acquirer, debt creance.Debt) error {
	// readme:begin
	service, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(),
		ReturnURL: "https://fund.example/payment/return", NotifyURL: "https://fund.example/payment/notify",
	})
	if err != nil {
		return err // every mistake of the configuration at once
	}
	p, session, err := service.Begin(ctx, payment.BeginRequest{Key: "drawn with the page", Debt: debt})
	if err != nil {
		return err // *creance.IneligibleError has every reason, *payment.HeldError the payment under way
	}
	fmt.Println(p.State, p.Amount) // redirected 62
	if err := session.Send(w, r, acquirer.Form{}); err != nil {
		return err // the payer's browser goes to the bank: by 303, or by a page with a form
	}
	callback, err := bank.Visit(session, mock.Behaviour{}) // the mock's payer pays
	if err != nil {
		return err
	}
	p, effect, err := service.Receive(ctx, callback) // what NotifyHandler and ReturnHandler do
	fmt.Println(p.State, effect)                     // paid changed
	// readme:end
	return err
}

func Example_take() {
	page := httptest.NewRecorder()
	bank := &mock.Acquirer{Notify: func(acquirer.Callback) {}} // the notification is lost; the browser's return is enough
	err := take(context.Background(), page, httptest.NewRequest("POST", "https://fund.example/pay", nil), bank, creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(62, 0)}},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper},
	})
	fmt.Println(err, strings.Contains(page.Body.String(), "<form"))
	// Output:
	// redirected 62
	// paid changed
	// <nil> true
}
