package direct

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// The pairs that the platform appends to the return address. Their names have case.
const (
	returnMACPair = "RETURNMAC"
	checkoutPair  = "hostedCheckoutId"
)

// Takes returns the shape of a webhook, a POST of JSON whose bytes and two headers count, and of a browser that comes back by GET.
func (c *Client) Takes(ch acquirer.Channel) (shapes []acquirer.Shape, headers []string) {
	switch ch {
	case acquirer.Notify:
		return []acquirer.Shape{acquirer.PostJSON}, []string{keyIDHeader, signatureHeader}
	case acquirer.Return:
		return []acquirer.Shape{acquirer.GetQuery}, nil
	}
	return nil, nil
}

// Answer is what a GET of the webhook's address must hear when the portal, or its predecessor, verifies that it is ours: the
// value of one header (docs/direct.md §13.1). Only a short token of [A-Za-z0-9+/=_.-] is said again, so that the address
// reflects nothing else.
func (c *Client) Answer(r *http.Request) (text string, ok bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "", false
	}
	text, ok = singleHeader(r.Header, verificationHeader)
	if !ok || !wire.Made(text, 256, "+/=_.-") {
		return "", false
	}
	return text, true
}

// Parse reads a webhook, whose signature over the bytes is checked first, or a browser's return. Both are hints: a webhook may
// be old, repeated, overtaken or about an attempt that another one followed, and a return says nothing of the outcome.
//
// Of a webhook the hint has the reference, the session and the payment's id, as far as they stand in it; one about something
// else than a payment or a refund (payment.test, a type that is invented tomorrow) has none of them, and there is nothing to
// ask about. A body that is an array is read as its first event with a payment or a refund. Of a return it has the session and,
// as Proof, what the browser brought: whoever has the payment's row compares it with the handle's, in constant time.
//
// Errors are an [*acquirer.Error]: ErrUnverified (no right signature, another merchant's webhook, a return that lacks one of
// its two pairs or has one twice), ErrInvalid (a verified webhook that is no event, a query with neither pair). Parse does no
// input or output and never panics.
func (c *Client) Parse(cb acquirer.Callback) (acquirer.Result, error) {
	if cb.Channel == acquirer.Return {
		return c.in.parseReturn(cb.Query)
	}
	return c.in.parseWebhook(cb)
}

func (in *inner) parseReturn(query url.Values) (acquirer.Result, error) {
	sessions, proofs := query[checkoutPair], query[returnMACPair]
	switch {
	case len(sessions) == 0 && len(proofs) == 0:
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Field: checkoutPair, Kind: acquirer.ErrInvalid,
			Err: errors.New("the query has neither pair of the platform: it is no return")}
	case len(sessions) != 1 || len(proofs) != 1 || !isID(sessions[0]) || proofs[0] == "" || len(proofs[0]) > maxProof:
		return acquirer.Result{}, wire.NewError(acquirer.OpParse, "", acquirer.ErrUnverified,
			errors.New("hostedCheckoutId and RETURNMAC do not stand exactly once each, as the platform writes them"))
	}
	return acquirer.Result{
		Merchant: in.merchant, Hint: true, Handle: acquirer.Handle{Session: sessions[0], Proof: proofs[0]},
	}, nil
}

const testEvent = "payment.test" // of the portal's button; its payment does not exist

func (in *inner) parseWebhook(cb acquirer.Callback) (acquirer.Result, error) {
	if len(cb.Body) == 0 && len(cb.Header) == 0 {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Kind: acquirer.ErrUnverified,
			Err: errors.New("there is no body and no signature: it is no webhook")}
	}
	if err := VerifyWebhook(in.webhookKeys, cb.Header, cb.Body); err != nil {
		return acquirer.Result{}, err
	}
	events, err := readEvents(cb.Body)
	if err != nil {
		return acquirer.Result{}, wire.Invalid(acquirer.OpParse, "", err)
	}
	hint := acquirer.Result{Merchant: in.merchant, Hint: true}
	for i, e := range events {
		if e.merchant != in.merchant {
			return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Field: "merchantId", Kind: acquirer.ErrUnverified,
				Err: fmt.Errorf("event %d is about %.40q, not about %s", i, wire.Printable(e.merchant), in.merchant)}
		}
		if e.version != "v1" { // nothing to do with the /v2/ of the addresses
			return acquirer.Result{}, wire.Invalid(acquirer.OpParse, "", wire.Problem("apiVersion", fmt.Sprintf("%.20q is not v1", e.version)))
		}
		if hint.Reference == "" && hint.Handle.IsZero() && e.kind != testEvent {
			hint.Reference, hint.Handle = e.lookupKeys()
		}
	}
	return hint, nil
}
