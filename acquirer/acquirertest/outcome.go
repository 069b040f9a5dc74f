package acquirertest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/quittance/quittance/acquirer"
)

// outcomes are all that a payer can bring about, with what is special about each.
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
			"The notification and the browser bring the same sealed content, it names the order, and its outcome is " + string(o.outcome) +
				": " + o.why,
			func(t *trial) error { return bothChannels(t, o.outcome) },
		})
	}
	return append(cases, Case{
		"outcome/paid_once",
		"Whoever comes to the kiosk again after a payment cannot pay again: a reload or a second tab must not take the money twice.",
		paidOnce,
	})
}

func bothChannels(t *trial, outcome acquirer.Outcome) error {
	o, err := t.pay(outcome)
	if err != nil {
		return err
	}
	notified, err := t.only(acquirer.Notify)
	if err != nil {
		return err
	}
	if err := wellFormed(notified, outcome); err != nil {
		return fmt.Errorf("by notification: %w", err)
	}
	if err := t.ofOrder(notified, o); err != nil {
		return fmt.Errorf("by notification: %w", err)
	}
	if outcome == acquirer.Expired {
		if n := len(t.sent(acquirer.Return)); n != 0 {
			return fmt.Errorf("an expired session came back by the browser %d times", n)
		}
		return nil
	}
	returned, err := t.only(acquirer.Return)
	if err != nil {
		return err
	}
	return same(notified, returned)
}

// wellFormed checks what a result says by itself.
func wellFormed(r acquirer.Result, outcome acquirer.Outcome) error {
	switch {
	case r.Outcome != outcome:
		return fmt.Errorf("the outcome is %q (code %q), expected %q", r.Outcome, r.Code, outcome)
	case r.Code == "":
		return errors.New("the acquirer's code is missing")
	case outcome == acquirer.Refused && r.Decline == "":
		return errors.New("a refusal without a Decline: the payer cannot be advised")
	case outcome != acquirer.Refused && r.Decline != "":
		return fmt.Errorf("the Decline %q without a refusal", r.Decline)
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
	o := t.order()
	s, err := t.begin(o)
	if err != nil {
		return err
	}
	return t.onlyFirstCounts(o, s)
}

// onlyFirstCounts pays a session twice and asks what became of it.
func (t *trial) onlyFirstCounts(o acquirer.Order, s acquirer.Session) error {
	if err := t.w.Pay(s, acquirer.Accepted); err != nil {
		return unsupported("paying", err)
	}
	first, err := t.status(o.Reference)
	if err != nil {
		return err
	}
	if err := wellFormed(first, acquirer.Accepted); err != nil {
		return err
	}
	_ = t.w.Pay(s, acquirer.Refused) // the kiosk may say no or nothing; what counts is the transaction
	_ = t.w.Pay(s, acquirer.Accepted)
	second, err := t.status(o.Reference)
	if err != nil {
		return err
	}
	return same(first, second)
}
