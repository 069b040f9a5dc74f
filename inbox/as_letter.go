package inbox

import (
	"errors"
	"fmt"
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
