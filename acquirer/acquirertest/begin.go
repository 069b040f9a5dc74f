package acquirertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

func beginCases() []Case {
	return []Case{
		{
			"merchant",
			"Merchant is not empty and always the same: every result is compared with it, so a change would orphan every payment " +
				"under way.",
			sameMerchant,
		},
		{
			"begin/session",
			"A session has an absolute http or https address, the method POST or GET, and an expiry: otherwise the payer cannot " +
				"be sent on, or the payment is never given up.",
			goodSession,
		},
		{
			"begin/amounts",
			"The amount is charged to the cent, however it is written, and comes back equal: nothing is rounded silently.",
			exactAmounts,
		},
		{
			"begin/reference_used",
			"A reference that was used before is ErrReferenceUsed, whatever became of it, and no session is handed out; where " +
				"references may repeat, the second order is another transaction, found by its own handle: two payments never " +
				"share one.",
			referenceUsed,
		},
		{
			"begin/handle",
			"The handle has an id for each trip where the acquirer is asked by that, and a proof where a browser brings one: at " +
				"most 200 printable bytes each, never the same twice, with the session's end: what is lost or mixed up here is a " +
				"payment nobody finds.",
			distinctHandles,
		},
		{
			"begin/handle_hidden",
			"Neither the handle's session nor its proof stands in any log, error, JSON or %v: whoever has them reads the payer's " +
				"data, or acts as the payer's browser.",
			handleHidden,
		},
		{
			"begin/invalid",
			"An order that nobody could take is ErrInvalid, certainly not carried out, and refused at once: an amount from " +
				"outside with an absurd exponent must not hold the host up.",
			invalidOrders,
		},
		{
			"begin/context",
			"A call whose context has ended returns soon, with the context's error as its cause, and hands out no session.",
			beginContext,
		},
	}
}

func sameMerchant(t *trial) error {
	m := t.client.Merchant()
	if m == "" {
		return errors.New("Merchant is empty")
	}
	if _, err := t.beginAndEnd(acquirer.Accepted); err != nil {
		return err
	}
	if again := t.client.Merchant(); again != m {
		return fmt.Errorf("Merchant was %q and is now %q", m, again)
	}
	return nil
}

func goodSession(t *trial) error {
	p, err := t.beginTrip(t.newOrder())
	if err != nil {
		return err
	}
	s := p.session
	var page bytes.Buffer
	switch {
	case s.Origin() == "":
		return errors.New("the session's URL is not an absolute http or https address")
	case s.ExpiresAt.IsZero():
		return errors.New("the session has no ExpiresAt: nobody knows when to give the payment up")
	case s.WriteForm(&page, acquirer.Form{}) != nil:
		return fmt.Errorf("WriteForm: %w", s.WriteForm(&page, acquirer.Form{}))
	}
	for name, values := range s.Fields {
		if name == "" || len(values) != 1 {
			return fmt.Errorf("the field %q of the session's form has %d values, expected 1", name, len(values))
		}
	}
	return nil
}

func exactAmounts(t *trial) error {
	candidates := []decimal.Decimal{
		decimal.New(1, -2),                  // one cent
		decimal.New(5, 1),                   // 50 as 5e1
		decimal.New(500000, -4),             // 50 with four decimals
		decimal.New(14999, -2),              // 149.99
		decimal.RequireFromString("19.99"),  // times a hundred in floats it is 1998
		decimal.RequireFromString("150.00"), // the ceiling
	}
	for _, limit := range []decimal.Decimal{t.traits.Smallest, t.traits.Largest} {
		if !limit.IsZero() {
			candidates = append(candidates, limit)
		}
	}
	var paid []*trip
	for _, amount := range candidates {
		if !t.takesAmount(amount) {
			continue
		}
		o := t.newOrder()
		o.Amount = amount
		p, err := t.beginTrip(o)
		if err != nil {
			return fmt.Errorf("%s euros: %w", amount, err)
		}
		if err := t.endTrip(p, acquirer.Accepted); err != nil {
			return err
		}
		paid = append(paid, p)
	}
	cbs, err := t.awaitCallbacks(acquirer.Notify, len(paid))
	if err != nil {
		return err
	}
	heard := make(map[*trip]bool)
	for _, cb := range cbs {
		r, p, err := t.followCallback(cb)
		if err != nil {
			return err
		}
		if err := t.ofOrder(r, p.order); err != nil {
			return err
		}
		heard[p] = true
	}
	if len(heard) != len(paid) {
		return fmt.Errorf("of %d orders that were paid %d were notified", len(paid), len(heard))
	}
	return nil
}

// referenceUsed begins a second order with the reference of a first, which is open, paid or refused.
func referenceUsed(t *trial) error {
	open, err := t.beginTrip(t.newOrder())
	if err != nil {
		return err
	}
	paid, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	refused, err := t.beginAndEnd(acquirer.Refused)
	if err != nil {
		return err
	}
	return forEach(map[string]*trip{"open": open, "paid": paid, "refused": refused}, func(first *trip) error {
		o := first.order
		o.ID = t.newOrder().ID
		if t.traits.ReferencesRepeat {
			return t.beginAgain(first, o)
		}
		s, err := t.client.Begin(t.ctx, o)
		return refusedWith(err, s.IsZero(), acquirer.ErrReferenceUsed)
	})
}

// beginAgain begins a second order with the reference of a first: each is asked about by its own handle.
func (t *trial) beginAgain(first *trip, o acquirer.Order) error {
	before, err := t.askAbout(first)
	if err != nil {
		return err
	}
	second, err := t.beginTrip(o)
	if err != nil {
		return fmt.Errorf("the reference again: %w", err)
	}
	if second.handle.Session == first.handle.Session {
		return errors.New("the reference again has the same handle: two orders would share one transaction")
	}
	if r, err := t.askAbout(second); err != nil || r.Outcome != acquirer.Open {
		return fmt.Errorf("nobody has paid the second order, and the answer is %q: %w", r.Outcome, err)
	}
	after, err := t.askAbout(first)
	if err != nil {
		return err
	}
	return sameResult(before, after)
}

func invalidOrders(t *trial) error {
	spoilers := map[string]func(*acquirer.Order){
		"amount zero":               func(o *acquirer.Order) { o.Amount = decimal.Zero },
		"amount negative":           func(o *acquirer.Order) { o.Amount = decimal.New(-5000, -2) },
		"amount with half a cent":   func(o *acquirer.Order) { o.Amount = decimal.New(50005, -3) },
		"amount of 13 digits":       func(o *acquirer.Order) { o.Amount = decimal.New(1, 10) },
		"amount 1e100000000":        func(o *acquirer.Order) { o.Amount = decimal.New(1, absurd) },
		"amount 1e-100000000":       func(o *acquirer.Order) { o.Amount = decimal.New(1, -absurd) },
		"amount -1e100000000":       func(o *acquirer.Order) { o.Amount = decimal.New(-1, absurd) },
		"no currency":               func(o *acquirer.Order) { o.Currency = "" },
		"currency in small letters": func(o *acquirer.Order) { o.Currency = "eur" },
		"currency of four letters":  func(o *acquirer.Order) { o.Currency = "EURO" },
		"no reference":              func(o *acquirer.Order) { o.Reference = "" },
		"reference of 36":           func(o *acquirer.Order) { o.Reference = strings.Repeat("A", 36) },
		"reference with a bar":      func(o *acquirer.Order) { o.Reference = "A|amount=1" },
		"reference with an accent":  func(o *acquirer.Order) { o.Reference = "PCLCBé" },
		"return address relative":   func(o *acquirer.Order) { o.ReturnURL = "/return" },
		"return address missing":    func(o *acquirer.Order) { o.ReturnURL = "" },
		"return address javascript": func(o *acquirer.Order) { o.ReturnURL = "javascript:alert(1)" },
		"notify address relative":   func(o *acquirer.Order) { o.NotifyURL = "//notify" },
	}
	cent := decimal.New(1, -2)
	if s := t.traits.Smallest; s.GreaterThan(cent) {
		spoilers["amount below the smallest"] = func(o *acquirer.Order) { o.Amount = s.Sub(cent) }
	}
	if l := t.traits.Largest; !l.IsZero() {
		spoilers["amount above the largest"] = func(o *acquirer.Order) { o.Amount = l.Add(cent) }
	}
	return forEach(spoilers, func(spoil func(*acquirer.Order)) error {
		good := t.newOrder()
		bad := good
		spoil(&bad)
		err := checkPrompt("refusing it", func() error {
			s, err := t.client.Begin(t.ctx, bad)
			return refusedWith(err, s.IsZero(), acquirer.ErrInvalid)
		})
		if err != nil || bad.Reference != good.Reference {
			return err
		}
		if _, err := t.beginTrip(good); err != nil {
			return fmt.Errorf("the reference of an order that was certainly not carried out cannot be used any more: %w", err)
		}
		return nil
	})
}

func beginContext(t *trial) error {
	past, cancelPast := context.WithDeadline(t.ctx, time.Now().Add(-time.Second))
	defer cancelPast()
	ended, cancel := context.WithCancel(t.ctx)
	cancel()
	return forEach(map[string]context.Context{"cancelled": ended, "past its deadline": past}, func(ctx context.Context) error {
		return checkPrompt("Begin", func() error {
			s, err := t.client.Begin(ctx, t.newOrder())
			return endedWith(ctx, err, s.IsZero())
		})
	})
}
