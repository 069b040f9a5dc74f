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

// way is one of the two ways back for money.
type way struct {
	op     string
	remits bool // it is possible only after remittance
	method func(acquirer.Client) func(context.Context, acquirer.Modification) (acquirer.Result, error)
}

var ways = []way{
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
	for _, y := range ways {
		for _, c := range []struct {
			name, promise string
			run           func(*trial, way) error
		}{
			{"all", "The whole amount goes back, and Status then says so in Returned while Amount stays.", giveAll},
			{"part", "Parts go back, and Returned is their sum.", giveParts},
			{"more_than_remains", "More than remains is refused and moves nothing.", giveTooMuch},
			{"twice", "The whole amount goes back once; a second time is refused and moves nothing.", giveTwice},
			{"unknown_reference", "Nothing is given back for a reference or a handle that does not exist: ErrNotFound, or what a question about it is.", giveUnknown},
			{"not_paid", "Nothing is given back for a payment that was refused.", giveUnpaid},
			{"invalid", "An amount or a currency that cannot be right is refused at once and moves nothing.", giveInvalid},
			{"other_merchant", "A call for another merchant is refused and moves nothing.", giveElsewhere},
			{"key", "One decision that is repeated, with the same key, moves money once where the acquirer knows keys; elsewhere Returned counts what moved.", giveKey},
			{
				"authorisation",
				"A payment keeps its own authorisation whatever goes back: the number of a refund never stands in its place, or an acceptance is " +
					"taken for another one and every refund ends on a clerk's desk.",
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
			"Before remittance a refund is ErrConflict and moves nothing, unless the client itself cancels instead; then the money is back.",
			refundEarly,
		},
	)
}

// give calls the way back, and skips where the client has none.
func (t *trial) give(ctx context.Context, y way, m acquirer.Modification) (acquirer.Result, error) {
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

// offered skips where the client does not have this way back, by its type or by its word.
func (t *trial) offered(y way) error {
	method := y.method(t.client)
	if method == nil {
		return &SkipError{y.op}
	}
	if _, err := method(t.ctx, acquirer.Modification{}); errors.Is(err, acquirer.ErrUnsupported) {
		return &SkipError{y.op}
	}
	return nil
}

// paid brings about an accepted payment from which money can go this way. Its handle is complete, as it is where somebody has asked.
func (t *trial) paid(y way) (*trip, error) {
	if err := t.offered(y); err != nil {
		return nil, err
	}
	p, err := t.pay(acquirer.Accepted)
	if err != nil {
		return nil, err
	}
	if t.traits.AskedByHandle {
		if _, err := t.ask(p); err != nil {
			return nil, err
		}
	}
	if y.remits {
		err = t.advance(remittance)
	}
	return p, err
}

// part is a share of an order's amount, in hundredths.
func part(p *trip, hundredths int64) decimal.Decimal {
	return p.order.Amount.Mul(decimal.New(hundredths, -2)).Round(2)
}

// isBack asks how much has gone back. The payment stays an accepted one, of the amount of the order.
func (t *trial) isBack(p *trip, want decimal.Decimal) error {
	r, err := t.ask(p)
	if err != nil {
		return err
	}
	switch {
	case !r.Returned.Equal(want):
		return fmt.Errorf("Status says that %s went back, expected %s", r.Returned, want)
	case r.Outcome != acquirer.Accepted:
		return fmt.Errorf("after money went back the payment is %q: what happened to the money is said by Returned", r.Outcome)
	}
	return t.ofOrder(r, p.order)
}

// gives gives an amount back, and it must work.
func (t *trial) gives(y way, p *trip, amount decimal.Decimal) error {
	r, err := t.give(t.ctx, y, t.modification(p, amount))
	if err != nil {
		return fmt.Errorf("giving %s of %s back: %w", amount, p.order.Amount, err)
	}
	if r.Reference != p.order.Reference {
		return fmt.Errorf("the result is about %q, the call was about %q", r.Reference, p.order.Reference)
	}
	return nil
}

// refuses asks for an amount back, and it must be refused for certain.
func (t *trial) refuses(y way, m acquirer.Modification, kinds ...error) error {
	r, err := t.give(t.ctx, y, m)
	if isSkip(err) {
		return err
	}
	return refusedWith(err, isZero(r), kinds...)
}

func giveAll(t *trial, y way) error {
	p, err := t.paid(y)
	if err != nil {
		return err
	}
	if err := t.gives(y, p, p.order.Amount); err != nil {
		return err
	}
	return t.isBack(p, p.order.Amount)
}

func giveParts(t *trial, y way) error {
	p, err := t.paid(y)
	if err != nil {
		return err
	}
	cent, sum := decimal.New(1, -2), decimal.Zero
	for _, amount := range []decimal.Decimal{part(p, 40), cent, p.order.Amount.Sub(part(p, 40)).Sub(cent)} {
		if err := t.gives(y, p, amount); err != nil {
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
	p, err := t.paid(y)
	if err != nil {
		return err
	}
	more := t.modification(p, p.order.Amount.Add(decimal.New(1, -2)))
	if err := t.refuses(y, more, acquirer.ErrInvalid, acquirer.ErrConflict); err != nil {
		return err
	}
	if err := t.isBack(p, decimal.Zero); err != nil {
		return err
	}
	most := part(p, 60)
	if err := t.gives(y, p, most); err != nil {
		return err
	}
	if err := t.refuses(y, t.modification(p, most), acquirer.ErrInvalid, acquirer.ErrConflict); err != nil {
		return err
	}
	return t.isBack(p, most)
}

func giveTwice(t *trial, y way) error {
	p, err := t.paid(y)
	if err != nil {
		return err
	}
	if err := t.gives(y, p, p.order.Amount); err != nil {
		return err
	}
	if err := t.refuses(y, t.modification(p, p.order.Amount), acquirer.ErrConflict, acquirer.ErrInvalid); err != nil {
		return err
	}
	return t.isBack(p, p.order.Amount)
}

func giveUnknown(t *trial, y way) error {
	p, err := t.paid(y) // somebody else's payment is not meant
	if err != nil {
		return err
	}
	m := t.modification(p, p.order.Amount)
	m.Reference, m.Handle = t.order().Reference, unknownHandle(m.Handle)
	r, err := y.method(t.client)(t.ctx, m)
	if err := refusedWith(err, isZero(r), t.notKnown()...); err != nil {
		return err
	}
	return t.isBack(p, decimal.Zero)
}

func giveUnpaid(t *trial, y way) error {
	if err := t.offered(y); err != nil {
		return err
	}
	p, err := t.pay(acquirer.Refused)
	if err != nil {
		return err
	}
	return t.refuses(y, t.modification(p, p.order.Amount), acquirer.ErrConflict, acquirer.ErrInvalid, acquirer.ErrNotFound)
}

func giveInvalid(t *trial, y way) error {
	p, err := t.paid(y)
	if err != nil {
		return err
	}
	good := t.modification(p, part(p, 40))
	err = each(map[string]func(*acquirer.Modification){
		"zero":          func(m *acquirer.Modification) { m.Amount = decimal.Zero },
		"negative":      func(m *acquirer.Modification) { m.Amount = decimal.New(-5000, -2) },
		"half a cent":   func(m *acquirer.Modification) { m.Amount = decimal.New(5, -3) },
		"1e20000000":    func(m *acquirer.Modification) { m.Amount = decimal.New(1, 20_000_000) },
		"1e-20000000":   func(m *acquirer.Modification) { m.Amount = decimal.New(1, -20_000_000) },
		"US dollars":    func(m *acquirer.Modification) { m.Currency = "USD" },
		"no currency":   func(m *acquirer.Modification) { m.Currency = "" },
		"small letters": func(m *acquirer.Modification) { m.Currency = "eur" },
	}, func(spoil func(*acquirer.Modification)) error {
		m := good
		spoil(&m)
		return promptly("refusing it", time.Second, func() error {
			return t.refuses(y, m, acquirer.ErrInvalid, acquirer.ErrConflict)
		})
	})
	if err != nil {
		return err
	}
	return t.isBack(p, decimal.Zero)
}

func giveElsewhere(t *trial, y way) error {
	p, err := t.paid(y)
	if err != nil {
		return err
	}
	m := t.modification(p, p.order.Amount)
	m.Merchant = otherName(m.Merchant)
	if err := t.refuses(y, m, acquirer.ErrInvalid); err != nil {
		return err
	}
	return t.isBack(p, decimal.Zero)
}

func giveKey(t *trial, y way) error {
	p, err := t.paid(y)
	if err != nil {
		return err
	}
	m := t.modification(p, part(p, 40))
	moved := decimal.Zero
	for range 2 {
		r, err := t.give(t.ctx, y, m)
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
	m.Key = newKey() // another decision
	if _, err := t.give(t.ctx, y, m); err != nil {
		return fmt.Errorf("another decision for the same amount: %w", err)
	}
	return t.isBack(p, moved.Add(m.Amount))
}

func giveAuthorisation(t *trial, y way) error {
	p, err := t.paid(y)
	if err != nil {
		return err
	}
	before, err := t.ask(p)
	if err != nil {
		return err
	}
	if err := t.wellFormed(before, acquirer.Accepted); err != nil {
		return err
	}
	for _, amount := range []decimal.Decimal{part(p, 40), p.order.Amount.Sub(part(p, 40))} {
		r, err := t.give(t.ctx, y, t.modification(p, amount))
		if err != nil {
			return err
		}
		if r.AuthorisationID != "" && r.AuthorisationID != before.AuthorisationID {
			return fmt.Errorf("the result of giving back has the authorisation %q, the payment's is %q", r.AuthorisationID, before.AuthorisationID)
		}
		after, err := t.ask(p)
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
	p, err := t.paid(y)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(t.ctx)
	cancel()
	err = promptly(y.op, 2*time.Second, func() error {
		r, err := t.give(ctx, y, t.modification(p, p.order.Amount))
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
	y := ways[0]
	p, err := t.paid(y)
	if err != nil {
		return err
	}
	if err := t.advance(remittance); err != nil {
		return err
	}
	if err := t.refuses(y, t.modification(p, p.order.Amount), acquirer.ErrConflict); err != nil {
		return err
	}
	return t.isBack(p, decimal.Zero)
}

func refundEarly(t *trial) error {
	y := ways[1]
	if err := t.offered(y); err != nil {
		return err
	}
	p, err := t.pay(acquirer.Accepted)
	if err != nil {
		return err
	}
	r, err := t.give(t.ctx, y, t.modification(p, p.order.Amount))
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
