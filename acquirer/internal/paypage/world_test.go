package paypage_test

import (
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

const shop = "201000005940002"

// afternoon is the moment of S53, 15:54 in Paris.
var afternoon = time.Date(2017, 9, 11, 13, 54, 0, 0, time.UTC)

// open returns a bank with one shop, and its clock.
func open(m bank.Merchant) (*bank.Bank, *time.Time) {
	now := afternoon
	b := &bank.Bank{Now: func() time.Time { return now }}
	m.ID = shop
	b.Enrol(m)
	return b, &now
}

func order(reference string) bank.Order {
	return bank.Order{Merchant: shop, Reference: reference, OrderID: "4", Cents: 5000, Currency: "EUR"}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
