package paymenttest_test

import (
	"context"
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// restartTest stands for the *testing.T that a test has.
type restartTest struct{}

func (restartTest) Context() context.Context       { return context.Background() }
func (restartTest) Helper()                        {}
func (restartTest) Errorf(f string, args ...any)   { fmt.Printf(f+"\n", args...) }
func (t restartTest) Fatalf(f string, args ...any) { t.Errorf(f, args...); panic("the test ends") }

// The process dies after the payer has paid; another one begins on what the store holds.
func ExampleWorld_Restart() {
	w := paymenttest.New(restartTest{}, paymenttest.Options{})
	p := w.Pay("D-1", mock.Behaviour{})
	w.Restart(func(c *payment.Config) { c.Others = []acquirer.Client{&mock.Acquirer{MerchantID: "next"}} })
	fmt.Println(w.Story(w.At(p.ID, payment.Paid).ID))
	// Output:
	// created opened accepted→paid
}
