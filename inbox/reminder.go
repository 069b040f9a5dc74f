package inbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/shopspring/decimal"
	"golang.org/x/text/language"
)

// Reminder tells a debtor about a notice that is still open. It says everything that one must be told before paying: who claims,
// from whom, which notice, how much for which kind, year and beneficiary, why and by which law (CSS L160-13), until when, in
// which ways, what follows otherwise, whom to ask for help, which remedies there are (CSS R142-1), who answers for the letter
// (CRPA L111-2), and what becomes of the data. It has no link (S22: the way to the payment page begins in the account).
//
// It asks for money, so it is refused for a debt that may not be asked for: any status but open, a decision that says so, a notice
// that was not sent. No [Deliverer] writes it: the host knows its debts and when to remind. Render refuses what [Reminder.Validate]
// objects to, and a language in which the host has no words.
type Reminder struct {
	Debt creance.Debt

	// Online is the decision on this debt: card and account are named among the ways to pay where it is eligible.
	Online creance.Decision

	Name      string    // the debtor's family name
	DueOn     time.Time // a day in Paris, not before the notice; once it is over the letter says so
	OtherWays Words     // lines: cheque, transfer, and what to quote with them; French at least
	Privacy   string    // where to ask about one's data: the data protection officer's address

	// Details break the balance down where beneficiaries differ. None: the debt's items.
	Details []Detail

	// From writes. The letter must have a postal address, for who disagrees, and an officer who answers for it (CRPA L111-2).
	From Sender
}

// Detail is a part of a debt: what is owed for one kind, one year and one beneficiary of the care.
type Detail struct {
	creance.Item

	// Beneficiary is the first name of an adult whose care was on the debtor's number; empty: not said. It is never a child's: minors
	// owe neither participations nor franchises (CSS L160-15, R160-20, D160-12). Since 1 January 2016 adults are insured in person, so a
	// year after 2018 has none: care of 2015 is reimbursed by then.
	Beneficiary string
}

// lastBeneficiaryYear is the last year in which care of 2015 can have been reimbursed: CSS L332-1 gives a little more than two years.
const lastBeneficiaryYear = 2018

// forbidding are the reasons of a decision with which the debt may not be asked for, besides those that leave nothing to pay.
var forbidding = []creance.ReasonCode{
	creance.InDispute, creance.InInstalments, creance.OnHold, creance.Doubtful, creance.InvalidAmount, creance.NoNotice,
}

// Validate returns everything that forbids the letter, and everything that the debtor must be told and that is missing or does not
// fit. Days are compared in Paris, with From.Now.
func (r Reminder) Validate() error {
	errs := []error{r.From.Validate()}
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("inbox: Reminder: "+format, a...)) }
	for _, f := range []struct{ name, value string }{
		{"Name", cleanLine(r.Name)}, {"Privacy", cleanLine(r.Privacy)}, {"OtherWays in French", linesOf(r.OtherWays.forLanguage(language.French)).String()},
		{"From.PostalAddress", linesOf(r.From.PostalAddress).String()}, {"From.Officer.Name", cleanLine(r.From.Officer.Name)},
		{"From.Officer.Quality in French", cleanLine(r.From.Officer.Quality.forLanguage(language.French))},
	} {
		if f.value == "" {
			bad("%s is empty", f.name)
		}
	}
	for _, f := range []struct{ name, value string }{{"Name", r.Name}, {"Privacy", r.Privacy}} {
		if linkPattern.MatchString(f.value) {
			bad("%s has a link; whoever reads a letter with a link learns to trust the next one", f.name)
		}
	}
	for _, err := range r.OtherWays.validate("OtherWays") {
		bad("%w", err)
	}
	if r.Debt.Status != creance.Open {
		bad("the debt is %.40q: it may not be asked for", string(r.Debt.Status))
	}
	for _, reason := range r.Online.Reasons {
		if reason.Code.Settles() || slices.Contains(forbidding, reason.Code) {
			bad("the decision has the reason %s: the debt may not be asked for", reason.Code)
		}
	}
	r.validateDays(bad)
	r.validateAmounts(bad)
	return errors.Join(errs...)
}

// validateDays looks at the notice and at the days: a notice that exists, of a known channel, not of the future; a last day that is
// not before it.
func (r Reminder) validateDays(bad func(string, ...any)) {
	if r.DueOn.IsZero() {
		bad("DueOn is zero")
	}
	n := r.Debt.Notice
	if n == nil {
		bad("the debt has no notice")
		return
	}
	if cleanLine(n.Number) == "" {
		bad("the notice has no number")
	}
	if n.Channel != creance.Electronic && n.Channel != creance.Paper {
		bad("the notice's channel is %.40q: it is not known to have been sent", string(n.Channel))
	}
	issued, today := paris.Of(n.IssuedOn), paris.Of(r.From.now())
	switch {
	case n.IssuedOn.IsZero():
		bad("the notice has no day")
	case issued.Number() > today.Number():
		bad("the notice is of %s, and today is %s", issued, today)
	case !r.DueOn.IsZero() && paris.Of(r.DueOn).Number() < issued.Number():
		bad("DueOn is %s, before the notice of %s", paris.Of(r.DueOn), issued)
	}
}

// validateAmounts looks at the parts and the sums.
func (r Reminder) validateAmounts(bad func(string, ...any)) {
	balance, err := r.Debt.Balance()
	if err != nil {
		bad("%w", err)
		return
	}
	if balance.IsZero() {
		bad("nothing is owed")
	}
	thisYear := paris.Of(r.From.now()).Year
	var items []creance.Item
	for i, d := range r.billedDetails() {
		switch {
		case !slices.Contains([]creance.Kind{creance.Participation, creance.Franchise}, d.Kind):
			bad("detail %d is no co-payment (S16)", i+1)
		case d.Year == 0:
			bad("detail %d has no year", i+1)
		case d.Year > thisYear:
			bad("detail %d is of %d, which is still to come", i+1, d.Year)
		}
		if d.Amount.IsZero() {
			bad("detail %d is of nothing", i+1)
		}
		if cleanLine(d.Beneficiary) != "" && d.Year > lastBeneficiaryYear {
			bad("detail %d has a beneficiary in %d: since 2016 nobody owes for another person's care", i+1, d.Year)
		}
		items = append(items, d.Item)
	}
	if sum, err := (creance.Debt{Items: items}).Balance(); err != nil {
		bad("Details: %w", err)
	} else if !sum.Equal(balance) {
		bad("the details sum up to %s, the debt to %s", euro.Describe(sum), euro.Describe(balance))
	}
	switch amount, err := r.amountToPay(balance); {
	case err != nil:
		bad("the notice: %w", err)
	case r.Online.Eligible() && !r.Online.Amount.Equal(amount):
		bad("the decision lets %s be paid, the notice claims %s", euro.Describe(r.Online.Amount), euro.Describe(amount))
	}
}

func (r Reminder) billedDetails() []Detail {
	if len(r.Details) > 0 {
		return r.Details
	}
	var out []Detail
	for _, it := range r.Debt.Items {
		out = append(out, Detail{Item: it})
	}
	return out
}

// amountToPay is the notice's amount, never more than the balance: the amount that [creance.Policy.Decide] accepts online.
func (r Reminder) amountToPay(balance decimal.Decimal) (decimal.Decimal, error) {
	n := r.Debt.Notice
	if n == nil {
		return balance, nil
	}
	claimed, err := euro.Cents(n.Amount)
	if owed, _ := euro.Cents(balance); err != nil || claimed == 0 || claimed > owed {
		return balance, err
	}
	return n.Amount, nil
}

func (Reminder) contentName() string { return "reminder" }

func (r Reminder) setFacts(t *factBuilder) error {
	if err := r.Validate(); err != nil {
		return err
	}
	tag := t.edition.tag
	t.OtherWays = linesOf(r.OtherWays.forLanguage(tag))
	for _, f := range []struct {
		name  string
		words bool
	}{{"OtherWays", len(t.OtherWays) > 0}, {"From.Officer.Quality", cleanLine(r.From.Officer.Quality.forLanguage(tag)) != ""}} {
		if !f.words {
			return fmt.Errorf("%s has no words in %s: a letter is not in two languages", f.name, tag)
		}
	}
	balance, _ := r.Debt.Balance()
	amount, _ := r.amountToPay(balance)
	errs := []error{t.setSender(r.From)}
	for _, d := range r.billedDetails() {
		var err error
		t.Year = strconv.Itoa(d.Year)
		t.Beneficiary, t.Amount = typographicApostrophes(cleanLine(d.Beneficiary)), t.formatAmount(d.Amount)
		t.Kind, err = t.edition.partLine("kind/"+string(d.Kind), "kind/"+string(d.Kind), &t.Facts)
		errs = append(errs, err)
		line, err := t.edition.partLine("detail", "detail", &t.Facts)
		errs = append(errs, err)
		t.Details = append(t.Details, line)
	}
	t.Kind, t.Year, t.Beneficiary = "", "", ""
	f := t.edition.formats
	t.Amount, t.Balance = t.formatAmount(amount), t.formatAmount(balance)
	t.setRemaining(balance.Sub(amount))
	t.Name, t.Privacy = FullName("", r.Name), typographicApostrophes(cleanLine(r.Privacy))
	t.Notice = cleanLine(r.Debt.Notice.Number)
	t.NoticeOn, t.NoticeOnLong = f.short(r.Debt.Notice.IssuedOn), f.long(r.Debt.Notice.IssuedOn)
	t.DueOn, t.DueOnLong = f.short(r.DueOn), f.long(r.DueOn)
	if paris.Of(r.DueOn).Number() < t.day.Number() {
		t.Overdue = "yes"
	}
	if r.Online.Eligible() {
		t.Online = t.formatAmount(r.Online.Amount)
	}
	for _, part := range []struct {
		to   *Lines
		name string
	}{{&t.Counters, "counters"}, {&t.Remedies, "remedies"}, {&t.DataNotice, "data_notice"}} {
		var err error
		*part.to, err = t.edition.partLines(part.name, &t.Facts)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
