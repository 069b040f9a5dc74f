package acquirertest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/quittance/quittance/acquirer"
)

// outcomes are all that a payer can bring about, and why each matters.
var outcomes = []struct {
	outcome acquirer.Outcome
	why     string
}{
	{acquirer.Accepted, "money has moved, and everything that binds it to the order must come back."},
	{acquirer.Refused, "no money has moved, and the payer wants to know what to do."},
	{acquirer.Cancelled, "a payer who gives up has not been refused."},
	{acquirer.Expired, "nobody will bring it back by the browser."},
	{acquirer.Pending, "pending taken for paid gives away a debt, taken for refused loses a payment."},
	{acquirer.Failed, "the payer may try again."},
	{acquirer.Unknown, "a code that is invented tomorrow is neither an error nor a payment."},
}

func outcomeCases() []Case {
	var cases []Case
	for _, o := range outcomes {
		cases = append(cases, Case{
			"outcome/" + string(o.outcome),
			"The notification and the browser bring the same content, or lead to the same answer; it names the order, and its " +
				"outcome is " + string(o.outcome) + ": " + o.why,
			func(t *trial) error { return bothChannels(t, o.outcome) },
		})
	}
	return append(cases, Case{
		"outcome/paid_once",
		"Whoever comes to the payment page again after a payment cannot pay again: a reload or a second tab must not take the " +
			"money twice.",
		paidOnce,
	})
}

// expectedOutcome is what Status says after a payer's outcome: some acquirers never say that a session has expired.
func (t *trial) expectedOutcome(o acquirer.Outcome) acquirer.Outcome {
	if o == acquirer.Expired && t.traits.AbandonedIsOpen {
		return acquirer.Open
	}
	return o
}

func bothChannels(t *trial, outcome acquirer.Outcome) error {
	p, err := t.beginAndEnd(outcome)
	if err != nil {
		return err
	}
	if t.traits.HintsOnly {
		return t.bothHints(p, outcome)
	}
	notified, err := t.onlyCallback(acquirer.Notify)
	if err != nil {
		return err
	}
	if err := t.wellFormed(notified, outcome); err != nil {
		return fmt.Errorf("by notification: %w", err)
	}
	if err := t.ofOrder(notified, p.order); err != nil {
		return fmt.Errorf("by notification: %w", err)
	}
	if outcome == acquirer.Expired {
		return t.noReturn()
	}
	returned, err := t.onlyCallback(acquirer.Return)
	if err != nil {
		return err
	}
	return sameResult(notified, returned)
}

// bothHints checks that each hint about a trip leads to what is true of it. Only an acceptance must be hinted at by the
// acquirer itself: not every acquirer notifies that nothing came of a session.
func (t *trial) bothHints(p *trip, outcome acquirer.Outcome) error {
	truth, err := t.askAbout(p)
	if err != nil {
		return err
	}
	if err := t.wellFormed(truth, t.expectedOutcome(outcome)); err != nil {
		return err
	}
	if err := t.ofOrder(truth, p.order); err != nil {
		return err
	}
	if outcome == acquirer.Accepted {
		if _, err := t.awaitCallbacks(acquirer.Notify, 1); err != nil {
			return err
		}
	}
	if outcome == acquirer.Expired {
		if err := t.noReturn(); err != nil {
			return err
		}
	} else if _, err := t.awaitCallbacks(acquirer.Return, 1); err != nil {
		return err
	}
	for _, cb := range t.w.Callbacks() {
		r, about, err := t.followCallback(cb)
		switch {
		case err != nil:
			return err
		case about != p:
			return fmt.Errorf("a hint by %s leads to another trip", cb.Channel)
		}
		if err := sameResult(truth, r); err != nil {
			return err
		}
	}
	return nil
}

// noReturn checks that no browser has come back.
func (t *trial) noReturn() error {
	if n := len(t.sentOn(acquirer.Return)); n != 0 {
		return fmt.Errorf("an expired session came back by the browser %d times", n)
	}
	return nil
}

// wellFormed checks a result by itself: its outcome, and what must come with it.
func (t *trial) wellFormed(r acquirer.Result, outcome acquirer.Outcome) error {
	switch {
	case r.Outcome != outcome:
		return fmt.Errorf("the outcome is %q (code %q), expected %q", r.Outcome, r.Code, outcome)
	case r.Code == "" && outcome != acquirer.Open:
		return errors.New("the acquirer's code is missing")
	case outcome == acquirer.Refused && r.Decline == "" && !t.traits.NoDecline:
		return errors.New("a refusal without a Decline: the payer cannot be advised")
	case r.Decline != "" && (outcome != acquirer.Refused || t.traits.NoDecline):
		return fmt.Errorf("the Decline %q without a refusal that has a reason", r.Decline)
	case outcome == acquirer.Accepted && r.AuthorisationID == "":
		return errors.New("an acceptance without an authorisation: a second one could not be told from it")
	case !r.Returned.IsZero():
		return fmt.Errorf("Returned is %s before anything went back", r.Returned)
	case outcome == acquirer.Accepted && r.At.IsZero():
		return errors.New("an acceptance without a time")
	case digitsInARow(r.MaskedPAN) >= 12:
		return errors.New("MaskedPAN shows twelve digits in a row or more: it is not masked")
	}
	return nil
}

func digitsInARow(s string) int {
	longest := 0
	for _, run := range strings.FieldsFunc(s, func(c rune) bool { return c < '0' || c > '9' }) {
		longest = max(longest, len(run))
	}
	return longest
}

func paidOnce(t *trial) error {
	p, err := t.beginTrip(t.newOrder())
	if err != nil {
		return err
	}
	return t.onlyFirstCounts(p)
}

// onlyFirstCounts pays a session twice and asks what became of it.
func (t *trial) onlyFirstCounts(p *trip) error {
	if err := t.endTrip(p, acquirer.Accepted); err != nil {
		return err
	}
	first, err := t.askAbout(p)
	if err != nil {
		return err
	}
	if err := t.wellFormed(first, acquirer.Accepted); err != nil {
		return err
	}
	_ = t.w.Pay(p.session, acquirer.Refused) // the payment page may refuse or ignore it; the transaction must stay as it was
	_ = t.w.Pay(p.session, acquirer.Accepted)
	second, err := t.askAbout(p)
	if err != nil {
		return err
	}
	return sameResult(first, second)
}
