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
			{"unknown_reference", "Nothing is given back for a reference that does not exist: ErrNotFound.", giveUnknown},
			{"not_paid", "Nothing is given back for a payment that was refused.", giveUnpaid},
			{"invalid", "An amount or a currency that cannot be right is refused at once and moves nothing.", giveInvalid},
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
func (t *trial) give(ctx context.Context, y way, reference string, amount decimal.Decimal) (acquirer.Result, error) {
	method := y.method(t.client)
	if method == nil {
		return acquirer.Result{}, &SkipError{y.op}
	}
	r, err := method(ctx, acquirer.Modification{Reference: reference, Amount: amount, Currency: "EUR"})
	if errors.Is(err, acquirer.ErrUnsupported) {
		return r, &SkipError{y.op}
	}
	return r, err
}

// paid brings about an accepted payment from which money can go this way.
func (t *trial) paid(y way) (acquirer.Order, error) {
	if y.method(t.client) == nil {
		return acquirer.Order{}, &SkipError{y.op}
	}
	o, err := t.pay(acquirer.Accepted)
	if err == nil && y.remits {
		err = t.advance(remittance)
	}
	return o, err
}

// isBack asks how much has gone back. The payment stays an accepted one, of the amount of the order.
func (t *trial) isBack(o acquirer.Order, want decimal.Decimal) error {
	r, err := t.status(o.Reference)
	if err != nil {
		return err
	}
	switch {
	case !r.Returned.Equal(want):
		return fmt.Errorf("Status says that %s went back, expected %s", r.Returned, want)
	case r.Outcome != acquirer.Accepted:
		return fmt.Errorf("after money went back the payment is %q: what happened to the money is said by Returned", r.Outcome)
	}
	return t.ofOrder(r, o)
}

// gives gives an amount back, and it must work.
func (t *trial) gives(y way, o acquirer.Order, amount decimal.Decimal) error {
	r, err := t.give(t.ctx, y, o.Reference, amount)
	if err != nil {
		return fmt.Errorf("giving %s of %s back: %w", amount, o.Amount, err)
	}
	if r.Reference != o.Reference {
		return fmt.Errorf("the result is about %q, the call was about %q", r.Reference, o.Reference)
	}
	return nil
}

// refuses asks for an amount back, and it must be refused for certain.
func (t *trial) refuses(y way, reference string, amount decimal.Decimal, kinds ...error) error {
	r, err := t.give(t.ctx, y, reference, amount)
	if skip := (*SkipError)(nil); errors.As(err, &skip) {
		return err
	}
	return refusedWith(err, isZero(r), kinds...)
}

func giveAll(t *trial, y way) error {
	o, err := t.paid(y)
	if err != nil {
		return err
	}
	if err := t.gives(y, o, o.Amount); err != nil {
		return err
	}
	return t.isBack(o, o.Amount)
}

func giveParts(t *trial, y way) error {
	o, err := t.paid(y)
	if err != nil {
		return err
	}
	for _, part := range []struct{ give, sum int64 }{{2000, 2000}, {1, 2001}, {2999, 5000}} {
		if err := t.gives(y, o, decimal.New(part.give, -2)); err != nil {
			return err
		}
		if err := t.isBack(o, decimal.New(part.sum, -2)); err != nil {
			return err
		}
	}
	return nil
}

func giveTooMuch(t *trial, y way) error {
	o, err := t.paid(y)
	if err != nil {
		return err
	}
	if err := t.refuses(y, o.Reference, decimal.New(5001, -2), acquirer.ErrInvalid, acquirer.ErrConflict); err != nil {
		return err
	}
	if err := t.isBack(o, decimal.Zero); err != nil {
		return err
	}
	part := decimal.New(3000, -2)
	if err := t.gives(y, o, part); err != nil {
		return err
	}
	if err := t.refuses(y, o.Reference, part, acquirer.ErrInvalid, acquirer.ErrConflict); err != nil {
		return err
	}
	return t.isBack(o, part)
}

func giveTwice(t *trial, y way) error {
	o, err := t.paid(y)
	if err != nil {
		return err
	}
	if err := t.gives(y, o, o.Amount); err != nil {
		return err
	}
	if err := t.refuses(y, o.Reference, o.Amount, acquirer.ErrConflict, acquirer.ErrInvalid); err != nil {
		return err
	}
	return t.isBack(o, o.Amount)
}

func giveUnknown(t *trial, y way) error {
	if _, err := t.paid(y); err != nil { // somebody else's payment is not meant
		return err
	}
	return t.refuses(y, t.order().Reference, fifty, acquirer.ErrNotFound)
}

func giveUnpaid(t *trial, y way) error {
	if y.method(t.client) == nil {
		return &SkipError{y.op}
	}
	o, err := t.pay(acquirer.Refused)
	if err != nil {
		return err
	}
	return t.refuses(y, o.Reference, o.Amount, acquirer.ErrConflict, acquirer.ErrInvalid, acquirer.ErrNotFound)
}

func giveInvalid(t *trial, y way) error {
	o, err := t.paid(y)
	if err != nil {
		return err
	}
	err = each(map[string]acquirer.Modification{
		"zero":          {Amount: decimal.Zero},
		"negative":      {Amount: decimal.New(-5000, -2)},
		"half a cent":   {Amount: decimal.New(5, -3)},
		"1e20000000":    {Amount: decimal.New(1, 20_000_000)},
		"1e-20000000":   {Amount: decimal.New(1, -20_000_000)},
		"US dollars":    {Amount: fifty, Currency: "USD"},
		"no currency":   {Amount: fifty, Currency: "-"},
		"small letters": {Amount: fifty, Currency: "eur"},
	}, func(m acquirer.Modification) error {
		m.Reference = o.Reference
		switch m.Currency {
		case "":
			m.Currency = "EUR"
		case "-":
			m.Currency = ""
		}
		return promptly("refusing it", time.Second, func() error {
			r, err := y.method(t.client)(t.ctx, m)
			if errors.Is(err, acquirer.ErrUnsupported) {
				return &SkipError{y.op}
			}
			return refusedWith(err, isZero(r), acquirer.ErrInvalid, acquirer.ErrConflict)
		})
	})
	if err != nil {
		return err
	}
	return t.isBack(o, decimal.Zero)
}

func giveContext(t *trial, y way) error {
	o, err := t.paid(y)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(t.ctx)
	cancel()
	err = promptly(y.op, 2*time.Second, func() error {
		r, err := t.give(ctx, y, o.Reference, o.Amount)
		if skip := (*SkipError)(nil); errors.As(err, &skip) {
			return err
		}
		return endedWith(ctx, err, isZero(r))
	})
	if err != nil {
		return err
	}
	return t.isBack(o, decimal.Zero)
}

func cancelLate(t *trial) error {
	y := ways[0]
	o, err := t.paid(y)
	if err != nil {
		return err
	}
	if err := t.advance(remittance); err != nil {
		return err
	}
	if err := t.refuses(y, o.Reference, o.Amount, acquirer.ErrConflict); err != nil {
		return err
	}
	return t.isBack(o, decimal.Zero)
}

func refundEarly(t *trial) error {
	y := ways[1]
	if y.method(t.client) == nil {
		return &SkipError{y.op}
	}
	o, err := t.pay(acquirer.Accepted)
	if err != nil {
		return err
	}
	r, err := t.give(t.ctx, y, o.Reference, o.Amount)
	if skip := (*SkipError)(nil); errors.As(err, &skip) {
		return err
	}
	if err == nil {
		return t.isBack(o, o.Amount)
	}
	if err := refusedWith(err, isZero(r), acquirer.ErrConflict); err != nil {
		return err
	}
	return t.isBack(o, decimal.Zero)
}
