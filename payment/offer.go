package payment

import (
	"context"
	"time"

	"github.com/quittance/quittance/creance"
)

// Offer is what can be done about a debt now: what a page shows before there is a button « payer ». It promises nothing, since Begin
// decides again.
type Offer struct {
	// Debt is the debt that was asked about. Its Status is Settled once a payment of its claim was recorded, also while the host's own
	// ledger does not know that yet.
	Debt     creance.Debt
	Decision creance.Decision // of the policy in force, about Debt

	// Held is the payment that keeps the debt from being paid again: an attempt, or one whose money is here, on its way back or being
	// checked; of several, the one that has the money. Nil if there is none. Before it is shown, compare its Debtor with the session.
	Held *Payment

	// Until is when the payment page of Held closes, while the payer can still go back to it: see [Service.Resume]. Zero otherwise.
	Until time.Time

	Closed bool // no new payment is begun here: Config.Acquirer is nil
}

// Payable reports whether a payment of the debt can be begun now.
func (o Offer) Payable() bool { return o.Decision.Eligible() && o.Held == nil && !o.Closed }

// Offer says whether a debt can be paid now, and if not, why, or which payment holds it. It writes nothing and asks no acquirer.
//
// Errors: [creance.ErrNoPolicy] before the first policy's day, and what the store says.
func (s *Service) Offer(ctx context.Context, d creance.Debt) (Offer, error) {
	now := s.now()
	policy, err := s.c.Policies.On(now)
	if err != nil {
		return Offer{}, err
	}
	o := Offer{Debt: d, Closed: s.c.Acquirer == nil}
	if d.ID != "" { // a debt without an ID is held by nothing: the decision says what is wrong with it
		for p, err := range withDamaged(s.c.Store.List(ctx, Filter{Debt: d.ID})) {
			if err != nil {
				return Offer{}, err
			}
			if p.State.Holds() && (o.Held == nil || o.Held.OvertakenBy(p)) {
				o.Held = &p
			}
			if p.State == Recorded && p.Claim == d.Claim() {
				o.Debt.Status = creance.Settled
			}
		}
	}
	o.Decision = policy.Decide(o.Debt, now)
	if o.Held != nil && canGoBack(*o.Held, now) {
		o.Until = o.Held.Session.ExpiresAt
	}
	return o, nil
}
