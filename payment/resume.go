package payment

import (
	"context"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// Resume is the way back to the payment page for a payer who left it: a closed tab, the back button, a page that was loaded again. It
// returns the payment as it is now with its session: send the payer there with [acquirer.Session.Send].
//
// The session is zero when there is nothing to go back to: the page has closed, the result is here, or another payment of the debt has
// the money, as after a late acceptance. Whoever paid then would pay twice. Show the payment instead.
//
// Errors: ErrNotFound, and what the store says. The host compares the payment's Debtor with the session before it shows anything.
func (s *Service) Resume(ctx context.Context, id ID) (Payment, acquirer.Session, error) {
	p, err := s.find(ctx, "resume", Lookup{ID: id})
	if err != nil || !canGoBack(p, s.now()) {
		return p, acquirer.Session{}, err
	}
	if by, err := s.otherOfDebt(ctx, p, p.OvertakenBy); err != nil || by.ID != "" {
		return p, acquirer.Session{}, err
	}
	return p, p.Session, nil
}

// canGoBack reports whether the payment page of p is still open, as far as p itself says.
func canGoBack(p Payment, now time.Time) bool {
	return p.State == Redirected && p.Session.Origin() != "" && now.Before(p.Session.ExpiresAt)
}
