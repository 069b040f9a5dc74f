package paymenttest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// handlerTest stands for the *testing.T that a test has.
type handlerTest struct{}

func (handlerTest) Context() context.Context       { return context.Background() }
func (handlerTest) Helper()                        {}
func (handlerTest) Errorf(f string, args ...any)   { fmt.Printf(f+"\n", args...) }
func (t handlerTest) Fatalf(f string, args ...any) { t.Errorf(f, args...); panic("the test ends") }

// The host's own handler, with each kind of acquirer.
func ExampleWorld_Begin_handlers() {
	for name, kind := range map[string]acquirer.Traits{"direct": mock.Direct} { // in a test: range mock.Kinds()
		w := paymenttest.New(handlerTest{}, paymenttest.Options{Traits: kind})
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
