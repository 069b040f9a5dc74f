package direct

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
)

// FuzzWebhook: a body that our key has signed never panics and never decides; with another signature nothing of it leaves Parse.
func FuzzWebhook(f *testing.F) {
	p := sample(f, "payment-9")
	for _, s := range []string{
		eventOf("payment.captured", `,"payment":`+p), "[" + eventOf("refund.refund_requested", `,"refund":`+sample(f, "refund")) + "]",
		eventOf("payment.test", ""), "null", "[]", "[null]", `{"apiVersion":"v1","merchantId":"PCLDirect1","payment":null}`, "{", "\xef\xbb\xbf{}",
		`{"merchantId":"PCLDirect1","MERCHANTID":"x"}`,
	} {
		f.Add([]byte(s))
	}
	client := newWire(f, nil).Client
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := client.Parse(webhook(string(body)))
		e := (*acquirer.Error)(nil)
		switch {
		case err != nil && (!errors.As(err, &e) || e.Kind != acquirer.ErrInvalid && e.Kind != acquirer.ErrUnverified || !r.Equal(acquirer.Result{})):
			t.Fatalf("%v, %v", r, err)
		case err == nil && (!r.Hint || r.Outcome != "" || !r.Amount.IsZero() || r.Merchant != pspid || r.Handle.Proof != ""):
			t.Fatalf("it decides: %+v", r)
		case r.Reference != "" && checkReference(r.Reference) != nil || checkHandle(r.Handle) != nil:
			t.Fatalf("ids that cannot be asked by: %q", r.Reference)
		}
		if err != nil && !utf8.ValidString(err.Error()) {
			t.Fatalf("the error is not text: %q", err)
		}
		forged := webhook(string(body))
		forged.Body = append([]byte(" "), body...)
		if r, err := client.Parse(forged); !errors.Is(err, acquirer.ErrUnverified) || !r.Equal(acquirer.Result{}) {
			t.Fatalf("a changed body is believed: %v, %v", r, err)
		}
	})
}

// FuzzReturn: whatever stands in the query, a return never decides.
func FuzzReturn(f *testing.F) {
	for _, s := range []string{
		"RETURNMAC=" + proof + "&hostedCheckoutId=" + session, "RETURNMAC=a&RETURNMAC=b&hostedCheckoutId=1", "hostedCheckoutId=..%2F", "", "&&", "%",
	} {
		f.Add(s)
	}
	client := newWire(f, nil).Client
	f.Fuzz(func(t *testing.T, query string) {
		v, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		r, err := client.Parse(acquirer.Callback{Channel: acquirer.Return, Query: v})
		if err != nil {
			if !r.Equal(acquirer.Result{}) {
				t.Fatal("something beside the error")
			}
			return
		}
		if !r.Hint || r.Outcome != "" || r.Reference != "" || r.Handle.Payment != "" || !isID(r.Handle.Session) || r.Handle.Proof == "" {
			t.Fatalf("%+v", r)
		}
	})
}

// FuzzAnswer: whatever the platform answers to a question or to a refund, nothing panics, and what comes of it can be asked by, counted and
// printed.
func FuzzAnswer(f *testing.F) {
	for _, name := range []string{"checkout-paid", "checkout-cancelled", "checkout-in-progress", "payment-9", "refund", "refunds", "create", "error-gateway"} {
		f.Add(200, []byte(sample(f, name)))
	}
	f.Add(404, []byte(sample(f, "error-404-says-500")))
	f.Add(201, []byte(`{"status":"PAYMENT_CREATED","createdPaymentOutput":{"payment":{"id":"x/y","statusOutput":{"statusCode":9},"paymentOutput":{"amountOfMoney":{"amount":-1}}}}}`))
	var status int
	var body []byte
	reply := func(r *http.Request) (*http.Response, error) {
		resp := httpmock.NewBytesResponse(status, body)
		resp.Header.Set("Content-Type", "application/json")
		return resp, nil
	}
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(reply)
	c := testConfig(mock)
	client := mustNew(f, c)
	f.Fuzz(func(t *testing.T, s int, b []byte) {
		status, body = 200+int(uint(s)%400), b
		for op, call := range map[string]func() (acquirer.Result, error){
			// Through look and result rather than Status: a question that is asked again waits.
			acquirer.OpStatus: func() (acquirer.Result, error) {
				var c checkout
				_, e := client.in.exchange(t.Context(), request{op: acquirer.OpStatus, name: "x", method: "GET", path: "x"}, &c)
				if e != nil {
					return acquirer.Result{}, e
				}
				tr := trip{session: c.Status}
				if c.Created != nil {
					tr.category, tr.payment = c.Created.Category, c.Created.Payment
				}
				return client.in.resultOf(t.Context(), question(), tr)
			},
			acquirer.OpRefund: func() (acquirer.Result, error) { return client.Refund(t.Context(), modification()) },
		} {
			r, err := call()
			switch {
			case err != nil && !r.Equal(acquirer.Result{}):
				t.Fatalf("%s: %v beside %v", op, r, err)
			case err == nil && (r.Returned.Add(r.Returning).GreaterThan(amount) && op == acquirer.OpRefund || r.Amount.IsNegative() || r.Returned.IsNegative() || r.Returning.IsNegative()):
				t.Fatalf("%s: %+v", op, r)
			case err == nil && r.Reference != reference:
				t.Fatalf("%s: about %q", op, r.Reference)
			case err != nil && strings.ContainsFunc(err.Error(), func(c rune) bool { return c < ' ' }):
				t.Fatalf("%s: lines in the error %q", op, err)
			}
		}
	})
}
