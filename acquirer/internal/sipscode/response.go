package sipscode

import (
	"iter"

	"github.com/quittance/quittance/acquirer"
)

// Response is a responseCode that a payment can end with.
type Response struct {
	Code    string
	Outcome acquirer.Outcome
	Decline acquirer.Decline // of a refusal, where the acquirerResponseCode does not say it more finely

	// Acquirer is the acquirerResponseCode that usually comes with it. It is empty where no bank was asked: the payer gave up
	// or stayed away, or Sips itself refused the card.
	Acquirer string
}

// responses are in the order of their codes. Those that speak of an operation and not of the payment (24, 25, 57, 94) are not here.
var responses = []Response{
	{"00", acquirer.Accepted, "", "00"},
	{"02", acquirer.Refused, acquirer.ContactIssuer, "02"}, // ceiling exceeded: the issuer asks for a call
	{"03", acquirer.Refused, acquirer.MerchantProblem, "03"},
	{"05", acquirer.Refused, acquirer.DoNotHonour, "05"},
	{"11", acquirer.Refused, acquirer.CardNotAccepted, ""}, // on a block list: another card may do
	{"12", acquirer.Refused, acquirer.MerchantProblem, "12"},
	{"14", acquirer.Refused, acquirer.InvalidCard, "14"},
	{"17", acquirer.Cancelled, "", ""},
	{"30", acquirer.Refused, acquirer.MerchantProblem, "30"},
	{"34", acquirer.Refused, acquirer.SuspectedFraud, "34"},
	{"40", acquirer.Refused, acquirer.MerchantProblem, ""},
	{"51", acquirer.Refused, acquirer.LimitExceeded, "61"},
	{"54", acquirer.Refused, acquirer.ExpiredCard, "33"},
	{"55", acquirer.Refused, acquirer.CardNotAccepted, ""}, // prepaid cards are not taken
	{"60", acquirer.Pending, "", ""},
	{"62", acquirer.Pending, "", ""},
	{"63", acquirer.Refused, acquirer.AuthenticationFailed, "63"}, // security rules: the payer may try again
	{"75", acquirer.Refused, acquirer.TooManyAttempts, ""},        // none was captured, though the guide says « XX »
	{"90", acquirer.Failed, "", "90"},
	{"97", acquirer.Expired, "", ""},
	{"99", acquirer.Pending, "", "99"}, // an incident: the guide has it verified before anything else, so nothing is concluded
}

var byCode = func() map[string]Response {
	m := make(map[string]Response, len(responses))
	for _, r := range responses {
		m[r.Code] = r
	}
	return m
}()

// Responses yields every code that a payment can end with, in a fixed order.
func Responses() iter.Seq[Response] {
	return func(yield func(Response) bool) {
		for _, r := range responses {
			if !yield(r) {
				return
			}
		}
	}
}

// Listed reports whether a payment is known to end with the code.
func Listed(code string) bool {
	_, ok := byCode[code]
	return ok
}

// Meaning returns what the code says of a payment. The outcome of one that is not listed is Unknown: not final, and never Accepted.
func Meaning(code string) Response {
	if r, ok := byCode[code]; ok {
		return r
	}
	return Response{Code: code, Outcome: acquirer.Unknown}
}

// declines say why the bank refused, by acquirerResponseCode and more finely than a responseCode 05.
var declines = map[string]acquirer.Decline{
	"02": acquirer.ContactIssuer,
	"03": acquirer.MerchantProblem,
	"04": acquirer.LostOrStolen, // keep the card
	"05": acquirer.DoNotHonour,
	"07": acquirer.LostOrStolen,         // keep the card, special conditions
	"08": acquirer.AuthenticationFailed, // approve after identification
	"12": acquirer.MerchantProblem,
	"13": acquirer.MerchantProblem, // amount
	"14": acquirer.InvalidCard,
	"15": acquirer.InvalidCard, // unknown issuer
	"20": acquirer.IssuerUnavailable,
	"24": acquirer.DoNotHonour,
	"25": acquirer.DoNotHonour,
	"30": acquirer.MerchantProblem,
	"31": acquirer.MerchantProblem,
	"33": acquirer.ExpiredCard,
	"34": acquirer.SuspectedFraud,
	"40": acquirer.NotPermitted,
	"41": acquirer.LostOrStolen,
	"43": acquirer.LostOrStolen,
	"51": acquirer.InsufficientFunds,
	"54": acquirer.ExpiredCard,
	"56": acquirer.InvalidCard, // missing from the file
	"57": acquirer.NotPermitted,
	"58": acquirer.MerchantProblem, // not allowed to the terminal
	"59": acquirer.SuspectedFraud,
	"60": acquirer.MerchantProblem, // the acceptor must contact its acquirer
	"61": acquirer.LimitExceeded,
	"62": acquirer.DoNotHonour,
	"63": acquirer.AuthenticationFailed,
	"65": acquirer.LimitExceeded, // per day
	"68": acquirer.IssuerUnavailable,
	"75": acquirer.TooManyAttempts,
	"87": acquirer.MerchantProblem,
	"90": acquirer.IssuerUnavailable,
	"91": acquirer.IssuerUnavailable,
	"92": acquirer.IssuerUnavailable,
	"94": acquirer.MerchantProblem,
	"96": acquirer.IssuerUnavailable,
	"97": acquirer.IssuerUnavailable,
	"98": acquirer.IssuerUnavailable,
	"99": acquirer.IssuerUnavailable,
	"A1": acquirer.AuthenticationFailed, // soft decline: 3-D Secure is asked for
}

// Decline is what the code of the bank that issued the card says of a refusal; false for a code that is not listed. Direct passes the same
// codes on, in the middle of an errorCode 30XX1001.
func Decline(acquirerCode string) (acquirer.Decline, bool) {
	d, ok := declines[acquirerCode]
	return d, ok
}

// notAuthenticated are the holderAuthentStatus of a payer who did not pass 3-D Secure; then no bank was asked. Those with 3D_ are
// the spellings of its first version.
var notAuthenticated = map[string]bool{
	"FAILURE": true, "3D_FAILURE": true, "CANCEL": true, "3D_ABORT": true, "ERROR": true, "3D_ERROR": true,
}

// Judge gives outcome and decline of a payment, from its responseCode, acquirerResponseCode and holderAuthentStatus; the last
// two may be empty. They only ever choose the decline of a payment that is refused: the outcome is the responseCode's.
func Judge(code, acquirerCode, authentication string) (acquirer.Outcome, acquirer.Decline) {
	r := Meaning(code)
	if r.Outcome != acquirer.Refused {
		return r.Outcome, ""
	}
	if d, ok := declines[acquirerCode]; ok {
		return r.Outcome, d
	}
	if acquirerCode == "" && r.Decline == acquirer.DoNotHonour && notAuthenticated[authentication] {
		return r.Outcome, acquirer.AuthenticationFailed
	}
	return r.Outcome, r.Decline
}
