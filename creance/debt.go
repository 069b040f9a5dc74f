package creance

import (
	"fmt"
	"net/url"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// Debt is what a person owes and has been asked for (S8, S10). ID and Debtor are the host's own opaque identifiers; they
// must not be a social security number. A Debt is plain data; copying it shares Items and Notice.
type Debt struct {
	ID, Debtor string
	Items      []Item
	Notice     *Notice // nil: no notice was sent (S15)
	Status     Status
}

// Balance is the sum of the items, in euros; an error names the item whose
// amount is not one (negative, a fraction of a cent, an absurd exponent).
func (d Debt) Balance() (decimal.Decimal, error) {
	var sum int64
	for i, it := range d.Items {
		c, err := euro.Cents(it.Amount)
		if err == nil && sum+c > euro.Max {
			err = euro.ErrTooLarge
		}
		if err != nil {
			return decimal.Decimal{}, fmt.Errorf("item %d (%.40s, %d): %w", i+1, it.Kind, it.Year, err)
		}
		sum += c
	}
	return euro.Of(sum), nil
}

// Claim names what may be paid once: the debt and the notice that claims it. Two debts, or two notices of one debt,
// never have the same claim, whatever characters their names have.
func (d Debt) Claim() string {
	number := ""
	if d.Notice != nil {
		number = d.Notice.Number
	}
	return url.PathEscape(d.ID) + "/" + url.PathEscape(number)
}

// Item is a part of a debt: what is owed for one kind of co-payment and one calendar year. Years are kept apart because a
// claim over several years is contested one year at a time.
type Item struct {
	Kind   Kind
	Year   int             // the calendar year in which the fund reimbursed the care: that of the yearly caps (CSS D160-6, D160-10)
	Amount decimal.Decimal // euros
}

// Kind is the nature of an item. The teleservice takes co-payments only (S16); a policy of another body names its own kinds.
type Kind string

const (
	Participation Kind = "participation_forfaitaire" // medical acts and biology, CSS L160-13 II
	Franchise     Kind = "franchise"                 // medicines, paramedical acts, transport, CSS L160-13 III
)

// Notice is the « avis de somme à payer » that claims a debt or a part of it (S10). Number is what is printed on it.
type Notice struct {
	Number   string
	Channel  Channel
	IssuedOn time.Time       // a day in Paris
	Amount   decimal.Decimal // euros; zero: the whole balance
}

// Channel is how a notice was sent.
type Channel string

const (
	Electronic Channel = "electronic" // into the account (S11)
	Paper      Channel = "paper"      // by post, to those who have no account yet (S12)
)

// Status is what stands in the way of a payment besides amounts. A value that is not listed here counts as Suspended.
type Status string

const (
	Open        Status = ""            // nothing stands in the way
	Settled     Status = "settled"     // paid or deducted elsewhere
	Disputed    Status = "disputed"    // an appeal is pending (CSS R142-1)
	Suspended   Status = "suspended"   // recovery is on hold, by the fund's decision
	Prescribed  Status = "prescribed"  // time-barred: cancelled by law (CSS D160-7)
	Exempted    Status = "exempt"      // the person owed no co-payment for this care (CSS L160-15, D160-3, L169-2)
	Instalments Status = "instalments" // the person pays in instalments, as agreed with the fund
)
