package payment

import (
	"context"
	"time"

	"github.com/quittance/quittance/creance"
)

// Offer is what can be done about a debt now: what a page shows before there is a button « payer ». It promises nothing, since Begin
// decides again.
type Offer struct {
	// Debt is the debt that was asked about. Its Status is Settled if Recorded is not nil, even while the host's own ledger does not know
	// that yet.
	Debt     creance.Debt
	Decision creance.Decision // of the policy in force, about Debt

	// Held is the payment that keeps the debt from being paid again: an attempt, or one whose money is here, on its way back or being
	// checked; of several, the one that has the money. Nil if there is none. If it is another person's, to whom the debt belonged once, it
	// has the State alone: that a payment holds the debt is all that may be told.
	Held *Payment

	// Recorded is the payment of the debt's claim that was taken into account; nil if there is none. Where the notice
	// claims a part, the rest of the debt may still be owed, and nobody can pay it here. If it is another person's, it has the State alone,
	// as Held.
	Recorded *Payment

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
			if p.State == Recorded && p.Claim == d.Claim() { // there is one at most
				o.Debt.Status, o.Recorded = creance.Settled, &p
			}
		}
	}
	o.Decision = policy.Decide(o.Debt, now)
	for _, found := range []**Payment{&o.Held, &o.Recorded} {
		if *found != nil {
			shown := (*found).shownTo(d.Debtor)
			*found = &shown
		}
	}
	if o.Held != nil && canGoBack(*o.Held, now) {
		o.Until = o.Held.Session.ExpiresAt
	}
	return o, nil
}

// shownTo is what the debtor of a debt may see of a payment: of another person's the state alone.
func (p Payment) shownTo(debtor string) Payment {
	if p.Debtor != debtor {
		return Payment{State: p.State}
	}
	return p
}
