package direct

import (
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

const (
	pathRefund  = "POST payments/" + paymentID + "/refund "
	pathCancel  = "POST payments/" + paymentID + "/cancel "
	pathRefunds = "GET payments/" + paymentID + "/refunds"
)

func refundAt(code string) string {
	return strings.Replace(refundSample, `"statusCode":81`, `"statusCode":`+code, 1)
}

const refundSample = `{"id":"10083980755_1","status":"REFUND_REQUESTED","statusOutput":{"statusCode":81},` +
	`"refundOutput":{"amountOfMoney":{"amount":7550,"currencyCode":"EUR"}}}`

func TestRefund(t *testing.T) {
	w := newWire(t, nil, raw(201, jsonUTF8, sample(t, "refund")))
	r, err := w.Refund(t.Context(), modification())
	if err != nil {
		t.Fatal(err)
	}
	want := acquirer.Result{
		Reference: reference, Merchant: pspid, Currency: "EUR", Outcome: acquirer.Accepted, Code: "81", AuthorisationID: paymentID,
		Returning: amount, Handle: acquirer.Handle{Session: session, Payment: paymentID, ExpiresAt: end},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{pathRefund + "-r"}, w.paths()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	const body = `{"amountOfMoney":{"amount":7550,"currencyCode":"EUR"},"operationReferences":{"merchantReference":"PCLCB263320000001"}}`
	if diff := cmp.Diff(body, w.Bodies[0]); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	head := w.Requests[0].Header
	_, signature := Sign(NewSecret(canary), "POST", "application/json", head.Get("Date"), head, "/v2/PCLDirect1/payments/"+paymentID+"/refund")
	if toSign, _ := Sign(NewSecret(canary), "POST", "", "", head, ""); !strings.Contains(toSign, "x-gcs-idempotence-key:"+keyOfOne+"-r\n") {
		t.Error("the key of idempotence is not signed")
	}
	if got := head.Get("Authorization"); !strings.HasSuffix(got, ":"+signature) {
		t.Errorf("Authorization: %s", got)
	}
}

// TestKeys is the whole of docs/direct.md §11 and §17: which key goes with which repetition, and when the way changes.
func TestKeys(t *testing.T) {
	created, refused := func(code string) httpmock.Responder { return raw(201, jsonUTF8, refundAt(code)) }, apiError
	again := func(code string) httpmock.Responder { return replayed(201, refundAt(code)) }
	listed := func(code string) httpmock.Responder { return ok(`{"refunds":[` + refundAt(code) + `]}`) }
	cancelled := ok(`{"payment":` + paymentWith(t, 6, nil) + `}`)
	for name, tt := range map[string]struct {
		replies             []httpmock.Responder
		asked               []string
		returned, returning bool
		kind                error // nil: it was taken
	}{
		"taken":              {[]httpmock.Responder{created("81")}, []string{pathRefund + "-r"}, false, true, nil},
		"uncertain":          {[]httpmock.Responder{created("82")}, []string{pathRefund + "-r"}, false, true, nil},
		"done at once":       {[]httpmock.Responder{created("8")}, []string{pathRefund + "-r"}, true, false, nil},
		"refused at once":    {[]httpmock.Responder{created("83")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrConflict},
		"too much":           {[]httpmock.Responder{refused(400, "50001129")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrConflict},
		"invalid":            {[]httpmock.Responder{refused(400, "50001111")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrInvalid},
		"declined":           {[]httpmock.Responder{refused(402, "30051001")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrConflict},
		"another merchant's": {[]httpmock.Responder{raw(403, "application/json", sample(t, "error-gateway"))}, []string{pathRefund + "-r"}, false, false, acquirer.ErrConfiguration},
		"not known":          {[]httpmock.Responder{refused(404, "50001130")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnsupported},
		"gone":               {[]httpmock.Responder{refused(410, "1")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnsupported},
		"too often":          {[]httpmock.Responder{refused(429, "1")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnavailable},
		"still running":      {[]httpmock.Responder{refused(409, "1409")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"broken":             {[]httpmock.Responder{refused(500, "20001101")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"a proxy's 400":      {[]httpmock.Responder{raw(400, "text/html", "<h1>no</h1>")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"a proxy's 403":      {[]httpmock.Responder{raw(403, "application/json", "{}")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"a proxy's 429":      {[]httpmock.Responder{raw(429, "text/plain", "")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"a proxy's 409":      {[]httpmock.Responder{raw(409, "text/html", "<h1>no</h1>")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"sent elsewhere":     {[]httpmock.Responder{raw(307, "text/html", "")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"cut":                {[]httpmock.Responder{raw(201, jsonUTF8, refundSample[:30])}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"lost":               {[]httpmock.Responder{broken(errors.New("reset"))}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"no connection":      {[]httpmock.Responder{broken(&net.OpError{Op: "dial", Err: errors.New("refused")})}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnavailable},

		"an empty object":     {[]httpmock.Responder{raw(201, jsonUTF8, "{}")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"null":                {[]httpmock.Responder{raw(201, jsonUTF8, "null")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"a code of tomorrow":  {[]httpmock.Responder{created("77")}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"replayed, and empty": {[]httpmock.Responder{replayed(201, "{}"), ok(`{"refunds":[{"statusOutput":{"statusCode":83}}]}`)}, []string{pathRefund + "-r", pathRefunds}, false, false, acquirer.ErrUnanswered},

		"only authorised": {[]httpmock.Responder{refused(409, "50001127"), cancelled}, []string{pathRefund + "-r", pathCancel + "-c"}, true, false, nil},
		"only authorised, under way": {[]httpmock.Responder{refused(400, "50001127"), ok(`{"payment":` + paymentWith(t, 61, nil) + `}`)},
			[]string{pathRefund + "-r", pathCancel + "-c"}, false, true, nil},
		"only authorised, refused": {[]httpmock.Responder{refused(409, "50001127"), ok(`{"payment":` + paymentWith(t, 63, nil) + `}`)},
			[]string{pathRefund + "-r", pathCancel + "-c"}, false, false, acquirer.ErrConflict},
		"only authorised, as before": {[]httpmock.Responder{refused(409, "50001127"), ok(`{"payment":` + paymentWith(t, 5, nil) + `}`)},
			[]string{pathRefund + "-r", pathCancel + "-c"}, false, false, acquirer.ErrUnanswered},
		"only authorised, an empty object": {[]httpmock.Responder{refused(409, "50001127"), ok(`{}`)},
			[]string{pathRefund + "-r", pathCancel + "-c"}, false, false, acquirer.ErrUnanswered},
		"closed for both":       {[]httpmock.Responder{refused(409, "50001127"), refused(409, "50001127")}, []string{pathRefund + "-r", pathCancel + "-c"}, false, false, acquirer.ErrConflict},
		"the cancel is lost":    {[]httpmock.Responder{refused(409, "1"), broken(errors.New("reset"))}, []string{pathRefund + "-r", pathCancel + "-c"}, false, false, acquirer.ErrUnanswered},
		"the cancel is running": {[]httpmock.Responder{refused(409, "1"), refused(409, "1409")}, []string{pathRefund + "-r", pathCancel + "-c"}, false, false, acquirer.ErrUnanswered},

		"once more, taken":              {[]httpmock.Responder{again("81"), listed("81")}, []string{pathRefund + "-r", pathRefunds}, false, true, nil},
		"once more, and back meanwhile": {[]httpmock.Responder{again("81"), listed("8")}, []string{pathRefund + "-r", pathRefunds}, true, false, nil},
		"once more, no list":            {[]httpmock.Responder{again("81"), apiError(403, "1")}, []string{pathRefund + "-r", pathRefunds}, false, true, nil},
		"once more, refused meanwhile": {[]httpmock.Responder{again("81"), listed("83"), created("81")},
			[]string{pathRefund + "-r", pathRefunds, pathRefund + "-r2"}, false, true, nil},
		"after an error": {[]httpmock.Responder{replayed(400, errorBody("50001129")), created("81")},
			[]string{pathRefund + "-r", pathRefund + "-r2"}, false, true, nil},
		"after two errors": {[]httpmock.Responder{replayed(500, errorBody("20001101")), none, replayed(409, errorBody("50001127")), created("81")},
			[]string{pathRefund + "-r", pathRefunds, pathRefund + "-r2", pathRefund + "-r3"}, false, true, nil},
		"after an error, again lost": {[]httpmock.Responder{replayed(500, errorBody("1")), none, broken(errors.New("reset"))},
			[]string{pathRefund + "-r", pathRefunds, pathRefund + "-r2"}, false, false, acquirer.ErrUnanswered},
		"after a 500, and it was made": {[]httpmock.Responder{replayed(500, errorBody("1")), listed("81")},
			[]string{pathRefund + "-r", pathRefunds}, false, true, nil},
		"after a 500, and it is back": {[]httpmock.Responder{replayed(500, errorBody("1")), listed("8")},
			[]string{pathRefund + "-r", pathRefunds}, true, false, nil},
		"after a 500, and one without a code": {[]httpmock.Responder{replayed(500, errorBody("1")),
			ok(`{"refunds":[{"refundOutput":{"amountOfMoney":{"amount":7550}}}]}`)}, []string{pathRefund + "-r", pathRefunds}, false, true, nil},
		"after a 500, and it was refused since": {[]httpmock.Responder{replayed(500, errorBody("1")), listed("83"), created("81")},
			[]string{pathRefund + "-r", pathRefunds, pathRefund + "-r2"}, false, true, nil},
		"after a 500, beside another part": {[]httpmock.Responder{replayed(500, errorBody("1")),
			ok(`{"refunds":[` + strings.Replace(refundAt("8"), "7550", "2000", 1) + `]}`), created("81")},
			[]string{pathRefund + "-r", pathRefunds, pathRefund + "-r2"}, false, true, nil},
		"after a 500, no list": {[]httpmock.Responder{replayed(500, errorBody("1")), apiError(403, "1")},
			[]string{pathRefund + "-r", pathRefunds}, false, false, acquirer.ErrUnanswered},
		"the cancel after a 500": {[]httpmock.Responder{refused(409, "50001127"), replayed(500, errorBody("1"))},
			[]string{pathRefund + "-r", pathCancel + "-c"}, false, false, acquirer.ErrUnanswered},
		"replayed, and cut":     {[]httpmock.Responder{replayed(201, refundAt("81")[:20])}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"replayed, and running": {[]httpmock.Responder{replayed(409, errorBody("1409"))}, []string{pathRefund + "-r"}, false, false, acquirer.ErrUnanswered},
		"the cancel after an error of its own": {[]httpmock.Responder{refused(409, "50001127"), replayed(409, errorBody("50001127")), cancelled},
			[]string{pathRefund + "-r", pathCancel + "-c", pathCancel + "-c2"}, true, false, nil},
		"the cancel once more": {[]httpmock.Responder{refused(409, "50001127"), replayed(200, `{"payment":`+paymentWith(t, 6, nil)+`}`)},
			[]string{pathRefund + "-r", pathCancel + "-c"}, true, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, nil, tt.replies...)
			r, err := w.Refund(t.Context(), modification())
			if diff := cmp.Diff(tt.asked, w.paths()); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			if tt.kind != nil {
				wantFault(t, err, tt.kind, tt.kind == acquirer.ErrUnanswered)
				if !r.Equal(acquirer.Result{}) {
					t.Errorf("%v beside the error", r)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !r.Returned.Equal(amountIf(tt.returned)) || !r.Returning.Equal(amountIf(tt.returning)) {
				t.Errorf("returned %s, returning %s", r.Returned, r.Returning)
			}
		})
	}
	for n := 1; n <= mostKeys; n++ {
		if k := keyOf(keyOfOne, wayRefund, n); len(k) > longestKey {
			t.Errorf("the key %d has %d characters", n, len(k))
		}
	}
	errs := make([]httpmock.Responder, 25)
	for i := range errs {
		errs[i] = replayed(400, errorBody("1"))
	}
	w := newWire(t, nil, errs...)
	_, err := w.Refund(t.Context(), modification())
	if wantFault(t, err, acquirer.ErrInvalid, false); len(w.Requests) != mostKeys {
		t.Errorf("%d calls, expected %d", len(w.Requests), mostKeys)
	}
}

func amountIf(yes bool) decimal.Decimal {
	if yes {
		return amount
	}
	return decimal.Zero
}

// TestRefundFindsThePayment: without its id the session is asked; whatever goes wrong then, nothing was moved.
func TestRefundFindsThePayment(t *testing.T) {
	m := modification()
	m.Handle = handle()
	w := newWire(t, nil, ok(sample(t, "checkout-paid")), none, raw(201, jsonUTF8, refundSample))
	if r, err := w.Refund(t.Context(), m); err != nil || r.Handle.Payment != paymentID {
		t.Errorf("%v, %v", r, err)
	}
	if diff := cmp.Diff([]string{"GET hostedcheckouts/" + session, pathRefunds, pathRefund + "-r"}, w.paths()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	down, gone := apiError(503, "1"), raw(404, jsonUTF8, sample(t, "error-404-says-500"))
	synctest.Test(t, func(t *testing.T) {
		for name, tt := range map[string]struct {
			replies []httpmock.Responder
			now     time.Time
			kind    error
		}{
			"nobody paid":   {[]httpmock.Responder{ok(sample(t, "checkout-in-progress"))}, ten, acquirer.ErrConflict},
			"not at work":   {[]httpmock.Responder{down, down, down}, ten, acquirer.ErrUnavailable},
			"not readable":  {[]httpmock.Responder{gone}, ten, acquirer.ErrUnavailable},
			"forgotten":     {[]httpmock.Responder{gone}, end.Add(time.Hour), acquirer.ErrUnsupported},
			"our signature": {[]httpmock.Responder{apiError(403, "9002")}, ten, acquirer.ErrConfiguration},
			"cut":           {[]httpmock.Responder{ok("{"), ok("{"), ok("{")}, ten, acquirer.ErrUnavailable},
		} {
			_, err := newWire(t, func(c *Config) { c.Now = func() time.Time { return tt.now } }, tt.replies...).Refund(t.Context(), m)
			if wantFault(t, err, tt.kind, false); faultOf(t, err).Op != acquirer.OpRefund || t.Failed() {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestRefundsThatCannotBe(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*acquirer.Modification)
		field  string
	}{
		"no reference":     {func(m *acquirer.Modification) { m.Reference = "" }, "Reference"},
		"another merchant": {func(m *acquirer.Modification) { m.Merchant = "X" }, "Merchant"},
		"zero":             {func(m *acquirer.Modification) { m.Amount = decimal.Zero }, "Amount"},
		"half a cent":      {func(m *acquirer.Modification) { m.Amount = decimal.New(5, -3) }, "Amount"},
		"dollars":          {func(m *acquirer.Modification) { m.Currency = "USD" }, "Currency"},
		"no key":           {func(m *acquirer.Modification) { m.Key = "" }, "Key"},
		"a long key":       {func(m *acquirer.Modification) { m.Key = strings.Repeat("a", 37) }, "Key"},
		"a key with lines": {func(m *acquirer.Modification) { m.Key = "a\r\nX: y" }, "Key"},
		"a payment's path": {func(m *acquirer.Modification) { m.Handle.Payment = "../x" }, "Handle.Payment"},
	} {
		m := modification()
		tt.change(&m)
		w := newWire(t, nil)
		_, err := w.Refund(t.Context(), m)
		if wantFault(t, err, acquirer.ErrInvalid, false); faultOf(t, err).Field != tt.field || len(w.Requests) > 0 {
			t.Errorf("%s: field %q, %d requests", name, faultOf(t, err).Field, len(w.Requests))
		}
	}
	m := modification()
	m.Handle = acquirer.Handle{}
	_, err := newWire(t, nil).Refund(t.Context(), m)
	wantFault(t, err, acquirer.ErrUnsupported, false, "no search by reference")
}

// TestOneAtATime: two clerks, one reference. Once a call has ended, whatever its end, the next one is made.
func TestOneAtATime(t *testing.T) {
	w := newWire(t, nil)
	w.in.moving.Store(reference, true)
	_, err := w.Refund(t.Context(), modification())
	wantFault(t, err, acquirer.ErrConflict, false, "already moving money")
	if len(w.Requests) > 0 {
		t.Error("something was sent")
	}
	w = newWire(t, nil, broken(errors.New("reset")), raw(201, jsonUTF8, refundSample))
	_, err = w.Refund(t.Context(), modification())
	wantFault(t, err, acquirer.ErrUnanswered, true)
	if r, err := w.Refund(t.Context(), modification()); err != nil || !r.Returning.Equal(amount) {
		t.Errorf("after a lost answer: %v, %v", r, err)
	}
}
