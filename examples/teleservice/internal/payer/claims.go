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

	Rest decimal.Decimal // of the debt, which is owed when what the notice claims was taken into account
}

// Page is the address of a page of the debt.
func (c claim) Page(name string) string { return pageOf(c.ID, name) }

// Free reports whether nothing is to be paid for this debt: it was settled, cancelled, or never owed.
func (c claim) Free() bool { return c.Held == nil && !c.Rest.IsPositive() && c.Decision.NothingToPay() }

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
		c := claim{Debt: offer.Debt, Offer: offer}
		if made := offer.Recorded; made != nil && made.Debtor == debtor {
			c.Rest = p.remaining(*made)
		}
		all = append(all, c)
	}
	return all, nil
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
