package direct

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/simulated"
	"github.com/shopspring/decimal"
)

const (
	pspid     = "PCLDirect1"
	canary    = "I42Zf4pVnRdroHfuHnRiJjJ2B6+22h0yQt/s3nZR8Xg=" // the API secret, which must show up nowhere
	hookKey   = "wh-key-1"
	hookText  = "8jF2bQk0Yw7Zr3Nn5Lx1Ps9Td4Vg6Hc2"
	reference = "PCLCB263320000001"
	orderNo   = "abcdefghij234567klmnopqrst"
	session   = "10083980755"
	proof     = "35f8b2a0-5a7e-4c4e-9d8a-2c6f0a1b9e77"
	paymentID = "10083980755_0"
	keyOfOne  = "0123456789abcdefghijklmnopqrstuv" // of one decision to give back
)

var (
	amount = decimal.New(7550, -2)
	// ten is when the tests take place: the session was opened at 10:00 and ends at 10:30.
	ten = time.Date(2026, 11, 28, 10, 5, 0, 0, time.UTC)
	end = time.Date(2026, 11, 28, 10, 30, 0, 0, time.UTC)
)

func order() acquirer.Order {
	return acquirer.Order{
		ID: orderNo, Reference: reference, Amount: amount, Currency: "EUR",
		ReturnURL: "https://fund.example/return", NotifyURL: "https://fund.example/notify", Language: "fr-FR",
	}
}

func handle() acquirer.Handle {
	return acquirer.Handle{Session: session, Proof: proof, ExpiresAt: end}
}

// paidHandle is the handle of a payment that was accepted.
func paidHandle() acquirer.Handle { return handle().With(acquirer.Handle{Payment: paymentID}) }

func question() acquirer.Question {
	return acquirer.Question{Reference: reference, Merchant: pspid, Handle: handle()}
}

func modification() acquirer.Modification {
	return acquirer.Modification{Reference: reference, Merchant: pspid, Handle: paidHandle(), Amount: amount, Currency: "EUR", Key: keyOfOne}
}

// testConfig has the address of pre-production; nothing is ever sent there, the transport is a mock.
func testConfig(rt http.RoundTripper) Config {
	return Config{
		MerchantID: pspid, APIKey: APIKey{ID: "5e45c937b9db33ae", Secret: NewSecret(canary), ExpiresAt: ten.AddDate(1, 0, 0)},
		WebhookKeys: map[string]Secret{hookKey: NewSecret(hookText)}, Endpoint: Worldline.Preproduction(),
		HTTPClient: &http.Client{Transport: rt}, Now: func() time.Time { return ten }, Logger: slog.New(slog.DiscardHandler),
	}
}

func mustNew(t testing.TB, c Config) *Client {
	t.Helper()
	client, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// A mockWire is a client with the script of what it is answered.
type mockWire struct {
	*Client
	*simulated.Script
}

func newWire(t testing.TB, change func(*Config), replies ...httpmock.Responder) *mockWire {
	t.Helper()
	w := &mockWire{Script: simulated.NewScript(replies)}
	mock := httpmock.NewMockTransport()
	mock.RegisterNoResponder(w.Reply)
	c := testConfig(mock)
	if change != nil {
		change(&c)
	}
	w.Client = mustNew(t, c)
	return w
}

// paths are the calls so far, with their idempotence keys.
func (w *mockWire) paths() []string {
	var all []string
	for _, r := range w.Requests {
		p := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v2/"+pspid+"/")
		if k := r.Header.Get("X-GCS-Idempotence-Key"); k != "" {
			p += " " + strings.TrimPrefix(k, keyOfOne)
		}
		all = append(all, p)
	}
	return all
}

func raw(status int, contentType, body string, headers ...string) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		resp := httpmock.NewStringResponse(status, body)
		resp.Request = r
		resp.Header.Set("Content-Type", contentType)
		for i := 0; i+1 < len(headers); i += 2 {
			resp.Header.Set(headers[i], headers[i+1])
		}
		return resp, nil
	}
}

const jsonUTF8 = "application/json; charset=utf-8"

func ok(body string) httpmock.Responder { return raw(200, jsonUTF8, body) }

// replayed is an answer that was given before.
func replayed(status int, body string) httpmock.Responder {
	return raw(status, jsonUTF8, body, "X-GCS-Idempotence-Request-Timestamp", "1795860000000")
}

func broken(err error) httpmock.Responder {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// sample reads one of testdata/answers.
func sample(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/answers/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// apiError is an error in the application's shape.
func apiError(status int, code string) httpmock.Responder {
	return raw(status, jsonUTF8, errorBody(code))
}

func errorBody(code string) string {
	return `{"errorId":"e-1","errors":[{"errorCode":"` + code + `","httpStatusCode":500,"id":"SOME_ID","propertyName":"order.amount"}]}`
}

// paymentWith is the payment of the sample with another status code and changes of the top level.
func paymentWith(t testing.TB, code int, change func(map[string]any)) string {
	t.Helper()
	var p map[string]any
	if err := json.Unmarshal([]byte(sample(t, "payment-9")), &p); err != nil {
		t.Fatal(err)
	}
	p["statusOutput"].(map[string]any)["statusCode"] = code
	if change != nil {
		change(p)
	}
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// checkoutOf is a session with a payment.
func checkoutOf(status, payment, category string) string {
	return `{"status":"` + status + `","createdPaymentOutput":{"payment":` + payment + `,"paymentStatusCategory":"` + category + `"}}`
}

// faultOf returns the *acquirer.Error, and fails when err is something else.
func faultOf(t testing.TB, err error) *acquirer.Error {
	t.Helper()
	e, ok := err.(*acquirer.Error)
	if !ok {
		t.Fatalf("error %T %v, expected an *acquirer.Error", err, err)
	}
	if e.Err == nil {
		t.Errorf("%v has no cause in words", e)
	}
	for _, s := range []string{canary, hookText, session, proof} {
		if strings.Contains(err.Error(), s) {
			t.Errorf("the error shows a secret: %v", err)
		}
	}
	return e
}

// wantFault checks kind, what is known of the call, and that words are said.
func wantFault(t testing.TB, err, kind error, unknown bool, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, expected %v", kind)
		return
	}
	e := faultOf(t, err)
	if e.Kind != kind {
		t.Errorf("kind %v, expected %v: %v", e.Kind, kind, err)
	}
	if e.OutcomeUnknown() != unknown {
		t.Errorf("OutcomeUnknown %v, expected %v: %v", e.OutcomeUnknown(), unknown, err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
}

// operations are the calls that use the wire, for tests that hold for all of them.
var operations = map[string]func(context.Context, *Client) error{
	acquirer.OpBegin:  func(ctx context.Context, c *Client) error { _, err := c.Begin(ctx, order()); return err },
	acquirer.OpStatus: func(ctx context.Context, c *Client) error { _, err := c.Status(ctx, question()); return err },
	acquirer.OpRefund: func(ctx context.Context, c *Client) error { _, err := c.Refund(ctx, modification()); return err },
}
