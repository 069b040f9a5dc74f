package integration_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// take is the README's code: a payment from the debt to the acquirer's word.
func take(ctx context.Context, w io.Writer, bank *mock.Acquirer, debt creance.Debt) error {
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
	if err := session.WriteForm(w, acquirer.Form{}); err != nil {
		return err // the page that sends the payer's browser to the bank
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
	var page strings.Builder
	bank := &mock.Acquirer{Notify: func(acquirer.Callback) {}} // the notification is lost; the browser's return is enough
	err := take(context.Background(), &page, bank, creance.Debt{
		ID: "D-1", Debtor: "assure-17",
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(62, 0)}},
		Notice: &creance.Notice{Number: "N-1", Channel: creance.Paper},
	})
	fmt.Println(err, strings.Contains(page.String(), "<form"))
	// Output:
	// redirected 62
	// paid changed
	// <nil> true
}

// The README's routes, behind the protection against cross-origin requests.
func Example_routes() {
	bank := &mock.Acquirer{}
	service, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://fund.example/payment/return",
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// readme:begin
	mux := http.NewServeMux()
	mux.Handle("/payment/notify", service.NotifyHandler())
	mux.Handle("/payment/return", service.ReturnHandler(func(_ *http.Request, p payment.Payment, err error) string {
		return "/account" // whatever happened; err is no failure of the payment: say that it is being looked into
	}))
	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern("POST /payment/notify") // what protects both routes is the bank's seal
	protection.AddInsecureBypassPattern("POST /payment/return")
	handler := protection.Handler(mux)
	// readme:end

	post := func(h http.Handler, path string) {
		r := httptest.NewRequest("POST", "https://fund.example"+path, strings.NewReader(url.Values{"Data": {"x"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site") // the bank's page is another site
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		fmt.Println(path, w.Code)
	}
	post(handler, "/payment/return")
	post(handler, "/payment/notify") // taken, and refused for its seal
	post(http.NewCrossOriginProtection().Handler(mux), "/payment/return")
	// Output:
	// /payment/return 303
	// /payment/notify 403
	// /payment/return 403
}
