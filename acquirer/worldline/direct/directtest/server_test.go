package directtest_test

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/quittance/quittance/payment/paymenttest"
)

// client sends signed requests by hand.
type client struct {
	t *testing.T
	p *directtest.Server
	c *paymenttest.Clock
}

func newClient(t *testing.T, o directtest.Options) *client {
	t.Helper()
	c := &client{t: t, c: paymenttest.NewClock(morning)}
	o.Now = c.c.Now
	if o.Delay == 0 {
		o.Delay = 50 * time.Millisecond
	}
	c.p = directtest.NewServer(o)
	t.Cleanup(c.p.Close)
	return c
}

// answer is a response of the simulator; body is its JSON, decoded.
type answer struct {
	status int
	header http.Header
	raw    string
	body   any
}

// at finds a value: "createdPaymentOutput.payment.id", "refunds.0.id".
func (a answer) at(path string) string {
	v := a.body
	for _, p := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			var i int
			if _, err := fmt.Sscan(p, &i); err != nil || i >= len(x) {
				return ""
			}
			v = x[i]
		default:
			return ""
		}
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// request makes a signed one; headers come in pairs.
func (c *client) request(method, path, body string, headers ...string) *http.Request {
	c.t.Helper()
	target := "/v2/PCLDirect1/" + path
	r, err := http.NewRequest(method, c.p.URL+target, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Date", c.c.Now().Format(http.TimeFormat))
	if body != "" {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	signed := r.Header.Get("Content-Type")
	if method == http.MethodGet {
		signed = ""
	}
	_, signature := direct.Sign(direct.NewSecret(apiSecret), method, signed, r.Header.Get("Date"), r.Header, target)
	r.Header.Set("Authorization", "GCS v1HMAC:5e45c937b9db33ae:"+signature)
	return r
}

func (c *client) do(r *http.Request) answer {
	c.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(b)}
	_ = json.Unmarshal(b, &a.body)
	return a
}

func (c *client) call(method, path, body string, headers ...string) answer {
	c.t.Helper()
	return c.do(c.request(method, path, body, headers...))
}

// must calls, and fails when the status is another one.
func (c *client) must(status int, method, path, body string, headers ...string) answer {
	c.t.Helper()
	a := c.call(method, path, body, headers...)
	if a.status != status {
		c.t.Fatalf("%s %s: status %d, expected %d: %s", method, path, a.status, status, a.raw)
	}
	return a
}

// create opens a session of an amount.
func (c *client) create(cents int, more string) answer {
	c.t.Helper()
	return c.must(200, "POST", "hostedcheckouts", fmt.Sprintf(`{"order":{"amountOfMoney":{"amount":%d,"currencyCode":"EUR"},`+
		`"references":{"merchantReference":"PCLCB263320000001"}},"hostedCheckoutSpecificInput":{"returnUrl":"https://fund.example/return"%s}}`, cents, more))
}

// An empty list of merchants is as good as none.
func TestEmptyListOfMerchants(t *testing.T) {
	s, err := directtest.Listen(directtest.Options{Merchants: []directtest.Merchant{}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, want := s.Config().MerchantID, directtest.PublicMerchant().PSPID; got != want {
		t.Errorf("merchant %q, want %q", got, want)
	}
}

func TestOptionsThatCannotBe(t *testing.T) {
	key := map[string]string{"k": "a secret"}
	for name, o := range map[string]directtest.Options{
		"every interface": {Addr: "0.0.0.0:0"}, "a name": {Addr: "direct.invalid:0"}, "no port": {Addr: "127.0.0.1"},
		"no PSPID":        {Merchants: []directtest.Merchant{{APIKeys: key}}},
		"a path":          {Merchants: []directtest.Merchant{{PSPID: "a/b", APIKeys: key}}},
		"no key":          {Merchants: []directtest.Merchant{{PSPID: "A"}}},
		"an empty secret": {Merchants: []directtest.Merchant{{PSPID: "A", APIKeys: map[string]string{"k": ""}}}},
		"a bad key id":    {Merchants: []directtest.Merchant{{PSPID: "A", APIKeys: key, WebhookKeys: map[string]string{"a b": "a secret"}}}},
		"twice":           {Merchants: []directtest.Merchant{{PSPID: "A", APIKeys: key}, {PSPID: "A", APIKeys: key}}},
		"negative delay":  {Delay: -1},
		"ids":             {IDs: "roman"},
		"saved":           {Saved: []byte("{")},
	} {
		s, err := directtest.Listen(o)
		if err == nil {
			s.Close()
			t.Errorf("%s: it listens", name)
		} else if strings.Contains(err.Error(), "a secret") {
			t.Errorf("%s: the error shows a secret: %v", name, err)
		}
	}
}

func TestNoSecretIsPrinted(t *testing.T) {
	s := newClient(t, directtest.Options{}).p
	for _, v := range []any{s, directtest.PublicMerchant(), directtest.Options{Merchants: []directtest.Merchant{directtest.PublicMerchant()}}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, apiSecret) || strings.Contains(text, hookSecret) {
				t.Errorf("%s of a %T prints a secret", verb, v)
			}
		}
	}
}

// TestGateway: who is let in, and what the others hear.
func TestGateway(t *testing.T) {
	c := newClient(t, directtest.Options{Merchants: []directtest.Merchant{
		directtest.PublicMerchant(), {PSPID: "PCLDirect2", APIKeys: map[string]string{"other": "another secret"}},
	}})
	if a := c.must(200, "GET", "services/testconnection", ""); a.at("result") != "OK" || a.header.Get("api_auth") != "true" {
		t.Errorf("%s", a.raw)
	}
	refused := func(name, code string, r *http.Request) {
		t.Helper()
		a := c.do(r)
		if a.status != 403 || a.at("errors.0.code") != code || a.at("errors.0.errorCode") != "" || !strings.Contains(a.raw, "\r\n") ||
			a.at("errorId") == "" || a.header.Get("correlation-id") != a.at("errorId") {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	change := func(f func(*http.Request)) *http.Request {
		r := c.request("GET", "services/testconnection", "")
		f(r)
		return r
	}
	refused("nothing", "9002", change(func(r *http.Request) { r.Header.Del("Authorization") }))
	refused("basic", "9002", change(func(r *http.Request) { r.Header.Set("Authorization", "Basic eDp5") }))
	refused("an unknown key", "9002", change(func(r *http.Request) { r.Header.Set("Authorization", "GCS v1HMAC:nobody:AAAA") }))
	refused("no signature", "9002", change(func(r *http.Request) { r.Header.Set("Authorization", "GCS v1HMAC:5e45c937b9db33ae:") }))
	refused("another date", "9002", change(func(r *http.Request) { r.Header.Set("Date", c.c.Now().Add(time.Second).Format(http.TimeFormat)) }))
	refused("another header", "9002", change(func(r *http.Request) { r.Header.Set("X-GCS-ServerMetaInfo", "e30=") }))
	refused("another path", "9002", change(func(r *http.Request) { r.URL.Path = "/v2/PCLDirect1/payments/1" }))
	late := c.request("GET", "services/testconnection", "", "Date", c.c.Now().Add(-6*time.Minute).Format(http.TimeFormat))
	refused("six minutes late", "9002", late)
	target := "/v2/PCLDirect2/services/testconnection"
	r, err := http.NewRequest("GET", c.p.URL+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Date", c.c.Now().Format(http.TimeFormat))
	_, signature := direct.Sign(direct.NewSecret(apiSecret), "GET", "", r.Header.Get("Date"), nil, target)
	r.Header.Set("Authorization", "GCS v1HMAC:5e45c937b9db33ae:"+signature)
	refused("another merchant", "9007", r)
	if n := c.p.Unsigned(); n != 9 {
		t.Errorf("%d refused calls are counted, expected 9", n)
	}

	// The journal says what was compared.
	journal := c.p.Requests()
	if len(journal) != 10 || !journal[0].Signed() || journal[0].Status != 200 || journal[9].Status != 403 {
		t.Fatalf("the journal has %d requests", len(journal))
	}
	for _, q := range journal[1:9] {
		if q.Signed() && q.Target == "/v2/PCLDirect1/services/testconnection" && q.Signature != journal[8].Signature {
			t.Errorf("the journal says that a forged call was signed: %+v", q)
		}
	}
	if want := "GET\n\n" + c.c.Now().Format(http.TimeFormat) + "\n/v2/PCLDirect1/services/testconnection\n"; journal[0].StringToSign != want {
		t.Errorf("string to sign %q", journal[0].StringToSign)
	}
	for path, status := range map[string]int{"/v2/PCLDirect1/tokens/1": 404, "/v2/": 404, "/": 404, "/hostedcheckout/Payment/Form/abc": 400} {
		resp, err := http.Get(c.p.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if json := strings.Contains(resp.Header.Get("Content-Type"), "json"); resp.StatusCode != status || json != strings.HasPrefix(path, "/v2/") {
			t.Errorf("%s: %d, %s", path, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
	}
}

// TestTLS: the platform over https, with a certificate of the test's.
func TestTLS(t *testing.T) {
	donor := httptest.NewTLSServer(nil)
	t.Cleanup(donor.Close)
	p := directtest.NewServer(directtest.Options{TLS: &tls.Config{Certificates: donor.TLS.Certificates}})
	t.Cleanup(p.Close)
	c := p.Config()
	c.HTTPClient = donor.Client()
	client, err := direct.New(c)
	if err != nil {
		t.Fatal(err)
	}
	if report, err := client.Doctor(t.Context()); err != nil || !report.OK() || !strings.HasPrefix(p.URL, "https://") {
		t.Errorf("%v\n%s", err, report)
	}
}

// TestCreate: what the contract limits, and that the same order twice is two sessions.
func TestCreate(t *testing.T) {
	c := newClient(t, directtest.Options{Strict: true})
	const good = `{"order":{"amountOfMoney":{"amount":7550,"currencyCode":"EUR"}}}`
	first, second := c.must(200, "POST", "hostedcheckouts", good), c.must(200, "POST", "hostedcheckouts", good)
	if first.at("hostedCheckoutId") >= second.at("hostedCheckoutId") || len(first.at("hostedCheckoutId")) != 11 || first.at("RETURNMAC") == second.at("RETURNMAC") ||
		len(first.at("RETURNMAC")) != 36 || first.at("merchantReference") == "" || !strings.HasPrefix(first.at("redirectUrl"), c.p.URL+"/hostedcheckout/Payment/Form/") {
		t.Errorf("%s\n%s", first.raw, second.raw)
	}
	with := func(path, value string) string {
		var all map[string]any
		if err := json.Unmarshal([]byte(good), &all); err != nil {
			t.Fatal(err)
		}
		var v any
		if err := json.Unmarshal([]byte(value), &v); err != nil {
			t.Fatal(err)
		}
		at, parts := all, strings.Split(path, ".")
		for _, p := range parts[:len(parts)-1] {
			if at[p] == nil {
				at[p] = map[string]any{}
			}
			at = at[p].(map[string]any)
		}
		at[parts[len(parts)-1]] = v
		b, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	long := func(n int) string { return `"` + strings.Repeat("a", n) + `"` }
	for _, tt := range []struct{ path, bad, good string }{
		{"order.amountOfMoney.amount", `0`, `1`},
		{"order.amountOfMoney.amount", `1000000000000`, `999999999999`},
		{"order.amountOfMoney.amount", `"7550"`, `1`},
		{"order.amountOfMoney.amount", `null`, `1`},
		{"order.amountOfMoney.currencyCode", `"eur"`, `"USD"`},
		{"order.references.merchantReference", long(41), long(40)},
		{"order.references.merchantParameters", long(1001), long(1000)},
		{"hostedCheckoutSpecificInput.returnUrl", `"https://` + strings.Repeat("a", 193) + `"`, `"https://` + strings.Repeat("a", 192) + `"`},
		{"hostedCheckoutSpecificInput.returnUrl", `"/return"`, `"https://fund.example/return?own=1"`},
		{"hostedCheckoutSpecificInput.locale", `"fr_FRAN"`, `"fr_FR"`},
		{"hostedCheckoutSpecificInput.sessionTimeout", `0`, `1`},
		{"hostedCheckoutSpecificInput.sessionTimeout", `1441`, `1440`},
		{"hostedCheckoutSpecificInput.allowedNumberOfPaymentAttempts", `0`, `1`},
		{"hostedCheckoutSpecificInput.allowedNumberOfPaymentAttempts", `11`, `10`},
		{"feedbacks.webhooksUrls", `["http://a/1","http://a/2","http://a/3","http://a/4","http://a/5","http://a/6"]`, `["http://a/1","http://a/2","http://a/3","http://a/4","http://a/5"]`},
		{"feedbacks.webhooksUrls", `["nowhere"]`, `[]`},
		{"cardPaymentMethodSpecificInput.authorizationMode", `"LATER"`, `"SALE"`},
		{"hostedCheckoutSpecificInput.paymentProductFilters.restrictTo.groups", `["redirect"]`, `["redirect","cards"]`},
		{"hostedCheckoutSpecificInput.paymentProductFilters.restrictTo.products", `[809]`, `[809,130]`},
		{"hostedCheckoutSpecificInput.paymentProductFilters.exclude.groups", `["cards"]`, `["redirect"]`},
		{"hostedCheckoutSpecificInput.tokens", `"a-token"`, `""`},
		{"hostedCheckoutSpecificInput.isRecurring", `true`, `false`},
		{"hostedCheckoutSpecificInput.isNewUnscheduledCardOnFileSeries", `true`, `false`},
		{"hostedCheckoutSpecificInput.cardPaymentMethodSpecificInput.tokenizationMode", `"createAlways"`, `"noTokenization"`},
		{"feedbacks.webhookUrls", `["https://a/1"]`, ``}, // what a guide prints is no member
		{"returnCancelState", `true`, ``},
	} {
		if tt.good != "" {
			c.must(200, "POST", "hostedcheckouts", with(tt.path, tt.good))
		}
		if a := c.must(400, "POST", "hostedcheckouts", with(tt.path, tt.bad)); a.at("errors.0.propertyName") != tt.path || a.at("errors.0.errorCode") == "" {
			t.Errorf("%s = %s: %s", tt.path, tt.bad, a.raw)
		}
	}
	c.must(400, "POST", "hostedcheckouts", `{}`)
	c.must(400, "POST", "hostedcheckouts", `{"order":`)
	c.must(400, "POST", "hostedcheckouts", `{"order":{},"order":{}}`)
	c.must(415, "POST", "hostedcheckouts", good, "Content-Type", "text/plain")
	c.must(413, "POST", "hostedcheckouts", `{"x":"`+strings.Repeat("x", 256<<10)+`"}`)
	lax := newClient(t, directtest.Options{})
	lax.must(200, "POST", "hostedcheckouts", with("tomorrow", `1`))

	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	io.WriteString(w, good)
	w.Close()
	lax.must(200, "POST", "hostedcheckouts", z.String(), "Content-Encoding", "gzip")
	lax.must(400, "POST", "hostedcheckouts", good, "Content-Encoding", "gzip")
	lax.must(200, "POST", "hostedcheckouts", "{\n    "+good[1:])
	chunked := lax.request("POST", "hostedcheckouts", good)
	chunked.Body, chunked.ContentLength = io.NopCloser(strings.NewReader(good)), -1
	if a := lax.do(chunked); a.status != 200 {
		t.Errorf("chunked: %d", a.status)
	}
}

// TestIdempotence: the first answer is said again, success or error, whatever the body; while the first is being carried out it is
// 409; after a day it is forgotten; and to create it means nothing.
func TestIdempotence(t *testing.T) {
	c := newClient(t, directtest.Options{Delay: 300 * time.Millisecond})
	id := c.paid(7550)
	refund := func(cents int, key string) answer {
		return c.call("POST", "payments/"+id+"/refund", fmt.Sprintf(`{"amountOfMoney":{"amount":%d,"currencyCode":"EUR"}}`, cents), "X-GCS-Idempotence-Key", key)
	}
	const said = "X-GCS-Idempotence-Request-Timestamp"
	for _, tooLong := range []string{strings.Repeat("k", 41), "clé"} {
		if a := refund(1, tooLong); a.status != 400 || a.at("errors.0.propertyName") != "X-GCS-Idempotence-Key" {
			t.Errorf("the key %q: %d %s", tooLong, a.status, a.raw)
		}
	}
	if a := refund(1, strings.Repeat("k", 40)); a.status != 201 {
		t.Errorf("a key of 40 characters: %d %s", a.status, a.raw)
	}
	first, again := refund(2000, "k1"), refund(3000, "k1")
	if first.status != 201 || again.raw != first.raw || again.header.Get(said) == "" || first.header.Get(said) != "" {
		t.Errorf("a success: %s, %s", first.raw, again.raw)
	}
	first, again = refund(9000, "k2"), refund(1, "k2")
	if first.status != 400 || again.status != 400 || again.raw != first.raw || again.header.Get(said) == "" {
		t.Errorf("an error: %d %s, %d %s", first.status, first.raw, again.status, again.raw)
	}
	if err := c.p.Answer("refund", 500, "20001101"); err != nil {
		t.Fatal(err)
	}
	if first, again = refund(1, "k3"), refund(1, "k3"); first.status != 500 || again.status != 500 || again.header.Get(said) == "" {
		t.Errorf("an ordered error: %d, %d", first.status, again.status)
	}
	if a := c.call("POST", "payments/"+id+"/cancel", "", "X-GCS-Idempotence-Key", "k1"); a.status != 201 {
		t.Errorf("the key of a refund on another call: %d: the first answer is said again, whatever it was for", a.status)
	}

	if err := c.p.Inject("refund", directtest.Slow); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var slow answer
	wg.Go(func() { slow = refund(100, "k4") })
	for len(c.p.Requests()) == 0 || c.p.Requests()[len(c.p.Requests())-1].IdempotenceKey != "k4" {
		time.Sleep(time.Millisecond)
	}
	if a := refund(100, "k4"); a.status != 409 || a.at("errors.0.errorCode") != "1409" {
		t.Errorf("while the first is being carried out: %d %s", a.status, a.raw)
	}
	wg.Wait()
	if a := refund(100, "k4"); slow.status != 201 || a.raw != slow.raw {
		t.Errorf("afterwards: %d %s", a.status, a.raw)
	}

	// What stands in front of the application says nothing that a key keeps, before it and after it alike.
	for f, carriedOut := range map[directtest.Fault]bool{
		directtest.ServerError: false, directtest.TooMany: false, directtest.StillRunning: false, directtest.GatewayError: false,
		directtest.Redirected: false, directtest.BadGateway: true, directtest.HTML: true,
	} {
		inject := func() {
			t.Helper()
			if err := c.p.Inject("refund", f); err != nil {
				t.Fatal(err)
			}
		}
		key := "front " + string(f)
		inject()
		first, again := refund(1, key), refund(1, key)
		if first.status == 201 || again.status != 201 || (again.header.Get(said) != "") != carriedOut {
			t.Errorf("%s: %d, then %d %s", f, first.status, again.status, again.raw)
		}
		inject()
		struck, last := refund(1, key), refund(1, key)
		if struck.status != first.status || last.raw != again.raw {
			t.Errorf("%s on a key that was answered: %d, then %s", f, struck.status, last.raw)
		}
	}
	if n := c.p.Book()[0].Returning(); n != 1+2000+100+7 {
		t.Errorf("%d cents are on their way back", n)
	}
	c.c.Add(25 * time.Hour)
	if a := refund(1, "k1"); a.status != 201 || a.header.Get(said) != "" {
		t.Errorf("a day later: %d %s", a.status, a.raw)
	}
	one := c.must(200, "POST", "hostedcheckouts", `{"order":{"amountOfMoney":{"amount":1,"currencyCode":"EUR"}}}`, "X-GCS-Idempotence-Key", "c")
	two := c.must(200, "POST", "hostedcheckouts", `{"order":{"amountOfMoney":{"amount":1,"currencyCode":"EUR"}}}`, "X-GCS-Idempotence-Key", "c")
	if one.at("hostedCheckoutId") == two.at("hostedCheckoutId") {
		t.Error("a key of idempotence counts when a session is opened")
	}
	lenient := newClient(t, directtest.Options{IdempotentCreate: true})
	one = lenient.must(200, "POST", "hostedcheckouts", `{"order":{"amountOfMoney":{"amount":1,"currencyCode":"EUR"}}}`, "X-GCS-Idempotence-Key", "c")
	two = lenient.must(200, "POST", "hostedcheckouts", `{"order":{"amountOfMoney":{"amount":1,"currencyCode":"EUR"}}}`, "X-GCS-Idempotence-Key", "c")
	if one.raw != two.raw {
		t.Error("with IdempotentCreate it does not")
	}
}

// paid opens a session, pays it and returns the payment's id.
func (c *client) paid(cents int) string {
	c.t.Helper()
	o := c.create(cents, "")
	if _, err := c.p.Visit(c.session(o), directtest.Payer{}); err != nil {
		c.t.Fatal(err)
	}
	return c.must(200, "GET", "hostedcheckouts/"+o.at("hostedCheckoutId"), "").at("createdPaymentOutput.payment.id")
}
