package sips

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

const (
	office     = "POST https://office-server.test.sips-services.com/rs-services/v2/"
	askPath    = office + "diagnostic/getTransactionData"
	cancelPath = office + "cashManagement/cancel"
	refundPath = office + "cashManagement/refund"
	askBody    = `{"interfaceVersion":"DR_WS_2.58","keyVersion":"1","merchantId":"002001000000001",` +
		`"seal":"a86c01f31cb4aa0bba131fb4c02e01089f28ee9cbbfbe5f8f636c838a8da0729","sealAlgorithm":"HMAC-SHA-256",` +
		`"transactionReference":"PCLCB240310000001"}`
	moveBody = `{"currencyCode":"978","interfaceVersion":"CR_WS_2.58","keyVersion":"1","merchantId":"002001000000001",` +
		`"operationAmount":"5000","seal":"0791f9444e44d72da9d480cebfd922ca935f083eaf43be63942e67c7ea7627c9",` +
		`"sealAlgorithm":"HMAC-SHA-256","transactionReference":"PCLCB240310000001"}`
)

// sent checks which requests went out, and with which bodies.
func (w *mockWire) sent(t *testing.T, want ...string) {
	t.Helper()
	bodies := map[string]string{askPath: askBody, cancelPath: moveBody, refundPath: moveBody}
	if diff := cmp.Diff(want, w.paths()); diff != "" {
		t.Errorf("requests: %s", diff)
	}
	for i, p := range w.paths() {
		if diff := cmp.Diff(bodies[p], w.Bodies[i]); diff != "" {
			t.Errorf("body of %s: %s", p, diff)
		}
	}
}

func TestStatusOnTheWire(t *testing.T) {
	w := newWire(t, nil, sealed200(transaction))
	r, err := w.Status(t.Context(), acquirer.Question{Reference: reference})
	if err != nil {
		t.Fatal(err)
	}
	w.sent(t, askPath)
	if diff := cmp.Diff(accepted, bare(r)); diff != "" {
		t.Error(diff)
	}
}

// TestStatusReadsTheState: what became of the money, from the amounts and the state.
func TestStatusReadsTheState(t *testing.T) {
	for name, c := range map[string]struct {
		change   fields
		outcome  acquirer.Outcome
		returned int64
	}{
		"to capture":                         {fields{}, acquirer.Accepted, 0},
		"captured":                           {fields{"transactionStatus": "CAPTURED"}, acquirer.Accepted, 0},
		"no status":                          {fields{"transactionStatus": nil}, acquirer.Accepted, 0},
		"a part cancelled":                   {fields{"currentAmount": 3000, "remainingAmount": 3000, "lastOperationName": "CANCEL"}, acquirer.Accepted, 2000},
		"cancelled":                          {fields{"transactionStatus": "CANCELLED", "currentAmount": 0, "remainingAmount": 0}, acquirer.Accepted, 5000},
		"cancelled, amounts stay":            {fields{"transactionStatus": "CANCELLED"}, acquirer.Accepted, 5000},
		"a part refunded":                    {fields{"transactionStatus": "CAPTURED", "remainingAmount": 3000, "lastOperationName": "CREDIT_HOLDER"}, acquirer.Accepted, 2000},
		"a part refunded, nothing is named":  {fields{"transactionStatus": "CAPTURED", "remainingAmount": 3000, "lastOperationName": nil}, acquirer.Accepted, 2000},
		"nothing remains to be captured":     {fields{"transactionStatus": "CAPTURED", "remainingAmount": 0, "lastOperationName": "CAPTURE"}, acquirer.Accepted, 0},
		"nothing refundable before capture":  {fields{"remainingAmount": 0}, acquirer.Accepted, 0},
		"to credit, all":                     {fields{"transactionStatus": "TO_CREDIT", "remainingAmount": 0}, acquirer.Accepted, 5000},
		"to credit, a part":                  {fields{"transactionStatus": "TO_CREDIT", "remainingAmount": 1}, acquirer.Accepted, 4999},
		"credited, no amount tells":          {fields{"transactionStatus": "CREDITED"}, acquirer.Accepted, 5000},
		"credited, by current":               {fields{"transactionStatus": "CREDITED", "currentAmount": 4000}, acquirer.Accepted, 1000},
		"credited, amounts missing":          {fields{"transactionStatus": "CREDITED", "currentAmount": nil, "remainingAmount": ""}, acquirer.Accepted, 5000},
		"more than there was":                {fields{"transactionStatus": "CAPTURED", "currentAmount": 9000, "remainingAmount": 9000}, acquirer.Accepted, 0},
		"to validate":                        {fields{"transactionStatus": "TO_VALIDATE"}, acquirer.Pending, 0},
		"to challenge":                       {fields{"transactionStatus": "TO_CHALLENGE"}, acquirer.Pending, 0},
		"expired on the way":                 {fields{"transactionStatus": "EXPIRED"}, acquirer.Pending, 0},
		"a status of tomorrow":               {fields{"transactionStatus": "PARTLY_DONE"}, acquirer.Pending, 0},
		"refused":                            {fields{"responseCode": "05", "transactionStatus": "REFUSED", "currentAmount": 0}, acquirer.Refused, 0},
		"refused, with the status of a paid": {fields{"responseCode": "05"}, acquirer.Refused, 0},
		"cancelled by the payer":             {fields{"responseCode": "17", "transactionStatus": "CANCELLED"}, acquirer.Cancelled, 0},
		"session over":                       {fields{"responseCode": "97", "transactionStatus": "EXPIRED"}, acquirer.Expired, 0},
		"pending":                            {fields{"responseCode": "60", "transactionStatus": "PENDING"}, acquirer.Pending, 0},
		"incident":                           {fields{"responseCode": "99"}, acquirer.Pending, 0},
		"no payment code":                    {fields{"responseCode": nil}, acquirer.Unknown, 0},
		"a code of tomorrow":                 {fields{"responseCode": "4711"}, acquirer.Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := newWire(t, nil, sealed200(with(transaction, c.change))).Status(t.Context(), acquirer.Question{Reference: reference})
			if err != nil {
				t.Fatal(err)
			}
			if r.Outcome != c.outcome || !r.Returned.Equal(euro.Of(c.returned)) || !r.Amount.Equal(fifty) {
				t.Errorf("%s, %s of %s went back; expected %s, %s", r.Outcome, r.Returned, r.Amount, c.outcome, euro.Format(c.returned))
			}
		})
	}
}

func TestStatusAmounts(t *testing.T) {
	for name, c := range map[string]struct {
		change fields
		cents  int64
	}{
		"origin before all":     {fields{"amount": 1, "currentAmount": 2}, 5000},
		"amount without origin": {fields{"originAmount": nil, "amount": 4000, "currentAmount": 4000}, 4000},
		"current alone":         {fields{"originAmount": nil, "currentAmount": 4500}, 4500},
		"none":                  {fields{"originAmount": nil, "currentAmount": nil, "remainingAmount": nil}, 0},
	} {
		r, err := newWire(t, nil, sealed200(with(transaction, c.change))).Status(t.Context(), acquirer.Question{Reference: reference})
		if err != nil || !r.Amount.Equal(euro.Of(c.cents)) {
			t.Errorf("%s: %v, %v", name, r.Amount, err)
		}
	}
	_, err := newWire(t, nil, sealed200(with(transaction, fields{"currentAmount": "-1"}))).Status(t.Context(), acquirer.Question{Reference: reference})
	wantFault(t, err, acquirer.ErrInvalid, false, "currentAmount")
}

// TestStatusCodes: the code of the question, not that of the payment, says what became of the question.
func TestStatusCodes(t *testing.T) {
	for code, c := range map[string]struct {
		kind     error
		requests int
		words    string
	}{
		"03": {acquirer.ErrConfiguration, 1, "merchant " + shop}, "12": {acquirer.ErrInvalid, 1, "parameter"}, "30": {acquirer.ErrInvalid, 1, "format"},
		"34": {acquirer.ErrConfiguration, 1, "key version 1"}, "40": {acquirer.ErrConfiguration, 1, "contract"}, "25": {acquirer.ErrNotFound, 1, "no such"},
		"90": {acquirer.ErrUnavailable, 3, "closed"}, "91": {acquirer.ErrUnavailable, 3, ""}, "97": {acquirer.ErrUnavailable, 3, ""},
		"98": {acquirer.ErrUnavailable, 3, ""}, "99": {acquirer.ErrUnavailable, 3, "incident"}, "XX": {acquirer.ErrUnanswered, 3, "not known"},
	} {
		for shape, f := range map[string]fields{
			"with the payment":     with(transaction, fields{"getTransDataResponseCode": code}),
			"alone":                {"getTransDataResponseCode": code, "errorFieldName": "merchantId"},
			"under the other name": {"responseCode": code},
		} {
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, nil, sealed200(f), sealed200(f), sealed200(f), sealed200(f))
				r, err := w.Status(t.Context(), acquirer.Question{Reference: reference})
				wantFault(t, err, c.kind, false, "code "+code, c.words)
				if len(w.Bodies) != c.requests || !r.Equal(acquirer.Result{}) {
					t.Errorf("%s, %s: %d requests, expected %d; %v", code, shape, len(w.Bodies), c.requests, r)
				}
			})
		}
	}
}

func TestStatusTrustsNoAnswerWithoutASeal(t *testing.T) {
	other := Key{Secret: NewSecret("other")}
	for name, c := range map[string]struct {
		body string
		kind error
	}{
		"no seal":               {unsealedJSON(transaction), acquirer.ErrUnverified},
		"a wrong seal":          {unsealedJSON(with(transaction, fields{"seal": strings.Repeat("0", 64)})), acquirer.ErrUnverified},
		"another key":           {sealedJSON(transaction, other), acquirer.ErrUnverified},
		"another transaction":   {sealedJSON(with(transaction, fields{"transactionReference": "OTHER"}), key1), acquirer.ErrUnverified},
		"another merchant":      {sealedJSON(with(transaction, fields{"merchantId": "1"}), key1), acquirer.ErrUnverified},
		"not found, no seal":    {`{"getTransDataResponseCode":"25"}`, acquirer.ErrUnverified},
		"wrong key, no seal":    {`{"getTransDataResponseCode":"34"}`, acquirer.ErrConfiguration},
		"a payment, no call":    {sealedJSON(with(transaction, fields{"getTransDataResponseCode": nil}), key1), acquirer.ErrUnanswered},
		"about no transaction":  {sealedJSON(fields{"getTransDataResponseCode": "00", "responseCode": "00"}, key1), acquirer.ErrUnanswered},
		"00 about nothing else": {sealedJSON(fields{"responseCode": "00"}, key1), acquirer.ErrUnanswered},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				reply := raw(200, "application/json", c.body)
				w := newWire(t, nil, reply, reply, reply)
				r, err := w.Status(t.Context(), acquirer.Question{Reference: reference})
				wantFault(t, err, c.kind, false)
				if !r.Equal(acquirer.Result{}) {
					t.Errorf("a result left Status: %v", r)
				}
			})
		})
	}
	w := newWire(t, nil, sealed200(with(transaction, fields{"merchantId": nil})))
	if r, err := w.Status(t.Context(), acquirer.Question{Reference: reference}); err != nil || r.Merchant != shop {
		t.Errorf("an answer that does not repeat the merchant: %v, %v", r.Merchant, err)
	}
}

// TestSeveralAttemptsEndByAQuestion asked after the window, and not before.
func TestSeveralAttemptsEndByAQuestion(t *testing.T) {
	at := time.Date(2024, 1, 31, 9, 11, 12, 0, time.UTC)
	for _, c := range []struct {
		now  time.Time
		date any
		want acquirer.Outcome
	}{
		{at.Add(16 * time.Minute), transaction["transactionDateTime"], acquirer.Pending},
		{at.Add(time.Hour), transaction["transactionDateTime"], acquirer.Pending},
		{at.Add(time.Hour + time.Second), transaction["transactionDateTime"], acquirer.Refused},
		{at.Add(100 * time.Hour), nil, acquirer.Pending},
	} {
		w := newWire(t, func(conf *Config) { conf.SeveralAttempts, conf.Now = true, func() time.Time { return c.now } },
			sealed200(with(transaction, fields{"responseCode": "05", "transactionDateTime": c.date})))
		if r, err := w.Status(t.Context(), acquirer.Question{Reference: reference}); err != nil || r.Outcome != c.want {
			t.Errorf("at %v: %v %v, expected %v", c.now, r.Outcome, err, c.want)
		}
	}
}

// TestStatusIsPatient: it asks again while that can help, and waits a little longer each time. What the platform asks for beyond that stands
// in the error.
func TestStatusIsPatient(t *testing.T) {
	busy := func(header string) httpmock.Responder {
		return func(r *http.Request) (*http.Response, error) {
			resp := httpmock.NewStringResponse(503, "busy")
			if header != "" {
				resp.Header.Set("Retry-After", header)
			}
			return resp, nil
		}
	}
	good := sealed200(transaction)
	broken := httpmock.NewErrorResponder(errors.New("connection reset by peer"))
	for name, c := range map[string]struct {
		replies  []httpmock.Responder
		ok       bool
		min, max time.Duration
		requests int
		left     time.Duration // RetryAfter of the error
	}{
		"at once":                  {[]httpmock.Responder{good}, true, 0, 0, 1, 0},
		"the second time":          {[]httpmock.Responder{busy(""), good}, true, 125 * time.Millisecond, 250 * time.Millisecond, 2, 0},
		"the third time":           {[]httpmock.Responder{broken, busy(""), good}, true, 375 * time.Millisecond, 750 * time.Millisecond, 3, 0},
		"never":                    {[]httpmock.Responder{broken, broken, broken, good}, false, 375 * time.Millisecond, 750 * time.Millisecond, 3, 0},
		"Retry-After":              {[]httpmock.Responder{busy("7"), good}, true, 7 * time.Second, 7 * time.Second, 2, 0},
		"Retry-After, a date":      {[]httpmock.Responder{busy(noon.Add(9 * time.Second).Format(http.TimeFormat)), good}, true, 9 * time.Second, 9 * time.Second, 2, 0},
		"Retry-After, nonsense":    {[]httpmock.Responder{busy("soon"), good}, true, 125 * time.Millisecond, 250 * time.Millisecond, 2, 0},
		"Retry-After, in the past": {[]httpmock.Responder{busy("-5"), good}, true, 125 * time.Millisecond, 250 * time.Millisecond, 2, 0},
		"Retry-After, too long":    {[]httpmock.Responder{busy("31"), good}, false, 0, 0, 1, 31 * time.Second},
		"Retry-After, for ever":    {[]httpmock.Responder{busy("99999999999999"), good}, false, 0, 0, 1, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, nil, c.replies...)
				start := time.Now()
				_, err := w.Status(t.Context(), acquirer.Question{Reference: reference})
				if took := time.Since(start); took < c.min || took > c.max || (err == nil) != c.ok || len(w.Bodies) != c.requests {
					t.Errorf("%v after %v and %d requests", err, took, len(w.Bodies))
				}
				if e := (*acquirer.Error)(nil); errors.As(err, &e) && e.RetryAfter != c.left {
					t.Errorf("the error says to leave the platform alone for %v, expected %v", e.RetryAfter, c.left)
				}
			})
		})
	}
}

func TestStatusStopsWithItsContext(t *testing.T) {
	busy := raw(503, "text/plain", "busy")
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, nil, busy, busy, busy)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		start := time.Now()
		_, err := w.Status(ctx, acquirer.Question{Reference: reference})
		if took := time.Since(start); took != 100*time.Millisecond || err == nil || len(w.Bodies) != 1 {
			t.Errorf("%v after %v and %d requests", err, took, len(w.Bodies))
		}
	})
	synctest.Test(t, func(t *testing.T) { // it does not begin to wait for what cannot come
		w := newWire(t, nil, busy, busy, busy)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := w.Status(ctx, acquirer.Question{Reference: reference})
		if took := time.Since(start); took != 0 || err == nil || len(w.Bodies) != 1 {
			t.Errorf("%v after %v and %d requests", err, took, len(w.Bodies))
		}
	})
}

func TestCancelOnTheWire(t *testing.T) {
	w := newWire(t, nil, sealed200(done))
	r, err := w.Cancel(t.Context(), all())
	if err != nil {
		t.Fatal(err)
	}
	w.sent(t, cancelPath)
	want := acquirer.Result{
		Reference: reference, Merchant: shop, Amount: fifty, Returned: fifty, Currency: "EUR", Outcome: acquirer.Accepted, Code: "00", AcquirerCode: "00",
	}.WithFields(map[string]string{"newStatus": "CANCELLED", "newAmount": "0", "operationDateTime": "2024-01-31T12:00:00+01:00"})
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
	part := newWire(t, nil, sealed200(with(done, fields{"newAmount": "3000", "newStatus": "TO_CAPTURE"})))
	m := all()
	m.Amount = euro.Of(2000)
	if r, err = part.Cancel(t.Context(), m); err != nil || !r.Amount.Equal(fifty) || !r.Returned.Equal(euro.Of(2000)) {
		t.Errorf("a part: %s of %s, %v", r.Returned, r.Amount, err)
	}
}

// TestRefundChooses: cancel before remittance, refund after, as a question asked first tells.
func TestRefundChooses(t *testing.T) {
	for name, c := range map[string]struct {
		change fields
		paths  []string
	}{
		"before remittance": {fields{}, []string{askPath, cancelPath}},
		"after remittance":  {fields{"transactionStatus": "CAPTURED"}, []string{askPath, refundPath}},
		"no status":         {fields{"transactionStatus": nil}, []string{askPath, refundPath}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, nil, sealed200(with(transaction, c.change)), sealed200(done))
			r, err := w.Refund(t.Context(), all())
			if err != nil {
				t.Fatal(err)
			}
			w.sent(t, c.paths...)
			want := accepted
			want.Returned = fifty
			if diff := cmp.Diff(want, bare(r)); diff != "" {
				t.Error(diff)
			}
			if v, _ := r.Field("newStatus"); v != "CANCELLED" {
				t.Errorf("newStatus is %q", v)
			}
		})
	}
	w := newWire(t, nil, sealed200(with(transaction, fields{"transactionStatus": "CAPTURED", "remainingAmount": 2000, "lastOperationName": "CREDIT"})),
		sealed200(done))
	m := all()
	m.Amount = euro.Of(2000)
	if r, err := w.Refund(t.Context(), m); err != nil || !r.Returned.Equal(fifty) {
		t.Errorf("the rest of a refund: %s, %v", r.Returned, err)
	}
}

// TestRefundMovesNothing when the question says that there is nothing to move, or says nothing at all.
func TestRefundMovesNothing(t *testing.T) {
	for name, c := range map[string]struct {
		reply httpmock.Responder
		kind  error
		words string
	}{
		"back already":              {sealed200(with(transaction, fields{"transactionStatus": "CANCELLED"})), acquirer.ErrConflict, "50.00 did go back"},
		"refunded already":          {sealed200(with(transaction, fields{"transactionStatus": "CREDITED"})), acquirer.ErrConflict, "did go back"},
		"a part is back":            {sealed200(with(transaction, fields{"transactionStatus": "CAPTURED", "currentAmount": 4999})), acquirer.ErrConflict, "0.01 did go back"},
		"less was paid":             {sealed200(with(transaction, fields{"originAmount": 4000, "currentAmount": 4000})), acquirer.ErrInvalid, "was of 40.00"},
		"it was refused":            {sealed200(with(transaction, fields{"responseCode": "05"})), acquirer.ErrConflict, "refused"},
		"it is pending":             {sealed200(with(transaction, fields{"responseCode": "60"})), acquirer.ErrConflict, "pending"},
		"it is to be validated":     {sealed200(with(transaction, fields{"transactionStatus": "TO_VALIDATE"})), acquirer.ErrConflict, "TO_VALIDATE"},
		"it is in dollars":          {sealed200(with(transaction, fields{"currencyCode": "840"})), acquirer.ErrInvalid, "USD"},
		"it is not known":           {sealed200(fields{"getTransDataResponseCode": "25"}), acquirer.ErrNotFound, "no such"},
		"the key is wrong":          {unsealed200(fields{"getTransDataResponseCode": "34"}), acquirer.ErrConfiguration, "key version"},
		"no seal":                   {unsealed200(transaction), acquirer.ErrUnavailable, "nothing was moved"},
		"another transaction":       {sealed200(with(transaction, fields{"transactionReference": "X"})), acquirer.ErrUnavailable, "nothing was moved"},
		"no answer":                 {httpmock.NewErrorResponder(errors.New("reset")), acquirer.ErrUnavailable, "nothing was moved"},
		"an incident":               {sealed200(fields{"getTransDataResponseCode": "99"}), acquirer.ErrUnavailable, "nothing was moved"},
		"an amount that is no such": {sealed200(with(transaction, fields{"originAmount": "x"})), acquirer.ErrInvalid, "originAmount"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire(t, nil, c.reply, c.reply, c.reply)
				r, err := w.Refund(t.Context(), all())
				wantFault(t, err, c.kind, false, c.words)
				if e := faultOf(t, err); e.Op != acquirer.OpRefund || e.Retryable() != (c.kind == acquirer.ErrUnavailable) || !r.Equal(acquirer.Result{}) {
					t.Errorf("op %s, retryable %v, %v", e.Op, e.Retryable(), r)
				}
				for _, p := range w.paths() {
					if p != askPath {
						t.Errorf("a request that moves money: %s", p)
					}
				}
			})
		})
	}
}

// TestMovingCodes: each code of cancel and refund, and that nothing is repeated whatever it is.
func TestMovingCodes(t *testing.T) {
	type fate struct {
		kind               error
		retryable, unknown bool
	}
	certainly, maybe := fate{acquirer.ErrInvalid, false, false}, fate{acquirer.ErrUnanswered, false, true}
	want := map[string]fate{
		"03": {acquirer.ErrConfiguration, false, false}, "34": {acquirer.ErrConfiguration, false, false}, "40": {acquirer.ErrConfiguration, false, false},
		"24": {acquirer.ErrConflict, false, false}, "25": {acquirer.ErrNotFound, false, false}, "90": {acquirer.ErrUnavailable, true, false},
		"02": certainly, "05": certainly, "11": certainly, "12": certainly, "14": certainly, "30": certainly, "51": certainly, "54": certainly,
		"55": certainly, "57": certainly, "63": certainly, "75": certainly,
	}
	for i := 1; i < 101; i++ {
		code := fmt.Sprintf("%02d", i%100)
		if i == 100 {
			code = "XX"
		}
		f, ok := want[code]
		if !ok {
			f = maybe // among them 60, 91, 94, 97, 98 and 99
		}
		reply := sealed200(fields{"responseCode": code, "newStatus": "TO_CAPTURE"})
		for op, w := range map[string]*mockWire{
			acquirer.OpCancel: newWire(t, nil, reply), acquirer.OpRefund: newWire(t, nil, sealed200(transaction), reply),
		} {
			err := operations[op](t.Context(), w.Client)
			wantFault(t, err, f.kind, f.unknown, "code "+code, reference)
			if e := faultOf(t, err); e.Op != op || e.Retryable() != f.retryable {
				t.Errorf("%s %s: op %s, retryable %v", op, code, e.Op, e.Retryable())
			}
			if n := len(w.Bodies); op == acquirer.OpCancel && n != 1 || op == acquirer.OpRefund && n != 2 {
				t.Errorf("%s %s: %d requests", op, code, n)
			}
		}
	}
}

// TestMovingTrustsNothingUnsealed: what is not sealed may be a lie, or the truth; so it may have happened.
func TestMovingTrustsNothingUnsealed(t *testing.T) {
	other := Key{Secret: NewSecret("other")}
	for name, body := range map[string]string{
		"00, no seal":         unsealedJSON(done),
		"00, another key":     sealedJSON(done, other),
		"24, no seal":         `{"responseCode":"24"}`,
		"34, no seal":         `{"responseCode":"34"}`,
		"03, no seal":         `{"responseCode":"03"}`,
		"90, another key":     sealedJSON(fields{"responseCode": "90"}, other),
		"nothing":             `{}`,
		"another transaction": sealedJSON(with(done, fields{"transactionReference": "X"}), key1),
		"another merchant":    sealedJSON(with(done, fields{"merchantId": "1"}), key1),
	} {
		for op, w := range map[string]*mockWire{
			acquirer.OpCancel: newWire(t, nil, raw(200, "application/json", body)),
			acquirer.OpRefund: newWire(t, nil, sealed200(transaction), raw(200, "application/json", body)),
		} {
			err := operations[op](t.Context(), w.Client)
			wantFault(t, err, acquirer.ErrUnverified, true)
			if faultOf(t, err).Retryable() {
				t.Errorf("%s, %s: repeating it is offered", name, op)
			}
		}
	}
}

// TestRefundNeverTwice: against a platform with a ledger, whatever answer is lost, money goes back once.
func TestRefundNeverTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, status := range []string{"TO_CAPTURE", "CAPTURED"} {
			for _, lost := range []string{"none", "reset", "503", "no seal", "99"} {
				moves := 0
				w := newWire(t, nil)
				w.mock.Reset()
				w.mock.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
					if strings.HasSuffix(r.URL.Path, "getTransactionData") {
						f := fields{"transactionStatus": status, "currentAmount": 5000 - 5000*moves, "remainingAmount": 5000 - 5000*moves}
						if moves > 0 {
							f["transactionStatus"] = map[string]string{"TO_CAPTURE": "CANCELLED", "CAPTURED": "CREDITED"}[status]
						}
						return sealed200(with(transaction, f))(r)
					}
					moves++
					switch lost {
					case "reset":
						return nil, errors.New("connection reset by peer")
					case "503":
						return raw(503, "text/html", "busy")(r)
					case "no seal":
						return unsealed200(done)(r)
					case "99":
						return sealed200(fields{"responseCode": "99"})(r)
					}
					return sealed200(done)(r)
				})
				_, err := w.Refund(t.Context(), all())
				if lost == "none" && err != nil {
					t.Errorf("%s: %v", status, err)
				} else if lost != "none" && !faultOf(t, err).OutcomeUnknown() {
					t.Errorf("%s, %s: it may have happened: %v", status, lost, err)
				}
				for range 3 {
					_, err := w.Refund(t.Context(), all())
					wantFault(t, err, acquirer.ErrConflict, false, "did go back")
				}
				if moves != 1 {
					t.Errorf("%s, %s: money went back %d times", status, lost, moves)
				}
			}
		}
	})
}

// TestRefundsAtTheSameTime: of many callers one moves the money.
func TestRefundsAtTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		moves := 0
		w := newWire(t, nil)
		w.mock.Reset()
		w.mock.RegisterNoResponder(func(r *http.Request) (*http.Response, error) {
			time.Sleep(time.Second) // all callers are there
			if strings.HasSuffix(r.URL.Path, "getTransactionData") {
				return sealed200(transaction)(r)
			}
			mu.Lock()
			defer mu.Unlock()
			moves++
			return sealed200(done)(r)
		})
		m := all()
		m.Amount = euro.Of(1000) // a part: the platform would take several
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				call := w.Refund
				if i%2 == 0 {
					call = w.Cancel
				}
				if _, err := call(t.Context(), m); err != nil {
					wantFault(t, err, acquirer.ErrConflict, false)
				}
			})
		}
		wg.Wait()
		if moves != 1 {
			t.Errorf("%d requests moved money", moves)
		}
		if _, err := w.Cancel(t.Context(), m); err != nil {
			t.Errorf("the reference stays taken: %v", err)
		}
	})
}

func TestModificationsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		field string
		m     acquirer.Modification
	}{
		"zero":          {"Amount", acquirer.Modification{Reference: reference, Currency: "EUR"}},
		"negative":      {"Amount", acquirer.Modification{Reference: reference, Amount: fifty.Neg(), Currency: "EUR"}},
		"half a cent":   {"Amount", acquirer.Modification{Reference: reference, Amount: decimal.New(5, -3), Currency: "EUR"}},
		"absurd":        {"Amount", acquirer.Modification{Reference: reference, Amount: decimal.New(1, 20_000_000), Currency: "EUR"}},
		"dollars":       {"Currency", acquirer.Modification{Reference: reference, Amount: fifty, Currency: "USD"}},
		"no reference":  {"Reference", acquirer.Modification{Amount: fifty, Currency: "EUR"}},
		"bad reference": {"Reference", acquirer.Modification{Reference: "a b", Amount: fifty, Currency: "EUR"}},
		"not ours":      {"Merchant", acquirer.Modification{Reference: reference, Merchant: "201000005940002", Amount: fifty, Currency: "EUR"}},
	} {
		w := newWire(t, nil)
		for op, call := range map[string]func(context.Context, acquirer.Modification) (acquirer.Result, error){
			acquirer.OpCancel: w.Cancel, acquirer.OpRefund: w.Refund,
		} {
			_, err := call(t.Context(), c.m)
			wantFault(t, err, acquirer.ErrInvalid, false)
			if e := faultOf(t, err); e.Field != c.field || e.Op != op || len(w.Bodies) != 0 {
				t.Errorf("%s: op %s, field %q, %d requests", name, e.Op, e.Field, len(w.Bodies))
			}
		}
	}
	w := newWire(t, nil)
	_, err := w.Status(t.Context(), acquirer.Question{Reference: "a|b"})
	wantFault(t, err, acquirer.ErrInvalid, false, "Reference")
	_, err = w.Status(t.Context(), acquirer.Question{Reference: reference, Merchant: "201000005940002"})
	wantFault(t, err, acquirer.ErrInvalid, false, "Merchant", "201000005940002")
	if len(w.Bodies) != 0 {
		t.Error("the wrong bank was asked")
	}
}

// TestWithoutOffice: SIMU cannot be asked.
func TestWithoutOffice(t *testing.T) {
	w := newWire(t, func(c *Config) { c.Endpoints = Worldline.Simulation() })
	for op, call := range operations {
		if op == acquirer.OpBegin {
			continue
		}
		err := call(t.Context(), w.Client)
		wantFault(t, err, acquirer.ErrUnsupported, false, "SIMU")
		if faultOf(t, err).Op != op || len(w.Bodies) != 0 {
			t.Errorf("%s: %v, %d requests", op, err, len(w.Bodies))
		}
	}
}
