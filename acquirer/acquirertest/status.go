package acquirertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
)

func statusCases() []Case {
	cases := []Case{
		{
			"status/unknown_reference",
			"A reference that the acquirer has never seen is ErrNotFound, and never a result: a payment must not be invented.",
			unknownReference,
		},
		{
			"status/no_reference",
			"What cannot be a reference is ErrInvalid or ErrNotFound, at once; it reaches no address and no log.",
			noReference,
		},
		{
			"status/not_paid_yet",
			"While the payer is at the kiosk nothing final is said: a final answer would free the debt for a second payment.",
			notPaidYet,
		},
		{
			"status/session_expired",
			"A session that nobody used ends as Expired, by notification and when asked, and comes back by no browser; nobody can pay " +
				"afterwards: the debt is free again.",
			expired,
		},
		{"status/context", "A question whose context has ended returns soon, with the context's error as its cause and no result.", statusContext},
	}
	for _, o := range outcomes {
		cases = append(cases, Case{
			"status/" + string(o.outcome),
			"Asked afterwards, the acquirer says what the notification said: where the notification was lost, the question is all there is.",
			func(t *trial) error { return agrees(t, o.outcome) },
		})
	}
	return cases
}

func unknownReference(t *trial) error {
	if _, err := t.pay(acquirer.Accepted); err != nil { // somebody else's payment is not the answer
		return err
	}
	r, err := t.status(t.order().Reference)
	if skip := (*SkipError)(nil); errors.As(err, &skip) {
		return err
	}
	return refusedWith(err, isZero(r), acquirer.ErrNotFound)
}

func noReference(t *trial) error {
	return each(map[string]string{
		"empty":          "",
		"36 characters":  strings.Repeat("A", 36),
		"a path":         "../../etc",
		"a bar":          "A|responseCode=00",
		"not UTF-8":      "\xff\xfe",
		"a line feed":    "A\nB",
		"64 KiB of text": strings.Repeat("A", 64<<10),
	}, func(reference string) error {
		return promptly("Status", 2*time.Second, func() error {
			r, err := t.status(reference)
			if skip := (*SkipError)(nil); errors.As(err, &skip) {
				return err
			}
			return refusedWith(err, isZero(r), acquirer.ErrInvalid, acquirer.ErrNotFound)
		})
	})
}

func notPaidYet(t *trial) error {
	o := t.order()
	if _, err := t.begin(o); err != nil {
		return err
	}
	r, err := t.status(o.Reference)
	skip := (*SkipError)(nil)
	switch {
	case errors.As(err, &skip):
		return err
	case err != nil:
		return refusedWith(err, isZero(r), acquirer.ErrNotFound)
	case r.Outcome.Final():
		return fmt.Errorf("nobody has paid, and Status says %q", r.Outcome)
	}
	return nil
}

func expired(t *trial) error {
	o := t.order()
	s, err := t.begin(o)
	if err != nil {
		return err
	}
	if err := t.advance(61 * time.Minute); err != nil {
		return err
	}
	asked, err := t.status(o.Reference)
	switch {
	case err != nil:
		return fmt.Errorf("asked after the session's end: %w", err)
	case asked.Outcome != acquirer.Expired:
		return fmt.Errorf("asked after the session's end, the outcome is %q", asked.Outcome)
	}
	notified, err := t.only(acquirer.Notify)
	if err != nil {
		return err
	}
	if err := same(notified, asked); err != nil {
		return err
	}
	if n := len(t.sent(acquirer.Return)); n != 0 {
		return fmt.Errorf("it came back by the browser %d times", n)
	}
	_ = t.w.Pay(s, acquirer.Accepted) // the kiosk may say no; what counts is the transaction
	after, err := t.status(o.Reference)
	if err != nil {
		return err
	}
	return same(asked, after)
}

func statusContext(t *trial) error {
	o, err := t.pay(acquirer.Accepted)
	if err != nil {
		return err
	}
	if _, err := t.status(o.Reference); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(t.ctx)
	cancel()
	return promptly("Status", 2*time.Second, func() error {
		r, err := t.client.Status(ctx, acquirer.Question{Reference: o.Reference})
		return endedWith(ctx, err, isZero(r))
	})
}

func agrees(t *trial, outcome acquirer.Outcome) error {
	o, err := t.pay(outcome)
	if err != nil {
		return err
	}
	asked, err := t.status(o.Reference)
	if err != nil {
		return err
	}
	if err := wellFormed(asked, outcome); err != nil {
		return err
	}
	if err := t.ofOrder(asked, o); err != nil {
		return err
	}
	notified, err := t.only(acquirer.Notify)
	if err != nil {
		return err
	}
	return same(notified, asked)
}
