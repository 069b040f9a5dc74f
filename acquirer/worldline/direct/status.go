package direct

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// readable is how long after its creation a session can be asked about at most (docs/direct.md §7.1).
const readable = 3 * time.Hour

// Status asks what has become of a payment, by its handle: there is no search by reference (docs/direct.md §8). It asks for the
// session while that can be read, and for the payment when its id is known and the session is not; besides for the refunds of a
// payment whose money came in, because a part that went back does not change the payment.
//
// The payment is read first and the session second: a captured payment wins over whatever the session says. Accepted is a
// payment of code 9; with 7, 8 and 85 it is Accepted and all of it is Returned. Refunds that are under way are Returning. An
// authorisation that is not captured is Pending, with a warning, unless Config.AccountCaptures. A refusal is final when one
// attempt was allowed or the session is over; before that it is Pending. A session without a payment is Open, or after its end
// Cancelled or Expired, without an amount. AuthorisationID is the id of the payment. The result's Handle has the payment's id
// once no other attempt can follow.
//
// Errors are an [*acquirer.Error]: ErrInvalid (the reference or a handle that is none; an amount of the payment or of a refund
// that is none), ErrUnsupported (no handle; or the session is forgotten and no payment of it is known: that is never "nobody
// paid"), ErrConfiguration (signature, clock, key, merchant), ErrUnavailable (429, 5xx, no connection, not readable although the
// session is not over), ErrUnanswered, ErrUnverified (an answer about another session or reference). Never ErrNotFound. A
// question changes nothing, so it is asked up to three times while the error is Retryable, with a growing pause and some chance
// in it; Retry-After is obeyed up to 30 seconds. It ends at once with ctx.
func (c *Client) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	in := c.in
	if err := cmp.Or(checkReference(q.Reference), wire.CheckMerchant(q.Merchant, in.merchant), checkHandle(q.Handle)); err != nil {
		return acquirer.Result{}, wire.Invalid(acquirer.OpStatus, q.Reference, err)
	}
	if q.Handle.Session == "" && q.Handle.Payment == "" {
		return acquirer.Result{}, wire.NewError(acquirer.OpStatus, q.Reference, acquirer.ErrUnsupported,
			errors.New("the payment has no handle, and the platform has no search by reference: a person finds it in the portal"))
	}
	t, err := in.readTrip(ctx, q)
	if err != nil {
		return acquirer.Result{}, err
	}
	return in.resultOf(ctx, q, t)
}

// A trip is the platform's state of one payment: its session and its last attempt.
type trip struct {
	session  string // status of the hosted checkout; empty: it was not asked, or is forgotten
	category string // the platform's own summary of the payment
	payment  *payment
	refunds  []refundResult
}

// A checkout is the answer about a hosted checkout, a session.
type checkout struct {
	Status  string `json:"status"`
	Created *struct {
		Category string   `json:"paymentStatusCategory"`
		Payment  *payment `json:"payment"`
	} `json:"createdPaymentOutput"`
}

// readTrip reads the session, and then the payment, as far as the handle allows and the answers require.
func (in *inner) readTrip(ctx context.Context, q acquirer.Question) (t trip, err error) {
	h := q.Handle
	forgotten := h.Payment != "" && in.now().After(h.ExpiresAt.Add(readable-in.timeout))
	if h.Session != "" && !forgotten {
		c, err := getResource[checkout](ctx, in, q, "getHostedCheckout", "hostedcheckouts/"+h.Session)
		switch {
		case err != nil:
			return t, err
		case c != nil && c.Status == "":
			return t, wire.NewError(acquirer.OpStatus, q.Reference, acquirer.ErrUnanswered, errors.New("the answer about the session has no status"))
		case c != nil:
			t.session = c.Status
			if c.Created != nil {
				t.category, t.payment = c.Created.Category, c.Created.Payment
			}
		}
	}
	if t.payment != nil {
		if err := checkBelongs(q, t.payment); err != nil {
			return trip{}, err
		}
	}
	if h.Payment != "" && (t.payment == nil || t.payment.ID != h.Payment && in.verdictOn(t.payment.State.codeOrNone()).outcome != acquirer.Accepted) {
		if t, err = in.lookAtPayment(ctx, q, t); err != nil {
			return trip{}, err
		}
	}
	if t.payment == nil && t.session == "" {
		return trip{}, in.unreadableTripError(q)
	}
	if t.payment != nil && in.verdictOn(t.payment.State.codeOrNone()).outcome == acquirer.Accepted {
		t.refunds, err = in.getRefunds(ctx, q, t.payment.ID)
	}
	return t, err
}

// lookAtPayment reads the payment whose id the handle has. While the session still answers, such a payment counts only if it belongs to
// the session and is paid: the id may come from a webhook, which may name an operation or an earlier attempt.
func (in *inner) lookAtPayment(ctx context.Context, q acquirer.Question, t trip) (trip, error) {
	p, err := getResource[payment](ctx, in, q, "getPayment", "payments/"+q.Handle.Payment)
	switch {
	case err != nil:
		return t, err
	case p == nil && t.session == "":
		return t, in.unreadableTripError(q)
	case p == nil:
		return t, nil
	}
	err = checkBelongs(q, p)
	if t.session == "" {
		t.payment = p
		return t, err
	}
	if err == nil && in.verdictOn(p.State.codeOrNone()).outcome == acquirer.Accepted {
		t.payment, t.category = p, ""
	}
	return t, nil
}

// getResource sends one GET, with retries. The answer is nil if the platform does not know the id, or no longer. Each attempt decodes into a
// value of its own: json.Unmarshal leaves in it what it could read of an answer that is then rejected, and the next answer, whose fields may
// be others, would be completed by that.
func getResource[T any](ctx context.Context, in *inner, q acquirer.Question, name, path string) (*T, error) {
	gone := false
	answer, e := wire.Patiently(ctx, func(attempt int) (*T, *acquirer.Error) {
		answer := new(T)
		r, e := in.exchange(ctx, request{
			op: acquirer.OpStatus, name: name, method: http.MethodGet, path: path, reference: q.Reference, attempt: attempt,
		}, answer)
		gone = r.refusal.isUnknownID()
		return answer, e
	})
	switch {
	case e == nil:
		return answer, nil
	case gone:
		return nil, nil
	}
	return nil, e
}

// A refundList is the answer about a payment's refunds.
type refundList struct {
	Refunds []refundResult `json:"refunds"`
}

// getRefunds lists the refunds, done or in progress. A payment without refunds may have no list. A refund that moved money, of an amount that
// nobody can tell, is an error: counted as nothing, it would be made again.
func (in *inner) getRefunds(ctx context.Context, q acquirer.Question, id string) ([]refundResult, error) {
	if !isID(id) {
		return nil, wire.NewError(acquirer.OpStatus, q.Reference, acquirer.ErrUnanswered, errors.New("the payment has no id that can be asked by"))
	}
	list, err := getResource[refundList](ctx, in, q, "getRefunds", "payments/"+id+"/refunds")
	if list == nil {
		return nil, err
	}
	for _, r := range list.Refunds {
		if e := checkReferenceBack(acquirer.OpStatus, q.Reference, r.Output.References.MerchantReference); e != nil {
			return nil, e
		}
		if refundMoney(r.State.codeOrNone()) != moneyHere && !r.Output.AmountOfMoney.isAmount() {
			return nil, amountError(q.Reference, "a refund")
		}
	}
	return list.Refunds, nil
}

// unreadableTripError returns the error about a trip that cannot be read. Until the session expires the trip may become readable again,
// afterwards not.
func (in *inner) unreadableTripError(q acquirer.Question) *acquirer.Error {
	if in.now().Before(q.Handle.ExpiresAt) {
		return wire.NewError(acquirer.OpStatus, q.Reference, acquirer.ErrUnavailable, errors.New("the session cannot be read although it is not over"))
	}
	return wire.NewError(acquirer.OpStatus, q.Reference, acquirer.ErrUnsupported,
		errors.New("the platform does not know the session any more, which does not mean that nobody paid: a person finds out in the portal"))
}

// checkBelongs returns an error if the answer is about another session or another reference than the question.
func checkBelongs(q acquirer.Question, p *payment) error {
	for _, c := range []struct{ field, got, want string }{
		{"hostedCheckoutId", p.Checkout.ID, q.Handle.Session},
		{"merchantReference", p.Output.References.MerchantReference, q.Reference},
	} {
		if c.got != "" && c.want != "" && c.got != c.want {
			return anotherTripError(acquirer.OpStatus, q.Reference, c.field)
		}
	}
	if p.Checkout.ID == "" && p.Output.References.MerchantReference == "" && q.Handle.Session == "" {
		return wire.NewError(acquirer.OpStatus, q.Reference, acquirer.ErrUnverified, errors.New("the answer does not say about which trip it is"))
	}
	return nil
}

// checkReferenceBack returns an error if an answer names another payment's reference. An answer without one is taken: it answers a request
// that named the payment or opened it.
func checkReferenceBack(op, sent, back string) *acquirer.Error {
	if back != "" && back != sent {
		return anotherTripError(op, sent, "merchantReference")
	}
	return nil
}

// anotherTripError is the error of an answer that is not about what was asked, as the field shows.
func anotherTripError(op, reference, field string) *acquirer.Error {
	e := wire.NewError(op, reference, acquirer.ErrUnverified, errors.New("the answer is about another trip"))
	e.Field = field
	return e
}

func checkHandle(h acquirer.Handle) error {
	if h.Session != "" && !isID(h.Session) {
		return wire.Problem("Handle.Session", "it cannot be a hostedCheckoutId")
	}
	if h.Payment != "" && !isID(h.Payment) {
		return wire.Problem("Handle.Payment", "it cannot be the id of a payment")
	}
	return nil
}
