package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// letterOccasions is the table of journal entries that cause a letter; no other entry does. An acknowledgement is written once for a
// payment: a second one has the same key, which the mailbox ignores.
var letterOccasions = []struct {
	kind   LetterKind          // empty: always written; else only when it is asked for, and the last part of the letter's key
	on     []payment.EventKind // empty: any
	effect []payment.Effect
	to     payment.State // empty: any
	letter func(payment.Payment, Sender) Content
}{
	// The first verified acceptance, whatever state it leads to; in review it is noted as evidence (CRPA L112-11, S64).
	{on: []payment.EventKind{payment.OnAccepted, payment.OnAcceptedToo, payment.OnMismatched}, effect: changedOrNoted, letter: acknowledgementOf},
	// What went back was accepted before, which may not have been heard of: the return is then the first that is known of it.
	{on: []payment.EventKind{payment.OnReturned}, effect: changedOrNoted, letter: acknowledgementOf},
	// A person said that the money went back before anything was heard of it; what the acquirer then says is the first acceptance.
	{on: []payment.EventKind{payment.OnReturnedPart, payment.OnNotReturned, payment.OnConfirmed}, effect: changedOrNoted, letter: acknowledgementOf},
	// A person found that the money is ours.
	{on: []payment.EventKind{payment.OnKept}, effect: onlyChanged, to: payment.Paid, letter: acknowledgementOf},
	{on: []payment.EventKind{payment.OnReturned}, effect: onlyChanged, to: payment.Refunded, letter: giveNotice},
	// A person says that it went back, perhaps by transfer.
	{on: []payment.EventKind{payment.OnWasReturned}, effect: onlyChanged, to: payment.Refunded, letter: giveNoticeWithoutCard},
	// A part that went back, for each new sum; while all of it is on its way back, or somebody checks, the end is told alone.
	{on: []payment.EventKind{payment.OnReturnedPart}, effect: onlyNoted, to: payment.Paid, letter: giveNotice},
	{on: []payment.EventKind{payment.OnReturnedPart}, effect: onlyNoted, to: payment.Recorded, letter: giveNotice},

	{kind: LetterFailed, effect: onlyChanged, to: payment.Refused, letter: tellByLetter(func(p payment.Payment) Content { return PaymentFailed{p} })},
	// A person who finds that no money came tells the payer himself.
	{kind: LetterFailed, on: []payment.EventKind{payment.OnFailed, payment.OnNotOpened, payment.OnAbsent}, effect: onlyChanged, to: payment.Failed,
		letter: tellByLetter(func(p payment.Payment) Content { return PaymentFailed{p} })},
	{kind: LetterCancelled, effect: onlyChanged, to: payment.Cancelled, letter: tellByLetter(func(p payment.Payment) Content { return PaymentCancelled{p} })},
	{kind: LetterExpired, effect: onlyChanged, to: payment.Expired, letter: tellByLetter(func(p payment.Payment) Content { return PaymentExpired{p} })},
	{kind: LetterUnknown, effect: onlyChanged, to: payment.Unknown, letter: tellByLetter(func(p payment.Payment) Content { return ResultUnknown{p} })},
	{kind: LetterPaidTwice, on: []payment.EventKind{payment.OnAcceptedToo}, effect: onlyChanged, to: payment.Review,
		letter: tellByLetter(func(p payment.Payment) Content { return PaidTwice{p} })},
	{kind: LetterReview, on: []payment.EventKind{payment.OnMismatched, payment.OnReturned, payment.OnOverdue, payment.OnAbsent,
		payment.OnRefundRefused, payment.OnQuestioned, payment.OnNotReturned}, effect: onlyChanged, to: payment.Review,
		letter: tellByLetter(func(p payment.Payment) Content { return PaymentUnderReview{p} })},
	{kind: LetterNotRecorded, on: []payment.EventKind{payment.OnOverdue}, effect: onlyNoted, to: payment.Paid,
		letter: tellByLetter(func(p payment.Payment) Content { return PaymentNotRecorded{p} })},
	{kind: LetterRecorded, effect: onlyChanged, to: payment.Recorded, letter: tellByLetter(func(p payment.Payment) Content { return PaymentRecorded{Payment: p} })},
	{kind: LetterRefunding, effect: onlyChanged, to: payment.Refunding, letter: tellByLetter(func(p payment.Payment) Content { return RefundUnderWay{p} })},
}

// The effects with which an entry causes a letter.
var (
	onlyChanged    = []payment.Effect{payment.EffectChanged}
	onlyNoted      = []payment.Effect{payment.EffectNoted}
	changedOrNoted = []payment.Effect{payment.EffectChanged, payment.EffectNoted}
)

// tellByLetter turns the content of a banner into a letter.
func tellByLetter(content func(payment.Payment) Content) func(payment.Payment, Sender) Content {
	return func(p payment.Payment, o Sender) Content { return AsLetter{content(p), o} }
}

// letterKey names a letter: there is one of each kind for a payment, and of notices of a part one for each sum that was back by then.
func letterKey(id payment.ID, kind string) string { return string(id) + "/" + kind }

func giveNotice(p payment.Payment, o Sender) Content { return RefundNotice{p, o} }

func giveNoticeWithoutCard(p payment.Payment, o Sender) Content {
	p.MaskedPAN = ""
	return giveNotice(p, o)
}

func acknowledgementOf(p payment.Payment, o Sender) Content { return Acknowledgement{p, o} }

// Deliverer returns what [payment.Config].Deliver wants: it writes the letters that a payment calls for. An acknowledgement
// follows the first verified acceptance, also one that leads to review, and a person's decision to keep the money; a notice
// follows money that went back, and each part that did. Nothing else is written unless [Sender].Also asks for it, and nothing after a failure (S61).
// Each letter is written once: its key is the payment's ID, a slash and its kind, such as "acknowledgement"; of a part the kind ends
// with a hyphen and the cents that were back by then, "refund_notice-2500".
//
// For a change that is about no known payment, or about one without a debtor, nothing is written, and the error is nil. An error asks for
// another try: it is the mailbox's, or the mailbox or the catalog is nil.
//
// The function is safe for concurrent use if the mailbox is.
func Deliverer(m Mailbox, c *Catalog, o Sender) payment.Deliver {
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
				Key: letterKey(p.ID, d.kind), Debtor: p.Debtor,
				ReceivedAt: now, DeleteAt: DeletionDate(now, o.KeepMonths), Message: msg,
			}
			if err := m.Deliver(ctx, l); err != nil {
				return fmt.Errorf("inbox: payment %s: deliver %s: %w", p.Reference, d.kind, err)
			}
		}
		return nil
	}
}

// Wants reports whether [Deliverer] writes a letter for a change: a store that is told so need not keep the others for delivery, see
// sqlstore.Options.
func (o Sender) Wants(ch payment.Change) bool { return len(lettersFor(ch, o)) > 0 }

// dueLetter is a letter to be written.
type dueLetter struct {
	kind    string
	content Content
}

// lettersFor returns the letters that a change causes.
func lettersFor(ch payment.Change, o Sender) (letters []dueLetter) {
	p, e := ch.Payment, ch.Entry
	if p.ID == "" || p.Debtor == "" || strings.HasPrefix(ch.Key, "orphan/") {
		return nil
	}
	for _, c := range letterOccasions {
		if len(c.on) > 0 && !slices.Contains(c.on, e.Event) || !slices.Contains(c.effect, e.Effect) || c.to != "" && c.to != e.To ||
			c.kind != "" && !slices.Contains(o.Also, c.kind) {
			continue
		}
		d := dueLetter{string(c.kind), c.letter(p, o)}
		if a, ok := d.content.(Acknowledgement); ok {
			for _, t := range []time.Time{e.At, o.now()} { // it must have a date; the service sets it, a host's own change may not
				if a.Payment.PaidAt.IsZero() {
					a.Payment.PaidAt = t
				}
			}
			d.content = a
		}
		if d.kind == "" {
			d.kind = d.content.contentName()
		}
		if _, notice := d.content.(RefundNotice); notice && e.Event == payment.OnReturnedPart {
			back, err := euro.Cents(p.Returned)
			if err != nil || back == 0 {
				continue
			}
			d.kind += "-" + strconv.FormatInt(back, 10)
		}
		letters = append(letters, d)
	}
	return letters
}
