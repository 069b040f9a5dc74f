package inbox

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// Facts are what a text can say: {{.Amount}} in a text is the field Amount. All are words already, in the edition's language
// and typography. What is not known is empty, so {{if .PaidOn}} and {{with .PaidOn}} ask whether it is. No fact names the
// payer, but in a reminder and a receipt. Whatever has an hour says that it is the hour of Paris, but for Stamp.
type Facts struct {
	day paris.Day // on which it is said: of several versions of a text it chooses

	// Of the payment.
	State                            string // as package payment writes it: "paid"
	Reference                        string // of the transaction
	Notice                           string // the number of the « avis de somme à payer »
	Amount                           string // « 62,00 € »
	CreatedAt                        string // « 11/09/2017 à 15 h 54 (heure de Paris) »
	PaidOn, PaidOnLong               string // « 11/09/2017 », « 11 septembre 2017 »; empty: no acceptance was verified
	RecordedOn, RecordedOnLong       string // when it was taken into account
	RefundAskedOn, RefundAskedOnLong string
	ReturnedOn, ReturnedOnLong       string // when the money was back
	Until                            string // « 11/09/2017 à 16 h 54 (heure de Paris) »: the last instant at which the payer can pay
	Advice                           string // of a refused payment: the text advice/, in words
	Means                            string // "card", "direct_debit"; empty: nobody said it
	BackToCard                       string // not empty: the card is known that it was paid by, so what goes back goes there
	Unreturned                       string // « 37,00 € »: what was to go back, and the bank has not given back; the payment is in review

	AnotherPersons string // not empty: the payment that holds the debt is another person's, and its state alone is known; see [DebtHeld]

	// Of a payment of which a part has gone back; see [Catalog.PartReturned].
	PartReturned   string // the text returned: « 25,00 € sur 62,00 € vous ont été rendus. »
	Returned, Left string // what has gone back of Amount, and what has not
	ReturnedMany   string // not empty: two euros or more went back, of which French speaks in the plural

	// Of a payment that leaves a rest of the debt; see [PaymentRecorded], [NextSteps] and [Reminder].
	Remaining string // what is still owed then; empty: nothing, or it is not known

	// Of a receipt; see [Receipt].
	Payer, Merchant, Card, Authorisation string

	// Of a refusal to let a debt be paid online.
	Reasons        Lines  // why, in words: the first paragraph of each text reason/; see [NotEligible]
	Action         string // what the payer does: the other paragraphs of the first of these texts
	NoticeInHand   string // not empty: there is a notice, whose ways to pay still hold
	Requested      string // not empty: the payer had asked to pay
	Balance, Limit string // in the texts reason/ only: the balance, and the limit it misses; « 50 € » where there are no cents

	// Of who writes; see [Sender].
	Fund, EmailAddress   string
	PostalAddress        Lines
	Number, NumberAbroad string // in the text « number » only: the fund's own telephone
	Telephone            Lines  // never empty: the text « number » for a fund's own number, else the text « telephone »
	Officer              string // who answers for the letter, with the quality
	Signature            Lines  // never empty: without one of the fund it is the text signature
	Closing              Lines  // the text closing, with its empty lines: how to reach the service, and who signs

	// Of a reminder; see [Reminder].
	Name                    string // the debtor's family name
	NoticeOn, NoticeOnLong  string // when the notice was issued
	DueOn, DueOnLong        string
	Overdue                 string // not empty: the day is over until which one could pay
	Details                 Lines  // the text detail for each part of the debt: kind, year, beneficiary, amount
	Kind, Year, Beneficiary string // in the text detail only, with Amount
	OtherWays               Lines
	Privacy                 string
	Online                  string // not empty: it can be paid online
	Counters                Lines  // the text counters: where the account shows what was counted; also of a refusal for its amount
	Remedies                Lines  // the text remedies, with its empty lines: who disagrees
	DataNotice              Lines  // the text data_notice, with its empty lines

	// Of a letter that tells another content, and for the header of any letter.
	Subject    string
	Body       Lines  // what the other content says, with its empty lines
	ByLetter   string // not empty: this is said within a letter, which has its own greeting, address and telephone
	ReceivedAt string // « 05/07/2018 à 8 h 52 (heure de Paris) »
	Stamp      string // the same as the source has it: « 05/07/18 08:52 » (S66)
	DeleteOn   string // « 05/01/19 »
}

// Lines are lines of an address and the like. {{range .PostalAddress}} goes through them; {{.PostalAddress}} joins them with
// commas.
type Lines []string

// String joins the lines with commas.
func (l Lines) String() string { return strings.Join(l, ", ") }

// linesOf splits a value of the host into lines and cleans each; empty lines are left out.
func linesOf(s string) (out Lines) {
	for l := range strings.Lines(s) {
		if l = cleanLine(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// factBuilder gathers the facts of one content for one edition.
type factBuilder struct {
	Facts
	edition *edition
}

func (t *factBuilder) setPayment(p payment.Payment) (err error) {
	f := &t.edition.formats
	t.State, t.Reference, t.Notice = cleanLine(string(p.State)), cleanLine(p.Reference), cleanLine(p.Notice)
	t.Amount = t.formatAmount(p.Amount)
	t.CreatedAt = f.minute(p.CreatedAt)
	t.PaidOn, t.PaidOnLong = f.short(p.PaidAt), f.long(p.PaidAt)
	t.RecordedOn, t.RecordedOnLong = f.short(p.RecordedAt), f.long(p.RecordedAt)
	t.RefundAskedOn, t.RefundAskedOnLong = f.short(p.RefundAskedAt), f.long(p.RefundAskedAt)
	t.ReturnedOn, t.ReturnedOnLong = f.short(p.ReturnedAt), f.long(p.ReturnedAt)
	t.Until = f.minute(p.Session.ExpiresAt)
	t.Means = cleanLine(string(p.Means))
	if p.MaskedPAN != "" {
		t.BackToCard = "yes"
	}
	if p.State == payment.Refused {
		t.Advice, err = t.edition.partLine("advice/"+string(p.Decline.Advice()), "advice/"+string(acquirer.AskBank), &t.Facts)
	}
	if p.State == payment.Review && !p.RefundAskedAt.IsZero() && p.ReturnedAt.IsZero() {
		t.Unreturned = t.formatAmount(p.Left())
	}
	return errors.Join(err, t.setReturned(p))
}

// setReturned sets what is said of a part that has gone back. Nothing is set where nothing has, or all of it.
func (t *factBuilder) setReturned(p payment.Payment) (err error) {
	if p.Returned.Sign() <= 0 || p.Left().Sign() <= 0 {
		return nil
	}
	t.Returned, t.Left = t.formatAmount(p.Returned), t.formatAmount(p.Left())
	if p.Returned.GreaterThanOrEqual(euro.Of(2_00)) {
		t.ReturnedMany = "yes"
	}
	t.PartReturned, err = t.edition.partLine("returned", "returned", &t.Facts)
	return err
}

// PartReturned is what a page says beside a payment of which a part has gone back, on one line: « 25,00 € sur 62,00 € vous ont été
// rendus. » It is empty where nothing has gone back, or all of it, which the state tells. It fails only for a catalog that [NewCatalog] did not
// make.
func (c *Catalog) PartReturned(tag language.Tag, p payment.Payment) (string, error) {
	e, err := c.editionFor(tag)
	if err != nil {
		return "", fmt.Errorf("inbox: PartReturned: %w", err)
	}
	t := factBuilder{edition: e}
	t.day = paris.Of(time.Now())
	if err := t.setPayment(p); err != nil {
		return "", fmt.Errorf("inbox: PartReturned: %w", err)
	}
	return t.Facts.PartReturned, nil
}

// formatAmount writes an amount. It returns "" for a value that is no amount of euros: the text then leaves the amount out.
func (t *factBuilder) formatAmount(d decimal.Decimal) string {
	c, err := euro.Cents(d)
	if err != nil {
		return ""
	}
	return t.edition.formats.euros(c)
}

// setRemaining sets what is still owed. Zero, and a value that is no amount, leave the fact empty.
func (t *factBuilder) setRemaining(d decimal.Decimal) {
	if d.Sign() > 0 {
		t.Remaining = t.formatAmount(d)
	}
}

// roundAmount is formatAmount without cents that are zero: « 50 € ».
func (t *factBuilder) roundAmount(d decimal.Decimal) string {
	c, err := euro.Cents(d)
	if err != nil {
		return ""
	}
	return t.edition.formats.rounded(c)
}

// setSender sets the facts about the sender. Call it before the others: the sender's clock gives the day on which versions are chosen.
//
// A sender says the same of itself in every letter of a day, so it is put in words once.
func (t *factBuilder) setSender(from Sender) error {
	t.day = paris.Of(from.now())
	if t.edition.marked {
		return t.wordSender(from)
	}
	var stack [1024]byte
	key := from.appendKey(stack[:0], t.edition, t.day)
	words, known := t.edition.senders.findWords(key)
	if !known {
		sender := factBuilder{edition: t.edition}
		sender.day = t.day
		if err := sender.wordSender(from); err != nil {
			return err
		}
		words = senderWords{sender.Fund, sender.EmailAddress, sender.Officer, sender.PostalAddress, sender.Telephone, sender.Signature, sender.Closing}
		t.edition.senders.keepWords(string(key), words)
	}
	t.Fund, t.EmailAddress, t.Officer = words.fund, words.emailAddress, words.officer
	t.PostalAddress, t.Telephone, t.Signature, t.Closing = words.postalAddress, words.telephone, words.signature, words.closing
	return nil
}

// wordSender puts the sender in words.
func (t *factBuilder) wordSender(from Sender) error {
	t.Fund, t.EmailAddress = cleanLine(from.Fund), cleanLine(from.EmailAddress)
	t.PostalAddress = linesOf(from.PostalAddress)
	t.Officer = from.signedBy(t.edition.tag)

	telephone := "telephone"
	if t.Number = keepOnOneLine(from.Telephone); t.Number != "" {
		telephone = "number"
		if t.NumberAbroad = keepOnOneLine(from.fromAbroad()); t.NumberAbroad == t.Number {
			t.NumberAbroad = ""
		}
	}
	var errs [3]error
	t.Telephone, errs[0] = t.edition.partLines(telephone, &t.Facts)
	t.Number, t.NumberAbroad = "", ""
	if t.Signature = linesOf(from.Signature.forLanguage(t.edition.tag)); len(t.Signature) == 0 {
		t.Signature, errs[1] = t.edition.partLines("signature", &t.Facts)
	}
	t.Closing, errs[2] = t.edition.partLines("closing", &t.Facts)
	return errors.Join(errs[:]...)
}
