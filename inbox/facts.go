package inbox

import (
	"errors"
	"slices"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// Facts are what a text can say: {{.Amount}} in a text is the field Amount. All are words already, in the edition's language
// and typography. What is not known is empty, so {{if .PaidOn}} and {{with .PaidOn}} ask whether it is. No fact names the
// payer, but in a reminder.
type Facts struct {
	day paris.Day // on which it is said: of several versions of a text it chooses

	// Of the payment.
	State                            string // as package payment writes it: "paid"
	Reference                        string // of the transaction
	Notice                           string // the number of the « avis de somme à payer »
	Amount                           string // « 62,00 € »
	CreatedAt                        string // « 11/09/2017 à 15:54 »
	PaidOn, PaidOnLong               string // « 11/09/2017 », « 11 septembre 2017 »; empty: no acceptance was verified
	RecordedOn, RecordedOnLong       string // when it was taken into account
	RefundAskedOn, RefundAskedOnLong string
	ReturnedOn, ReturnedOnLong       string // when the money was back
	Until                            string // « 11/09/2017 à 16:54 »: the last instant at which the payer can pay
	Advice                           string // of a refused payment: the text advice/, in words

	// Of a refusal to let a debt be paid online.
	Reasons        Lines  // the texts reason/, in words
	Balance, Limit string // in the texts reason/ only: the balance, and the limit it misses; « 50 € » where there are no cents

	// Of who writes; see [Options].
	Fund, EmailAddress string
	PostalAddress      Lines
	Telephone          Lines // never empty: without one of the fund it is the text telephone
	Signature          Lines // never empty: without one of the fund it is the text signature
	Closing            Lines // the text closing, with its empty lines: how to reach the service, and who signs

	// Of a reminder; see [Reminder].
	Name                    string // the debtor's family name
	NoticeOn, NoticeOnLong  string // when the notice was issued
	DueOn, DueOnLong        string
	Details                 Lines  // the text detail for each part of the debt: kind, year, beneficiary, amount
	Kind, Year, Beneficiary string // in the text detail only, with Amount
	OtherWays               Lines
	Officer, Privacy        string
	Online                  string // not empty: it can be paid online

	// Of a letter that tells another content, and for the header of any letter.
	Subject    string
	Body       Lines  // what the other content says, with its empty lines
	ByLetter   string // not empty: this is said within a letter, which has its own greeting, address and telephone
	ReceivedAt string // « 05/07/18 08:52 »
	DeleteOn   string // « 05/01/19 »
}

// Lines are lines of an address and the like. {{range .PostalAddress}} goes through them; {{.PostalAddress}} joins them with
// commas.
type Lines []string

// String joins the lines with commas.
func (l Lines) String() string { return strings.Join(l, ", ") }

// linesOf cuts a value of the host into clean lines.
func linesOf(s string) (out Lines) {
	for l := range strings.Lines(s) {
		if l = clean(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// teller gathers the facts of one content for one edition.
type teller struct {
	Facts
	edition *edition
}

func (t *teller) payment(p payment.Payment) (err error) {
	f := t.edition.formats
	t.State, t.Reference, t.Notice = clean(string(p.State)), clean(p.Reference), clean(p.Notice)
	t.Amount = t.amount(p.Amount)
	t.CreatedAt = f.full(p.CreatedAt)
	t.PaidOn, t.PaidOnLong = f.short(p.PaidAt), f.long(p.PaidAt)
	t.RecordedOn, t.RecordedOnLong = f.short(p.RecordedAt), f.long(p.RecordedAt)
	t.RefundAskedOn, t.RefundAskedOnLong = f.short(p.RefundAskedAt), f.long(p.RefundAskedAt)
	t.ReturnedOn, t.ReturnedOnLong = f.short(p.ReturnedAt), f.long(p.ReturnedAt)
	t.Until = f.full(p.Session.ExpiresAt)
	if p.State == payment.Refused {
		t.Advice, err = t.edition.part("advice/"+string(p.Decline.Advice()), "advice/"+string(acquirer.AskBank), &t.Facts)
	}
	return err
}

// amount is empty for what is no amount of euros: a text says less then, and nothing wrong.
func (t *teller) amount(d decimal.Decimal) string {
	c, err := euro.Cents(d)
	if err != nil {
		return ""
	}
	return t.edition.formats.euros(c)
}

// round is amount without cents that are zero: « 50 € ».
func (t *teller) round(d decimal.Decimal) string {
	c, err := euro.Cents(d)
	if err != nil {
		return ""
	}
	return t.edition.formats.rounded(c)
}

// limits are about co-payments, and mean nothing to a debt of another kind: what is said of a small one would be wrong for it.
var limits = []creance.ReasonCode{creance.BelowMinimum, creance.AboveMaximum}

// settling are the reasons that leave nothing to pay: what else stands in the way does not matter then, and would confuse.
var settling = []creance.ReasonCode{creance.TimeBarred, creance.AlreadySettled, creance.NothingDue}

func (t *teller) reasons(rs []creance.Reason) error {
	for _, code := range settling {
		if i := slices.IndexFunc(rs, func(r creance.Reason) bool { return r.Code == code }); i >= 0 {
			rs = rs[i : i+1]
			break
		}
	}
	if slices.ContainsFunc(rs, func(r creance.Reason) bool { return r.Code == creance.WrongKind }) {
		rs = slices.DeleteFunc(slices.Clone(rs), func(r creance.Reason) bool { return slices.Contains(limits, r.Code) })
	}
	if len(rs) == 0 {
		rs = []creance.Reason{{Code: "other"}}
	}
	var errs []error
	for _, r := range rs {
		t.Balance, t.Limit = "", ""
		if slices.Contains(limits, r.Code) {
			t.Balance, t.Limit = t.round(r.Actual), t.round(r.Limit)
		}
		words, err := t.edition.part("reason/"+string(r.Code), "reason/other", &t.Facts)
		errs = append(errs, err)
		if !slices.Contains(t.Reasons, words) { // two items of a wrong kind are one reason to a person
			t.Reasons = append(t.Reasons, words)
		}
	}
	t.Balance, t.Limit = "", ""
	return errors.Join(errs...)
}

func (t *teller) from(o Options) (err error) {
	t.day = paris.Of(o.now())
	t.Fund, t.EmailAddress = clean(o.Fund), clean(o.EmailAddress)
	t.PostalAddress = linesOf(o.PostalAddress)
	var errs []error
	lines := func(to *Lines, own, part string) {
		if *to = linesOf(own); len(*to) > 0 {
			return
		}
		bs, err := t.edition.blocks(part, &t.Facts)
		for _, b := range bs {
			*to = append(*to, b.lines...)
		}
		errs = append(errs, err)
	}
	lines(&t.Telephone, o.Telephone, "telephone")
	lines(&t.Signature, o.Signature, "signature")
	t.Closing, err = t.edition.body("closing", &t.Facts)
	return errors.Join(append(errs, err)...)
}
