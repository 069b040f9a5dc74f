package acquirer

import (
	"fmt"

	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// Cents returns an amount in whole cents: what most acquirers' interfaces and most ledgers count in. Nothing is rounded. The error wraps
// [ErrInvalid]: the amount is negative, has a fraction of a cent, or is above 9 999 999 999,99. What it costs does not depend on the amount,
// so it may come from outside. The way back is decimal.New(cents, -2).
func Cents(amount decimal.Decimal) (int64, error) {
	cents, err := euro.Cents(amount)
	if err != nil {
		return 0, fmt.Errorf("acquirer: %w: %w", ErrInvalid, err)
	}
	return cents, nil
}
