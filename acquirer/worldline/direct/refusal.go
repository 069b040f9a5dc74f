package direct

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/preflight"
	"github.com/quittance/quittance/internal/strictjson"
)

// Codes of the API that decide something (docs/direct.md §9.6, §10).
const (
	codeRunning     = "1409"     // the first request with the idempotence key is still being carried out
	codeNotInState  = "50001127" // the payment is not in the state for it
	codeTooMuchBack = "50001129" // the refunds would exceed the payment
)

// A refusal is an answer that is not 2xx. The HTTP status counts, whatever a status in the body says: an unknown id is 404 with
// httpStatusCode 500 inside (docs/direct.md §7.1).
type refusal struct {
	status          int
	told            bool   // the API itself answered, in its own shape; otherwise perhaps a proxy
	code, id, field string // of the first error
	errorID         string // what the platform's support asks for
}

// readRefusal reads both shapes of the API's errors: the gateway's, which has only code, and the application's, which has
// errorCode too. Its codes decide about money, so a body that two readers could read differently, as one with a key twice, says nothing.
func readRefusal(resp *http.Response, body []byte) *refusal {
	no := &refusal{status: resp.StatusCode}
	var said struct {
		ErrorID string `json:"errorId"`
		Errors  []struct {
			ErrorCode    string `json:"errorCode"`
			Code         string `json:"code"`
			ID           string `json:"id"`
			PropertyName string `json:"propertyName"`
		} `json:"errors"`
	}
	if !isJSON(resp.Header) || strictjson.UnmarshalKnown(body, &said) != nil || said.ErrorID == "" && len(said.Errors) == 0 {
		return no
	}
	no.told, no.errorID = true, wire.Printable(said.ErrorID)
	if len(said.Errors) > 0 {
		e := said.Errors[0]
		no.code, no.id, no.field = wire.Printable(e.ErrorCode), wire.Printable(e.ID), wire.Printable(e.PropertyName)
		if no.code == "" {
			no.code = wire.Printable(e.Code)
		}
	}
	return no
}

// wrongState reports whether the payment's state does not allow the call, for instance because it is not captured.
func (no *refusal) wrongState() bool {
	return no.told && !no.stillRunning() && (no.status == http.StatusConflict || no.code == codeNotInState)
}

// stillRunning reports whether the first request with the same key is in progress. A 409 with another code concerns the payment.
func (no *refusal) stillRunning() bool {
	return no.status == http.StatusConflict && no.code == codeRunning
}

// isUnknownID reports whether the platform does not know the id, or no longer.
func (no *refusal) isUnknownID() bool {
	return no != nil && no.told && (no.status == http.StatusNotFound || no.status == http.StatusGone)
}

// A reading holds the kind of error that an HTTP status stands for, by kind of call (docs/direct.md §10).
type reading struct{ begin, ask, move error }

var readings = map[int]reading{
	http.StatusBadRequest:       {acquirer.ErrInvalid, acquirer.ErrInvalid, acquirer.ErrInvalid},
	http.StatusUnauthorized:     {acquirer.ErrConfiguration, acquirer.ErrConfiguration, acquirer.ErrConfiguration},
	http.StatusPaymentRequired:  {acquirer.ErrInvalid, acquirer.ErrInvalid, acquirer.ErrConflict}, // declined; nothing to do with our account
	http.StatusForbidden:        {acquirer.ErrConfiguration, acquirer.ErrConfiguration, acquirer.ErrConfiguration},
	http.StatusNotFound:         {acquirer.ErrConfiguration, acquirer.ErrUnsupported, acquirer.ErrUnsupported},
	http.StatusRequestTimeout:   {acquirer.ErrUnavailable, acquirer.ErrUnavailable, acquirer.ErrUnanswered},
	http.StatusConflict:         {acquirer.ErrUnavailable, acquirer.ErrUnavailable, acquirer.ErrConflict},
	http.StatusGone:             {acquirer.ErrConfiguration, acquirer.ErrUnsupported, acquirer.ErrUnsupported},
	http.StatusTooManyRequests:  {acquirer.ErrUnavailable, acquirer.ErrUnavailable, acquirer.ErrUnavailable},
	http.StatusMethodNotAllowed: {acquirer.ErrConfiguration, acquirer.ErrConfiguration, acquirer.ErrConfiguration},
}

// kindOf returns the kind of error. A call that moves money counts as not executed only if the API itself says so.
func kindOf(op string, no *refusal) error {
	r, listed := readings[no.status]
	switch {
	case !listed && no.status >= 500:
		r = reading{acquirer.ErrUnavailable, acquirer.ErrUnavailable, acquirer.ErrUnanswered}
	case !listed:
		r = reading{acquirer.ErrConfiguration, acquirer.ErrConfiguration, acquirer.ErrUnanswered}
	}
	switch op {
	case acquirer.OpRefund:
		switch {
		case !no.told || no.stillRunning():
			return acquirer.ErrUnanswered
		case no.code == codeTooMuchBack || no.code == codeNotInState:
			return acquirer.ErrConflict
		}
		return r.move
	case acquirer.OpBegin, preflight.Op:
		return r.begin
	}
	if !no.told && (no.status == http.StatusNotFound || no.status == http.StatusGone) {
		return acquirer.ErrUnavailable // a page of some proxy, not an answer of the API
	}
	return r.ask
}

// refusalError returns the error of an answer that is not 2xx.
func (in *inner) refusalError(q request, resp *http.Response, r reply) *acquirer.Error {
	no := r.refusal
	words := []string{"HTTP " + strconv.Itoa(no.status) + " from " + in.endpoint.Host}
	say := func(format string, a ...any) { words = append(words, fmt.Sprintf(format, a...)) }
	if no.id != "" {
		say("%s", no.id)
	}
	switch {
	case no.status/100 == 3:
		say("it sends us elsewhere, and redirects are not followed; check Endpoint")
	case !no.told:
		say("not in the API's own words: a proxy may have answered in its place")
	case no.status == http.StatusForbidden && no.id == "ACCESS_TO_MERCHANT_NOT_ALLOWED":
		say("the API key is not one of merchant %s", in.merchant)
	case no.status == http.StatusForbidden || no.status == http.StatusUnauthorized:
		say("check the API key and its secret, whether they are of this environment and have not expired, and this machine's clock")
		if r.apart.Abs() > time.Minute {
			say("our clock and the platform's are %v apart, and five minutes are too many", r.apart.Abs())
		}
	case no.stillRunning():
		say("the first request with this idempotence key is still being carried out")
	}
	if no.errorID != "" {
		say("errorId %s", no.errorID)
	}
	e := wire.NewError(q.op, q.reference, kindOf(q.op, no), errors.New(strings.Join(words, ": ")))
	e.Code, e.Field, e.RetryAfter = no.code, no.field, wire.RetryAfter(resp.Header, in.now())
	return e
}
