package direct

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/simulated"
)

// TestBrokenPlaces breaks the wire in every place: before the request left it was certainly not done, from a connection on it may have been.
// No error shows the session's id, which stands in the address.
func TestBrokenPlaces(t *testing.T) {
	half := func(r *http.Request) (*http.Response, error) {
		resp, err := ok(sample(t, "create"))(r)
		if err == nil {
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), iotestErr{}))
		}
		return resp, err
	}
	for name, tt := range map[string]struct {
		reply httpmock.Responder
		left  bool
	}{
		"no such host": {broken(&net.DNSError{Err: "no such host", Name: "x"}), false},
		"refused":      {broken(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), false},
		"reset":        {broken(&net.OpError{Op: "read", Err: errors.New("connection reset")}), true},
		"EOF":          {broken(io.EOF), true},
		"time-out":     {broken(context.DeadlineExceeded), true},
		"half a body":  {half, true},
		"no body":      {raw(200, jsonUTF8, ""), true},
		"HTML":         {raw(200, "text/html", "<h1>hello</h1>"), true},
		"no type":      {raw(200, "", "{}"), true},
		"too long":     {raw(200, jsonUTF8, `{"x":"`+strings.Repeat("x", 1<<20)+`"}`), true},
		"two values":   {raw(200, jsonUTF8, "{}{}"), true},
	} {
		for op, call := range operations {
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, nil, tt.reply, tt.reply, tt.reply)
				err := call(t.Context(), w.Client)
				kind := acquirer.ErrUnavailable
				if tt.left {
					kind = acquirer.ErrUnanswered
				}
				wantFault(t, err, kind, tt.left && op != acquirer.OpStatus)
				want := 1
				if op == acquirer.OpStatus {
					want = 3
				}
				if len(w.Requests) != want || t.Failed() {
					t.Errorf("%s, %s: %d requests, expected %d: %v", name, op, len(w.Requests), want, err)
				}
			})
		}
	}
}

type iotestErr struct{}

func (iotestErr) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestOverSockets: over a real connection what was not sent is known as such, and a call ends with its context.
func TestOverSockets(t *testing.T) {
	c := testConfig(nil)
	c.HTTPClient, c.Endpoint = nil, "http://127.0.0.1:1" // nobody listens; a port that was given up may be given to another test
	_, err := mustNew(t, c).Refund(t.Context(), modification())
	wantFault(t, err, acquirer.ErrUnavailable, false, "nothing was sent")

	release := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		cancel() // it has arrived, and is not answered
		<-release
	}))
	defer server.Close()
	defer close(release)
	c.Endpoint = server.URL
	_, err = mustNew(t, c).Refund(ctx, modification())
	if wantFault(t, err, acquirer.ErrUnanswered, true); !errors.Is(err, context.Canceled) {
		t.Errorf("the cause is not the context's: %v", err)
	}
}

// TestBothShapesOfError: what is told of each, and that the HTTP status counts (docs/direct.md §10).
func TestBothShapesOfError(t *testing.T) {
	for name, want := range map[string]refusal{
		"error-gateway":      {status: 403, told: true, code: "9007", id: "ACCESS_TO_MERCHANT_NOT_ALLOWED", errorID: "4d2f1e80-6f3c-4e52-9a6b-1f6d0c7b8a91"},
		"error-application":  {status: 400, told: true, code: "50001129", id: "REFUND_AMOUNT_EXCEEDED", field: "amountOfMoney.amount", errorID: "a1f0c6de-0d0b-4fb1-8a8a-5a3f6c2f5d10"},
		"error-404-says-500": {status: 404, told: true, code: "20001101", id: "UNKNOWN_SERVER_ERROR", errorID: "c0d9a7b2-7f0e-4f6d-b6f5-3b9e2a1d4c58"},
	} {
		body := sample(t, name)
		resp := &http.Response{StatusCode: want.status, Header: http.Header{"Content-Type": {"application/json"}}}
		if got := *readRefusal(resp, []byte(body)); got != want {
			t.Errorf("%s: %+v, expected %+v", name, got, want)
		}
	}
	for name, tt := range map[string]struct{ contentType, body string }{
		"HTML": {"text/html", "<h1>"}, "no JSON": {"application/json", "<h1>"}, "an empty object": {"application/json", "{}"},
		"nothing": {"", ""}, "an array": {"application/json", "[]"}, "two values": {"application/json", errorBody("1") + errorBody("1")},
		"a code twice": {"application/json", `{"errorId":"e-1","errors":[{"errorCode":"1409","errorCode":"50001127"}]}`},
	} {
		resp := &http.Response{StatusCode: 404, Header: http.Header{"Content-Type": {tt.contentType}}}
		if got := readRefusal(resp, []byte(tt.body)); got.told || got.isUnknownID() {
			t.Errorf("%s: it is taken for the API's word: %+v", name, got)
		}
	}
	for name, body := range map[string]string{"an id without errors": `{"errorId":"e-1"}`, "errors without an id": `{"errors":[{"errorCode":"1"}]}`} {
		resp := &http.Response{StatusCode: 404, Header: http.Header{"Content-Type": {"application/json"}}}
		if got := readRefusal(resp, []byte(body)); !got.told || !got.isUnknownID() {
			t.Errorf("%s: it is not taken for the API's word: %+v", name, got)
		}
	}
	long := raw(400, "application/problem+json", `{"errorId":"<script>","errors":[{"errorCode":"`+strings.Repeat("9", 100)+`","id":"a\r\nb","propertyName":"é"}]}`)
	_, err := newWire(t, nil, long).Begin(t.Context(), order())
	if e := faultOf(t, err); e.Code != "" || e.Field != "" || strings.ContainsAny(err.Error(), "<>\r\n") {
		t.Errorf("what came from outside stands in the error: %v", err)
	}
}

// TestObserve: one start and one end for each request, without secrets.
func TestObserve(t *testing.T) {
	var said []string
	observe := func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
		start := fmt.Sprint(op, attrs)
		return ctx, func(err error, attrs ...slog.Attr) { said = append(said, fmt.Sprint(start, attrs, err)) }
	}
	w := newWire(t, func(c *Config) { c.Observe = observe }, ok(sample(t, "checkout-paid")), none)
	if _, err := w.Status(t.Context(), question()); err != nil {
		t.Fatal(err)
	}
	w = newWire(t, func(c *Config) { c.Observe = observe }, apiError(500, "1"))
	_, err := w.Refund(t.Context(), modification())
	wantFault(t, err, acquirer.ErrUnanswered, true)
	if len(said) != 3 {
		t.Fatalf("%d requests observed: %q", len(said), said)
	}
	for i, want := range []string{"direct.getHostedCheckout", "direct.getRefunds", "direct.refundPayment"} {
		if !strings.HasPrefix(said[i], want) || !strings.Contains(said[i], "status=") || strings.Contains(said[i], session+" ") {
			t.Errorf("%s: %s", want, said[i])
		}
	}
}

// TestSwitchedProtocols: nobody asks for another protocol. Who answers 101 all the same, and nothing after it, keeps no call waiting.
func TestSwitchedProtocols(t *testing.T) {
	for op, call := range operations {
		synctest.Test(t, func(t *testing.T) {
			w := newWire(t, nil, simulated.SwitchedProtocols, simulated.SwitchedProtocols, simulated.SwitchedProtocols)
			err := call(t.Context(), w.Client)
			if e := faultOf(t, err); !strings.Contains(err.Error(), "HTTP 101") || e.OutcomeUnknown() != (op == acquirer.OpRefund) {
				t.Errorf("%s: %v", op, err)
			}
		})
	}
}
