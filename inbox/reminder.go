package inbox

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// Reminder tells a debtor about a notice that is still open. It says everything that one must be told before paying: who claims,
// from whom, which notice, how much for which kind, year and beneficiary, why and by which law (CSS L160-13), until when, in
// which ways, what follows otherwise, whom to ask for help, which remedies there are (CSS R142-1), who answers for the letter
// (CRPA L111-2), and what becomes of the data. It has no link (S22: the way to the bank's page begins in the account).
//
// No [Deliverer] writes it: the host knows its debts and when to remind. Render refuses what [Reminder.Validate] objects to.
type Reminder struct {
	Debt creance.Debt

	// Online is the decision on this debt: card and account are named among the ways to pay where it is eligible.
	Online creance.Decision

	Name      string    // the debtor's family name
	DueOn     time.Time // a day in Paris
	OtherWays string    // lines: cheque, transfer, and what to quote with them
	Officer   string    // first name, name and quality of who answers for the letter
	Privacy   string    // where to ask about one's data: the data protection officer's address

	// Details break the balance down where beneficiaries differ. None: the debt's items.
	Details []Detail

	From Options
}

// Detail is a part of a debt: what is owed for one kind, one year and one beneficiary of the care.
type Detail struct {
	creance.Item
	Beneficiary string // the first name of a child, "vous-même"; empty: not said
}

// Validate returns everything that the debtor must be told and that is missing or does not fit.
func (r Reminder) Validate() error {
	errs := []error{r.From.Validate()}
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("inbox: Reminder: "+format, a...)) }
	for _, f := range []struct{ name, value string }{
		{"Name", clean(r.Name)}, {"OtherWays", linesOf(r.OtherWays).String()},
		{"Officer", clean(r.Officer)}, {"Privacy", clean(r.Privacy)},
	} {
		if f.value == "" {
			bad("%s is empty", f.name)
		}
		if linked.MatchString(f.value) {
			bad("%s has a link; whoever reads a letter with a link learns to trust the next one", f.name)
		}
	}
	if r.DueOn.IsZero() {
		bad("DueOn is zero")
	}
	switch n := r.Debt.Notice; {
	case n == nil:
		bad("the debt has no notice")
	default:
		if clean(n.Number) == "" {
			bad("the notice has no number")
		}
		if n.IssuedOn.IsZero() {
			bad("the notice has no day")
		}
	}
	balance, err := r.Debt.Balance()
	if err != nil {
		bad("%w", err)
		return errors.Join(errs...)
	}
	if balance.IsZero() {
		bad("nothing is owed")
	}
	var items []creance.Item
	for i, d := range r.details() {
		if !slices.Contains([]creance.Kind{creance.Participation, creance.Franchise}, d.Kind) {
			bad("detail %d is no co-payment (S16)", i+1)
		}
		items = append(items, d.Item)
	}
	if sum, err := (creance.Debt{Items: items}).Balance(); err != nil {
		bad("Details: %w", err)
	} else if !sum.Equal(balance) {
		bad("the details sum up to %s, the debt to %s", euro.Describe(sum), euro.Describe(balance))
	}
	switch amount, err := r.amount(balance); {
	case err != nil:
		bad("the notice: %w", err)
	case r.Online.Eligible() && !r.Online.Amount.Equal(amount):
		bad("the decision lets %s be paid, the notice claims %s", euro.Describe(r.Online.Amount), euro.Describe(amount))
	}
	return errors.Join(errs...)
}

func (r Reminder) details() []Detail {
	if len(r.Details) > 0 {
		return r.Details
	}
	var out []Detail
	for _, it := range r.Debt.Items {
		out = append(out, Detail{Item: it})
	}
	return out
}

// amount is what the notice claims, never more than the balance: what [creance.Policy.Decide] lets be paid.
func (r Reminder) amount(balance decimal.Decimal) (decimal.Decimal, error) {
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

func (Reminder) name() string { return "reminder" }

func (r Reminder) tell(t *teller) error {
	if err := r.Validate(); err != nil {
		return err
	}
	balance, _ := r.Debt.Balance()
	amount, _ := r.amount(balance)
	errs := []error{t.from(r.From)}
	for _, d := range r.details() {
		var err error
		if t.Year = ""; d.Year != 0 {
			t.Year = strconv.Itoa(d.Year)
		}
		t.Beneficiary, t.Amount = typographic(clean(d.Beneficiary)), t.amount(d.Amount)
		t.Kind, err = t.edition.part("kind/"+string(d.Kind), "kind/"+string(d.Kind), &t.Facts)
		errs = append(errs, err)
		line, err := t.edition.part("detail", "detail", &t.Facts)
		errs = append(errs, err)
		t.Details = append(t.Details, line)
	}
	t.Kind, t.Year, t.Beneficiary = "", "", ""
	f := t.edition.formats
	t.Amount, t.Balance = t.amount(amount), t.amount(balance)
	t.Name, t.Officer, t.Privacy = FullName("", r.Name), typographic(clean(r.Officer)), typographic(clean(r.Privacy))
	t.OtherWays = linesOf(r.OtherWays)
	t.Notice = clean(r.Debt.Notice.Number)
	t.NoticeOn, t.NoticeOnLong = f.short(r.Debt.Notice.IssuedOn), f.long(r.Debt.Notice.IssuedOn)
	t.DueOn, t.DueOnLong = f.short(r.DueOn), f.long(r.DueOn)
	if r.Online.Eligible() {
		t.Online = t.amount(r.Online.Amount)
	}
	return errors.Join(errs...)
}
