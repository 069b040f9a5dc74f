package bank

import "github.com/quittance/quittance/acquirer"

// usual are the code that stands for an outcome when none is told, and the transactionStatus that follows it.
var usual = map[acquirer.Outcome]struct{ code, status string }{
	acquirer.Accepted:  {"00", StatusToCapture},
	acquirer.Refused:   {"05", StatusRefused},
	acquirer.Cancelled: {"17", StatusAborted},
	acquirer.Expired:   {"97", StatusExpired},
	acquirer.Pending:   {"60", StatusPending},
	acquirer.Failed:    {"90", StatusInvalid},
	acquirer.Unknown:   {"77", StatusPending}, // 77 is nobody's: a code that an acquirer invents tomorrow
}

// Usual returns the code that stands for an outcome, and false when o is not an outcome.
func Usual(o acquirer.Outcome) (string, bool) {
	u, ok := usual[o]
	return u.code, ok
}

// Values of transactionStatus. The set is open at Sips; these are the ones that this bank uses.
const (
	StatusToCapture = "TO_CAPTURE" // authorised, not remitted yet: can be cancelled
	StatusCaptured  = "CAPTURED"   // remitted: can be refunded
	StatusCancelled = "CANCELLED"  // cancelled in full before remittance
	StatusCredited  = "CREDITED"   // refunded in full after remittance
	StatusRefused   = "REFUSED"
	StatusAborted   = "ABORTED" // by the payer
	StatusExpired   = "EXPIRED"
	StatusPending   = "PENDING"
	StatusInvalid   = "INVALID" // the kiosk broke
)
