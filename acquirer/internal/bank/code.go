package bank

import "github.com/quittance/quittance/acquirer"

// Code is a responseCode of Sips (spec: sips.md §7.3) and what it means to the bank.
type Code struct {
	Code     string
	Outcome  acquirer.Outcome
	Decline  acquirer.Decline
	Acquirer string // the acquirerResponseCode that usually comes with it; the payer's 17 and 97 have none
}

// codes are those that a card payment can end with.
var codes = []Code{
	{"00", acquirer.Accepted, "", "00"},
	{"02", acquirer.Refused, acquirer.ContactIssuer, "02"},
	{"03", acquirer.Refused, acquirer.MerchantProblem, "03"},
	{"05", acquirer.Refused, acquirer.DoNotHonour, "05"},
	{"11", acquirer.Refused, acquirer.NotPermitted, "05"},
	{"12", acquirer.Refused, acquirer.MerchantProblem, "12"},
	{"14", acquirer.Refused, acquirer.InvalidCard, "14"},
	{"17", acquirer.Cancelled, "", ""},
	{"30", acquirer.Refused, acquirer.MerchantProblem, "30"},
	{"34", acquirer.Refused, acquirer.SuspectedFraud, "34"},
	{"40", acquirer.Refused, acquirer.MerchantProblem, "40"},
	{"51", acquirer.Refused, acquirer.LimitExceeded, "61"},
	{"54", acquirer.Refused, acquirer.ExpiredCard, "33"},
	{"55", acquirer.Refused, acquirer.CardNotAccepted, "57"},
	{"60", acquirer.Pending, "", ""},
	{"62", acquirer.Pending, "", ""},
	{"63", acquirer.Refused, acquirer.SuspectedFraud, "63"},
	{"75", acquirer.Refused, acquirer.TooManyAttempts, "75"},
	{"90", acquirer.Failed, "", "90"},
	{"97", acquirer.Expired, "", ""},
	{"99", acquirer.Failed, "", "99"},
}

var byCode = func() map[string]Code {
	m := make(map[string]Code, len(codes))
	for _, c := range codes {
		m[c.Code] = c
	}
	return m
}()

// Meaning returns what the code means to the bank; the outcome of a code that is not listed is Unknown.
func Meaning(code string) Code {
	if c, ok := byCode[code]; ok {
		return c
	}
	return Code{Code: code, Outcome: acquirer.Unknown}
}

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
