package audit

import (
	"fmt"
	"time"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
)

// movement is a line of the export.
type movement struct {
	kind                              payment.MovementKind
	at                                time.Time
	reference, debt, notice           string
	payment                           payment.ID
	version                           int
	cents                             int64
	currency, merchant, authorisation string
}

func newMovement(m payment.Movement) (movement, error) {
	p := m.Payment
	cents, err := euro.Cents(m.Money.Amount)
	if err != nil {
		return movement{}, fmt.Errorf("%s: %w", p.Reference, err)
	}
	return movement{
		kind: m.Kind, at: m.At, reference: p.Reference, debt: p.Debt, notice: p.Notice, payment: p.ID, version: m.Version, cents: cents,
		currency: m.Money.Currency, merchant: m.Money.Merchant, authorisation: m.Money.Authorisation,
	}, nil
}

// movementsOn returns the movements of one day among all.
func movementsOn(d paris.Day, all []payment.Movement) (out []movement, err error) {
	for _, m := range all {
		if paris.Of(m.At) != d {
			continue
		}
		line, err := newMovement(m)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, nil
}

// exportLine returns the movement by column.
func (m movement) exportLine() line {
	return line{
		"movement": string(m.kind), "instant": m.at.UTC().Format("2006-01-02T15:04:05.000000Z"), "reference": m.reference, "payment": string(m.payment),
		"merchant": m.merchant, "authorisation": m.authorisation, "cents": m.cents, "euros": euros(m.cents),
		"currency": m.currency, "debt": m.debt, "notice": m.notice,
	}
}
