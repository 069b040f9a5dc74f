package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// occasions are the entries that call for a letter; what is not here calls for none. A payment that is acknowledged already is
// not acknowledged again: the letter's key is the same.
var occasions = []struct {
	on     []payment.EventKind
	effect []payment.Effect
	to     payment.State // empty: any
	letter func(payment.Payment, Options) Content
}{
	// The first verified acceptance, whatever state it leads to; in review it is noted as evidence (CRPA L112-11, S64).
	{
		[]payment.EventKind{payment.OnAccepted, payment.OnAcceptedToo, payment.OnMismatched},
		[]payment.Effect{payment.Changed, payment.Noted}, "", acknowledge,
	},
	// What went back was accepted before, which may not have been heard of: the return is then the first that is known of it.
	{[]payment.EventKind{payment.OnReturned}, []payment.Effect{payment.Changed, payment.Noted}, "", acknowledge},
	// A person found that the money is ours.
	{[]payment.EventKind{payment.OnKept}, []payment.Effect{payment.Changed}, payment.Paid, acknowledge},
	{
		[]payment.EventKind{payment.OnReturned, payment.OnWasReturned}, []payment.Effect{payment.Changed}, payment.Refunded,
		func(p payment.Payment, o Options) Content { return RefundNotice{p, o} },
	},
}

func acknowledge(p payment.Payment, o Options) Content { return Acknowledgement{p, o} }

// Deliverer returns what [payment.Config].Deliver wants: it writes the letters that a payment calls for. An acknowledgement
// follows the first verified acceptance, also one that leads to review, and a person's decision to keep the money; a notice
// follows money that went back. Nothing follows a failure (S61). Each letter is written once: its key is the payment's ID, a
// slash and its kind, such as "acknowledgement".
//
// A change that is about no known payment, or about one without a debtor, is none of its business; so are all other changes:
// nil. An error asks for another try; it comes from the mailbox, or from a mailbox or a catalog that is nil.
//
// The function is safe for concurrent use if the mailbox is.
func Deliverer(m Mailbox, c *Catalog, o Options) func(context.Context, payment.Change) error {
	return func(ctx context.Context, ch payment.Change) error {
		contents := lettersFor(ch, o)
		if len(contents) == 0 {
			return nil
		}
		if m == nil {
			return errors.New("inbox: Deliverer: the mailbox is nil")
		}
		p := ch.Payment
		now := o.now().UTC().Truncate(time.Microsecond)
		for _, content := range contents {
			msg, err := c.Render(language.Make(p.Language), content)
			if err != nil {
				return fmt.Errorf("inbox: payment %s: %w", p.Reference, err)
			}
			l := Letter{
				Key: string(p.ID) + "/" + content.name(), Debtor: p.Debtor,
				ReceivedAt: now, DeleteAt: DeletionDate(now, o.KeepMonths), Message: msg,
			}
			if err := m.Deliver(ctx, l); err != nil {
				return fmt.Errorf("inbox: payment %s: deliver %s: %w", p.Reference, content.name(), err)
			}
		}
		return nil
	}
}

// lettersFor are the letters that a change calls for.
func lettersFor(ch payment.Change, o Options) (letters []Content) {
	p, e := ch.Payment, ch.Entry
	if p.ID == "" || p.Debtor == "" || strings.HasPrefix(ch.Key, "orphan/") {
		return nil
	}
	for _, c := range occasions {
		if slices.Contains(c.on, e.Event) && slices.Contains(c.effect, e.Effect) && (c.to == "" || c.to == e.To) {
			for _, t := range []time.Time{e.At, o.now()} { // the service always sets PaidAt; a host's own change may not
				if p.PaidAt.IsZero() {
					p.PaidAt = t
				}
			}
			letters = append(letters, c.letter(p, o))
		}
	}
	return letters
}
