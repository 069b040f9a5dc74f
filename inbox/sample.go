package inbox

import (
	"slices"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
	"golang.org/x/text/language"
)

// Samples are what every edition is tried with when it is loaded: no kind of payment that can happen is missing.

// sampleTime is the day of the payments, and sampleToday the day on which everything is said.
var (
	sampleTime  = time.Date(2026, time.July, 5, 6, 52, 0, 0, time.UTC)
	sampleToday = time.Date(2026, time.July, 8, 10, 0, 0, 0, time.UTC)
)

// sampleFund has every field that a text can say, each with something that no other has.
var sampleFund = Sender{
	Fund:          "CPAM de l’Exemple",
	PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex",
	EmailAddress:  "service@fonds.example",
	Telephone:     "01 99 00 12 34",
	Officer:       Officer{"Anne Durand", Words{"fr": "directrice de la CPAM de l’Exemple", "en": "director"}},
	Signature:     Words{"fr": "La direction", "en": "The management"},
	Now:           func() time.Time { return sampleToday },
}

// sampleCPAM has what every CPAM has, and no officer: the telephone is the edition's.
var sampleCPAM = Sender{
	Fund: "CPAM de l’Exemple", PostalAddress: "12 rue de la Preuve\n99999 Exemple Cedex", EmailAddress: "service@fonds.example",
	CPAM: true, Now: sampleFund.Now,
}

func samplePayment(s payment.State) payment.Payment {
	p := payment.Payment{
		ID: "aaaaaaaaaaaaaaaaaaaaaaaaaa", State: s, Reference: "PCLCB261860000004", Notice: "2026-07",
		Amount: euro.Of(62_00), Currency: "EUR", CreatedAt: sampleTime,
	}
	switch s {
	case payment.Redirected:
		p.Session.ExpiresAt = sampleTime.Add(time.Hour)
	case payment.Paid, payment.Review:
		p.PaidAt = sampleTime
	case payment.Recorded:
		p.PaidAt, p.RecordedAt = sampleTime, sampleTime.Add(time.Hour)
	case payment.Refunding:
		p.PaidAt, p.RefundAskedAt = sampleTime, sampleTime.Add(time.Hour)
	case payment.Refunded:
		p.PaidAt, p.RefundAskedAt, p.ReturnedAt = sampleTime, sampleTime.Add(time.Hour), sampleTime.Add(48*time.Hour)
	}
	if !p.PaidAt.IsZero() {
		p.Means, p.MaskedPAN = acquirer.Card, "5017##########00"
	}
	return p
}

// sampleDebit was paid by a direct debit that was ordered, or refused one.
func sampleDebit(s payment.State) payment.Payment {
	p := samplePayment(s)
	p.Means, p.MaskedPAN = acquirer.DirectDebit, ""
	return p
}

// partReturned is a payment of which so much went back.
func partReturned(p payment.Payment, cents int64) payment.Payment {
	p.Returned = euro.Of(cents)
	return p
}

// notReturned is a payment in review whose refund the bank has not made.
func notReturned(p payment.Payment) payment.Payment {
	p.RefundAskedAt = sampleTime.Add(time.Hour)
	return p
}

// allPayments has the zero payment, every state with and without what it may lack, and every decline.
var allPayments = sync.OnceValue(func() []payment.Payment {
	out := []payment.Payment{{}}
	states := map[payment.State]bool{}
	for t := range payment.Transitions() {
		for _, s := range []payment.State{t.From, t.To} {
			if states[s] {
				continue
			}
			states[s] = true
			bare := samplePayment(s)
			bare.PaidAt, bare.RecordedAt, bare.RefundAskedAt, bare.ReturnedAt = time.Time{}, time.Time{}, time.Time{}, time.Time{}
			bare.Session, bare.Means, bare.MaskedPAN = acquirer.Session{}, "", ""
			out = append(out, samplePayment(s), bare)
		}
	}
	back := samplePayment(payment.Review) // given back without us
	back.ReturnedAt = sampleTime.Add(time.Hour)
	out = append(out, back, notReturned(samplePayment(payment.Review)), notReturned(partReturned(samplePayment(payment.Review), 25_00)))
	for _, s := range []payment.State{payment.Paid, payment.Recorded, payment.Review, payment.Refunding} {
		out = append(out, partReturned(samplePayment(s), 25_00), sampleDebit(s), partReturned(sampleDebit(s), 25_00))
	}
	out = append(out, partReturned(samplePayment(payment.Paid), 1_99), sampleDebit(payment.Refunded), sampleDebit(payment.Refused))
	for d := range acquirer.Declines() {
		p := samplePayment(payment.Refused)
		p.Decline = d
		out = append(out, p)
	}
	return out
})

// acceptedPayments are those that can be acknowledged.
func acceptedPayments() (out []payment.Payment) {
	for _, p := range allPayments() {
		if !p.PaidAt.IsZero() {
			out = append(out, p)
		}
	}
	return out
}

// heldPayments are all payments, and of another person's the state alone, as the service tells it.
func heldPayments() []payment.Payment {
	out := slices.Clone(allPayments())
	for _, s := range []payment.State{
		payment.Created, payment.Redirected, payment.Unknown, payment.Paid, payment.Recorded, payment.Refunding, payment.Review,
	} {
		out = append(out, payment.Payment{State: s})
	}
	return append(out, samplePayment(payment.Redirected))
}

// failedPayments are all payments, and one whose money came and went.
func failedPayments() []payment.Payment {
	return append(slices.Clone(allPayments()), cameAndWent(), samplePayment(payment.Refused))
}

// cameAndWent is a payment of which the bank said that the money went back, and a person that none came.
func cameAndWent() payment.Payment {
	p := samplePayment(payment.Failed)
	p.PaidAt, p.ReturnedAt, p.Returned = sampleTime, sampleTime.Add(time.Hour), p.Amount
	return p
}

// paymentKind is a kind that tells of a payment. The last sample is a payment in the state that it is about, with all that is known
// then.
func paymentKind(name, role string, s payment.State, content func(payment.Payment) Content) contentKind {
	return contentKind{name, role, samplesOf(func() []payment.Payment { return append(slices.Clone(allPayments()), samplePayment(s)) }, content)}
}

// samplesOf makes one content of each payment.
func samplesOf(payments func() []payment.Payment, content func(payment.Payment) Content) func() []Content {
	return func() (out []Content) {
		for _, p := range payments() {
			out = append(out, content(p))
		}
		return out
	}
}

// sampleDecisions refuse for each reason alone, for one that an integrator's rule could give, with and without a notice, for all
// together, and for none: those that leave nothing to pay, or the others.
func sampleDecisions(nothingToPay bool) (out []Content) {
	all := []creance.Reason{{Code: "of_an_integrator"}}
	for code := range creance.ReasonCodes() {
		r := creance.Reason{Code: code, Actual: euro.Of(49_99), Limit: euro.Of(50_00)}
		if code == creance.AboveMaximum {
			r.Actual, r.Limit = euro.Of(150_01), euro.Of(150_00)
		}
		all = append(all, r)
	}
	isSettling := func(r creance.Reason) bool { return r.Code.Settles() }
	open := slices.DeleteFunc(slices.Clone(all), isSettling)
	lists := [][]creance.Reason{nil, open}
	for _, r := range open {
		lists = append(lists, []creance.Reason{r})
		if r.Code != creance.NoNotice {
			lists = append(lists, []creance.Reason{r, {Code: creance.NoNotice}})
		}
	}
	if nothingToPay {
		lists = [][]creance.Reason{all}
		for _, r := range all {
			if isSettling(r) {
				lists = append(lists, []creance.Reason{r})
			}
		}
	}
	for _, rs := range lists {
		d := creance.Decision{Reasons: rs}
		out = append(out, NotEligible{Decision: d}, NotEligible{d, sampleFund, true}, NotEligible{Decision: d, From: sampleFund})
	}
	return out
}

// sampleReceipts are of every payment that has one.
func sampleReceipts() (out []Content) {
	for _, p := range allPayments() {
		if HasReceipt(p) {
			card := p.MaskedPAN
			p.MaskedPAN = ""
			out = append(out, Receipt{p, "Pierre BELAGE", sampleFund})
			p.Merchant, p.MaskedPAN, p.Authorisation = "201000005940002", card, "761208"
			out = append(out, Receipt{p, "Pierre BELAGE", sampleFund})
		}
	}
	return out
}

// sampleLetters tell by letter everything that can be told so, each with the least and with the most that there is to tell.
func sampleLetters() (out []Content) {
	for _, k := range pageKinds {
		samples := k.samples()
		out = append(out, AsLetter{samples[0], Sender{}}, AsLetter{samples[len(samples)-1], sampleFund})
	}
	return out
}

// sampleReminder is one that can be paid online; every field has something that no other has.
func sampleReminder() Reminder {
	issued := time.Date(2026, time.June, 1, 10, 0, 0, 0, time.UTC)
	return Reminder{
		Debt: creance.Debt{
			ID: "d-1", Debtor: "assure-17",
			Items: []creance.Item{
				{Kind: creance.Participation, Year: 2025, Amount: euro.Of(38_00)},
				{Kind: creance.Franchise, Year: 2024, Amount: euro.Of(24_50)},
			},
			Notice: &creance.Notice{Number: "ASP-2026-0001234", Channel: creance.Electronic, IssuedOn: issued},
		},
		Online: creance.Decision{Amount: euro.Of(62_50), Policy: "ameli"},
		Name:   "Belage", DueOn: time.Date(2026, time.August, 1, 10, 0, 0, 0, time.UTC),
		OtherWays: Words{
			"fr": "par chèque, à l’ordre de la CPAM de l’Exemple\npar virement, avec le numéro de l’avis",
			"en": "by cheque, payable to CPAM de l’Exemple\nby bank transfer, with the number of the notice",
		},
		Privacy: "dpo@fonds.example",
		From:    sampleFund,
	}
}

// inLanguage gives a sample the words that its host would have in a language: without them a reminder is refused.
func inLanguage(n Content, tag language.Tag) Content {
	r, ok := n.(Reminder)
	if !ok || r.OtherWays.forLanguage(tag) != "" {
		return n
	}
	name := tag.String()
	r.OtherWays = Words{"fr": r.OtherWays["fr"], name: r.OtherWays["en"]}
	r.From.Officer.Quality = Words{"fr": r.From.Officer.Quality["fr"], name: r.From.Officer.Quality["en"]}
	return r
}

func sampleReminders() []Content {
	r := sampleReminder()
	offline := r
	offline.Online = creance.Decision{}
	overdue := r
	overdue.DueOn = sampleToday.AddDate(0, 0, -1)
	part := r
	notice := *r.Debt.Notice
	notice.Amount = euro.Of(20_00)
	part.Debt.Items = []creance.Item{
		{Kind: creance.Participation, Year: 2017, Amount: euro.Of(38_00)}, {Kind: creance.Franchise, Year: 2016, Amount: euro.Of(24_50)},
	}
	notice.IssuedOn, part.DueOn = sampleIn2018.AddDate(0, -1, 0), sampleIn2018.AddDate(0, 1, 0)
	part.Debt.Notice, part.Online.Amount = &notice, notice.Amount
	part.From.Now = func() time.Time { return sampleIn2018 }
	part.Details = []Detail{
		{part.Debt.Items[0], "Pierre"},
		{creance.Item{Kind: creance.Franchise, Year: 2016, Amount: euro.Of(20_00)}, "Anne"},
		{creance.Item{Kind: creance.Franchise, Year: 2016, Amount: euro.Of(4_50)}, ""},
	}
	return []Content{r, offline, overdue, part}
}

// sampleIn2018 is a day on which care of 2015, and so a second beneficiary, can still be claimed.
var sampleIn2018 = time.Date(2018, time.July, 5, 6, 52, 0, 0, time.UTC)

func sampleHeaders() []Content {
	l := Letter{ReceivedAt: sampleTime, DeleteAt: DeletionDate(sampleTime, 0)}
	l.Subject = "Accusé de réception"
	return []Content{Header{Letter: l}, Header{l, sampleFund}}
}
