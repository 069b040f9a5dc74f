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
			"A session that nobody used is Expired when asked soon after its end, or Open where an acquirer never says so; it " +
				"comes back by no browser, and nobody can pay afterwards: the debt is free again.",
			sessionExpired,
		},
		{
			"status/after_session",
			"Days after the session's end a payment whose id was learned is told as ever; of a session without payment an " +
				"acquirer that forgets says ErrUnsupported and never ErrNotFound, one that deletes it ErrNotFound, all others " +
				"Expired: not found is believed, and writes money off.",
			afterSession,
		},
	}
}

func sessionExpired(t *trial) error {
	p, err := t.beginTrip(t.newOrder())
	if err != nil {
		return err
	}
	if err := t.advanceClock(afterEnd); err != nil {
		return err
	}
	asked, err := t.askAbout(p)
	want := t.expectedOutcome(acquirer.Expired)
	switch {
	case err != nil:
		return fmt.Errorf("asked after the session's end: %w", err)
	case asked.Outcome != want:
		return fmt.Errorf("asked after the session's end, the outcome is %q, expected %q", asked.Outcome, want)
	}
	if !t.traits.HintsOnly {
		notified, err := t.onlyCallback(acquirer.Notify)
		if err != nil {
			return err
		}
		if err := sameResult(notified, asked); err != nil {
			return err
		}
	}
	if err := t.noReturn(); err != nil {
		return err
	}
	_ = t.w.Pay(p.session, acquirer.Accepted) // the payment page may refuse; the transaction must stay as it was
	after, err := t.askAbout(p)
	if err != nil {
		return err
	}
	return sameResult(asked, after)
}

func afterSession(t *trial) error {
	abandoned, err := t.beginTrip(t.newOrder())
	if err != nil {
		return err
	}
	learned, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	missed, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	truth, err := t.askAbout(learned)
	if err != nil {
		return err
	}
	if err := t.advanceClock(2 * 24 * time.Hour); err != nil {
		return err
	}
	if now, err := t.askAbout(learned); err != nil {
		return fmt.Errorf("two days later, a payment whose handle is complete: %w", err)
	} else if err := sameResult(truth, now); err != nil {
		return err
	}
	if err := t.missedPayment(missed); err != nil {
		return err
	}
	r, err := t.client.Status(t.ctx, t.questionAbout(abandoned))
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
	r, err := t.client.Status(t.ctx, t.questionAbout(p))
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
