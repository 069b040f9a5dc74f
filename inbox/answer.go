package inbox

import (
	"errors"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// Answer chooses what is said to a payer whose [payment.Service.Begin] ended in an error:
//
//	*creance.IneligibleError   every reason, [NotEligible]
//	*payment.HeldError         which payment holds the debt, [DebtHeld]; once its payment page has closed, that its result is being
//	                           looked for
//	payment.ErrInProgress      the same click is being served, [PaymentUnderWay]
//	payment.ErrClosed          no new payment is begun, [PortalClosed]
//	anything else              [PaymentNotBegun]: no session was handed out, so this request moved no money; one before it with the
//	                           same key may have, and the account says so
//
// The clock is that of from. The answer to a nil error is nil. After an error on the way back from the payment page nobody knows what
// happened there: say [ResultUnknown] then.
func Answer(err error, from Sender) Content {
	var ineligible *creance.IneligibleError
	var held *payment.HeldError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ineligible):
		return NotEligible{ineligible.Decision, from, true}
	case errors.As(err, &held):
		by := held.By
		if end := by.Session.ExpiresAt; by.State == payment.Redirected && !end.IsZero() && from.now().After(end) {
			by.State = payment.Unknown
		}
		return DebtHeld{by}
	case errors.Is(err, payment.ErrInProgress):
		return PaymentUnderWay{}
	case errors.Is(err, payment.ErrClosed):
		return PortalClosed{true}
	}
	return PaymentNotBegun{}
}
