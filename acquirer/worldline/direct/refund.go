package direct

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/internal/euro"
)

// The two ways back for money. A key of idempotence belongs to one of them.
const (
	wayRefund = "r" // of what was captured
	wayCancel = "c" // of what is only authorised
)

// longestKey is how long an idempotence key may be; mostKeys, how many certain ends of one decision are passed over
// (docs/direct.md §11).
const (
	longestKey = 40
	mostKeys   = 20
)

// Refund gives money back: it asks for a refund of the payment and, when the platform answers that the payment is not in the
// state for it, for the cancellation of its authorisation. It asks no question first.
//
// A refund is a request: the result says Returning, and some hours or a week-end later a question says Returned, or neither
// when the refund was refused (83). As long as Status says Returning, the call has been made.
//
// Each call carries an idempotence key derived from Modification.Key, so that a repetition of a call whose answer was lost is
// no second refund. The platform replays the first answer to a key, an error too. The rules:
//
//  1. The way belongs to the key: a refund and a cancellation never share one.
//  2. A call that was not answered keeps its key.
//  3. A replayed refusal, and a replayed refund that has been refused since, are passed over with the next key.
//  4. A replayed error of unknown end, such as a 5xx, may have come after the work. The next key is taken only if the payment's list of
//     refunds can be read and has no refund of that amount, done or under way; one that is there counts as made by the earlier try.
//     There is no such list of cancellations, so the replayed error stays the answer: ask Status.
//
// The platform keeps a key for 24 hours at least: before a later repetition ask Status, and leave it some minutes.
//
// The Result is what the short answer proves: reference, merchant, the payment's id, Accepted, and Returning or Returned. It
// has no amount of the payment, no card and no date; ask Status for those.
//
// Errors are an [*acquirer.Error]. Certainly not done: ErrInvalid (the field; HTTP 400), ErrConflict (the payment is not in the
// state for it, or so much did go back that the amount does not fit, or the card's bank declined, or this client is already
// moving money for the reference), ErrUnsupported (no handle, or the platform does not know the payment), ErrConfiguration
// (401, 403), ErrUnavailable (429, no connection; the payment's id could not be asked for). Maybe done, OutcomeUnknown:
// ErrUnanswered (also 409 while the first call with the key is being carried out, every 5xx, whatever is not in the API's own
// words, and a success without a status code that tells where the money is) and ErrUnverified (an answer about another reference).
func (c *Client) Refund(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	in := c.in
	cents, err := in.checkModification(m)
	if err != nil {
		return acquirer.Result{}, wire.Invalid(acquirer.OpRefund, m.Reference, err)
	}
	if _, taken := in.moving.LoadOrStore(m.Reference, true); taken {
		return acquirer.Result{}, wire.NewError(acquirer.OpRefund, m.Reference, acquirer.ErrConflict,
			errors.New("this client is already moving money for the reference"))
	}
	defer in.moving.Delete(m.Reference)

	id, err := in.paymentOf(ctx, m)
	if err != nil {
		return acquirer.Result{}, err
	}
	r, wrongState, refused := in.giveBack(ctx, m, cents, id, wayRefund)
	if wrongState { // not captured, or closed for refunds; in the second case the cancellation is refused too
		r, _, refused = in.giveBack(ctx, m, cents, id, wayCancel)
	}
	if refused != nil {
		return acquirer.Result{}, refused
	}
	return r, nil
}

// checkModification returns the amount in cents, or a *wire.FieldError.
func (in *inner) checkModification(m acquirer.Modification) (cents int64, err error) {
	if err := cmp.Or(checkReference(m.Reference), wire.CheckMerchant(m.Merchant, in.merchant), checkHandle(m.Handle)); err != nil {
		return 0, err
	}
	if cents, err = wire.Cents(m.Amount, m.Currency); err != nil {
		return 0, err
	}
	if !wire.Made(m.Key, longestKey-len("-r99"), "") {
		return 0, wire.Problem("Key", "not 1 to 36 letters and digits: without a key of idempotence a lost answer could make a second refund")
	}
	return cents, nil
}

// paymentOf returns the payment's id, from the handle or from the platform. After an error no money was moved.
func (in *inner) paymentOf(ctx context.Context, m acquirer.Modification) (string, error) {
	if m.Handle.Payment != "" {
		return m.Handle.Payment, nil
	}
	fail := func(kind error, what string) (string, error) {
		return "", wire.NewError(acquirer.OpRefund, m.Reference, kind, errors.New("nothing was moved: "+what))
	}
	if m.Handle.Session == "" {
		return fail(acquirer.ErrUnsupported, "the payment has no handle, and the platform has no search by reference")
	}
	t, err := in.readTrip(ctx, acquirer.Question{Reference: m.Reference, Merchant: m.Merchant, Handle: m.Handle})
	e := (*acquirer.Error)(nil)
	switch {
	case errors.As(err, &e) && (e.Kind == acquirer.ErrUnsupported || e.Kind == acquirer.ErrConfiguration):
		return fail(e.Kind, e.Err.Error())
	case err != nil:
		return "", wire.NewError(acquirer.OpRefund, m.Reference, acquirer.ErrUnavailable,
			fmt.Errorf("nothing was moved, the question before it failed: %w", err))
	case t.payment == nil || !isID(t.payment.ID):
		return fail(acquirer.ErrConflict, "nobody has paid")
	}
	return t.payment.ID, nil
}

// refundBody and cancelBody are the requests' bodies. Neither has isFinal, because a later decision may refund another part.
type refundBody struct {
	AmountOfMoney       amountOfMoney `json:"amountOfMoney"`
	OperationReferences struct {
		MerchantReference string `json:"merchantReference"`
	} `json:"operationReferences"`
}

type cancelBody struct {
	AmountOfMoney amountOfMoney `json:"amountOfMoney"`
}

// giveBackRequest returns the request of one way, without an idempotence key.
func giveBackRequest(m acquirer.Modification, cents int64, id, way string) request {
	q := request{op: acquirer.OpRefund, method: http.MethodPost, reference: m.Reference}
	amount := amountOfMoney{cents, m.Currency}
	if way == wayCancel {
		q.name, q.path, q.body = "cancelPayment", "payments/"+id+"/cancel", cancelBody{amount}
		return q
	}
	body := refundBody{AmountOfMoney: amount}
	body.OperationReferences.MerchantReference = m.Reference // so that the webhook about the refund finds the payment
	q.name, q.path, q.body = "refundPayment", "payments/"+id+"/refund", body
	return q
}

// giveBack refunds or cancels, with the first idempotence key that no earlier attempt has used. wrongState reports that the payment's
// state does not allow it.
func (in *inner) giveBack(ctx context.Context, m acquirer.Modification, cents int64, id, way string,
) (r acquirer.Result, wrongState bool, refused *acquirer.Error) {
	q := giveBackRequest(m, cents, id, way)
	for n := 1; n <= mostKeys; n++ {
		q.key, q.attempt = keyOf(m.Key, way, n), n
		var done struct {
			refundResult
			Payment *payment `json:"payment"` // of a cancellation
		}
		answer, e := in.exchange(ctx, q, &done)
		if e != nil {
			refused = e
			no := answer.refusal
			if no == nil || !answer.replayed || no.stillRunning() { // no end of an earlier try; a success that cannot be read is none either
				return acquirer.Result{}, no != nil && no.wrongState(), refused
			}
			if refused.OutcomeUnknown() { // another key could give back twice
				if way == wayCancel {
					return acquirer.Result{}, false, refused
				}
				made, err := in.findRefund(ctx, m, id, func(r *refundResult) bool {
					return r.cents() == cents && refundMoney(r.State.codeOrNone()) != moneyHere
				})
				if err != nil {
					return acquirer.Result{}, false, refused
				}
				if made != nil {
					code := made.State.codeOrNone()
					return in.modificationResult(m, id, code, refundMoney(code)), false, nil
				}
			}
			continue
		}
		operation, code, about := done.ID, done.State.codeOrNone(), done.Output.References
		if done.Payment != nil {
			operation, code, about = done.Payment.ID, done.Payment.State.codeOrNone(), done.Payment.Output.References
		}
		if e := checkReferenceBack(acquirer.OpRefund, m.Reference, about.MerchantReference); e != nil {
			return acquirer.Result{}, false, e
		}
		if answer.replayed && way == wayRefund {
			code = in.codeNow(ctx, m, id, operation, code)
		}
		money, told := moneyAfter[way][code]
		switch {
		case !told:
			return acquirer.Result{}, false, wire.NewError(acquirer.OpRefund, m.Reference, acquirer.ErrUnanswered,
				fmt.Errorf("the answer's status code (%d; -1: none) does not tell where the money is", code))
		case money != moneyHere:
			return in.modificationResult(m, id, code, money), false, nil
		}
		refused = wire.NewError(acquirer.OpRefund, m.Reference, acquirer.ErrConflict, errors.New("it was refused: the money stays here"))
		if refused.Code = strconv.Itoa(code); !answer.replayed {
			break
		}
	}
	return acquirer.Result{}, false, refused
}

// keyOf derives the n-th idempotence key of a way from the key of the decision.
func keyOf(key, way string, n int) string {
	if n == 1 {
		return key + "-" + way
	}
	return key + "-" + way + strconv.Itoa(n)
}

// codeNow returns the present status code of a refund whose first answer was repeated; if it cannot be read, the code of that answer.
func (in *inner) codeNow(ctx context.Context, m acquirer.Modification, id, refund string, first int) int {
	r, err := in.findRefund(ctx, m, id, func(r *refundResult) bool { return r.ID == refund && refund != "" && r.State.Code != nil })
	if err != nil || r == nil {
		return first
	}
	return r.State.codeOrNone()
}

// findRefund returns the first refund in the payment's list that matches, or nil.
func (in *inner) findRefund(ctx context.Context, m acquirer.Modification, id string, matches func(*refundResult) bool) (*refundResult, error) {
	list, err := in.getRefunds(ctx, acquirer.Question{Reference: m.Reference, Handle: m.Handle}, id)
	for i := range list {
		if matches(&list[i]) {
			return &list[i], nil
		}
	}
	return nil, err
}

// modificationResult returns the result of a cancellation or refund after which the money is back, or leaving.
func (in *inner) modificationResult(m acquirer.Modification, id string, code int, money moneyPlace) acquirer.Result {
	r := acquirer.Result{
		Reference: m.Reference, Merchant: in.merchant, Currency: m.Currency, Outcome: acquirer.Accepted, AuthorisationID: id,
		Returned: euro.Of(0), Returning: euro.Of(0),
		Handle: acquirer.Handle{Session: m.Handle.Session, Payment: id, ExpiresAt: m.Handle.ExpiresAt},
	}
	if code >= 0 { // a refund in the list may have none
		r.Code = strconv.Itoa(code)
	}
	if money == moneyBack {
		r.Returned = m.Amount
	} else {
		r.Returning = m.Amount
	}
	return r
}
