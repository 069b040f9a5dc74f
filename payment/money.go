package payment

import (
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// Money is what a verified acceptance said: how much was taken, how much of it has gone back, by which merchant, under
// which authorisation. It may differ from what was ordered; then it is the only true account of the money. Amounts are
// in euros, whole cents; one that is no amount is zero here, and the entry's Why says what was wrong with it.
type Money struct {
	Amount, Returned                  decimal.Decimal
	Currency, Merchant, Authorisation string
}

// moneyOf returns the money that a result tells of: the zero value unless it is an acceptance.
func moneyOf(r *acquirer.Result) Money {
	if r == nil || r.Outcome != acquirer.Accepted {
		return Money{}
	}
	return Money{wholeCents(r.Amount), wholeCents(r.Returned), shortCause(r.Currency), shortCause(r.Merchant), shortCause(r.AuthorisationID)}
}

// isNone reports whether m is the zero value: its entry is not about money.
func (m Money) isNone() bool {
	return m.Amount.IsZero() && m.Returned.IsZero() && m.Currency+m.Merchant+m.Authorisation == ""
}

// wholeCents returns an amount in the form in which amounts are stored; zero for what is not a number of whole cents.
func wholeCents(d decimal.Decimal) decimal.Decimal {
	cents, err := euro.Cents(d)
	if err != nil || cents == 0 {
		return decimal.Decimal{}
	}
	return euro.Of(cents)
}
