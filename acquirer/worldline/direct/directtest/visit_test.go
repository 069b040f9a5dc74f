package directtest_test

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
)

func (c *client) session(created answer) acquirer.Session {
	return acquirer.Session{URL: created.at("redirectUrl"), Method: http.MethodGet}
}

// state is the session's status and its payment's code, "" when there is none.
func (c *client) state(created answer) string {
	c.t.Helper()
	a := c.must(200, "GET", "hostedcheckouts/"+created.at("hostedCheckoutId"), "")
	return a.at("status") + " " + a.at("createdPaymentOutput.payment.statusOutput.statusCode")
}

// TestAmounts: what each special amount leads to, at once and overnight, and what a refund of it does (docs/direct.md §14).
func TestAmounts(t *testing.T) {
	for cents, want := range map[int]struct{ at, overnight, refund, refundOvernight string }{
		7550: {"PAYMENT_CREATED 9", "PAYMENT_CREATED 9", "201 81", "8"},
		1302: {"PAYMENT_CREATED 2", "PAYMENT_CREATED 2", "409 ", ""},
		1303: {"PAYMENT_CREATED 9", "PAYMENT_CREATED 9", "201 83", "83"},
		1383: {"PAYMENT_CREATED 9", "PAYMENT_CREATED 9", "201 81", "83"},
		1203: {"PAYMENT_CREATED 9", "PAYMENT_CREATED 9", "201 82", "82"},
		1309: {"PAYMENT_CREATED 93", "PAYMENT_CREATED 93", "409 ", ""},
		1209: {"PAYMENT_CREATED 92", "PAYMENT_CREATED 92", "409 ", ""},
		1305: {"PAYMENT_CREATED 5", "PAYMENT_CREATED 5", "409 ", ""},
		1346: {"IN_PROGRESS 46", "CANCELLED_BY_CONSUMER 46", "409 ", ""},
		1351: {"PAYMENT_CREATED 51", "PAYMENT_CREATED 51", "409 ", ""},
		1391: {"PAYMENT_CREATED 91", "PAYMENT_CREATED 9", "201 81", "8"},
	} {
		t.Run(fmt.Sprint(cents), func(t *testing.T) {
			c := newClient(t, directtest.Options{Settle: time.Hour})
			o := c.create(cents, `,"sessionTimeout":60,"allowedNumberOfPaymentAttempts":1`)
			if _, err := c.p.Visit(c.session(o), directtest.Payer{}); err != nil {
				t.Fatal(err)
			}
			if got := c.state(o); got != want.at {
				t.Errorf("%s, expected %s", got, want.at)
			}
			c.c.Add(time.Hour)
			if got := c.state(o); got != want.overnight {
				t.Errorf("later %s, expected %s", got, want.overnight)
			}
			id := c.must(200, "GET", "hostedcheckouts/"+o.at("hostedCheckoutId"), "").at("createdPaymentOutput.payment.id")
			a := c.call("POST", "payments/"+id+"/refund", "")
			if got := fmt.Sprint(a.status, " ", a.at("statusOutput.statusCode")); got != want.refund {
				t.Errorf("the refund: %s, expected %s", got, want.refund)
			}
			if want.refundOvernight == "" {
				return
			}
			c.c.Add(time.Hour)
			if got := c.must(200, "GET", "payments/"+id+"/refunds", "").at("refunds.0.statusOutput.statusCode"); got != want.refundOvernight {
				t.Errorf("the refund overnight: %s, expected %s", got, want.refundOvernight)
			}
			back := int64(0)
			payment := "9"
			if want.refundOvernight == "8" {
				back, payment = int64(cents), "8"
			}
			if want.refundOvernight == "82" {
				payment = "82"
			}
			if got := c.p.Book()[0]; got.Returned() != back || got.Captured() != int64(cents) {
				t.Errorf("the book: captured %d, returned %d", got.Captured(), got.Returned())
			}
			if got := c.must(200, "GET", "payments/"+id, "").at("statusOutput.statusCode"); got != payment {
				t.Errorf("the payment is at %s, expected %s", got, payment)
			}
		})
	}
}

// TestAttempts: refused cards leave the session in progress until the last (docs/direct.md §9.4); each attempt is a payment of its own.
func TestAttempts(t *testing.T) {
	c := newClient(t, directtest.Options{})
	o := c.create(7550, `,"allowedNumberOfPaymentAttempts":3`)
	for i, want := range []string{"IN_PROGRESS 2", "IN_PROGRESS 2", "PAYMENT_CREATED 2"} {
		if _, err := c.p.Visit(c.session(o), directtest.Payer{Code: "51"}); err != nil {
			t.Fatal(err)
		}
		if got := c.state(o); got != want {
			t.Errorf("attempt %d: %s, expected %s", i+1, got, want)
		}
	}
	refused := (*directtest.TurnedAwayError)(nil)
	if _, err := c.p.Visit(c.session(o), directtest.Payer{}); !errors.As(err, &refused) {
		t.Errorf("a fourth attempt: %v", err)
	}
	payments := c.p.Book()[0].Payments
	if len(payments) != 3 || payments[0].ID == payments[1].ID || payments[2].ErrorCode != "30611001" {
		t.Errorf("%+v", payments)
	}

	o = c.create(7550, `,"allowedNumberOfPaymentAttempts":3,"sessionTimeout":10`)
	if _, err := c.p.Visit(c.session(o), directtest.Payer{Outcome: acquirer.Refused}); err != nil {
		t.Fatal(err)
	}
	c.c.Add(10 * time.Minute)
	if got := c.state(o); got != "PAYMENT_CREATED 2" {
		t.Errorf("refused once, and the time is over: %s", got)
	}
}

// TestEnds: given up on the page and at the bank, expired, forgotten after three hours; the payment is known for ever.
func TestEnds(t *testing.T) {
	c := newClient(t, directtest.Options{})
	given, atBank, untouched := c.create(7550, ""), c.create(7550, ""), c.create(7550, "")
	if _, err := c.p.Visit(c.session(given), directtest.Payer{Outcome: acquirer.Cancelled}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.p.Visit(c.session(atBank), directtest.Payer{Outcome: acquirer.Cancelled, AtTheBank: true}); err != nil {
		t.Fatal(err)
	}
	id := c.paid(7550)
	for o, want := range map[*answer]string{&given: "CANCELLED_BY_CONSUMER ", &atBank: "CANCELLED_BY_CONSUMER 1", &untouched: "IN_PROGRESS "} {
		if got := c.state(*o); got != want {
			t.Errorf("%s, expected %s", got, want)
		}
	}
	c.c.Add(180*time.Minute - time.Second) // the default time-out
	if got := c.state(untouched); got != "IN_PROGRESS " {
		t.Errorf("a second before the end: %s", got)
	}
	c.c.Add(time.Second)
	a := c.must(404, "GET", "hostedcheckouts/"+untouched.at("hostedCheckoutId"), "")
	if a.at("errors.0.httpStatusCode") != "500" || a.at("errors.0.id") != "UNKNOWN_SERVER_ERROR" || a.at("errors.0.errorCode") != "20001101" {
		t.Errorf("three hours later: %s", a.raw)
	}
	c.c.Add(2 * 365 * 24 * time.Hour)
	c.must(200, "GET", "payments/"+id, "")
	if got := c.p.Book()[2].Status; got != "CANCELLED_BY_CONSUMER" {
		t.Errorf("the book says %s", got)
	}
	for _, path := range []string{"payments/1", "payments/1/details", "payments/1/captures", "payments/1/refunds"} {
		c.must(404, "GET", path, "")
	}
	if n := c.p.Forget(c.c.Now()); n != 4 {
		t.Errorf("%d sessions were forgotten", n)
	}
	c.must(404, "GET", "payments/"+id, "")
}

// TestAuthorizationMode: only a SALE, or a request that leaves it to the account, is captured by itself; what was only authorised waits for
// the merchant's capture (docs/direct.md §5.1, §9.2).
func TestAuthorizationMode(t *testing.T) {
	for mode, want := range map[string]string{
		``:                    "9",
		`SALE`:                "9",
		`FINAL_AUTHORIZATION`: "5",
		`PRE_AUTHORIZATION`:   "5",
	} {
		c := newClient(t, directtest.Options{})
		o := c.must(200, "POST", "hostedcheckouts", `{"order":{"amountOfMoney":{"amount":7550,"currencyCode":"EUR"}},`+
			`"cardPaymentMethodSpecificInput":{"authorizationMode":"`+mode+`"}}`)
		saved, err := c.p.Save()
		if err != nil {
			t.Fatal(err)
		}
		c = newClient(t, directtest.Options{Saved: saved}) // the next process knows the mode too
		if _, err := c.p.Visit(c.session(o), directtest.Payer{}); err != nil {
			t.Fatal(err)
		}
		if got := c.state(o); got != "PAYMENT_CREATED "+want {
			t.Errorf("%q: %s, expected %s", mode, got, want)
		}
		if captured := c.p.Book()[0].Captured(); (captured == 7550) != (want == "9") {
			t.Errorf("%q: %d cents were captured", mode, captured)
		}
	}
}

// TestMaintenance: capture, cancel, details, and that the three lists agree.
func TestMaintenance(t *testing.T) {
	for _, ids := range []directtest.IDs{directtest.Underscored, directtest.Nineteen} {
		m := directtest.PublicMerchant()
		m.IgnoresSale = true
		c := newClient(t, directtest.Options{IDs: ids, Merchants: []directtest.Merchant{m}})
		captured, cancelled := c.paid(7550), c.paid(7550)
		if want := map[directtest.IDs]int{directtest.Underscored: 13, directtest.Nineteen: 19}[ids]; len(captured) != want || captured == cancelled {
			t.Errorf("%s: %s, %s", ids, captured, cancelled)
		}
		c.must(400, "POST", "payments/"+captured+"/capture", `{"amount":100}`)
		c.must(400, "POST", "payments/"+captured+"/capture", `{"amount":{"amount":7550,"currencyCode":"EUR"}}`) // a bare integer, not an object
		a := c.must(201, "POST", "payments/"+captured+"/capture", `{"amount":7550,"isFinal":true}`)
		if a.at("statusOutput.statusCode") != "91" || a.at("captureOutput.amountOfMoney.amount") != "7550" || a.at("id") == captured {
			t.Errorf("capture: %s", a.raw)
		}
		c.must(409, "POST", "payments/"+captured+"/capture", "")
		c.must(409, "POST", "payments/"+captured+"/cancel", "")
		c.must(400, "POST", "payments/"+cancelled+"/cancel", `{"amountOfMoney":{"amount":1,"currencyCode":"EUR"}}`)
		if a := c.must(200, "POST", "payments/"+cancelled+"/cancel", ""); a.at("payment.statusOutput.statusCode") != "61" {
			t.Errorf("cancel: %s", a.raw)
		}
		c.must(409, "POST", "payments/"+cancelled+"/refund", "")
		c.c.Add(12 * time.Hour)
		if got := c.must(200, "GET", "payments/"+cancelled, "").at("statusOutput.statusCode"); got != "6" {
			t.Errorf("cancelled overnight: %s", got)
		}
		c.must(400, "POST", "payments/"+captured+"/refund", `{"amountOfMoney":{"amount":7551,"currencyCode":"EUR"}}`)
		c.must(400, "POST", "payments/"+captured+"/refund", `{"amountOfMoney":{"amount":1,"currencyCode":"USD"}}`)
		c.must(400, "POST", "payments/"+captured+"/refund", `{"amountOfMoney":{"amount":-1,"currencyCode":"EUR"}}`)
		c.must(400, "POST", "payments/"+captured+"/refund", `{"reason":"`+strings.Repeat("a", 101)+`"}`)
		c.must(201, "POST", "payments/"+captured+"/refund", `{"amountOfMoney":{"amount":2000,"currencyCode":"EUR"}}`)
		over := c.must(400, "POST", "payments/"+captured+"/refund", `{"amountOfMoney":{"amount":5551,"currencyCode":"EUR"}}`)
		if over.at("errors.0.errorCode") != "50001129" || over.at("refundResult.statusOutput.statusCode") != "83" {
			t.Errorf("too much: %s", over.raw)
		}
		c.must(201, "POST", "payments/"+captured+"/refund", `{"amountOfMoney":{"amount":50,"currencyCode":"EUR"},"isFinal":true}`)
		if a := c.must(409, "POST", "payments/"+captured+"/refund", ""); a.at("errors.0.errorCode") != "50001127" {
			t.Errorf("after the final one: %s", a.raw)
		}
		details, refunds := c.must(200, "GET", "payments/"+captured+"/details", ""), c.must(200, "GET", "payments/"+captured+"/refunds", "")
		captures := c.must(200, "GET", "payments/"+captured+"/captures", "")
		if details.at("Operations.0.id") != captured || details.at("Operations.1.id") != captures.at("captures.0.id") || details.at("Operations.2.id") != refunds.at("refunds.0.id") ||
			details.at("Operations.3.id") != refunds.at("refunds.1.id") || details.at("Operations.4.id") != "" || details.at("statusOutput.statusCode") != "9" {
			t.Errorf("%s\n%s\n%s", details.raw, refunds.raw, captures.raw)
		}
	}
}

var (
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	action = regexp.MustCompile(`<form class="back" method="get" action="([^"]+)">`)
)

// TestPages: a payer with a browser, on the pages of our bank; the way back is a form by GET with the merchant's own pairs, or a redirection.
func TestPages(t *testing.T) {
	c := newClient(t, directtest.Options{})
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	read := func(resp *http.Response, err error) (int, string, http.Header) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b), resp.Header
	}
	press := func(address, page, step string, more ...string) (int, string, http.Header) {
		t.Helper()
		v := url.Values{"step": {step}}
		for _, m := range hidden.FindAllStringSubmatch(page, -1) {
			if !v.Has(m[1]) {
				v.Set(m[1], html.UnescapeString(m[2]))
			}
		}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return read(browser.PostForm(address, v))
	}
	pay := func(address, number string) (int, string, http.Header) {
		t.Helper()
		status, page, _ := read(browser.Get(address))
		if status != 200 || !strings.Contains(page, "75,50") {
			t.Fatalf("the card page: %d\n%s", status, page)
		}
		_, page, _ = press(address, page, "card", "number", number, "month", "12", "year", fmt.Sprint(c.c.Now().Year()+1), "cryptogram", "123")
		return press(address, page, "accept")
	}
	open := func(result bool) answer {
		return c.must(200, "POST", "hostedcheckouts", fmt.Sprintf(`{"order":{"amountOfMoney":{"amount":7550,"currencyCode":"EUR"},"references":{"merchantReference":"PCL-1"}},`+
			`"hostedCheckoutSpecificInput":{"returnUrl":"https://fund.example/return?own=é&x=1","showResultPage":%v,"sessionTimeout":30,"allowedNumberOfPaymentAttempts":1}}`, result))
	}
	for number, want := range map[string]string{
		"4330 2649 3634 4675": "accepté", "5137009801943438": "accepté", "371449635311004": "accepté", "4874970686672022": "accepté",
		"5130257474533310": "accepté", "379764422997381": "accepté", "5017670000001805": "refusé", "5017670000001860": "pas encore confirmé",
	} {
		o := open(true)
		status, page, header := pay(o.at("redirectUrl"), number)
		m := action.FindStringSubmatch(page)
		if status != 200 || !strings.Contains(page, want) || m == nil || m[1] != "https://fund.example/return" {
			t.Fatalf("%s: %d, %v\n%s", number, status, m, page)
		}
		back := make(map[string]string)
		for _, m := range hidden.FindAllStringSubmatch(page, -1) {
			back[m[1]] = m[2]
		}
		if back["own"] != "é" || back["x"] != "1" || back["RETURNMAC"] != o.at("RETURNMAC") || back["hostedCheckoutId"] != o.at("hostedCheckoutId") ||
			!strings.Contains(page, `<button name="ContinueToMerchantWebsite" value="Continue">`) {
			t.Errorf("the way back: %v", back)
		}
		if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' https://fund.example;") {
			t.Errorf("policy %s", csp)
		}
		// Who comes again does not pay again.
		if _, page, _ := read(browser.Get(o.at("redirectUrl"))); !strings.Contains(page, "est terminée") {
			t.Errorf("the page of a session that is over:\n%s", page)
		}
	}
	o := open(false)
	status, _, header := pay(o.at("redirectUrl"), "4330264936344675")
	to, err := url.Parse(header.Get("Location"))
	if err != nil || status != 303 || to.Host != "fund.example" || to.Query().Get("own") != "é" || to.Query().Get("RETURNMAC") != o.at("RETURNMAC") {
		t.Errorf("without a result page: %d %s", status, to)
	}
	o = open(false)
	_, page, _ := read(browser.Get(o.at("redirectUrl")))
	if status, _, header := press(o.at("redirectUrl"), page, "abandon"); status != 303 || !strings.Contains(header.Get("Location"), "hostedCheckoutId=") {
		t.Errorf("given up: %d", status)
	}
	o = open(false)
	c.c.Add(30 * time.Minute)
	if status, page, _ := read(browser.Get(o.at("redirectUrl"))); status != 410 || !strings.Contains(page, "a expiré") {
		t.Errorf("expired: %d\n%s", status, page)
	}
	for _, f := range []directtest.Fault{directtest.RedirectOnce, directtest.RedirectTwice} {
		if err := c.p.Inject("", f); err != nil {
			t.Fatal(err)
		}
		o := open(true)
		last := 0
		for range 3 {
			last, _, _ = read(browser.Get(o.at("redirectUrl")))
		}
		if last != 404 {
			t.Errorf("%s: the third visit: %d", f, last)
		}
	}
}
