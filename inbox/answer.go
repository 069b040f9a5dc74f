package inbox

import (
	"errors"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
)

// Answer chooses what is said to a payer whose [payment.Service.Begin] ended in an error:
//
//	*creance.IneligibleError   every reason, [NotEligible]
//	*payment.HeldError         which payment holds the debt, [DebtHeld]
//	payment.ErrInProgress      the same click is being served, [PaymentUnderWay]
//	anything else              [PaymentNotBegun]: no session was handed out, so no money can have moved
//
// It is nil for a nil error. An error after the bank's page is another matter: then nobody knows, and [ResultUnknown] says so.
func Answer(err error, from Options) Content {
	var ineligible *creance.IneligibleError
	var held *payment.HeldError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ineligible):
		return NotEligible{ineligible.Decision, from}
	case errors.As(err, &held):
		return DebtHeld{held.By}
	case errors.Is(err, payment.ErrInProgress):
		return PaymentUnderWay{}
	}
	return PaymentNotBegun{}
}
