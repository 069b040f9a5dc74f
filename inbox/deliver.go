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
	kind   LetterKind          // empty: always written; else only when it is asked for, and the last part of the letter's key
	on     []payment.EventKind // empty: any
	effect []payment.Effect
	to     payment.State // empty: any
	letter func(payment.Payment, Options) Content
}{
	// The first verified acceptance, whatever state it leads to; in review it is noted as evidence (CRPA L112-11, S64).
	{
		on:     []payment.EventKind{payment.OnAccepted, payment.OnAcceptedToo, payment.OnMismatched},
		effect: []payment.Effect{payment.Changed, payment.Noted}, letter: acknowledge,
	},
	// What went back was accepted before, which may not have been heard of: the return is then the first that is known of it.
	{on: []payment.EventKind{payment.OnReturned}, effect: []payment.Effect{payment.Changed, payment.Noted}, letter: acknowledge},
	// A person found that the money is ours.
	{on: []payment.EventKind{payment.OnKept}, effect: changed, to: payment.Paid, letter: acknowledge},
	{
		on: []payment.EventKind{payment.OnReturned, payment.OnWasReturned}, effect: changed, to: payment.Refunded,
		letter: func(p payment.Payment, o Options) Content { return RefundNotice{p, o} },
	},

	{kind: LetterFailed, effect: changed, to: payment.Refused, letter: as(func(p payment.Payment) Content { return PaymentFailed{p} })},
	// A person who finds that no money came tells the payer himself.
	{kind: LetterFailed, on: []payment.EventKind{payment.OnFailed, payment.OnNotOpened, payment.OnAbsent}, effect: changed, to: payment.Failed,
		letter: as(func(p payment.Payment) Content { return PaymentFailed{p} })},
	{kind: LetterCancelled, effect: changed, to: payment.Cancelled, letter: as(func(p payment.Payment) Content { return PaymentCancelled{p} })},
	{kind: LetterExpired, effect: changed, to: payment.Expired, letter: as(func(p payment.Payment) Content { return PaymentExpired{p} })},
	{kind: LetterUnknown, effect: changed, to: payment.Unknown, letter: as(func(p payment.Payment) Content { return ResultUnknown{p} })},
	{kind: LetterPaidTwice, on: []payment.EventKind{payment.OnAcceptedToo}, effect: changed, to: payment.Review,
		letter: as(func(p payment.Payment) Content { return PaidTwice{p} })},
	{kind: LetterReview, on: []payment.EventKind{payment.OnMismatched, payment.OnReturned, payment.OnOverdue, payment.OnAbsent,
		payment.OnRefundRefused, payment.OnQuestioned, payment.OnNotReturned}, effect: changed, to: payment.Review,
		letter: as(func(p payment.Payment) Content { return PaymentUnderReview{p} })},
	{kind: LetterNotRecorded, on: []payment.EventKind{payment.OnOverdue}, effect: []payment.Effect{payment.Noted}, to: payment.Paid,
		letter: as(func(p payment.Payment) Content { return PaymentNotRecorded{p} })},
	{kind: LetterRecorded, effect: changed, to: payment.Recorded, letter: as(func(p payment.Payment) Content { return PaymentRecorded{p} })},
	{kind: LetterRefunding, effect: changed, to: payment.Refunding, letter: as(func(p payment.Payment) Content { return RefundUnderWay{p} })},
}

var changed = []payment.Effect{payment.Changed}

// as makes a letter of what a banner says.
func as(content func(payment.Payment) Content) func(payment.Payment, Options) Content {
	return func(p payment.Payment, o Options) Content { return AsLetter{content(p), o} }
}

// letterKey names a letter: there is one of each kind for a payment.
func letterKey(p payment.Payment, kind string) string { return string(p.ID) + "/" + kind }

func acknowledge(p payment.Payment, o Options) Content { return Acknowledgement{p, o} }

// Deliverer returns what [payment.Config].Deliver wants: it writes the letters that a payment calls for. An acknowledgement
// follows the first verified acceptance, also one that leads to review, and a person's decision to keep the money; a notice
// follows money that went back. Nothing else is written unless [Options].Also asks for it, and nothing after a failure (S61).
// Each letter is written once: its key is the payment's ID, a slash and its kind, such as "acknowledgement".
//
// A change that is about no known payment, or about one without a debtor, is none of its business; so are all other changes:
// nil. An error asks for another try; it comes from the mailbox, or from a mailbox or a catalog that is nil.
//
// The function is safe for concurrent use if the mailbox is.
func Deliverer(m Mailbox, c *Catalog, o Options) func(context.Context, payment.Change) error {
	return func(ctx context.Context, ch payment.Change) error {
		due := lettersFor(ch, o)
		if len(due) == 0 {
			return nil
		}
		if m == nil {
			return errors.New("inbox: Deliverer: the mailbox is nil")
		}
		p := ch.Payment
		now := o.now().UTC().Truncate(time.Microsecond)
		for _, d := range due {
			msg, err := c.Render(language.Make(p.Language), d.content)
			if err != nil {
				return fmt.Errorf("inbox: payment %s: %w", p.Reference, err)
			}
			l := Letter{
				Key: letterKey(p, d.kind), Debtor: p.Debtor,
				ReceivedAt: now, DeleteAt: DeletionDate(now, o.KeepMonths), Message: msg,
			}
			if err := m.Deliver(ctx, l); err != nil {
				return fmt.Errorf("inbox: payment %s: deliver %s: %w", p.Reference, d.kind, err)
			}
		}
		return nil
	}
}

// due is a letter to be written.
type due struct {
	kind    string
	content Content
}

// lettersFor are the letters that a change calls for.
func lettersFor(ch payment.Change, o Options) (letters []due) {
	p, e := ch.Payment, ch.Entry
	if p.ID == "" || p.Debtor == "" || strings.HasPrefix(ch.Key, "orphan/") {
		return nil
	}
	for _, c := range occasions {
		if len(c.on) > 0 && !slices.Contains(c.on, e.Event) || !slices.Contains(c.effect, e.Effect) || c.to != "" && c.to != e.To ||
			c.kind != "" && !slices.Contains(o.Also, c.kind) {
			continue
		}
		d := due{string(c.kind), c.letter(p, o)}
		if a, ok := d.content.(Acknowledgement); ok {
			for _, t := range []time.Time{e.At, o.now()} { // it must have a date; the service sets it, a host's own change may not
				if a.Payment.PaidAt.IsZero() {
					a.Payment.PaidAt = t
				}
			}
			d.content = a
		}
		if d.kind == "" {
			d.kind = d.content.name()
		}
		letters = append(letters, d)
	}
	return letters
}
