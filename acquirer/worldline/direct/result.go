package direct

import (
	"context"
	"errors"
	"log/slog"
	"strconv"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/internal/euro"
)

// Values of a session's status (docs/direct.md §7.1).
const (
	sessionInProgress  = "IN_PROGRESS"
	sessionCreated     = "PAYMENT_CREATED"
	sessionCancelled   = "CANCELLED_BY_CONSUMER" // by the payer, or by the clock
	sessionNotEligible = "CLIENT_NOT_ELIGIBLE_FOR_SELECTED_PAYMENT_PRODUCT"
)

// resultOf translates a trip into a result, and logs a warning about a payment that a person must look at.
func (in *inner) resultOf(ctx context.Context, q acquirer.Question, t trip) (acquirer.Result, error) {
	if t.payment == nil {
		return in.withoutPayment(q, t.session), nil
	}
	p := t.payment
	code := p.State.codeOrNone()
	v := in.verdictOn(code)
	r := acquirer.Result{
		Reference: q.Reference, Merchant: in.merchant, Outcome: v.outcome, AuthorisationID: p.ID,
		Brand: brands[p.Output.Card.ProductID], MaskedPAN: acquirer.MaskPAN(p.Output.Card.Card.Number), Means: means[p.Output.Method], At: in.happenedAt(p),
		Handle: acquirer.Handle{Session: q.Handle.Session, Payment: p.ID, ExpiresAt: q.Handle.ExpiresAt},
	}
	if p.State.Code != nil {
		r.Code = strconv.Itoa(code)
	}
	if id := p.Output.References.MerchantParameters; wire.Made(id, 64, "._-") {
		r.OrderID = id
	}
	if len(p.State.Errors) > 0 {
		r.AcquirerCode = wire.Printable(p.State.Errors[0].ErrorCode)
	}
	if err := in.setMoney(&r, t, v); err != nil {
		return acquirer.Result{}, err
	}
	in.setEnd(&r, q, t, code)
	if contradictsCategory(t.category, r.Outcome, v.money) {
		r.Outcome, r.Decline = acquirer.Unknown, ""
		v.warning = "the status code and the platform's own summary of the payment contradict each other"
	}
	if r.Outcome != acquirer.Accepted {
		r.Returned, r.Returning = euro.Of(0), euro.Of(0)
	}
	if v.warning != "" {
		in.log.LogAttrs(ctx, slog.LevelWarn, "direct: a person must look at a payment: "+v.warning,
			slog.String("reference", q.Reference), slog.String("payment", wire.Printable(p.ID)), slog.Int("status_code", code))
	}
	return r.WithFields(p.rawDetails(t)), nil
}

// setMoney sets the amount and the refunded parts.
func (in *inner) setMoney(r *acquirer.Result, t trip, v verdict) error {
	m := t.payment.Output.AmountOfMoney
	switch {
	case m == nil && v.outcome == acquirer.Accepted, m != nil && !m.isAmount():
		return amountError(r.Reference, "the payment")
	case m == nil:
		return nil
	}
	r.Amount = euro.Of(m.Amount)
	if r.Currency = wire.Printable(m.CurrencyCode); len(r.Currency) > 3 {
		r.Currency = ""
	}
	var returned, returning int64
	for _, refund := range t.refunds {
		switch refundMoney(refund.State.codeOrNone()) {
		case moneyBack:
			returned += refund.cents()
		case moneyLeaving:
			returning += refund.cents()
		}
	}
	returned = min(returned, m.Amount)
	switch v.money {
	case moneyBack:
		returned, returning = m.Amount, 0
	case moneyLeaving: // what the refunds do not account for is being returned too
		returning = m.Amount - returned
	}
	r.Returned, r.Returning = euro.Of(returned), euro.Of(min(returning, m.Amount-returned))
	return nil
}

// isAmount reports whether it can be an amount of euros: what is beyond that would overflow in a sum.
func (m *amountOfMoney) isAmount() bool { return m != nil && m.Amount >= 0 && m.Amount <= euro.Max }

// amountError is the error of an answer about money of which nobody knows how much.
func amountError(reference, of string) *acquirer.Error {
	e := wire.NewError(acquirer.OpStatus, reference, acquirer.ErrInvalid, errors.New(of+" has no amount, or one that is none"))
	e.Field = "amountOfMoney"
	return e
}

// setEnd corrects the outcome of a trip that was not paid: whether and how it has ended depends on the session and its expiry too.
func (in *inner) setEnd(r *acquirer.Result, q acquirer.Question, t trip, code int) {
	over := t.session != sessionInProgress || !in.now().Before(q.Handle.ExpiresAt)
	switch {
	case code == codeIncomplete && over:
		r.Outcome = acquirer.Failed
	case code == codeCancelled:
		r.Outcome = in.cancelledOrExpired(q, t.payment)
	case code == codeRefused:
		d, cancelled := declineOf(r.AcquirerCode)
		if r.Decline = d; cancelled {
			r.Outcome = acquirer.Cancelled
		}
	}
	if in.attempts > 1 && !over && r.Outcome != acquirer.Accepted { // another card may follow (docs/direct.md §9.4)
		if r.Outcome == acquirer.Refused || r.Outcome == acquirer.Cancelled || r.Outcome == acquirer.Expired {
			r.Outcome, r.Decline = acquirer.Pending, ""
		}
		r.Handle.Payment = ""
	}
}

// cancelledOrExpired tells a payer who gave up from one who stayed away; the platform gives both the same status.
func (in *inner) cancelledOrExpired(q acquirer.Question, p *payment) acquirer.Outcome {
	at := in.now()
	if p != nil {
		if changed := in.parseTime(p.State.ChangedAt); !changed.IsZero() {
			at = changed
		}
	}
	if at.Before(q.Handle.ExpiresAt) {
		return acquirer.Cancelled
	}
	return acquirer.Expired
}

// withoutPayment returns the result of a session without an attempt to pay. The platform does not tell its amount.
func (in *inner) withoutPayment(q acquirer.Question, session string) acquirer.Result {
	r := acquirer.Result{
		Reference: q.Reference, Merchant: in.merchant, Code: wire.Printable(session), Outcome: acquirer.Unknown,
		Handle: acquirer.Handle{Session: q.Handle.Session, ExpiresAt: q.Handle.ExpiresAt},
	}
	switch session {
	case sessionInProgress:
		r.Outcome = acquirer.Open
	case sessionCancelled:
		r.Outcome = in.cancelledOrExpired(q, nil)
	case sessionNotEligible:
		r.Outcome, r.Decline = acquirer.Refused, acquirer.CardNotAccepted
	}
	return r
}

// contradictsCategory reports whether the platform's own summary of a payment excludes the outcome that its status code has
// (docs/direct.md §7.1). A payment that is only authorised is SUCCESSFUL too, and money that went back may be REJECTED.
func contradictsCategory(category string, o acquirer.Outcome, money moneyPlace) bool {
	switch category {
	case "REJECTED":
		return o == acquirer.Accepted && money == moneyHere
	case "SUCCESSFUL":
		return o == acquirer.Refused || o == acquirer.Cancelled || o == acquirer.Expired || o == acquirer.Failed
	}
	return false
}

// rawDetails returns further fields for the journal. Only listed fields are kept, so that no name or card number enters, even in a field
// that the platform adds later.
func (p *payment) rawDetails(t trip) map[string]string {
	m := make(map[string]string)
	for name, v := range map[string]string{
		"status": p.Status, "statusCategory": p.State.Category, "hostedCheckoutStatus": t.session, "paymentStatusCategory": t.category,
		"authorisationCode": p.Output.Card.AuthorisationCode, "liability": p.Output.Card.ThreeDSecure.Liability,
		"reattempt": p.Output.Card.Reattempt.Indicator,
	} {
		if v = wire.Printable(v); v != "" {
			m[name] = v
		}
	}
	if p.Output.Card.ProductID > 0 {
		m["paymentProductId"] = strconv.Itoa(p.Output.Card.ProductID)
	}
	return m
}
