package mock_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// The zero value works: begin, visit, and read what the browser and the bank's server bring.
func Example() {
	bank := &mock.Acquirer{Notify: func(cb acquirer.Callback) { fmt.Println("came by", cb.Channel) }}
	session, err := bank.Begin(context.Background(), acquirer.Order{
		ID: "00000000000000000000000004", Reference: "PCLCB172540000004", Amount: decimal.New(50, 0), Currency: "EUR",
		ReturnURL: "https://fund.example/return",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	back, err := bank.Visit(session, mock.Behaviour{Outcome: acquirer.Refused})
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := bank.Parse(back)
	fmt.Println("came by", back.Channel, "and says", result.Outcome, result.Decline, err)
	// Output:
	// came by notify
	// came by return and says refused do_not_honour <nil>
}

func example(reference string) acquirer.Order {
	return acquirer.Order{
		ID: "00000000000000000000000004", Reference: reference, Amount: decimal.New(50, 0), Currency: "EUR",
		ReturnURL: "https://fund.example/return",
	}
}

// The book says what happened to the money, whatever the messages said.
func ExampleAcquirer_Book() {
	bank := &mock.Acquirer{}
	session, _ := bank.Begin(context.Background(), example("PCLCB172540000004"))
	bank.Visit(session, mock.Behaviour{})
	bank.Remit()
	bank.Inject(acquirer.OpRefund, mock.Timeout)
	_, err := bank.Refund(context.Background(), acquirer.Modification{Reference: "PCLCB172540000004", Amount: decimal.New(20, 0), Currency: "EUR"})
	fmt.Println(err)
	for _, move := range bank.Book()[0].Moves {
		fmt.Println(move.Kind, move.Cents)
	}
	// Output:
	// acquirer: refund PCLCB172540000004: no answer: time-out while waiting for the answer
	// authorised 5000
	// remitted 5000
	// refunded 2000
}

func ExampleAcquirer_Inject() {
	bank := &mock.Acquirer{}
	bank.Inject(acquirer.OpBegin, mock.Unreachable)
	_, err := bank.Begin(context.Background(), example("PCLCB172540000004"))
	fmt.Println(err)
	_, err = bank.Begin(context.Background(), example("PCLCB172540000004"))
	fmt.Println(err)
	// Output:
	// acquirer: begin PCLCB172540000004: acquirer unavailable: no connection
	// <nil>
}

// Move the clock, then Tick: what has become due is notified.
func ExampleAcquirer_Tick() {
	now := time.Date(2017, 9, 11, 13, 54, 0, 0, time.UTC)
	bank := &mock.Acquirer{Now: func() time.Time { return now }}
	bank.Notify = func(cb acquirer.Callback) {
		result, _ := bank.Parse(cb)
		fmt.Println(result.Outcome, result.Code)
	}
	bank.Begin(context.Background(), example("PCLCB172540000004"))
	now = now.Add(15 * time.Minute)
	fmt.Println(bank.Tick(), "notified")
	// Output:
	// expired 97
	// 1 notified
}

// A payer who closes the tab brings nothing back.
func ExampleAcquirer_Visit() {
	bank := &mock.Acquirer{}
	session, _ := bank.Begin(context.Background(), example("PCLCB172540000004"))
	_, err := bank.Visit(session, mock.Behaviour{Abandon: true})
	fmt.Println(errors.Is(err, mock.ErrNoReturn))
	result, _ := bank.Status(context.Background(), acquirer.Question{Reference: "PCLCB172540000004"})
	fmt.Println(result.Outcome)
	// Output:
	// true
	// accepted
}

// Seal says what the bank itself would not say.
func ExampleAcquirer_Seal() {
	bank := &mock.Acquirer{}
	said := acquirer.Result{Reference: "PCLCB172540000004", Amount: decimal.New(1, -2), Outcome: acquirer.Accepted}
	callback, _ := bank.Seal(said, acquirer.Notify)
	result, err := bank.Parse(callback)
	fmt.Println(result.Outcome, result.Amount, err)
	_, err = bank.Parse(mock.Spoil(callback, mock.Tampered))
	fmt.Println(err)
	// Output:
	// accepted 0.01 <nil>
	// acquirer: parse: seal missing or wrong: the seal is not that of the data
}

// The pages are mounted in the host's server, where URL says.
func ExampleAcquirer_PaymentPage() {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	bank := &mock.Acquirer{URL: server.URL + "/kiosk"}
	mux.Handle("/kiosk/", bank.PaymentPage())

	session, _ := bank.Begin(context.Background(), example("PCLCB172540000004"))
	resp, err := http.PostForm(session.URL, session.Fields) // what the payer's browser does
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(resp.Body)
	_, title, _ := strings.Cut(string(page), "<title>")
	title, _, _ = strings.Cut(title, "</title>")
	fmt.Println(title)
	// Output:
	// Paiement par carte bancaire – CPAM Test 2 (INTEGRATION)
}
