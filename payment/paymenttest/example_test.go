package paymenttest_test

import (
	"context"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
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
	w.VisitAndReturn(session, mock.Behaviour{Abandon: true})
	fmt.Println(w.Get(p.ID).State)

	w.Pass(2 * time.Hour)
	fmt.Println(w.Get(p.ID).State, w.Letters(p.Debtor))
	w.CheckSettled()
	// Output:
	// redirected
	// paid [acknowledgement]
}
