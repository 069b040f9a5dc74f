package acquirertest

import (
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// afterEnd is later than any session's end, and soon after it.
const afterEnd = 61 * time.Minute

func endCases() []Case {
	return []Case{
		{
			"status/session_expired",
			"A session that nobody used is Expired when asked soon after its end, or Open where an acquirer never says so; it comes back by no browser, and " +
				"nobody can pay afterwards: the debt is free again.",
			sessionExpired,
		},
		{
			"status/after_session",
			"Days after the session's end a payment whose id was learned is told as ever; of a session without payment an acquirer that forgets says " +
				"ErrUnsupported and never ErrNotFound, one that deletes it ErrNotFound, all others Expired: not found is believed, and writes money off.",
			afterSession,
		},
	}
}

func sessionExpired(t *trial) error {
	p, err := t.begin(t.order())
	if err != nil {
		return err
	}
	if err := t.advance(afterEnd); err != nil {
		return err
	}
	asked, err := t.ask(p)
	want := t.told(acquirer.Expired)
	switch {
	case err != nil:
		return fmt.Errorf("asked after the session's end: %w", err)
	case asked.Outcome != want:
		return fmt.Errorf("asked after the session's end, the outcome is %q, expected %q", asked.Outcome, want)
	}
	if !t.traits.HintsOnly {
		notified, err := t.only(acquirer.Notify)
		if err != nil {
			return err
		}
		if err := same(notified, asked); err != nil {
			return err
		}
	}
	if err := t.noReturn(); err != nil {
		return err
	}
	_ = t.w.Pay(p.session, acquirer.Accepted) // the payment page may say no; what counts is the transaction
	after, err := t.ask(p)
	if err != nil {
		return err
	}
	return same(asked, after)
}

func afterSession(t *trial) error {
	abandoned, err := t.begin(t.order())
	if err != nil {
		return err
	}
	learned, err := t.pay(acquirer.Accepted)
	if err != nil {
		return err
	}
	missed, err := t.pay(acquirer.Accepted)
	if err != nil {
		return err
	}
	truth, err := t.ask(learned)
	if err != nil {
		return err
	}
	if err := t.advance(2 * 24 * time.Hour); err != nil {
		return err
	}
	if now, err := t.ask(learned); err != nil {
		return fmt.Errorf("two days later, a payment whose handle is complete: %w", err)
	} else if err := same(truth, now); err != nil {
		return err
	}
	if err := t.missedPayment(missed); err != nil {
		return err
	}
	r, err := t.client.Status(t.ctx, t.question(abandoned))
	switch {
	case t.traits.Forgets:
		return refusedWith(err, isZero(r), acquirer.ErrUnsupported)
	case t.traits.AbandonedIsOpen:
		return refusedWith(err, isZero(r), acquirer.ErrNotFound)
	case err != nil:
		return fmt.Errorf("two days later, a session that nobody used: %w", err)
	case r.Outcome != acquirer.Expired:
		return fmt.Errorf("two days later, a session that nobody used is %q, expected %q", r.Outcome, acquirer.Expired)
	}
	return nil
}

// missedPayment asks for the first time, two days later, about a payment of which nothing was heard.
func (t *trial) missedPayment(p *trip) error {
	r, err := t.client.Status(t.ctx, t.question(p))
	switch {
	case t.traits.Forgets && errors.Is(err, acquirer.ErrUnsupported):
		return nil
	case err != nil:
		return fmt.Errorf("two days later, a payment that nobody had asked about: %w", err)
	case r.Outcome != acquirer.Accepted:
		return fmt.Errorf("two days later, a payment that nobody had asked about is %q", r.Outcome)
	}
	return t.ofOrder(r, p.order)
}
