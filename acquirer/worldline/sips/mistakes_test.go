package sips

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

// Mistakes that were found in libraries of the field, each proven absent by a test of its name. Those about a database, a queue or a browser's
// session are proven absent where those live.

func TestMistakeMissingSealAccepted(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	for _, seal := range [][]string{nil, {}, {""}, {"null"}} {
		cb := notified()
		cb.Form["Seal"] = seal
		refusedParse(t, c, cb, acquirer.ErrUnverified)
	}
	if _, err := newWire(t, nil, unsealed200(opened)).Begin(t.Context(), order()); faultOf(t, err).Kind != acquirer.ErrUnverified {
		t.Error("a paymentInit without a seal was believed: the official SDKs do")
	}
}

// TestMistakeSealsComparedWithEquals: time cannot be measured reliably here, so the source is read.
func TestMistakeSealsComparedWithEquals(t *testing.T) {
	for _, file := range []string{"seal.go", "keyring.go", "notification.go", "transport.go"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{`(?i)seal\w*\(?[^\n"]*\)? [!=]= [^\n]*(want|sum|hex|expected)`, `bytes\.Equal`, `strings\.EqualFold`} {
			if m := regexp.MustCompile(bad).Find(b); m != nil {
				t.Errorf("%s compares: %s", file, m)
			}
		}
	}
	if b, _ := os.ReadFile("seal.go"); strings.Count(string(b), "subtle.ConstantTimeCompare(") != 1 {
		t.Error("seals are compared in one place, in constant time")
	}
	if reflect.TypeFor[Secret]().Comparable() {
		t.Error("a Secret can be compared with ==")
	}
}

func TestMistakeUnknownCodeThrows(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	for _, change := range []string{
		"responseCode=51", "responseCode=24", "responseCode=4711", "acquirerResponseCode=20", "acquirerResponseCode=ZZ", "paymentMeanBrand=VISA_ELECTRON",
		"paymentMeanBrand=TOMORROW", "orderChannel=MAIL_ORDER", "currencyCode=999", "holderAuthentStatus=NEW", "transactionStatus=NEW",
	} {
		parse(t, c, notified(change))
	}
	if r := parse(t, c, notified("responseCode=4711")); r.Outcome != acquirer.Unknown || r.Code != "4711" {
		t.Errorf("an unknown code is %s, %q: it is kept, and never accepted", r.Outcome, r.Code)
	}
}

// TestMistakeAmountNeverCompared: what was sealed is what the caller compares, to the cent, with currency, merchant, reference and order.
func TestMistakeAmountNeverCompared(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	r := parse(t, c, notified("amount=1"))
	if r.Outcome != acquirer.Accepted || !r.Amount.Equal(decimal.New(1, -2)) || r.Currency != "EUR" || r.Merchant != shop || r.Reference != reference || r.OrderID != orderNo {
		t.Errorf("%v of %s %s", r, r.Amount, r.Currency)
	}
	w := newWire(t, nil, sealed200(with(transaction, fields{"originAmount": 4900, "currentAmount": 4900})))
	if _, err := w.Refund(t.Context(), all()); faultOf(t, err).Kind != acquirer.ErrInvalid || len(w.Bodies) != 1 {
		t.Error("more was given back than had been paid")
	}
}

func TestMistakeNilDereferenceOnASignedBody(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	for _, data := range []string{
		"", "|", "=", "null", "{}", "[]", "[null]", `{"a":null}`, `{"transactionReference":null}`, `{"transactionReference":{}}`, `{"transactionReference":[]}`,
		"transactionReference", "transactionReference=", "transactionReference=null", "responseCode=00",
	} {
		if r, err := c.Parse(notificationOf(data, "", key1)); err == nil {
			t.Errorf("%q gives %v", data, r)
		}
	}
	for _, cb := range []acquirer.Callback{{}, {Form: map[string][]string{"Data": nil, "Seal": nil}}} {
		refusedParse(t, c, cb, acquirer.ErrInvalid)
	}
	for _, body := range []string{"{}", "null", `{"redirectionUrl":null}`, `{"responseCode":null,"getTransDataResponseCode":{}}`} {
		for op, call := range operations {
			synctest.Test(t, func(t *testing.T) {
				reply := raw(200, "application/json", body)
				if err := call(t.Context(), newWire(t, nil, reply, reply, reply).Client); err == nil {
					t.Errorf("%s made something of %s", op, body)
				}
			})
		}
	}
}

func TestMistakeOneGlobalKeyStore(t *testing.T) {
	conf := testConfig(nil)
	first := mustNew(t, conf)
	conf.MerchantID, conf.Keys = "2", Keyring{1: {Secret: NewSecret("another")}}
	second := mustNew(t, conf)
	parse(t, first, notified())
	refusedParse(t, second, notified(), acquirer.ErrUnverified)
	if first.Merchant() != shop || second.Merchant() != "2" {
		t.Error("two clients share a merchant")
	}
}

func TestMistakeNoContext(t *testing.T) {
	type ctxKey struct{}
	for op, call := range operations {
		var got any
		w := newWire(t, nil, func(r *http.Request) (*http.Response, error) {
			got = r.Context().Value(ctxKey{})
			return sealed200(fields{"redirectionStatusCode": "94", "getTransDataResponseCode": "25", "responseCode": "24"})(r)
		})
		call(context.WithValue(t.Context(), ctxKey{}, op), w.Client)
		if got != op {
			t.Errorf("%s does not carry the caller's context to the wire", op)
		}
	}
}

func TestMistakeRetryDeafToCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := func(r *http.Request) (*http.Response, error) {
			resp, err := raw(503, "text/html", "")(r)
			resp.Header.Set("Retry-After", "30")
			return resp, err
		}
		for _, op := range []string{acquirer.OpStatus, acquirer.OpRefund} {
			w := newWire(t, nil, busy, busy, busy)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			start := time.Now()
			err := operations[op](ctx, w.Client)
			if took := time.Since(start); err == nil || took != time.Second {
				t.Errorf("%s went on for %v", op, took)
			}
		}
	})
}

func TestMistakeDefaultClientWithoutTimeout(t *testing.T) {
	for _, given := range []*http.Client{nil, {}, http.DefaultClient} {
		conf := testConfig(nil)
		conf.HTTPClient = given
		if h := mustNew(t, conf).in.http; h == http.DefaultClient || h.Timeout <= 0 {
			t.Errorf("given %v: time-out %v", given, h.Timeout)
		}
	}
	if http.DefaultClient.Timeout != 0 || http.DefaultClient.CheckRedirect != nil {
		t.Error("the default client was changed for everybody")
	}
}

func TestMistakeBodyInsideError(t *testing.T) {
	const body = "canary-body-jean@example.org"
	for _, reply := range []string{body, `{"x":"` + body + `"`, `{"` + body + `":1,"` + body[:20] + `":2,"` + body + `":3}`,
		sealedJSON(fields{"responseCode": body, "getTransDataResponseCode": body, "redirectionStatusCode": body, "errorFieldName": body}, key1),
		unsealedJSON(fields{"responseCode": body, "getTransDataResponseCode": body, "redirectionStatusCode": body, "errorFieldName": body})} {
		for op, call := range operations {
			synctest.Test(t, func(t *testing.T) {
				r := raw(200, "application/json", reply)
				if err := call(t.Context(), newWire(t, nil, r, r, r).Client); err == nil || strings.Contains(err.Error(), "jean@") {
					t.Errorf("%s: %v", op, err)
				}
			})
		}
	}
	c := mustNew(t, testConfig(nil))
	for _, cb := range []acquirer.Callback{
		notified("transactionReference", "customerEmail="+body), notified("amount=" + body), callback(body, body), notificationOf(`{"`+body, "", key1),
	} {
		if _, err := c.Parse(cb); err == nil || strings.Contains(err.Error(), "jean@") {
			t.Errorf("%v", err)
		}
	}
}

// TestMistakePendingTakenForPaid: one PHP library counts 60 as success.
func TestMistakePendingTakenForPaid(t *testing.T) {
	c := mustNew(t, testConfig(nil))
	for _, code := range []string{"60", "62", "99"} {
		if r := parse(t, c, notified("responseCode="+code)); r.Outcome != acquirer.Pending {
			t.Errorf("%s is %s", code, r.Outcome)
		}
	}
	for i := range 100 {
		code := fmt.Sprintf("%02d", i)
		if r := parse(t, c, notified("responseCode="+code)); r.Outcome == acquirer.Accepted && code != "00" {
			t.Errorf("%s is accepted", code)
		}
	}
}

// TestMistakeAccentsEncodedTwice: what leaves is UTF-8 once, not \u escapes, and is sealed as it leaves.
func TestMistakeAccentsEncodedTwice(t *testing.T) {
	in := mustNew(t, testConfig(nil)).in
	b, err := in.sealedBody(map[string]any{"returnContext": "impayé n°12 – œuvre & <fils>"})
	if err != nil || !strings.Contains(string(b), "impayé n°12 – œuvre & <fils>") {
		t.Errorf("%s, %v", b, err)
	}
	want := mustSeal(t, HMACSHA256, canary, shop+"impayé n°12 – œuvre & <fils>")
	if !strings.Contains(string(b), want) {
		t.Error("the seal is over something else")
	}
}

// TestMistakeFloatForMoney: int(19.99*100) is 1998 with floats.
func TestMistakeFloatForMoney(t *testing.T) {
	for amount, cents := range map[string]string{"19.99": "1999", "0.29": "29", "1.15": "115", "4.35": "435", "9999999999.99": "999999999999", "1e2": "10000", "50": "5000"} {
		w := newWire(t, nil, sealed200(opened))
		o := order()
		o.Amount = decimal.RequireFromString(amount)
		if _, err := w.Begin(t.Context(), o); err != nil || !strings.Contains(w.Bodies[0], `"amount":"`+cents+`"`) {
			t.Errorf("%s: %v %v", amount, err, w.Bodies)
		}
		r := parse(t, w.Client, notified("amount="+cents))
		if !r.Amount.Equal(o.Amount) {
			t.Errorf("%s came back as %s", amount, r.Amount)
		}
	}
}

// TestMistakeSHA256OverTheKeyAlone: then every message has the same seal, and any Data verifies.
func TestMistakeSHA256OverTheKeyAlone(t *testing.T) {
	for a := range hashes {
		if mustSeal(t, a, "k", "one") == mustSeal(t, a, "k", "two") || mustSeal(t, a, "k", "one") == mustSeal(t, a, "l", "one") {
			t.Errorf("%s: message or key is not in the seal", a)
		}
	}
	if got := mustSeal(t, SHA256, "c", "ab"); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" { // SHA-256("abc"), FIPS 180
		t.Errorf("SHA-256 is not over message and key: %s", got)
	}
}

// TestMistakeRetryOfMoney: an operation that changes something is sent once, whatever comes back.
func TestMistakeRetryOfMoney(t *testing.T) {
	for _, status := range []int{200, 408, 429, 500, 502, 503, 504} {
		for _, op := range []string{acquirer.OpBegin, acquirer.OpCancel} {
			n := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				n++
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(status)
			}))
			if err := operations[op](t.Context(), at(t, s.URL, nil)); err == nil || n != 1 {
				t.Errorf("%s with HTTP %d: %d requests, %v", op, status, n, err)
			}
			s.Close()
		}
	}
}
