package sips

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/internal/euro"
)

// The interface versions that the Sips guide recommends for Office.
const (
	diagnosticVersion = "DR_WS_2.58"
	cashVersion       = "CR_WS_2.58"
)

var errNoOffice = errors.New("there is no Config.Endpoints.Office: this platform cannot be asked, " +
	"and nothing can be cancelled or refunded there (Sips SIMU has no Office)")

// Status asks Office for a transaction (getTransactionData).
//
// A transaction is Accepted when its responseCode is 00 and its transactionStatus is TO_CAPTURE or CAPTURED, or is not said; with
// CANCELLED, TO_CREDIT or CREDITED it is Accepted with Returned set; with any other status, Pending. Amount is that of the order
// (originAmount), whatever was given back since. With Config.SeveralAttempts an end that is not an acceptance is Pending until
// Window is over since the transaction's date.
//
// Errors are an [*acquirer.Error]: ErrUnsupported without an Office, ErrInvalid (the reference, or an answer whose amounts are
// none), ErrNotFound (25), ErrConfiguration (03, 34, 40, an address that is no Sips), ErrUnavailable (90, 91, 97, 98, 99, no
// connection), ErrUnanswered, ErrUnverified (no right seal, or an answer about another transaction or merchant). A question
// changes nothing, so it is asked up to three times while the error is Retryable, with a growing pause and some chance in it;
// Retry-After is obeyed up to 30 seconds. It ends at once with ctx.
func (c *Client) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	in, reference := c.in, q.Reference
	if in.office == nil {
		return acquirer.Result{}, wire.NewError(acquirer.OpStatus, reference, acquirer.ErrUnsupported, errNoOffice)
	}
	if err := cmp.Or(in.checkReference(reference), wire.CheckMerchant(q.Merchant, in.merchant)); err != nil {
		return acquirer.Result{}, wire.Invalid(acquirer.OpStatus, reference, err)
	}
	m, fault := in.askPatiently(ctx, reference)
	if fault != nil {
		return acquirer.Result{}, fault
	}
	r, err := in.resultOf(m, true)
	if err != nil {
		return acquirer.Result{}, wire.Invalid(acquirer.OpStatus, reference, err)
	}
	return r, nil
}

// askPatiently asks until there is an answer or no sense in asking.
func (in *inner) askPatiently(ctx context.Context, reference string) (*message, *acquirer.Error) {
	return wire.Patiently(ctx, func(attempt int) (*message, *acquirer.Error) { return in.askOnce(ctx, reference, attempt) })
}

// askOnce puts the question once.
func (in *inner) askOnce(ctx context.Context, reference string, attempt int) (*message, *acquirer.Error) {
	question := in.nameOf(reference)
	question["interfaceVersion"] = diagnosticVersion
	a, f := in.sendAndVerify(ctx, request{acquirer.OpStatus, in.office, "getTransactionData", reference, attempt}, question)
	if f != nil {
		return nil, f
	}
	statusField := "getTransDataResponseCode"
	if a.text(statusField) == "" && a.text("transactionReference") == "" {
		statusField = "responseCode" // with no transaction in the answer it can only be about the question
	}
	if err := in.acceptAnswer(acquirer.OpStatus, reference, statusField, a); err != nil {
		return nil, err
	}
	if a.text("transactionReference") == "" {
		return nil, &acquirer.Error{Op: acquirer.OpStatus, Reference: reference, Kind: acquirer.ErrUnanswered,
			Field: "transactionReference", Err: errors.New("the answer does not say about which transaction it is")}
	}
	if err := in.aboutUs(acquirer.OpStatus, reference, a); err != nil {
		return nil, err
	}
	m := new(message)
	if err := m.setAll(a.fields); err != nil {
		return nil, wire.Invalid(acquirer.OpStatus, reference, err)
	}
	if m.v[merchantID] == "" {
		m.v[merchantID] = in.merchant // we asked about ours, and the answer is sealed with our key
	}
	return m, nil
}

// aboutUs refuses a sealed answer about another transaction or for another shop: an old one, or someone else's.
func (in *inner) aboutUs(op, reference string, a answer) *acquirer.Error {
	for field, want := range map[string]string{"transactionReference": reference, "merchantId": in.merchant} {
		if got := a.text(field); got != "" && got != want {
			return &acquirer.Error{Op: op, Reference: reference, Field: field, Kind: acquirer.ErrUnverified,
				Err: fmt.Errorf("the answer is about %.40q", wire.Printable(got))}
		}
	}
	return nil
}

// Cancel takes back an accepted payment before it is remitted to the bank, wholly or in part: the payer is never debited for it. It
// sends one request and never repeats it.
//
// The Result is what the platform's short answer proves: reference, merchant, the amount (what was asked plus the newAmount that
// is left), Returned (what was asked), Accepted. It has no OrderID, no card and no date; ask Status for those.
//
// Errors are an [*acquirer.Error]. Certainly not done: ErrUnsupported without an Office, ErrInvalid (the field; codes 12, 30, and
// a refusal by the acquirer such as 05), ErrConflict (24: already remitted, or already cancelled; ask Status), ErrNotFound (25),
// ErrConfiguration (03, 34, 40, sealed), ErrUnavailable (90, no connection). Maybe done, OutcomeUnknown: ErrUnanswered (also
// codes 60, 91, 97, 98, 99, any code that is not known, and every HTTP status but 200) and ErrUnverified.
func (c *Client) Cancel(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	in := c.in
	cents, release, err := in.mayMove(acquirer.OpCancel, m)
	if err != nil {
		return acquirer.Result{}, err
	}
	defer release()
	a, err := in.moveMoney(ctx, acquirer.OpCancel, "cancel", m.Reference, cents)
	if err != nil {
		return acquirer.Result{}, err
	}
	left, _ := parseMinor(a.text("newAmount")) // absent or odd: zero; the money has moved all the same
	return acquirer.Result{
		Reference: m.Reference, Merchant: in.merchant, Currency: wire.Euros,
		Amount: euro.Of(cents + left), Returned: euro.Of(cents),
		Outcome: acquirer.Accepted, Code: "00", AcquirerCode: wire.Printable(a.text("acquirerResponseCode")),
	}.WithFields(withOperation(nil, a)), nil
}

// Refund gives money back in the way that the payment's state asks for: it asks first, then cancels before remittance and refunds
// after. It sends at most one request that moves money and never repeats it; nor does it move money for one reference twice at
// the same time.
//
// A refund that went through, although its answer was lost, is seen by the question the next time, and refused with ErrConflict.
// That rests on the platform's own view being up to date: leave it some minutes.
//
// The Result is the payment's, with Returned raised by the amount.
//
// Errors are those of [Client.Cancel]. Besides, certainly not done: ErrConflict when the payment is not an accepted one, when so
// much did go back before that the amount does not fit any more, or when this client is already moving money for the reference;
// ErrInvalid when the amount is above the payment's; ErrUnavailable when the question was not answered, whatever the cause:
// nothing was asked to move.
func (c *Client) Refund(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	in := c.in
	cents, release, err := in.mayMove(acquirer.OpRefund, m)
	if err != nil {
		return acquirer.Result{}, err
	}
	defer release()
	fail := func(kind error, format string, a ...any) (acquirer.Result, error) {
		return acquirer.Result{}, wire.NewError(acquirer.OpRefund, m.Reference, kind, fmt.Errorf(format, a...))
	}

	msg, e := in.askPatiently(ctx, m.Reference)
	if e != nil {
		kind := e.Kind
		if kind == acquirer.ErrUnanswered || kind == acquirer.ErrUnverified {
			kind = acquirer.ErrUnavailable
		}
		f := wire.NewError(acquirer.OpRefund, m.Reference, kind, fmt.Errorf("nothing was moved, the question before it failed: %w", e.Err))
		f.Code, f.Field = e.Code, e.Field
		return acquirer.Result{}, f
	}
	r, err := in.resultOf(msg, true)
	if err != nil {
		return acquirer.Result{}, wire.Invalid(acquirer.OpRefund, m.Reference, err)
	}
	status := msg.v[transactionStatus]
	left := r.Amount.Sub(r.Returned)
	switch {
	case r.Outcome != acquirer.Accepted:
		return fail(acquirer.ErrConflict, "there is nothing to give back: the payment is %s (responseCode %s, transactionStatus %s)",
			r.Outcome, wire.Printable(r.Code), wire.Printable(status))
	case r.Currency != m.Currency:
		return fail(acquirer.ErrInvalid, "the payment is in %s", wire.Printable(r.Currency))
	case m.Amount.GreaterThan(r.Amount):
		return fail(acquirer.ErrInvalid, "the payment was of %s", euro.Describe(r.Amount))
	case m.Amount.GreaterThan(left):
		return fail(acquirer.ErrConflict, "of %s, %s did go back already", euro.Describe(r.Amount), euro.Describe(r.Returned))
	}
	path := "refund"
	if status == "TO_CAPTURE" {
		path = "cancel"
	}
	a, err := in.moveMoney(ctx, acquirer.OpRefund, path, m.Reference, cents)
	if err != nil {
		return acquirer.Result{}, err
	}
	r.Returned = r.Returned.Add(euro.Of(cents))
	return r.WithFields(withOperation(msg.extra, a)), nil
}

// mayMove checks what is asked and claims the reference. The error is an *acquirer.Error; release is to be called when there is
// none.
func (in *inner) mayMove(op string, m acquirer.Modification) (cents int64, release func(), err error) {
	if in.office == nil {
		return 0, nil, wire.NewError(op, m.Reference, acquirer.ErrUnsupported, errNoOffice)
	}
	if err := cmp.Or(in.checkReference(m.Reference), wire.CheckMerchant(m.Merchant, in.merchant)); err != nil {
		return 0, nil, wire.Invalid(op, m.Reference, err)
	}
	if cents, err = wire.Cents(m.Amount, m.Currency); err != nil {
		return 0, nil, wire.Invalid(op, m.Reference, err)
	}
	if _, taken := in.moving.LoadOrStore(m.Reference, true); taken {
		return 0, nil, wire.NewError(op, m.Reference, acquirer.ErrConflict,
			errors.New("this client is already moving money for the reference"))
	}
	return cents, func() { in.moving.Delete(m.Reference) }, nil
}

// moveMoney sends the one request that moves money.
func (in *inner) moveMoney(ctx context.Context, op, path, reference string, cents int64) (answer, error) {
	fields := in.nameOf(reference)
	fields["currencyCode"], fields["interfaceVersion"] = sipscode.Euro, cashVersion
	fields["operationAmount"] = strconv.FormatInt(cents, 10)
	a, f := in.sendAndVerify(ctx, request{op, in.office, path, reference, 1}, fields)
	if f != nil {
		return answer{}, f
	}
	if err := in.acceptAnswer(op, reference, "responseCode", a); err != nil {
		return answer{}, err
	}
	if err := in.aboutUs(op, reference, a); err != nil {
		return answer{}, err
	}
	return a, nil
}

// withOperation adds to the fields of a payment what the operation's answer says.
func withOperation(fields map[string]string, a answer) map[string]string {
	m := message{extra: fields}
	for _, name := range [...]string{"newStatus", "newAmount", "operationDateTime"} {
		if v := a.text(name); v != "" {
			m.keepField(name, v)
		}
	}
	return m.extra
}
