package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
)

// movement is a line of the export.
type movement struct {
	payment.Movement
	cents int64 // of its money's amount
}

// movementsOn returns the movements of a day, in the order of the export, and its seal.
func (b *Books) movementsOn(ctx context.Context, d paris.Day) (all []movement, seal Seal, err error) {
	orphans, err := b.allOrphans(ctx)
	if err != nil {
		return nil, seal, err
	}
	keep := func(found []payment.Movement) {
		for _, m := range found {
			if paris.Of(m.At) == d {
				all = append(all, movement{Movement: m})
			}
		}
	}
	c, ids, err := sealTo(ctx, b.store, d, orphans)
	if err != nil {
		return nil, seal, err
	}
	for _, id := range ids {
		p, err := b.store.Find(ctx, payment.Lookup{ID: id})
		if err != nil && !isDamaged(err) {
			return nil, seal, err
		}
		p, journal, err := b.readHistory(ctx, p)
		if err != nil {
			return nil, seal, err
		}
		if err := payment.VerifyJournal(p, journal); err != nil { // nothing is exported of a payment that was altered
			return nil, seal, err
		}
		keep(payment.Movements(p, journal))
	}
	keep(payment.OrphanMovements(orphans))
	all, err = inOrder(all)
	return all, c.lastSeal(), err
}

// inOrder returns the movements in the order of the export, with their cents.
func inOrder(all []movement) ([]movement, error) {
	for i, m := range all {
		var err error
		if all[i].cents, err = euro.Cents(m.Money.Amount); err != nil {
			return nil, fmt.Errorf("%s: %w", m.Payment.Reference, err)
		}
	}
	slices.SortStableFunc(all, byInstant)
	return all, nil
}

// byInstant orders movements by instant, then by reference and version. Movements of one entry stay in their order, so that every run
// gives the same.
func byInstant(a, b movement) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.Payment.Reference, b.Payment.Reference), cmp.Compare(a.Version, b.Version))
}

// total has the count and the sum of one kind of movement in one currency.
type total struct {
	kind         payment.MovementKind
	currency     string
	count, cents int64
}

// totalsByKind returns the totals of all kinds: first in euros, also where nothing moved, then in other currencies that have any.
func totalsByKind(all []movement) []total {
	currencies := []string{"EUR"}
	for _, m := range all {
		if !slices.Contains(currencies, m.Money.Currency) {
			currencies = append(currencies, m.Money.Currency)
		}
	}
	slices.Sort(currencies[1:])
	var out []total
	for _, currency := range currencies {
		for _, kind := range payment.MovementKinds() {
			t := total{kind: kind, currency: currency}
			for _, m := range all {
				if m.Kind == kind && m.Money.Currency == currency {
					t.count, t.cents = t.count+1, t.cents+m.cents
				}
			}
			if currency == "EUR" || t.count > 0 {
				out = append(out, t)
			}
		}
	}
	return out
}
