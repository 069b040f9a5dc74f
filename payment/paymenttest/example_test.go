package paymenttest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// printed stands for the *testing.T that a test has.
type printed struct{}

func (printed) Context() context.Context       { return context.Background() }
func (printed) Helper()                        {}
func (printed) Errorf(f string, args ...any)   { fmt.Printf(f+"\n", args...) }
func (t printed) Fatalf(f string, args ...any) { t.Errorf(f, args...); panic("the test ends") }

// A payer pays and closes the tab, and the notification is lost: the bank is asked when the session is over, and the payer has his
// acknowledgement.
func Example() {
	w := paymenttest.New(printed{}, paymenttest.Options{}) // in a test: New(t, …)
	w.Bank.Notify = func(acquirer.Callback) {}             // every notification is lost

	p, session := w.Begin("D-1")
	w.Visit(session, mock.Behaviour{Abandon: true})
	fmt.Println(w.Get(p.ID).State)

	w.Pass(2 * time.Hour)
	fmt.Println(w.Get(p.ID).State, w.Letters(p.Debtor))
	w.CheckSettled()
	// Output:
	// redirected
	// paid [acknowledgement]
}

// The host's own handler, with each kind of acquirer.
func ExampleWorld_Begin_handlers() {
	for name, kind := range map[string]acquirer.Traits{"direct": mock.Direct} { // in a test: range mock.Kinds()
		w := paymenttest.New(printed{}, paymenttest.Options{Kind: kind})
		account := w.Service.ReturnHandler(func(_ *http.Request, p payment.Payment, err error) string {
			return "/account?state=" + string(p.State)
		})

		_, session := w.Begin("D-1")
		back, err := w.Bank.Visit(session, mock.Behaviour{Outcome: acquirer.Refused})
		if err != nil {
			panic(err)
		}
		request, err := mock.NewRequest(context.Background(), "https://portal.example/return", back)
		if err != nil {
			panic(err)
		}
		answer := httptest.NewRecorder()
		account.ServeHTTP(answer, request)
		fmt.Println(name, answer.Code, answer.Header().Get("Location"))
	}
	// Output:
	// direct 303 /account?state=refused
}

// The process dies after the payer has paid; another one begins on what the store holds.
func ExampleWorld_Restart() {
	w := paymenttest.New(printed{}, paymenttest.Options{})
	p := w.Pay("D-1", mock.Behaviour{})
	w.Restart(func(c *payment.Config) { c.Others = []acquirer.Client{&mock.Acquirer{MerchantID: "next"}} })
	fmt.Println(w.Story(w.At(p.ID, payment.Paid).ID))
	// Output:
	// created opened accepted→paid
}
