package wire

import (
	"fmt"

	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// Euros is the one currency of the amounts that our clients send.
const Euros = "EUR"

// Cents returns an amount in cents: euros, above zero, nothing rounded. The error is a [*FieldError].
func Cents(d decimal.Decimal, currency string) (int64, error) {
	if currency != Euros {
		return 0, Problem("Currency", fmt.Sprintf("%.10q is not EUR, the only currency of this SDK's amounts", currency))
	}
	cents, err := euro.Cents(d)
	if err != nil {
		return 0, Problem("Amount", err.Error())
	}
	if cents == 0 {
		return 0, Problem("Amount", "the amount is zero")
	}
	return cents, nil
}

// CheckMerchant refuses a question or a call about another merchant's transaction: this merchant's desk would answer "not found". An
// empty name is the client's own.
func CheckMerchant(name, own string) error {
	if name != "" && name != own {
		return Problem("Merchant", fmt.Sprintf("%.40q is not this client's, %s", name, own))
	}
	return nil
}
