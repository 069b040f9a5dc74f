package direct

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

var none = ok(`{"refunds":[]}`)

// TestStatusPaid: the sample answer, with seven-digit fractions and isAuthorized false at code 9 (docs/direct.md §7.4).
func TestStatusPaid(t *testing.T) {
	w := newWire(t, nil, ok(sample(t, "checkout-paid")), none)
	r, err := w.Status(t.Context(), question())
	if err != nil {
		t.Fatal(err)
	}
	want := acquirer.Result{
		Reference: reference, OrderID: orderNo, Merchant: pspid, Amount: amount, Currency: "EUR", Outcome: acquirer.Accepted, Code: "9",
		AuthorisationID: paymentID, Brand: "CB", MaskedPAN: "************4675", Means: acquirer.Card, At: time.Date(2026, 11, 28, 10, 4, 22, 794531000, time.UTC),
		Handle: acquirer.Handle{Session: session, Payment: paymentID, ExpiresAt: end},
	}.WithFields(map[string]string{
		"status": "CAPTURED", "statusCategory": "COMPLETED", "hostedCheckoutStatus": "PAYMENT_CREATED", "paymentStatusCategory": "SUCCESSFUL",
		"authorisationCode": "123456", "liability": "issuer", "paymentProductId": "130",
	})
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"GET hostedcheckouts/" + session, "GET payments/" + paymentID + "/refunds"}, w.paths()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	for _, r := range w.Requests {
		if r.Header.Get("Content-Type") != "" || r.URL.RawQuery != "" {
			t.Errorf("a GET has a Content-Type, or a query: %v", r.Header)
		}
	}
}

// TestStatusCodes is the table of docs/direct.md §9.2, while the session is readable and over.
func TestStatusCodes(t *testing.T) {
	type said struct {
		outcome             acquirer.Outcome
		returned, returning int64
	}
	const all = 7550
	codes := map[int]said{
		0: {acquirer.Failed, 0, 0}, 1: {acquirer.Cancelled, 0, 0}, 2: {acquirer.Refused, 0, 0}, 4: {acquirer.Pending, 0, 0},
		40: {acquirer.Open, 0, 0}, 41: {acquirer.Open, 0, 0}, 46: {acquirer.Open, 0, 0}, 5: {acquirer.Pending, 0, 0},
		50: {acquirer.Pending, 0, 0}, 51: {acquirer.Pending, 0, 0}, 52: {acquirer.Pending, 0, 0}, 55: {acquirer.Pending, 0, 0},
		56: {acquirer.Pending, 0, 0}, 57: {acquirer.Unknown, 0, 0}, 59: {acquirer.Unknown, 0, 0},
		6: {acquirer.Cancelled, 0, 0}, 61: {acquirer.Pending, 0, 0}, 62: {acquirer.Pending, 0, 0}, 63: {acquirer.Pending, 0, 0},
		64: {acquirer.Cancelled, 0, 0},
		7:  {acquirer.Accepted, all, 0}, 71: {acquirer.Accepted, 0, all}, 72: {acquirer.Accepted, 0, all}, 73: {acquirer.Accepted, 0, 0},
		75: {acquirer.Unknown, 0, 0},
		8:  {acquirer.Accepted, all, 0}, 81: {acquirer.Accepted, 0, all}, 82: {acquirer.Accepted, 0, all}, 83: {acquirer.Accepted, 0, 0},
		84: {acquirer.Accepted, 0, all}, 85: {acquirer.Accepted, all, 0},
		9: {acquirer.Accepted, 0, 0}, 91: {acquirer.Pending, 0, 0}, 92: {acquirer.Pending, 0, 0}, 93: {acquirer.Pending, 0, 0},
		94: {acquirer.Unknown, 0, 0}, 95: {acquirer.Unknown, 0, 0}, 96: {acquirer.Unknown, 0, 0}, 99: {acquirer.Pending, 0, 0},
		3: {acquirer.Unknown, 0, 0}, 10: {acquirer.Unknown, 0, 0}, 800: {acquirer.Unknown, 0, 0}, -9: {acquirer.Unknown, 0, 0},
	}
	capturing := map[int]said{
		5: {acquirer.Accepted, 0, 0}, 63: {acquirer.Accepted, 0, 0}, 6: {acquirer.Accepted, all, 0}, 64: {acquirer.Accepted, all, 0},
		61: {acquirer.Accepted, 0, all}, 62: {acquirer.Accepted, 0, all},
	}
	check := func(t *testing.T, captures bool, code int, want said) {
		t.Helper()
		w := newWire(t, func(c *Config) { c.AccountCaptures = captures },
			ok(checkoutOf("PAYMENT_CREATED", paymentWith(t, code, nil), "STATUS_UNKNOWN")), none)
		r, err := w.Status(t.Context(), question())
		if err != nil {
			t.Errorf("code %d: %v", code, err)
			return
		}
		got := said{r.Outcome, r.Returned.Shift(2).IntPart(), r.Returning.Shift(2).IntPart()}
		if got != want || r.Code != fmt.Sprint(code) || (r.Decline != "") != (r.Outcome == acquirer.Refused) {
			t.Errorf("code %d (the account captures: %v): %+v, code %q, decline %q; expected %+v", code, captures, got, r.Code, r.Decline, want)
		}
		if asked := len(w.Requests) == 2; asked != (want.outcome == acquirer.Accepted) {
			t.Errorf("code %d: the refunds are asked for: %v", code, asked)
		}
	}
	for code, want := range codes {
		check(t, false, code, want)
		if c, ok := capturing[code]; ok {
			want = c
		}
		check(t, true, code, want)
	}
	for code := range 100 { // what is listed is tested, and what is not is Unknown
		if _, tested := codes[code]; !tested && newWire(t, nil).in.verdictOn(code).outcome != acquirer.Unknown {
			t.Errorf("code %d is not in the test", code)
		}
	}
	payment := strings.Replace(sample(t, "payment-9"), `"statusCode":9,`, ``, 1) // and a payment without a code
	r, err := newWire(t, nil, ok(checkoutOf("PAYMENT_CREATED", payment, "SUCCESSFUL"))).Status(t.Context(), question())
	if err != nil || r.Outcome != acquirer.Unknown || r.Code != "" {
		t.Errorf("no code: %v, %v", r, err)
	}
}

// TestStatusSessions: a session's status with and without a payment, before and after its end (docs/direct.md §7.1, §9.4).
func TestStatusSessions(t *testing.T) {
	before, after := ten, end.Add(time.Minute)
	p := func(code int) string {
		return paymentWith(t, code, func(p map[string]any) { delete(p["statusOutput"].(map[string]any), "statusCodeChangeDateTime") })
	}
	for name, tt := range map[string]struct {
		answer   string
		attempts int
		now      time.Time
		want     acquirer.Outcome
		learned  bool // the payment's id: no other attempt can follow
	}{
		"nobody came":                         {sample(t, "checkout-in-progress"), 1, before, acquirer.Open, false},
		"nobody came, and it is over":         {sample(t, "checkout-in-progress"), 1, after, acquirer.Open, false},
		"given up":                            {sample(t, "checkout-cancelled"), 1, before, acquirer.Cancelled, false},
		"timed out":                           {sample(t, "checkout-cancelled"), 1, after, acquirer.Expired, false},
		"given up, with a payment":            {checkoutOf("CANCELLED_BY_CONSUMER", p(1), "REJECTED"), 1, before, acquirer.Cancelled, true},
		"timed out, with a payment":           {checkoutOf("CANCELLED_BY_CONSUMER", p(1), "REJECTED"), 1, after, acquirer.Expired, true},
		"paid, whatever the session says":     {checkoutOf("CANCELLED_BY_CONSUMER", p(9), "SUCCESSFUL"), 1, after, acquirer.Accepted, true},
		"paid, and in progress":               {checkoutOf("IN_PROGRESS", p(9), "SUCCESSFUL"), 3, before, acquirer.Accepted, true},
		"at the bank":                         {checkoutOf("IN_PROGRESS", p(46), "STATUS_UNKNOWN"), 1, before, acquirer.Open, true},
		"at the bank, of several":             {checkoutOf("IN_PROGRESS", p(46), "STATUS_UNKNOWN"), 3, before, acquirer.Open, false},
		"at the bank, over":                   {checkoutOf("CANCELLED_BY_CONSUMER", p(46), "STATUS_UNKNOWN"), 3, after, acquirer.Open, true},
		"refused, one attempt":                {checkoutOf("IN_PROGRESS", p(2), "REJECTED"), 1, before, acquirer.Refused, true},
		"refused, another card may follow":    {checkoutOf("IN_PROGRESS", p(2), "REJECTED"), 3, before, acquirer.Pending, false},
		"being authorised, of several":        {checkoutOf("IN_PROGRESS", p(51), "STATUS_UNKNOWN"), 3, before, acquirer.Pending, false},
		"being authorised, over":              {checkoutOf("PAYMENT_CREATED", p(51), "STATUS_UNKNOWN"), 3, before, acquirer.Pending, true},
		"a code of tomorrow, of several":      {checkoutOf("IN_PROGRESS", p(33), "STATUS_UNKNOWN"), 3, before, acquirer.Unknown, false},
		"refused, the session is over":        {checkoutOf("PAYMENT_CREATED", p(2), "REJECTED"), 3, before, acquirer.Refused, true},
		"refused, the time is over":           {checkoutOf("IN_PROGRESS", p(2), "REJECTED"), 3, after, acquirer.Refused, true},
		"incomplete":                          {checkoutOf("IN_PROGRESS", p(0), "STATUS_UNKNOWN"), 1, before, acquirer.Open, true},
		"incomplete, over":                    {checkoutOf("IN_PROGRESS", p(0), "STATUS_UNKNOWN"), 1, after, acquirer.Failed, true},
		"paid, and rejected says the summary": {checkoutOf("PAYMENT_CREATED", p(9), "REJECTED"), 1, before, acquirer.Unknown, true},
		"back, and rejected says the summary": {checkoutOf("PAYMENT_CREATED", p(8), "REJECTED"), 1, before, acquirer.Accepted, true},
		"refused, and successful says it":     {checkoutOf("PAYMENT_CREATED", p(2), "SUCCESSFUL"), 1, before, acquirer.Unknown, true},
		"a payment that is not there":         {`{"status":"PAYMENT_CREATED"}`, 1, before, acquirer.Unknown, false},
		"a status of tomorrow":                {`{"status":"PAUSED"}`, 1, before, acquirer.Unknown, false},
		"not eligible":                        {`{"status":"CLIENT_NOT_ELIGIBLE_FOR_SELECTED_PAYMENT_PRODUCT"}`, 1, before, acquirer.Refused, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, func(c *Config) { c.Attempts, c.Now = tt.attempts, func() time.Time { return tt.now } }, ok(tt.answer), none)
			r, err := w.Status(t.Context(), question())
			if err != nil {
				t.Fatal(err)
			}
			if r.Outcome != tt.want || (r.Handle.Payment != "") != tt.learned || r.Code == "" {
				t.Errorf("%s, learned %q, code %q; expected %s, %v", r.Outcome, r.Handle.Payment, r.Code, tt.want, tt.learned)
			}
			if r.Reference != reference || r.Merchant != pspid || r.Handle.Session != session {
				t.Errorf("about whom? %+v", r)
			}
		})
	}
}

// TestDateOfChange: that a payer gave up before the session's end is true afterwards too.
func TestDateOfChange(t *testing.T) {
	p := paymentWith(t, 1, nil) // changed at 10:04 UTC
	w := newWire(t, func(c *Config) { c.Now = func() time.Time { return end.Add(time.Hour) } }, ok(checkoutOf("CANCELLED_BY_CONSUMER", p, "REJECTED")))
	if r, err := w.Status(t.Context(), question()); err != nil || r.Outcome != acquirer.Cancelled {
		t.Errorf("%v, %v", r, err)
	}
}

// TestForgotten: which question is put, and what a 404 means, before and after (docs/direct.md §17). Never ErrNotFound.
func TestForgotten(t *testing.T) {
	gone := raw(404, jsonUTF8, sample(t, "error-404-says-500"))
	paid := ok(sample(t, "payment-9"))
	const askSession, askPayment, askRefunds = "GET hostedcheckouts/" + session, "GET payments/" + paymentID, "GET payments/" + paymentID + "/refunds"
	for name, tt := range map[string]struct {
		known   bool // the payment's id
		after   time.Duration
		replies []httpmock.Responder
		asked   []string
		kind    error // nil: Accepted
	}{
		"not readable yet":             {false, -time.Minute, []httpmock.Responder{gone, gone, gone}, []string{askSession}, acquirer.ErrUnavailable},
		"forgotten":                    {false, time.Minute, []httpmock.Responder{gone}, []string{askSession}, acquirer.ErrUnsupported},
		"forgotten, a day later":       {false, 26 * time.Hour, []httpmock.Responder{gone}, []string{askSession}, acquirer.ErrUnsupported},
		"forgotten, the payment known": {true, time.Minute, []httpmock.Responder{gone, paid, none}, []string{askSession, askPayment, askRefunds}, nil},
		"three hours later":            {true, 151 * time.Minute, []httpmock.Responder{paid, none}, []string{askPayment, askRefunds}, nil},
		"years later":                  {true, 2 * 365 * 24 * time.Hour, []httpmock.Responder{paid, none}, []string{askPayment, askRefunds}, nil},
		"the payment is gone too":      {true, 24 * time.Hour, []httpmock.Responder{gone}, []string{askPayment}, acquirer.ErrUnsupported},
		"the payment not there yet":    {true, -time.Minute, []httpmock.Responder{gone, gone}, []string{askSession, askPayment}, acquirer.ErrUnavailable},
		"410":                          {false, time.Minute, []httpmock.Responder{apiError(410, "1")}, []string{askSession}, acquirer.ErrUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, func(c *Config) { c.Now = func() time.Time { return end.Add(tt.after) } }, tt.replies...)
			q := question()
			if tt.known {
				q.Handle = paidHandle()
			}
			r, err := w.Status(t.Context(), q)
			if tt.kind != nil {
				wantFault(t, err, tt.kind, false)
			} else if err != nil || r.Outcome != acquirer.Accepted || r.Handle.Payment != paymentID {
				t.Errorf("%v, %v", r, err)
			}
			if diff := cmp.Diff(tt.asked, w.paths()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSomebodysPage: a 404 that is not the API's own is an outage, whenever it comes.
func TestSomebodysPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		page := raw(404, "text/html", "<h1>Not Found</h1>")
		w := newWire(t, func(c *Config) { c.Now = func() time.Time { return end.Add(time.Hour) } }, page, page, page)
		_, err := w.Status(t.Context(), question())
		wantFault(t, err, acquirer.ErrUnavailable, false, "a proxy may have answered")
		if len(w.Requests) != 3 {
			t.Errorf("asked %d times, expected 3", len(w.Requests))
		}
	})
}

// TestKnownPaymentBesideASession: an id that a webhook brought counts when it belongs to the session and is paid.
func TestKnownPaymentBesideASession(t *testing.T) {
	refused := checkoutOf("PAYMENT_CREATED", paymentWith(t, 2, func(p map[string]any) { p["id"] = "10083980755_9" }), "REJECTED")
	stranger := paymentWith(t, 9, func(p map[string]any) {
		p["hostedCheckoutSpecificOutput"] = map[string]any{"hostedCheckoutId": "99"}
	})
	gone := raw(404, jsonUTF8, sample(t, "error-404-says-500"))
	for name, tt := range map[string]struct {
		session, payment httpmock.Responder
		want             acquirer.Outcome
	}{
		"paid":                        {ok(refused), ok(sample(t, "payment-9")), acquirer.Accepted},
		"another session's":           {ok(refused), ok(stranger), acquirer.Refused},
		"an operation, not a payment": {ok(refused), gone, acquirer.Refused},
		"refused as well":             {ok(refused), ok(paymentWith(t, 2, nil)), acquirer.Refused},
		"nobody came":                 {ok(sample(t, "checkout-in-progress")), ok(sample(t, "payment-9")), acquirer.Accepted},
	} {
		q := question()
		q.Handle = paidHandle()
		r, err := newWire(t, nil, tt.session, tt.payment, none).Status(t.Context(), q)
		if err != nil || r.Outcome != tt.want {
			t.Errorf("%s: %v, %v; expected %s", name, r, err, tt.want)
		}
	}
	q := question() // while it cannot be read, the refusal before it ends nothing
	q.Handle = paidHandle()
	r, err := newWire(t, nil, ok(refused), apiError(403, "9007")).Status(t.Context(), q)
	if wantFault(t, err, acquirer.ErrConfiguration, false); !r.Equal(acquirer.Result{}) {
		t.Errorf("%v beside the error", r)
	}
}

// TestAboutAnother: an answer about another session or reference is refused, whatever it says.
func TestAboutAnother(t *testing.T) {
	for name, change := range map[string]func(map[string]any){
		"session": func(p map[string]any) {
			p["hostedCheckoutSpecificOutput"] = map[string]any{"hostedCheckoutId": "10083980756"}
		},
		"reference": func(p map[string]any) {
			p["paymentOutput"].(map[string]any)["references"] = map[string]any{"merchantReference": "PCLCB263320000002"}
		},
	} {
		p := paymentWith(t, 9, change)
		_, err := newWire(t, nil, ok(checkoutOf("PAYMENT_CREATED", p, "SUCCESSFUL"))).Status(t.Context(), question())
		wantFault(t, err, acquirer.ErrUnverified, false, "another trip")
		q := question()
		q.Handle = paidHandle()
		_, err = newWire(t, func(c *Config) { c.Now = func() time.Time { return end.Add(24 * time.Hour) } }, ok(p)).Status(t.Context(), q)
		if wantFault(t, err, acquirer.ErrUnverified, false, "another trip"); t.Failed() {
			t.Errorf("%s", name)
		}
	}
	q := question() // asked by the payment's id alone, the answer has to name the reference
	q.Handle = acquirer.Handle{Payment: paymentID}
	for said, kind := range map[string]error{reference: nil, "": acquirer.ErrUnverified} {
		p := paymentWith(t, 9, func(p map[string]any) {
			delete(p, "hostedCheckoutSpecificOutput")
			p["paymentOutput"].(map[string]any)["references"] = map[string]any{"merchantReference": said}
		})
		r, err := newWire(t, nil, ok(p), none).Status(t.Context(), q)
		if kind != nil {
			wantFault(t, err, kind, false, "which trip")
		} else if err != nil || r.Outcome != acquirer.Accepted {
			t.Errorf("reference %q: %v, %v", said, r, err)
		}
	}
}

// TestAnswersOfAnotherReference: the list of another payment's refunds says nothing of ours, nor does the answer to another payment's refund,
// cancellation or beginning. Otherwise money that is here would be believed gone, and a payer would be sent to somebody else's page.
func TestAnswersOfAnotherReference(t *testing.T) {
	elsewhere := func(name string) string {
		return strings.ReplaceAll(sample(t, name), reference, reference[:len(reference)-1]+"2")
	}
	if elsewhere("refunds") == sample(t, "refunds") {
		t.Fatal("the sample names another reference")
	}
	_, err := newWire(t, nil, ok(checkoutOf("PAYMENT_CREATED", paymentWith(t, 9, nil), "SUCCESSFUL")), ok(elsewhere("refunds"))).Status(t.Context(), question())
	wantFault(t, err, acquirer.ErrUnverified, false, "another trip")

	_, err = newWire(t, nil, raw(201, jsonUTF8, elsewhere("refund"))).Refund(t.Context(), modification())
	wantFault(t, err, acquirer.ErrUnverified, true, "another trip")

	cancelled := strings.ReplaceAll(paymentWith(t, 6, nil), reference, "PCLCB263320000002")
	_, err = newWire(t, nil, apiError(409, codeNotInState), ok(`{"payment":`+cancelled+`}`)).Refund(t.Context(), modification())
	wantFault(t, err, acquirer.ErrUnverified, true, "another trip")

	s, err := newWire(t, nil, ok(elsewhere("create"))).Begin(t.Context(), order())
	if wantFault(t, err, acquirer.ErrUnverified, true, "another trip"); !s.IsZero() {
		t.Error("a session was handed out")
	}
}

// TestReturned: refunds are summed by what each says; a part does not change the payment (docs/direct.md §9.3).
func TestReturned(t *testing.T) {
	list := func(refunds ...string) httpmock.Responder {
		return ok(`{"refunds":[` + strings.Join(refunds, ",") + `]}`)
	}
	refund := func(cents int64, code int) string {
		return fmt.Sprintf(`{"id":"1_%d","statusOutput":{"statusCode":%d},"refundOutput":{"amountOfMoney":{"amount":%d,"currencyCode":"EUR"}}}`, code, code, cents)
	}
	for name, tt := range map[string]struct {
		code                int
		list                httpmock.Responder
		returned, returning int64
	}{
		"the sample":                        {9, ok(sample(t, "refunds")), 2000, 1000},
		"none":                              {9, none, 0, 0},
		"no list":                           {9, ok(`{}`), 0, 0},
		"no such list":                      {9, raw(404, jsonUTF8, sample(t, "error-404-says-500")), 0, 0},
		"refused":                           {9, list(refund(7550, 83)), 0, 0},
		"counted as refunded":               {9, list(refund(2000, 85), refund(1, 8)), 2001, 0},
		"uncertain":                         {9, list(refund(2000, 82)), 0, 2000},
		"a code of tomorrow is on its way":  {9, list(refund(2000, 77)), 0, 2000},
		"no code is on its way":             {9, list(`{"refundOutput":{"amountOfMoney":{"amount":2000}}}`), 0, 2000},
		"more than there was":               {9, list(refund(7550, 8), refund(7550, 8), refund(10, 81)), 7550, 0},
		"refunded, and no list":             {8, none, 7550, 0},
		"requested, and no list":            {81, none, 0, 7550},
		"requested, a part is back":         {81, list(refund(2000, 8), refund(5550, 81)), 2000, 5550},
		"requested, the list is late":       {81, list(refund(2000, 8)), 2000, 5550},
		"a refused refund on the payment":   {83, list(refund(7550, 83)), 0, 0},
		"a refused refund without amount":   {9, list(`{"statusOutput":{"statusCode":83}}`), 0, 0},
		"refunded, the list says requested": {8, list(refund(7550, 81)), 7550, 0},
	} {
		w := newWire(t, nil, ok(checkoutOf("PAYMENT_CREATED", paymentWith(t, tt.code, nil), "SUCCESSFUL")), tt.list)
		r, err := w.Status(t.Context(), question())
		if err != nil || r.Outcome != acquirer.Accepted || !r.Amount.Equal(amount) {
			t.Errorf("%s: %v, %v", name, r, err)
			continue
		}
		if !r.Returned.Equal(decimal.New(tt.returned, -2)) || !r.Returning.Equal(decimal.New(tt.returning, -2)) {
			t.Errorf("%s: returned %s, returning %s; expected %d and %d cents", name, r.Returned, r.Returning, tt.returned, tt.returning)
		}
	}
	const most = 9223372036854775807
	for name, refunds := range map[string][]string{
		"a negative amount":         {refund(-5, 8)},
		"two that overflow":         {refund(most, 8), refund(most, 8)},
		"no amount":                 {`{"statusOutput":{"statusCode":8},"refundOutput":{}}`},
		"no amount, and on its way": {`{"statusOutput":{"statusCode":81}}`},
	} {
		r, err := newWire(t, nil, ok(sample(t, "checkout-paid")), list(refunds...)).Status(t.Context(), question())
		if wantFault(t, err, acquirer.ErrInvalid, false, "amountOfMoney"); !r.Equal(acquirer.Result{}) || t.Failed() {
			t.Errorf("%s: %v", name, r)
		}
	}
	synctest.Test(t, func(t *testing.T) { // a list that cannot be read is no list: nothing half known leaves the client
		down := apiError(503, "1")
		r, err := newWire(t, nil, ok(sample(t, "checkout-paid")), down, down, down).Status(t.Context(), question())
		wantFault(t, err, acquirer.ErrUnavailable, false)
		if !r.Equal(acquirer.Result{}) {
			t.Errorf("%v beside the error", r)
		}
	})
}

// TestAmounts: a surcharge is not the amount of the order, and what is no amount is refused.
func TestAmounts(t *testing.T) {
	output := func(m any) func(map[string]any) {
		return func(p map[string]any) { p["paymentOutput"].(map[string]any)["amountOfMoney"] = m }
	}
	surcharged := paymentWith(t, 9, func(p map[string]any) {
		p["paymentOutput"].(map[string]any)["acquiredAmount"] = map[string]any{"amount": 8000, "currencyCode": "EUR"}
	})
	if r, err := newWire(t, nil, ok(checkoutOf("PAYMENT_CREATED", surcharged, "")), none).Status(t.Context(), question()); err != nil || !r.Amount.Equal(amount) {
		t.Errorf("%v, %v", r.Amount, err)
	}
	for name, m := range map[string]any{
		"none": nil, "negative": map[string]any{"amount": -1}, "too much": map[string]any{"amount": int64(1e15)},
	} {
		_, err := newWire(t, nil, ok(checkoutOf("PAYMENT_CREATED", paymentWith(t, 9, output(m)), "")), none).Status(t.Context(), question())
		if wantFault(t, err, acquirer.ErrInvalid, false, "amountOfMoney"); t.Failed() {
			t.Error(name)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		float := ok(checkoutOf("PAYMENT_CREATED", paymentWith(t, 9, output(map[string]any{"amount": 75.5})), ""))
		_, err := newWire(t, nil, float, float, float).Status(t.Context(), question())
		wantFault(t, err, acquirer.ErrUnanswered, false, "amount")
	})
}

// TestTimes: fractions of six and seven digits, and zones as they were seen. What cannot be meant is no date: before 2010, or to come.
func TestTimes(t *testing.T) {
	client := mustNew(t, testConfig(nil))
	at := time.Date(2026, 11, 28, 10, 4, 22, 794531000, time.UTC)
	for s, want := range map[string]time.Time{
		"2026-11-28T11:04:22.7945313+01:00": at, "2026-11-28T10:04:22.794531Z": at, "2026-11-28T11:04:22.7945313+0100": at,
		"2026-11-28T10:04:22Z": at.Truncate(time.Second), "": {}, "28/11/2026": {}, "2026-11-28T10:04:22": {}, "0001-01-01T00:00:00Z": {},
		strings.Repeat("2", 50): {}, "2009-12-31T23:59:59Z": {}, "2099-01-01T00:00:00Z": {}, "2026-11-30T10:05:01Z": {},
		"2026-11-30T11:05:00+01:00": time.Date(2026, 11, 30, 10, 5, 0, 0, time.UTC),
	} {
		if got := client.in.parseTime(s); !got.Equal(want) {
			t.Errorf("%q: %v, expected %v", s, got, want)
		}
	}
}

// TestQuestionsThatCannotBe: nothing is sent.
func TestQuestionsThatCannotBe(t *testing.T) {
	for name, tt := range map[string]struct {
		q    acquirer.Question
		kind error
	}{
		"no reference":        {acquirer.Question{Handle: handle()}, acquirer.ErrInvalid},
		"a path":              {acquirer.Question{Reference: "../..", Handle: handle()}, acquirer.ErrInvalid},
		"another merchant":    {acquirer.Question{Reference: reference, Merchant: "002001000000001", Handle: handle()}, acquirer.ErrInvalid},
		"no handle":           {acquirer.Question{Reference: reference}, acquirer.ErrUnsupported},
		"a session to escape": {acquirer.Question{Reference: reference, Handle: acquirer.Handle{Session: "a/b"}}, acquirer.ErrInvalid},
		"a payment to escape": {acquirer.Question{Reference: reference, Handle: acquirer.Handle{Payment: "a?b"}}, acquirer.ErrInvalid},
	} {
		w := newWire(t, nil)
		_, err := w.Status(t.Context(), tt.q)
		if wantFault(t, err, tt.kind, false); len(w.Requests) != 0 || t.Failed() {
			t.Errorf("%s: %d requests", name, len(w.Requests))
		}
	}
}

// TestPatience: a question is asked three times while that may help, and never a call that moves money. How long the platform wants to be left
// alone stands in the error of both.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := raw(503, "text/html", "<h1>maintenance</h1>", "Retry-After", "2")
		start := time.Now()
		w := newWire(t, nil, down, ok(sample(t, "checkout-paid")[:40]), ok(sample(t, "checkout-paid")), none)
		r, err := w.Status(t.Context(), question())
		if err != nil || r.Outcome != acquirer.Accepted {
			t.Errorf("%v, %v", r, err)
		}
		if took := time.Since(start); took < 2*time.Second || took > 10*time.Second {
			t.Errorf("it waited %v, the platform asked for two seconds", took)
		}
		w = newWire(t, nil, apiError(403, "9002"))
		_, err = w.Status(t.Context(), question())
		wantFault(t, err, acquirer.ErrConfiguration, false)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w = newWire(t, nil, down, down, down)
		_, err = w.Status(ctx, question())
		wantFault(t, err, acquirer.ErrUnavailable, false)
		if len(w.Requests) != 1 {
			t.Errorf("it began to wait for what the context would cut short: %d requests", len(w.Requests))
		}
		for op, call := range operations {
			w = newWire(t, nil, raw(503, "text/html", "<h1>maintenance</h1>", "Retry-After", "3600"))
			if e := faultOf(t, call(t.Context(), w.Client)); e.RetryAfter != time.Hour || len(w.Requests) != 1 {
				t.Errorf("%s: RetryAfter %v after %d requests, the platform asked for an hour", op, e.RetryAfter, len(w.Requests))
			}
		}
	})
}

// TestRejectedAnswerLeavesNothing: an answer that is rejected half read adds nothing to the one that comes after it.
func TestRejectedAnswerLeavesNothing(t *testing.T) {
	ofAnotherType := func(body, before, after string) httpmock.Responder {
		broken := strings.Replace(body, before, after, 1)
		if broken == body {
			t.Fatalf("%s is not in the sample", before)
		}
		return ok(broken)
	}
	paid := sample(t, "checkout-paid")
	const refund = `{"id":"1_1","statusOutput":{"statusCode":8},"refundOutput":{"amountOfMoney":{"amount":2000,"currencyCode":"EUR"}}}`
	for name, tt := range map[string]struct {
		replies []httpmock.Responder
		known   bool // the payment's id
		want    acquirer.Outcome
	}{
		"a session": {[]httpmock.Responder{ofAnotherType(paid, `"paymentStatusCategory":"SUCCESSFUL"`, `"paymentStatusCategory":7`),
			ok(`{"status":"IN_PROGRESS"}`)}, false, acquirer.Open},
		"a payment": {[]httpmock.Responder{raw(404, jsonUTF8, sample(t, "error-404-says-500")),
			ofAnotherType(sample(t, "payment-9"), `"status":"CAPTURED"`, `"status":9`), ok(`{"id":"` + paymentID + `","paymentOutput":{}}`)}, true, acquirer.Unknown},
		"refunds": {[]httpmock.Responder{ok(paid), ok(`{"refunds":[` + strings.Replace(refund, `"1_1"`, `1`, 1) + `]}`), ok(`{}`)}, false, acquirer.Accepted},
	} {
		synctest.Test(t, func(t *testing.T) {
			q := question()
			if tt.known {
				q.Handle = paidHandle()
			}
			w := newWire(t, nil, tt.replies...)
			r, err := w.Status(t.Context(), q)
			if err != nil || r.Outcome != tt.want || !r.Returned.IsZero() || len(w.Requests) != len(tt.replies) {
				t.Errorf("%s: %s, returned %s, %v after %d requests; expected %s", name, r.Outcome, r.Returned, err, len(w.Requests), tt.want)
			}
		})
	}
}

// TestWarnings: what a person must look at is logged, without secrets.
func TestWarnings(t *testing.T) {
	for code, words := range map[int]string{5: "authorised and not captured", 93: "the capture was refused", 77: "not known", 9: "", 2: "", 63: "not captured", 71: "", 84: "where the money is"} {
		var out bytes.Buffer
		w := newWire(t, func(c *Config) { c.Logger = slog.New(slog.NewJSONHandler(&out, nil)) },
			ok(checkoutOf("PAYMENT_CREATED", paymentWith(t, code, nil), "")), none)
		if _, err := w.Status(t.Context(), question()); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); (words == "") != (got == "") || !strings.Contains(got, words) {
			t.Errorf("code %d: the log says %q, expected %q", code, got, words)
		}
		for _, s := range []string{canary, proof, session + `"`} {
			if strings.Contains(out.String(), s) {
				t.Errorf("the log shows a secret: %s", &out)
			}
		}
	}
}

// TestDeclines: each code of docs/direct.md §9.6 and of the issuers, with what the payer is told.
func TestDeclines(t *testing.T) {
	for code, want := range map[string]struct {
		decline acquirer.Decline
		advice  acquirer.Advice
	}{
		"30511001": {acquirer.InsufficientFunds, acquirer.OtherCard}, "30591001": {acquirer.SuspectedFraud, acquirer.AskBank},
		"30041001": {acquirer.LostOrStolen, acquirer.AskBank}, "30051001": {acquirer.DoNotHonour, acquirer.AskBank},
		"30541001": {acquirer.ExpiredCard, acquirer.OtherCard}, "40001134": {acquirer.AuthenticationFailed, acquirer.SameCard},
		"50001134": {acquirer.AuthenticationFailed, acquirer.SameCard}, "50001135": {acquirer.IssuerUnavailable, acquirer.Later},
		"50001133": {acquirer.MerchantProblem, acquirer.Never}, "50001146": {acquirer.MerchantProblem, acquirer.Never},
		"30611001": {acquirer.LimitExceeded, acquirer.OtherCard}, "30141001": {acquirer.InvalidCard, acquirer.SameCard},
		"30751001": {acquirer.TooManyAttempts, acquirer.Later}, "30911001": {acquirer.IssuerUnavailable, acquirer.Later},
		"30571001": {acquirer.NotPermitted, acquirer.AskBank}, "30991002": {acquirer.DoNotHonour, acquirer.AskBank},
		"3051991001": {acquirer.DoNotHonour, acquirer.AskBank}, // ten digits: no issuer's code in the middle
		"":           {acquirer.DoNotHonour, acquirer.AskBank}, "1": {acquirer.DoNotHonour, acquirer.AskBank}, "99999999": {acquirer.DoNotHonour, acquirer.AskBank},
	} {
		p := paymentWith(t, 2, func(p map[string]any) {
			if code != "" {
				p["statusOutput"].(map[string]any)["errors"] = []any{map[string]any{"errorCode": code}, map[string]any{"errorCode": "1"}}
			}
		})
		r, err := newWire(t, nil, ok(checkoutOf("PAYMENT_CREATED", p, "REJECTED"))).Status(t.Context(), question())
		if err != nil || r.Decline != want.decline || r.Decline.Advice() != want.advice || r.AcquirerCode != code {
			t.Errorf("%s: %s, %s, %v", code, r.Decline, r.Decline.Advice(), err)
		}
	}
	p := paymentWith(t, 2, func(p map[string]any) {
		p["statusOutput"].(map[string]any)["errors"] = []any{map[string]any{"errorCode": "30171001"}}
	})
	r, err := newWire(t, nil, ok(checkoutOf("PAYMENT_CREATED", p, "REJECTED"))).Status(t.Context(), question())
	if err != nil || r.Outcome != acquirer.Cancelled || r.Decline != "" {
		t.Errorf("a payer who gave up at the bank: %v, %q, %v", r, r.Decline, err)
	}
}

// TestNothingOfAPersonIsKept: card number, expiry, issuer, country and whatever the platform adds tomorrow.
func TestNothingOfAPersonIsKept(t *testing.T) {
	p := paymentWith(t, 9, func(p map[string]any) {
		out := p["paymentOutput"].(map[string]any)
		card := out["cardPaymentMethodSpecificOutput"].(map[string]any)
		card["card"] = map[string]any{"cardNumber": "4330264936344675", "cardholderName": "canary", "expiryDate": "canary", "bin": "433026"}
		card["token"], card["initialSchemeTransactionId"] = "canary", "canary"
		out["customer"] = map[string]any{"emailAddress": "canary", "device": map[string]any{"ipAddress": "canary"}}
		p["tomorrow"] = "canary"
		p["status"] = "canary canary"
	})
	r, err := newWire(t, nil, ok(checkoutOf("PAYMENT_CREATED", p, "")), none).Status(t.Context(), question())
	if err != nil {
		t.Fatal(err)
	}
	kept := strings.Join([]string{r.MaskedPAN, r.Brand, r.AcquirerCode, r.Code, r.AuthorisationID, r.OrderID}, " ")
	fields := reflect.ValueOf(r).FieldByName("fields")
	for i := fields.MapRange(); i.Next(); {
		kept += " " + i.Key().String() + "=" + i.Value().String()
	}
	if !strings.Contains(kept, "paymentProductId=130") {
		t.Fatal("the test does not see the fields")
	}
	if strings.Contains(kept, "canary") || strings.Contains(kept, "26493634") {
		t.Errorf("a person, or a card, is kept: %s", kept)
	}
}

// TestContext: a call whose context has ended says so, and sends nothing.
func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for op, call := range operations {
		w := newWire(t, nil)
		err := call(ctx, w.Client)
		if !errors.Is(err, context.Canceled) || len(w.Requests) > 0 {
			t.Errorf("%s: %v, %d requests", op, err, len(w.Requests))
		}
	}
}
