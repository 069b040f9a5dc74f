package bank

import "github.com/quittance/quittance/acquirer"

// usual is the code of an outcome where none is given, and the transactionStatus that it leads to.
var usual = map[acquirer.Outcome]struct{ code, status string }{
	acquirer.Accepted:  {"00", StatusToCapture},
	acquirer.Refused:   {"05", StatusRefused},
	acquirer.Cancelled: {"17", StatusAborted},
	acquirer.Expired:   {"97", StatusExpired},
	acquirer.Pending:   {"60", StatusPending},
	acquirer.Failed:    {"90", StatusInvalid},
	acquirer.Unknown:   {"77", StatusPending}, // 77 stands for a code that Sips may add one day
}

// Usual returns the code that stands for an outcome, and false when o is not an outcome.
func Usual(o acquirer.Outcome) (string, bool) {
	u, ok := usual[o]
	return u.code, ok
}

// Values of transactionStatus. The set is open at Sips; these are the ones that this bank uses.
const (
	StatusToCapture  = "TO_CAPTURE"  // authorised, not remitted yet: can be cancelled
	StatusToValidate = "TO_VALIDATE" // authorised, and remitted only if the shop validates it: can be cancelled
	StatusCaptured   = "CAPTURED"    // remitted: can be refunded
	StatusCancelled  = "CANCELLED"   // cancelled in full before remittance
	StatusCredited   = "CREDITED"    // refunded in full after remittance
	StatusRefused    = "REFUSED"
	StatusAborted    = "ABORTED" // by the payer
	StatusExpired    = "EXPIRED"
	StatusPending    = "PENDING"
	StatusInvalid    = "INVALID" // the payment page failed
)
