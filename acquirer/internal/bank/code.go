package bank

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

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

// CodeFor returns the code with which a payment ends, where a test has chosen the outcome, the code, both, or neither: then it is
// accepted. The error, for a caller to put its name before, says that one of them does not exist, or that they contradict each other.
func CodeFor(o acquirer.Outcome, code string) (string, error) {
	if code == "" {
		u, ok := usual[cmp.Or(o, acquirer.Accepted)]
		if !ok {
			return "", fmt.Errorf("%.20q is not an outcome", string(o))
		}
		return u.code, nil
	}
	if !isCode(code) {
		return "", fmt.Errorf("%.20q is not a responseCode", code)
	}
	if leads := sipscode.Meaning(code).Outcome; o != "" && o != leads {
		return "", fmt.Errorf("code %s is %s, not %.20s", code, leads, string(o))
	}
	return code, nil
}

// isCode reports whether s can be a responseCode: Sips may add more of them.
func isCode(s string) bool { return s != "" && len(s) <= 2 && strings.Trim(s, alphanumeric) == "" }

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
