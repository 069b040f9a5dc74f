package acquirertest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

// remittance is how far the clock is moved to have payments remitted.
const remittance = 48 * time.Hour

// way is one of the two ways to give money back: a cancellation or a refund.
type way struct {
	op     string
	remits bool // possible only after remittance
	method func(acquirer.Client) func(context.Context, acquirer.Modification) (acquirer.Result, error)
}

var giveBackWays = []way{
	{acquirer.OpCancel, false, func(c acquirer.Client) func(context.Context, acquirer.Modification) (acquirer.Result, error) {
		if c, ok := c.(acquirer.Canceller); ok {
			return c.Cancel
		}
		return nil
	}},
	{acquirer.OpRefund, true, func(c acquirer.Client) func(context.Context, acquirer.Modification) (acquirer.Result, error) {
		if c, ok := c.(acquirer.Refunder); ok {
			return c.Refund
		}
		return nil
	}},
}

func giveBackCases() []Case {
	const promise = " Otherwise money goes back twice, or is believed to have gone back."
	var cases []Case
	for _, y := range giveBackWays {
		for _, c := range []struct {
			name, promise string
			run           func(*trial, way) error
		}{
			{"all", "The whole amount goes back, and Status then says so in Returned while Amount stays.", giveAll},
			{"part", "Parts go back, and Returned is their sum.", giveParts},
			{"more_than_remains", "More than remains is refused and moves nothing.", giveTooMuch},
			{"twice", "The whole amount goes back once; a second time is refused and moves nothing.", giveTwice},
			{
				"unknown_reference",
				"Nothing is given back for a reference or a handle that does not exist: ErrNotFound, or what a question about it is.",
				giveUnknown,
			},
			{"not_paid", "Nothing is given back for a payment that was refused.", giveUnpaid},
			{"invalid", "An amount or a currency that cannot be right is refused at once and moves nothing.", giveInvalid},
			{"other_merchant", "A call for another merchant is refused and moves nothing.", giveElsewhere},
			{
				"key",
				"One decision that is repeated, with the same key, moves money once where the acquirer knows keys; elsewhere " +
					"Returned counts what moved.",
				giveKey,
			},
			{
				"authorisation",
				"A payment keeps its own authorisation whatever goes back: the number of a refund never stands in its place, or " +
					"an acceptance is taken for another one and every refund ends on a clerk's desk.",
				giveAuthorisation,
			},
			{"context", "A call whose context has ended returns soon with the context's error as its cause, and moves nothing.", giveContext},
		} {
			cases = append(cases, Case{y.op + "/" + c.name, c.promise + promise, func(t *trial) error { return c.run(t, y) }})
		}
	}
	return append(cases,
		Case{
			"cancel/after_remittance",
			"After remittance a cancellation is ErrConflict and moves nothing: the caller refunds instead.",
			cancelLate,
		},
		Case{
			"refund/before_remittance",
			"Before remittance a refund is ErrConflict and moves nothing, unless the client itself cancels instead; then the " +
				"money is back.",
			refundEarly,
		},
	)
}

// callGiveBack calls Cancel or Refund, and skips the case where the client has no such method or says ErrUnsupported.
func (t *trial) callGiveBack(ctx context.Context, y way, m acquirer.Modification) (acquirer.Result, error) {
	method := y.method(t.client)
	if method == nil {
		return acquirer.Result{}, &SkipError{y.op}
	}
	r, err := method(ctx, m)
	if errors.Is(err, acquirer.ErrUnsupported) {
		return r, &SkipError{y.op}
	}
	return r, err
}

// skipUnlessOffered skips the case where the client has no such method, or the method answers ErrUnsupported.
func (t *trial) skipUnlessOffered(y way) error {
	method := y.method(t.client)
	if method == nil {
		return &SkipError{y.op}
	}
	if _, err := method(t.ctx, acquirer.Modification{}); errors.Is(err, acquirer.ErrUnsupported) {
		return &SkipError{y.op}
	}
	return nil
}

// paidTrip returns an accepted payment from which money can be given back this way. Its handle is complete: Status has been asked.
func (t *trial) paidTrip(y way) (*trip, error) {
	if err := t.skipUnlessOffered(y); err != nil {
		return nil, err
	}
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return nil, err
	}
	if t.traits.AskedByHandle {
		if _, err := t.askAbout(p); err != nil {
			return nil, err
		}
	}
	if y.remits {
		err = t.advanceClock(remittance)
	}
	return p, err
}

// partOf is a share of an order's amount, in hundredths.
func partOf(p *trip, hundredths int64) decimal.Decimal {
	return p.order.Amount.Mul(decimal.New(hundredths, -2)).Round(2)
}

// isBack asks how much has gone back, or is on its way. The payment stays an accepted one, of the amount of the order.
func (t *trial) isBack(p *trip, want decimal.Decimal) error {
	r, err := t.askAbout(p)
	if err != nil {
		return err
	}
	switch {
	case !r.Returned.Add(r.Returning).Equal(want):
		return fmt.Errorf("Status says that %s went back and %s is on its way, expected %s", r.Returned, r.Returning, want)
	case r.Outcome != acquirer.Accepted:
		return fmt.Errorf("after money went back the payment is %q: what happened to the money is said by Returned", r.Outcome)
	}
	return t.ofOrder(r, p.order)
}

// mustGiveBack gives an amount back and fails if the client refuses.
func (t *trial) mustGiveBack(y way, p *trip, amount decimal.Decimal) error {
	r, err := t.callGiveBack(t.ctx, y, t.modificationOf(p, amount))
	if err != nil {
		return fmt.Errorf("giving %s of %s back: %w", amount, p.order.Amount, err)
	}
	if r.Reference != p.order.Reference {
		return fmt.Errorf("the result is about %q, the call was about %q", r.Reference, p.order.Reference)
	}
	return nil
}

// mustRefuse asks for an amount back and fails unless the error says that it was certainly not given.
func (t *trial) mustRefuse(y way, m acquirer.Modification, kinds ...error) error {
	r, err := t.callGiveBack(t.ctx, y, m)
	if isSkip(err) {
		return err
	}
	return refusedWith(err, isZero(r), kinds...)
}

func giveAll(t *trial, y way) error {
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	if err := t.mustGiveBack(y, p, p.order.Amount); err != nil {
		return err
	}
	return t.isBack(p, p.order.Amount)
}

func giveParts(t *trial, y way) error {
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	cent, sum := decimal.New(1, -2), decimal.Zero
	for _, amount := range []decimal.Decimal{partOf(p, 40), cent, p.order.Amount.Sub(partOf(p, 40)).Sub(cent)} {
		if err := t.mustGiveBack(y, p, amount); err != nil {
			return err
		}
		sum = sum.Add(amount)
		if err := t.isBack(p, sum); err != nil {
			return err
		}
	}
	return nil
}

func giveTooMuch(t *trial, y way) error {
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	more := t.modificationOf(p, p.order.Amount.Add(decimal.New(1, -2)))
	if err := t.mustRefuse(y, more, acquirer.ErrInvalid, acquirer.ErrConflict); err != nil {
		return err
	}
	if err := t.isBack(p, decimal.Zero); err != nil {
		return err
	}
	most := partOf(p, 60)
	if err := t.mustGiveBack(y, p, most); err != nil {
		return err
	}
	if err := t.mustRefuse(y, t.modificationOf(p, most), acquirer.ErrInvalid, acquirer.ErrConflict); err != nil {
		return err
	}
	return t.isBack(p, most)
}

func giveTwice(t *trial, y way) error {
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	if err := t.mustGiveBack(y, p, p.order.Amount); err != nil {
		return err
	}
	if err := t.mustRefuse(y, t.modificationOf(p, p.order.Amount), acquirer.ErrConflict, acquirer.ErrInvalid); err != nil {
		return err
	}
	return t.isBack(p, p.order.Amount)
}

func giveUnknown(t *trial, y way) error {
	p, err := t.paidTrip(y) // another payment exists, and must not be given back
	if err != nil {
		return err
	}
	m := t.modificationOf(p, p.order.Amount)
	m.Reference, m.Handle = t.newOrder().Reference, unknownHandle(m.Handle)
	r, err := y.method(t.client)(t.ctx, m)
	if err := refusedWith(err, isZero(r), t.notKnown()...); err != nil {
		return err
	}
	return t.isBack(p, decimal.Zero)
}

func giveUnpaid(t *trial, y way) error {
	if err := t.skipUnlessOffered(y); err != nil {
		return err
	}
	p, err := t.beginAndEnd(acquirer.Refused)
	if err != nil {
		return err
	}
	return t.mustRefuse(y, t.modificationOf(p, p.order.Amount), acquirer.ErrConflict, acquirer.ErrInvalid, acquirer.ErrNotFound)
}

func giveInvalid(t *trial, y way) error {
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	good := t.modificationOf(p, partOf(p, 40))
	err = forEach(map[string]func(*acquirer.Modification){
		"zero":          func(m *acquirer.Modification) { m.Amount = decimal.Zero },
		"negative":      func(m *acquirer.Modification) { m.Amount = decimal.New(-5000, -2) },
		"half a cent":   func(m *acquirer.Modification) { m.Amount = decimal.New(5, -3) },
		"1e100000000":   func(m *acquirer.Modification) { m.Amount = decimal.New(1, absurd) },
		"1e-100000000":  func(m *acquirer.Modification) { m.Amount = decimal.New(1, -absurd) },
		"US dollars":    func(m *acquirer.Modification) { m.Currency = "USD" },
		"no currency":   func(m *acquirer.Modification) { m.Currency = "" },
		"small letters": func(m *acquirer.Modification) { m.Currency = "eur" },
	}, func(spoil func(*acquirer.Modification)) error {
		m := good
		spoil(&m)
		return checkPrompt("refusing it", func() error {
			return t.mustRefuse(y, m, acquirer.ErrInvalid, acquirer.ErrConflict)
		})
	})
	if err != nil {
		return err
	}
	return t.isBack(p, decimal.Zero)
}

func giveElsewhere(t *trial, y way) error {
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	m := t.modificationOf(p, p.order.Amount)
	m.Merchant = otherName(m.Merchant)
	if err := t.mustRefuse(y, m, acquirer.ErrInvalid); err != nil {
		return err
	}
	return t.isBack(p, decimal.Zero)
}

func giveKey(t *trial, y way) error {
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	m := t.modificationOf(p, partOf(p, 40))
	moved := decimal.Zero
	for range 2 {
		r, err := t.callGiveBack(t.ctx, y, m)
		switch {
		case isSkip(err):
			return err
		case err == nil && (moved.IsZero() || !t.traits.Idempotent):
			moved = moved.Add(m.Amount)
		case err == nil:
		case t.traits.Idempotent:
			return fmt.Errorf("the same decision once more: %w", err)
		default:
			if err := refusedWith(err, isZero(r), acquirer.ErrConflict, acquirer.ErrInvalid); err != nil {
				return err
			}
		}
		if err := t.isBack(p, moved); err != nil {
			return err
		}
	}
	if !t.traits.Idempotent {
		return nil
	}
	m.Key = newKey() // a second decision
	if _, err := t.callGiveBack(t.ctx, y, m); err != nil {
		return fmt.Errorf("another decision for the same amount: %w", err)
	}
	return t.isBack(p, moved.Add(m.Amount))
}

func giveAuthorisation(t *trial, y way) error {
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	before, err := t.askAbout(p)
	if err != nil {
		return err
	}
	if err := t.wellFormed(before, acquirer.Accepted); err != nil {
		return err
	}
	for _, amount := range []decimal.Decimal{partOf(p, 40), p.order.Amount.Sub(partOf(p, 40))} {
		r, err := t.callGiveBack(t.ctx, y, t.modificationOf(p, amount))
		if err != nil {
			return err
		}
		if r.AuthorisationID != "" && r.AuthorisationID != before.AuthorisationID {
			return fmt.Errorf("the result of giving back has the authorisation %q, the payment's is %q", r.AuthorisationID, before.AuthorisationID)
		}
		after, err := t.askAbout(p)
		if err != nil {
			return err
		}
		if after.AuthorisationID != before.AuthorisationID {
			return fmt.Errorf("after %s went back the authorisation is %q, before it was %q", amount, after.AuthorisationID, before.AuthorisationID)
		}
	}
	return nil
}

func giveContext(t *trial, y way) error {
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(t.ctx)
	cancel()
	err = checkPrompt(y.op, func() error {
		r, err := t.callGiveBack(ctx, y, t.modificationOf(p, p.order.Amount))
		if isSkip(err) {
			return err
		}
		return endedWith(ctx, err, isZero(r))
	})
	if err != nil {
		return err
	}
	return t.isBack(p, decimal.Zero)
}

func cancelLate(t *trial) error {
	y := giveBackWays[0]
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	if err := t.advanceClock(remittance); err != nil {
		return err
	}
	if err := t.mustRefuse(y, t.modificationOf(p, p.order.Amount), acquirer.ErrConflict); err != nil {
		return err
	}
	return t.isBack(p, decimal.Zero)
}

func refundEarly(t *trial) error {
	y := giveBackWays[1]
	if err := t.skipUnlessOffered(y); err != nil {
		return err
	}
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	r, err := t.callGiveBack(t.ctx, y, t.modificationOf(p, p.order.Amount))
	if isSkip(err) {
		return err
	}
	if err == nil {
		return t.isBack(p, p.order.Amount)
	}
	if err := refusedWith(err, isZero(r), acquirer.ErrConflict); err != nil {
		return err
	}
	return t.isBack(p, decimal.Zero)
}
