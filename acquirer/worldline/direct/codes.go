package direct

import (
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

// Status codes with a rule of their own (docs/direct.md §9.2).
const (
	codeIncomplete = 0
	codeCancelled  = 1
	codeRefused    = 2
	codeCaptured   = 9
)

// moneyPlace is where a payment's money is, by the payment's own code. Partial refunds appear in the list of refunds only.
type moneyPlace string

const (
	moneyHere    moneyPlace = ""
	moneyBack    moneyPlace = "back"
	moneyLeaving moneyPlace = "leaving" // its refund is requested but not done
)

// verdict is the meaning of a status code for a payment.
type verdict struct {
	outcome acquirer.Outcome
	money   moneyPlace
	warning string // a person must look; empty: no need
}

// statusCodes of a payment that was asked for as a sale. Only 9 is money that is here. What is not listed is Unknown: not
// final, and never Accepted.
var statusCodes = map[int]verdict{
	codeIncomplete: {outcome: acquirer.Open},
	codeCancelled:  {outcome: acquirer.Cancelled}, // or Expired: the code does not tell
	codeRefused:    {outcome: acquirer.Refused},
	4:              {outcome: acquirer.Pending},
	40:             {outcome: acquirer.Open},
	41:             {outcome: acquirer.Open},
	46:             {outcome: acquirer.Open}, // at the payer's bank; stays so for ever when abandoned
	5:              {outcome: acquirer.Pending, warning: notCaptured},
	50:             {outcome: acquirer.Pending},
	51:             {outcome: acquirer.Pending},
	52:             {outcome: acquirer.Pending},
	55:             {outcome: acquirer.Pending},
	56:             {outcome: acquirer.Pending},
	6:              {outcome: acquirer.Cancelled},
	61:             {outcome: acquirer.Pending},
	62:             {outcome: acquirer.Pending},
	63:             {outcome: acquirer.Pending, warning: notCaptured}, // the cancellation was refused: it stays authorised
	64:             {outcome: acquirer.Cancelled},
	7:              {outcome: acquirer.Accepted, money: moneyBack},
	71:             {outcome: acquirer.Accepted, money: moneyLeaving},
	72:             {outcome: acquirer.Accepted, money: moneyLeaving},
	73:             {outcome: acquirer.Accepted},
	8:              {outcome: acquirer.Accepted, money: moneyBack},
	81:             {outcome: acquirer.Accepted, money: moneyLeaving},
	82:             {outcome: acquirer.Accepted, money: moneyLeaving},
	83:             {outcome: acquirer.Accepted}, // REJECTED is the refund: the money stays
	84:             {outcome: acquirer.Accepted, money: moneyLeaving, warning: refundDoubtful},
	85:             {outcome: acquirer.Accepted, money: moneyBack},
	codeCaptured:   {outcome: acquirer.Accepted},
	91:             {outcome: acquirer.Pending},
	92:             {outcome: acquirer.Pending},
	93:             {outcome: acquirer.Pending, warning: captureRefused},
	99:             {outcome: acquirer.Pending},
}

const refundDoubtful = "a refund was asked for, and sources differ on whether it was refused: see in the portal where the money is"

const captureRefused = "the capture was refused, and the authorisation stays: capture it by hand in the portal, or let it lapse"

const notCaptured = "the payment is authorised and not captured although a sale was asked for: the money is only reserved, and lapses " +
	"after some seven days. Capture it in the portal, or set AccountCaptures when the account captures by itself"

// capturedByAccount are the codes that mean something else when the account captures authorisations by itself: they are
// accepted, and a cancellation gives accepted money back.
var capturedByAccount = map[int]verdict{
	5:  {outcome: acquirer.Accepted},
	63: {outcome: acquirer.Accepted},
	6:  {outcome: acquirer.Accepted, money: moneyBack},
	64: {outcome: acquirer.Accepted, money: moneyBack},
	61: {outcome: acquirer.Accepted, money: moneyLeaving},
	62: {outcome: acquirer.Accepted, money: moneyLeaving},
}

// verdictOn returns the verdict on a status code; an unknown code is Unknown with a warning.
func (in *inner) verdictOn(code int) verdict {
	if in.captures {
		if v, ok := capturedByAccount[code]; ok {
			return v
		}
	}
	if v, ok := statusCodes[code]; ok {
		return v
	}
	return verdict{outcome: acquirer.Unknown, warning: "the status code is not known"}
}

// moneyAfter says for each way back where the money is, by the status code of the refund, or of the payment that is being cancelled. A code
// that is not listed proves nothing.
var moneyAfter = map[string]map[int]moneyPlace{
	wayRefund: {8: moneyBack, 85: moneyBack, 81: moneyLeaving, 82: moneyLeaving, 83: moneyHere, 0: moneyHere, 1: moneyHere, 2: moneyHere},
	wayCancel: {
		6: moneyBack, 64: moneyBack, 61: moneyLeaving, 62: moneyLeaving, 63: moneyHere, // of an authorisation; after 63 it stays
		7: moneyBack, 71: moneyLeaving, 72: moneyLeaving, 73: moneyHere, // of a capture
	},
}

// refundMoney returns where the amount of a refund in the payment's list is. An unlisted code counts as leaving, so that nobody refunds
// the same money again.
func refundMoney(code int) moneyPlace {
	if money, listed := moneyAfter[wayRefund][code]; listed {
		return money
	}
	return moneyLeaving
}

// errorCodes say why a payment was refused (docs/direct.md §9.6).
var errorCodes = map[string]acquirer.Decline{
	"40001134": acquirer.AuthenticationFailed,
	"50001134": acquirer.AuthenticationFailed,
	"50001135": acquirer.IssuerUnavailable, // authentication not available
	"50001133": acquirer.MerchantProblem,   // duplicate
}

// payerCancelled is the response code of an issuer whose customer gave up during authentication.
const payerCancelled = "17"

// declineOf says why a payment was refused; cancelled when the payer gave up instead. 30XX1001 has the issuer's response code
// of ISO 8583 in the middle, the one that Sips says as acquirerResponseCode, so that both have the same words for the payer.
// What is not known is a refusal without reason.
func declineOf(errorCode string) (d acquirer.Decline, cancelled bool) {
	if d, ok := errorCodes[errorCode]; ok {
		return d, false
	}
	if len(errorCode) == 8 && strings.HasPrefix(errorCode, "30") && strings.HasSuffix(errorCode, "1001") {
		if errorCode[2:4] == payerCancelled {
			return "", true
		}
		if d, ok := sipscode.Decline(errorCode[2:4]); ok {
			return d, false
		}
	}
	if errorCode >= "50001146" && errorCode <= "50001199" && len(errorCode) == 8 {
		return acquirer.MerchantProblem, false // the account's configuration
	}
	return acquirer.DoNotHonour, false
}
