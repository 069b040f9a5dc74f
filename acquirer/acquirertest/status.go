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
			"A reference or a handle that the acquirer has never seen is ErrNotFound, and never a result: a payment must not be " +
				"invented. An acquirer that forgets cannot know, and says ErrUnavailable or ErrUnsupported.",
			unknownReference,
		},
		{
			"status/no_reference",
			"What cannot be a reference or a handle is refused at once, as invalid or as not known; it reaches no address and no " +
				"log.",
			noReference,
		},
		{
			"status/not_paid_yet",
			"While the payer is at the payment page nothing final is said: a final answer would free the debt for a second " +
				"payment. An acquirer that is asked by handle says Open, with the handle, and needs no amount.",
			notPaidYet,
		},
		{
			"status/handle_of_another",
			"The handle of another order never yields a result about this one; where the reference finds it, a handle changes " +
				"nothing: one payer's money must not settle another's debt.",
			handleOfAnother,
		},
		{
			"status/other_merchant",
			"A question for another merchant is refused as ErrInvalid, without a look: asked of the wrong desk, every payment is " +
				"\"not found\", and the money would be written off.",
			otherMerchant,
		},
		{"status/context", "A question whose context has ended returns soon, with the context's error as its cause and no result.", statusContext},
	}
	for _, o := range outcomes {
		cases = append(cases, Case{
			"status/" + string(o.outcome),
			"Asked afterwards, the acquirer says what the notification said: where the notification was lost, the question is " +
				"all there is.",
			func(t *trial) error { return statusAgrees(t, o.outcome) },
		})
	}
	return cases
}

// notKnown are the kinds of the error of a question about what the acquirer has never seen. One that forgets cannot say that
// there is nothing.
func (t *trial) notKnown() []error {
	switch {
	case t.traits.Forgets:
		return []error{acquirer.ErrUnavailable, acquirer.ErrUnsupported, acquirer.ErrInvalid}
	case t.traits.AskedByHandle:
		return []error{acquirer.ErrNotFound, acquirer.ErrInvalid}
	}
	return []error{acquirer.ErrNotFound}
}

func unknownReference(t *trial) error {
	paid, err := t.beginAndEnd(acquirer.Accepted) // another payment exists, and must not be the answer
	if err != nil {
		return err
	}
	q := t.questionAbout(paid)
	q.Reference, q.Handle = t.newOrder().Reference, unknownHandle(q.Handle)
	if err := t.refusesQuestion(q, t.notKnown()...); err != nil || !t.traits.AskedByHandle {
		return err
	}
	q.Reference, q.Handle = paid.order.Reference, acquirer.Handle{}
	return t.refusesQuestion(q, append(t.notKnown(), acquirer.ErrUnsupported)...)
}

// refusesQuestion asks a question to which there is no result.
func (t *trial) refusesQuestion(q acquirer.Question, kinds ...error) error {
	r, err := t.client.Status(t.ctx, q)
	if errors.Is(err, acquirer.ErrUnsupported) && !t.traits.AskedByHandle {
		return &SkipError{"Status"}
	}
	return refusedWith(err, isZero(r), kinds...)
}

func noReference(t *trial) error {
	kinds := append(t.notKnown(), acquirer.ErrInvalid, acquirer.ErrUnsupported)
	return forEach(map[string]string{
		"empty":          "",
		"36 characters":  strings.Repeat("A", 36),
		"a path":         "../../etc",
		"a bar":          "A|responseCode=00",
		"not UTF-8":      "\xff\xfe",
		"a line feed":    "A\nB",
		"64 KiB of text": strings.Repeat("A", 64<<10),
	}, func(text string) error {
		q := acquirer.Question{Reference: text, Merchant: t.client.Merchant()}
		if t.traits.AskedByHandle {
			q.Handle = acquirer.Handle{Session: text, Payment: text, ExpiresAt: time.Now()}
		}
		return checkPrompt("Status", func() error { return t.refusesQuestion(q, kinds...) })
	})
}

func notPaidYet(t *trial) error {
	p, err := t.beginTrip(t.newOrder())
	if err != nil {
		return err
	}
	r, err := t.askAbout(p)
	switch {
	case isSkip(err):
		return err
	case err != nil && t.traits.AskedByHandle:
		return fmt.Errorf("the acquirer knows the session, so the answer is Open: %w", err)
	case err != nil:
		return refusedWith(err, isZero(r), acquirer.ErrNotFound)
	case r.Outcome.Final() || t.traits.AskedByHandle && r.Outcome != acquirer.Open:
		return fmt.Errorf("nobody has paid, and Status says %q", r.Outcome)
	case r.Outcome == acquirer.Open && r.Handle.Session != p.session.Handle.Session:
		return errors.New("the answer Open has not the handle of the session")
	}
	return t.ofOrder(r, p.order)
}

func handleOfAnother(t *trial) error {
	mine, err := t.beginAndEnd(acquirer.Refused)
	if err != nil {
		return err
	}
	theirs, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	q, handle := t.questionAbout(mine), t.questionAbout(theirs).Handle
	truth, err := t.askAbout(mine)
	if err != nil {
		return err
	}
	if err := t.wellFormed(truth, acquirer.Refused); err != nil {
		return err
	}
	if _, err := t.askAbout(theirs); err != nil {
		return err
	}
	learned := t.questionAbout(theirs).Handle
	handles := map[string]acquirer.Handle{"of another order": handle, "of another order, with its payment": learned}
	if learned.Payment != "" {
		own := t.questionAbout(mine).Handle
		own.Payment = learned.Payment
		handles["with another order's payment"] = own
	}
	return forEach(handles, func(h acquirer.Handle) error {
		q := q
		q.Handle = h
		r, err := t.client.Status(t.ctx, q)
		switch {
		case !t.traits.AskedByHandle && err != nil:
			return fmt.Errorf("the reference is enough to ask by: %w", err)
		case !t.traits.AskedByHandle:
			return sameResult(truth, r)
		case err != nil:
			_, err := asError(err)
			return err
		case r.Reference == q.Reference && sameResult(truth, r) != nil:
			return fmt.Errorf("another order's payment is told as this one's: %s", r)
		}
		return nil
	})
}

func otherMerchant(t *trial) error {
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	if _, err := t.askAbout(p); err != nil {
		return err
	}
	_ = t.w.Fault(ServerError) // a client that sends the question all the same gets an error; a world may have no faults
	q := t.questionAbout(p)
	q.Merchant = otherName(q.Merchant)
	return t.refusesQuestion(q, acquirer.ErrInvalid)
}

// otherName is a merchant's number with another first digit.
func otherName(merchant string) string {
	first := "9"
	if strings.HasPrefix(merchant, "9") {
		first = "8"
	}
	return first + merchant[min(1, len(merchant)):]
}

func statusContext(t *trial) error {
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	if _, err := t.askAbout(p); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(t.ctx)
	cancel()
	return checkPrompt("Status", func() error {
		r, err := t.client.Status(ctx, t.questionAbout(p))
		return endedWith(ctx, err, isZero(r))
	})
}

func statusAgrees(t *trial, outcome acquirer.Outcome) error {
	p, err := t.beginAndEnd(outcome)
	if err != nil {
		return err
	}
	asked, err := t.askAbout(p)
	if err != nil {
		return err
	}
	if err := t.wellFormed(asked, t.expectedOutcome(outcome)); err != nil {
		return err
	}
	if err := t.ofOrder(asked, p.order); err != nil {
		return err
	}
	if t.traits.HintsOnly {
		return nil // what hints lead to is the case of the outcome
	}
	notified, err := t.onlyCallback(acquirer.Notify)
	if err != nil {
		return err
	}
	return sameResult(notified, asked)
}
