package acquirer_test

import (
	"errors"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

func TestCents(t *testing.T) {
	for text, want := range map[string]int64{"62": 62_00, "62.50": 62_50, "0": 0, "0.01": 1, "62.500": 62_50, "9999999999.99": 999_999_999_999} {
		amount := decimal.RequireFromString(text)
		if got, err := acquirer.Cents(amount); err != nil || got != want || !decimal.New(got, -2).Equal(amount) {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"-1", "0.001", "10000000000", "1e9999"} {
		if got, err := acquirer.Cents(decimal.RequireFromString(text)); got != 0 || !errors.Is(err, acquirer.ErrInvalid) {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
}
