package sips

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/simulated"
	"github.com/shopspring/decimal"
)

const (
	shop      = "002001000000001"
	canary    = "002001000000001_KEY1" // the secret of version 1, which must show up nowhere
	reference = "PCLCB240310000001"
	orderNo   = "abcdefghij234567klmnopqrst"
)

var (
	key1  = Key{Secret: NewSecret(canary)}
	fifty = decimal.New(5000, -2)
	// noon is when the tests take place: 1h49 after the transaction of the samples.
	noon = time.Date(2024, 1, 31, 11, 0, 0, 0, time.UTC)
)

func order() acquirer.Order {
	return acquirer.Order{
		ID: orderNo, Reference: reference, Amount: fifty, Currency: "EUR",
		ReturnURL: "https://fund.example/return", NotifyURL: "https://fund.example/notify", Language: "fr-FR",
	}
}

func all() acquirer.Modification {
	return acquirer.Modification{Reference: reference, Amount: fifty, Currency: "EUR"}
}

// testConfig has the addresses of the TEST platform; nothing is ever sent there, the transport is a mock.
func testConfig(rt http.RoundTripper) Config {
	return Config{
		MerchantID: shop, Keys: Keyring{1: key1}, Endpoints: Worldline.Test(),
		HTTPClient: &http.Client{Transport: rt}, Now: func() time.Time { return noon },
		Logger: slog.New(slog.DiscardHandler),
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
	mock *httpmock.MockTransport
}

func newWire(t testing.TB, change func(*Config), replies ...httpmock.Responder) *mockWire {
	t.Helper()
	w := &mockWire{Script: simulated.NewScript(replies), mock: httpmock.NewMockTransport()}
	w.mock.RegisterNoResponder(w.Reply)
	c := testConfig(w.mock)
	if change != nil {
		change(&c)
	}
	w.Client = mustNew(t, c)
	return w
}

// paths are the calls so far.
func (w *mockWire) paths() (all []string) {
	for _, r := range w.Requests {
		all = append(all, r.Method+" "+r.URL.String())
	}
	return all
}

type fields = map[string]any

func with(f fields, more ...fields) fields {
	f = maps.Clone(f)
	for _, m := range more {
		maps.Copy(f, m)
	}
	return f
}

// sealedJSON writes an answer with the seal of a key.
func sealedJSON(f fields, k Key) string {
	m := maps.Clone(f)
	delete(m, "seal")
	b, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	if m["seal"], err = SealFields(k.Algorithm, k.Secret, b); err != nil {
		panic(err)
	}
	if b, err = json.Marshal(m); err != nil {
		panic(err)
	}
	return string(b)
}

func unsealedJSON(f fields) string {
	b, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func raw(status int, contentType, body string) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		resp := httpmock.NewStringResponse(status, body)
		resp.Request = r
		resp.Header.Set("Content-Type", contentType)
		return resp, nil
	}
}

func sealed200(f fields) httpmock.Responder { return raw(200, "application/json", sealedJSON(f, key1)) }

func unsealed200(f fields) httpmock.Responder { return raw(200, "application/json", unsealedJSON(f)) }

var opened = fields{
	"redirectionStatusCode": "00", "redirectionStatusMessage": "INITIALISATION REQUEST ACCEPTED", "redirectionVersion": "IR_WS_2.0",
	"redirectionUrl": "https://payment-web.simu.sips-services.com/payment", "redirectionData": "4AgbsrffvPgzDghQysbOJIZBJTZsk1KN",
}

// transaction is an answer of getTransactionData about an accepted payment of 50 euros.
var transaction = fields{
	"getTransDataResponseCode": "00", "responseCode": "00", "acquirerResponseCode": "00", "transactionStatus": "TO_CAPTURE",
	"originAmount": "5000", "currentAmount": "5000", "remainingAmount": "5000", "currencyCode": "978",
	"transactionReference": reference, "merchantId": shop, "orderId": orderNo, "authorisationId": "12345",
	"transactionDateTime": "2024-01-31T10:11:12+01:00", "paymentMeanBrand": "CB", "paymentMeanType": "CARD", "maskedPan": "4100##########00",
	"lastOperationName": "AUTHOR", "customerIpAddress": "192.0.2.10", "panExpiryDate": "202612", "tokenPan": "490700h719850600",
}

// done is an answer of cancel and of refund.
var done = fields{
	"responseCode": "00", "acquirerResponseCode": "00", "newStatus": "CANCELLED", "newAmount": 0,
	"operationDateTime": "2024-01-31T12:00:00+01:00",
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
	if strings.Contains(err.Error(), "_KEY") {
		t.Errorf("the error shows the key: %v", err)
	}
	return e
}

// wantFault checks kind, what is known of the call, and that words are said.
func wantFault(t testing.TB, err, kind error, unknown bool, words ...string) {
	t.Helper()
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

func callback(data, seal string) acquirer.Callback {
	return acquirer.Callback{Channel: acquirer.Notify, Form: url.Values{"Data": {data}, "Seal": {seal}}}
}

// notified is a notification, sealed with key 1, of the sample with some fields changed ("name=value"; no = takes the field away).
func notified(changes ...string) acquirer.Callback {
	return notificationOf(pipeWith(changes...), "", key1)
}

const sample = "captureDay=0|captureMode=AUTHOR_CAPTURE|currencyCode=978|merchantId=" + shop + "|orderChannel=INTERNET|responseCode=00" +
	"|transactionDateTime=2024-01-31T10:11:12+01:00|transactionReference=" + reference + "|keyVersion=1|acquirerResponseCode=00" +
	"|amount=5000|authorisationId=12345|guaranteeIndicator=Y|panExpiryDate=202612|paymentMeanBrand=CB|paymentMeanType=CARD" +
	"|customerIpAddress=192.0.2.10|maskedPan=4100##########00|orderId=" + orderNo + "|holderAuthentStatus=|tokenPan=490700h719850600" +
	"|customerEmail=jean@example.org|statementReference=null"

func pipeWith(changes ...string) string {
	pieces := strings.Split(sample, "|")
	for _, c := range changes {
		name, _, has := strings.Cut(c, "=")
		kept := pieces[:0:0]
		for _, p := range pieces {
			if n, _, _ := strings.Cut(p, "="); n != name {
				kept = append(kept, p)
			}
		}
		if has {
			kept = append(kept, c)
		}
		pieces = kept
	}
	return strings.Join(pieces, "|")
}

// operations are the calls that use the wire, for tests that hold for all of them.
var operations = map[string]func(context.Context, *Client) error{
	acquirer.OpBegin: func(ctx context.Context, c *Client) error { _, err := c.Begin(ctx, order()); return err },
	acquirer.OpStatus: func(ctx context.Context, c *Client) error {
		_, err := c.Status(ctx, acquirer.Question{Reference: reference})
		return err
	},
	acquirer.OpCancel: func(ctx context.Context, c *Client) error { _, err := c.Cancel(ctx, all()); return err },
	acquirer.OpRefund: func(ctx context.Context, c *Client) error { _, err := c.Refund(ctx, all()); return err },
}
