package payer

import (
	"context"
	"net/http"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/examples/teleservice/internal/web"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// claim is a debt as its page shows it: what may be done about it now, by the payments' service.
type claim struct {
	creance.Debt
	payment.Offer

	// Recorded is the payment of what the notice claims, if it was taken into account and a Rest of the debt is owed. Nobody can pay it here.
	Recorded *payment.Payment
	Rest     decimal.Decimal
}

// Page is the address of a page of the debt.
func (c claim) Page(name string) string { return pageOf(c.ID, name) }

// Free reports whether nothing is to be paid for this debt: it was settled, cancelled, or never owed.
func (c claim) Free() bool { return c.Held == nil && c.Recorded == nil && c.Decision.NothingToPay() }

// Remaining is what is still owed after a payment, where the notice claims a part; zero if there is no such payment.
func (c claim) Remaining() decimal.Decimal {
	balance, err := c.Balance()
	if err != nil || !c.Payable() {
		return decimal.Zero
	}
	return balance.Sub(c.Decision.Amount)
}

// claims are what a person owes, with what may be paid today. A claim whose payment was taken into account is settled: the fund's ledger
// would say so itself.
func (p *Portal) claims(ctx context.Context, debtor string) (all []claim, err error) {
	for _, d := range p.People.Debts(debtor) {
		offer, err := p.Payments.Offer(ctx, d)
		if err != nil {
			return nil, err
		}
		if h := offer.Held; h != nil && h.Debtor != debtor { // the debt was another's: that there is a payment is all that may be told
			offer.Held = &payment.Payment{State: h.State}
		}
		c := claim{Debt: offer.Debt, Offer: offer}
		if offer.Debt.Status != d.Status { // a payment settled it
			if err := p.findRest(ctx, &c); err != nil {
				return nil, err
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// findRest finds what is owed of a debt beyond a payment that was taken into account, and that payment.
func (p *Portal) findRest(ctx context.Context, c *claim) error {
	for made, err := range p.Payments.List(ctx, payment.Filter{Debt: c.ID, States: []payment.State{payment.Recorded}}) {
		if err != nil {
			return err
		}
		if rest := p.remaining(made); made.Debtor == c.Debt.Debtor && made.Claim == c.Claim() && rest.IsPositive() {
			c.Recorded, c.Rest = &made, rest
		}
	}
	return nil
}

// claim finds the debt of the request among the visitor's own.
func (p *Portal) claim(r *http.Request, v visitor) (claim, error) {
	all, err := p.claims(r.Context(), v.ID)
	if err != nil {
		return claim{}, err
	}
	for _, c := range all {
		if c.ID == r.PathValue("debt") {
			return c, nil
		}
	}
	return claim{}, web.Absent
}

// payments are all trips to the kiosk of a person, oldest first.
func (p *Portal) payments(ctx context.Context, debtor string) (all []payment.Payment, err error) {
	for one, err := range p.Payments.List(ctx, payment.Filter{Debtor: debtor}) {
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// ownPayment finds the payment of the request, if it is the visitor's: somebody else's is as absent as one that does not exist.
func (p *Portal) ownPayment(r *http.Request, v visitor) (payment.Payment, error) {
	one, err := p.Payments.Get(r.Context(), payment.ID(r.PathValue("payment")))
	if isAbsent(err) || err == nil && one.Debtor != v.ID {
		return payment.Payment{}, web.Absent
	}
	return one, err
}
