package inbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// AsLetter tells another content as a letter: with a greeting, what it is about, how to reach the service, and a signature. It is
// for what a banner or an answer says; [Acknowledgement], [RefundNotice] and [Reminder] are letters already, and are refused.
//
// From is who writes; a From within Content does not count.
type AsLetter struct {
	Content Content
	From    Sender
}

func (AsLetter) contentName() string { return "letter" }

func (n AsLetter) setFacts(t *factBuilder) error {
	switch n.Content.(type) {
	case nil:
		return errors.New("the letter's content is nil")
	case Acknowledgement, RefundNotice, Reminder, Notification, Header, Receipt, AsLetter:
		return fmt.Errorf("%s is no content for a letter", n.Content.contentName())
	}
	inner := n.Content
	if d, ok := inner.(NotEligible); ok {
		d.From = n.From
		inner = d
	}
	t.ByLetter = "yes"
	if err := errors.Join(t.setSender(n.From), inner.setFacts(t)); err != nil {
		return err
	}
	bs, err := t.edition.textBlocks(inner.contentName(), &t.Facts)
	if err != nil {
		return err
	}
	if len(bs) > 0 {
		t.Subject, t.Body = strings.Join(bs[0].lines, " "), linesOfBlocks(bs[1:])
	}
	return nil
}

// LetterKind is a letter that [Deliverer] writes on request. The source shows none of them (S61): what they say stands on the
// home page of the account. The strings are part of [Letter].Key, and frozen.
type LetterKind string

const (
	LetterFailed      LetterKind = "failed"         // a payment was refused or broke off, with advice
	LetterCancelled   LetterKind = "cancelled"      // the payer left the bank's page
	LetterExpired     LetterKind = "expired"        // the time to pay is over
	LetterUnknown     LetterKind = "result_unknown" // the bank's answer was not final
	LetterReview      LetterKind = "review"         // somebody checks the payment
	LetterPaidTwice   LetterKind = "paid_twice"     // a second payment, which is given back
	LetterNotRecorded LetterKind = "not_recorded"   // 24 hours are over and the account does not show the payment (S77)
	LetterRecorded    LetterKind = "recorded"       // the account shows the payment
	LetterRefunding   LetterKind = "refunding"      // money is on its way back
)

// letterKinds are all that can be asked for.
func letterKinds() []LetterKind {
	var out []LetterKind
	for _, o := range letterOccasions {
		if o.kind != "" && !slices.Contains(out, o.kind) {
			out = append(out, o.kind)
		}
	}
	return out
}
