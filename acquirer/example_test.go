package acquirer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

var order = acquirer.Order{
	ID:        "00000000000000000000000004",
	Reference: "PCLCB172540000004",
	Amount:    decimal.RequireFromString("20.00"),
	Currency:  "EUR",
	ReturnURL: "https://fund.example/return",
	Language:  "fr",
}

// The whole way: register the order, let the payer pay, read what came back.
func Example() {
	var client acquirer.Client
	bank := &mock.Acquirer{} // in production: sips.New
	client = bank

	session, err := client.Begin(context.Background(), order)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("send the payer to", session.Origin())

	callback, err := bank.Visit(session, mock.Behaviour{}) // in production: the payer's browser, then ReadCallback
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.Parse(callback)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Reference, result.Outcome, result.Amount, result.AuthorisationID)
	// Output:
	// send the payer to https://kiosk.invalid
	// PCLCB172540000004 accepted 20 761208
}

// An error says whether the call may be repeated, and whether money may have moved.
func ExampleError() {
	bank := &mock.Acquirer{}
	session, _ := bank.Begin(context.Background(), order)
	bank.Visit(session, mock.Behaviour{})
	bank.Inject(acquirer.OpCancel, mock.Timeout)

	_, err := bank.Cancel(context.Background(), acquirer.Modification{Reference: order.Reference, Amount: order.Amount, Currency: "EUR"})
	var e *acquirer.Error
	if errors.As(err, &e) {
		fmt.Println(e)
		fmt.Println("may have happened:", e.OutcomeUnknown(), "- may be repeated:", e.Retryable())
	}
	result, _ := bank.Status(context.Background(), acquirer.Question{Reference: order.Reference}) // so ask
	fmt.Println("went back:", result.Returned)
	// Output:
	// acquirer: cancel PCLCB172540000004: no answer: time-out while waiting for the answer
	// may have happened: true - may be repeated: false
	// went back: 20
}

func ExampleError_Retryable() {
	for _, kind := range []error{acquirer.ErrUnavailable, acquirer.ErrUnanswered, acquirer.ErrConflict} {
		e := &acquirer.Error{Op: acquirer.OpRefund, Kind: kind}
		fmt.Printf("%v: retryable %t, outcome unknown %t\n", kind, e.Retryable(), e.OutcomeUnknown())
	}
	// Output:
	// acquirer unavailable: retryable true, outcome unknown false
	// no answer: retryable false, outcome unknown true
	// not in this state: retryable false, outcome unknown false
}

func ExampleReadCallback() {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cb, err := acquirer.ReadCallback(w, r, acquirer.Notify, nil)
		var refused *acquirer.RequestError
		if errors.As(err, &refused) {
			http.Error(w, "not a callback", refused.Status)
			return
		}
		fmt.Println(cb.Channel, len(cb.Form))
	})
	body := url.Values{"Data": {"..."}, "Seal": {"..."}}.Encode()
	r := httptest.NewRequest(http.MethodPost, "/notify", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	handler.ServeHTTP(httptest.NewRecorder(), r)
	// Output: notify 2
}

func ExampleSession_WriteForm() {
	session := acquirer.Session{URL: "https://kiosk.example/pay", Method: "POST", Fields: url.Values{"token": {"opaque"}}}
	fmt.Println("Content-Security-Policy: form-action", session.Origin())
	session.WriteForm(os.Stdout, acquirer.Form{Language: "en"})
	// Output:
	// Content-Security-Policy: form-action https://kiosk.example
	// <!DOCTYPE html>
	// <html lang="en">
	// <head>
	// <meta charset="utf-8">
	// <meta name="viewport" content="width=device-width, initial-scale=1">
	// <meta name="robots" content="noindex">
	// <title>Going to the payment page</title>
	// </head>
	// <body>
	// <main>
	// <h1>Going to the payment page</h1>
	// <p>You are being sent to the bank’s secure payment page. If nothing happens, use the button below.</p>
	// <form id="go" method="POST" action="https://kiosk.example/pay">
	// <input type="hidden" name="token" value="opaque">
	// <button type="submit">Continue to the payment page</button>
	// </form>
	// </main>
	// </body>
	// </html>
}

func ExampleResult_Fingerprint() {
	bank := &mock.Acquirer{}
	session, _ := bank.Begin(context.Background(), order)
	callback, _ := bank.Visit(session, mock.Behaviour{Outcome: acquirer.Refused})

	returned, _ := bank.Parse(callback)
	asked, _ := bank.Status(context.Background(), acquirer.Question{Reference: order.Reference})
	fmt.Println(returned.Fingerprint() == asked.Fingerprint())
	// Output: true
}

func ExampleDecline_Advice() {
	fmt.Println(acquirer.ExpiredCard.Advice())
	fmt.Println(acquirer.LostOrStolen.Advice()) // the payer is not told why
	// Output:
	// other_card
	// ask_bank
}

func ExampleMaskPAN() {
	fmt.Println(acquirer.MaskPAN("5017670000001800"))
	// Output: 5017##########00
}
