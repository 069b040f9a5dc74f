package audit

import (
	"slices"

	"github.com/quittance/quittance/payment"
)

// total is the count and the sum of one kind of movement in one currency.
type total struct{ count, cents int64 }

// totals are the sums by kind and currency.
type totals map[payment.MovementKind]map[string]total

func (t totals) addMovement(m movement) {
	if t[m.kind] == nil {
		t[m.kind] = map[string]total{}
	}
	sum := t[m.kind][m.currency]
	t[m.kind][m.currency] = total{sum.count + 1, sum.cents + m.cents}
}

// totalLines returns the lines of all kinds: first in euros, also where the count is zero, then in other currencies.
func (t totals) totalLines() (out []line) {
	others := map[string]bool{}
	for _, sums := range t {
		for currency := range sums {
			others[currency] = currency != "EUR"
		}
	}
	currencies := []string{"EUR"}
	for currency, other := range others {
		if other {
			currencies = append(currencies, currency)
		}
	}
	slices.Sort(currencies[1:])
	for _, currency := range currencies {
		for _, kind := range payment.MovementKinds() {
			sum := t[kind][currency]
			if currency == "EUR" || sum.count > 0 {
				out = append(out, line{
					"movement": "total_" + string(kind), "cents": sum.cents, "euros": euros(sum.cents), "currency": currency, "count": sum.count,
				})
			}
		}
	}
	return out
}
