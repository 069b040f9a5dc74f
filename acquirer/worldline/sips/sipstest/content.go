package sipstest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/internal/paris"
)

// compactDay is how Sips writes a day.
const compactDay = "20060102"

// echoed are the fields of a request that come back as they were sent, whatever became of the payment (sips.md §7.2).
var echoed = []string{
	"captureMode", "currencyCode", "customerEmail", "customerId", "customerIpAddress", "invoiceReference", "mandateId", "merchantSessionId",
	"merchantTransactionDateTime", "merchantWalletId", "orderChannel", "paymentPattern", "returnContext", "statementReference",
	"transactionActors", "transactionOrigin", "valueDate",
}

// oldStatuses are the spellings of holderAuthentStatus before HP_2.16, those of 3-D Secure's first version.
var oldStatuses = map[string]string{
	"SUCCESS": "3D_SUCCESS", "FAILURE": "3D_FAILURE", "ATTEMPT": "3D_ATTEMPT", "ERROR": "3D_ERROR", "CANCEL": "3D_ABORT",
	"NOT_ENROLLED": "3D_NOTENROLLED",
}

// descriptions of responseCode in JSON.
var descriptions = map[acquirer.Outcome]string{
	acquirer.Accepted: "Process succeeded", acquirer.Refused: "Transaction refused",
	acquirer.Cancelled: "Transaction cancelled by the buyer", acquirer.Expired: "Request time-out; transaction refused",
}

// set says a text if there is one.
func (c content) set(name, value string) {
	if value != "" {
		c[name] = value
	}
}

// contentOf is what a notification in a version says of a transaction.
func (s *Server) contentOf(t bank.Transaction, v version) content {
	kept := t.Fields
	keyVersion, _ := strconv.ParseInt(kept[keptVersion], 10, 64) // written by openSession
	if t.Code == tooManyAttempts {
		t.Authentication = "" // captured so
	}
	attempt := int64(t.Attempt)
	outcome := sipscode.Meaning(t.Code).Outcome
	withCard := outcome != acquirer.Cancelled && outcome != acquirer.Expired
	if !withCard {
		attempt++ // the one that was not finished
	}
	c := content{
		"amount": t.Cents, "captureDay": int64(t.CaptureDay), "captureMode": "AUTHOR_CAPTURE", "customerIpAddress": "127.0.0.1",
		"keyVersion": keyVersion, "merchantId": t.Merchant, "orderChannel": "INTERNET", "paymentAttemptNumber": attempt,
		"paymentPattern": "ONE_SHOT", "responseCode": t.Code, "transactionDateTime": t.At.In(paris.Location).Format(v.dateFormat()),
		"transactionPlatform": "PROD", "transactionReference": t.Reference, // PROD was captured on every platform
	}
	for _, name := range echoed {
		c.set(name, kept[name])
	}
	c.set("orderId", t.OrderID)
	c.set("s10TransactionId", kept[keptS10])
	c.set("s10TransactionIdDate", kept[keptS10Date])
	c.set("challengeMode3DS", kept[keptChallenge])
	switch {
	case withCard:
		s.addCard(c, t, v)
	case outcome == acquirer.Cancelled && !v.before(version{pipe, "2.35"}) && v.name == pipe:
		c["paymentMeanBrand"], c["paymentMeanType"] = "UNKNOWN", "CARD"
	}
	if !withCard {
		c["abortedProcessingStep"], c["abortedProcessingLocation"] = "PAYMENT_PAGE", "PAT_PLATFORM"
		if t.Authentication == "CANCEL" {
			c["abortedProcessingStep"] = "AUTHENTICATION_PAGE"
		}
	}
	if v.name == js {
		c.addForJSON(t, outcome, withCard)
	}
	return c
}

// addCard says what there is to say when a card was tried.
func (s *Server) addCard(c content, t bank.Transaction, v version) {
	c["captureLimitDate"] = captureLimit(t)
	c["holderAuthentRelegation"] = "N"
	c["holderAuthentStatus"] = t.Authentication // empty when nobody was asked
	if old := oldStatuses[t.Authentication]; old != "" && v.before(version{pipe, "2.16"}) {
		c["holderAuthentStatus"] = old
	}
	c["holderAuthentMethod"], c["holderAuthentProgram"] = authentication(t, v)
	c["panEntryMode"], c["paymentMeanType"], c["paymentMeanBrandSelectionStatus"] = "MANUAL", "CARD", "NOT_APPLICABLE"
	c.set("acquirerResponseCode", t.AcquirerCode)
	c.set("acquirerNativeResponseCode", t.AcquirerCode)
	c.set("authorisationId", t.Authorisation)
	c.set("cardCSCResultCode", cscResult(t))
	c.set("guaranteeIndicator", guarantee(t))
	c.set("maskedPan", t.MaskedPAN)
	c.set("paymentMeanBrand", t.Brand)
	c.set("tokenPan", tokenOf(t))
	c.set("transactionOrigin", cmp.Or(t.Fields["transactionOrigin"], "INTERNET"))
	if t.Code != tooManyAttempts {
		c["panExpiryDate"] = t.OpenedAt.AddDate(2, 0, 0).Format("200601") // the bank keeps none
	}
	for name, value := range screenings[s.merchants[t.Merchant].Screening] {
		c[name] = value
	}
}

// tooManyAttempts is the responseCode of a payer whom Sips itself stops: nobody looked at the card any more.
const tooManyAttempts = "75"

// captureLimit is the day by whose end the payment is remitted, or would be.
func captureLimit(t bank.Transaction) string {
	return strconv.Itoa(bank.CaptureLimit(t.Order, t.At).Number())
}

// guarantee is whether the card's bank answers for the payer (sips.md §7.5): it does for one who was authenticated, or whom it could not
// ask. It is empty where nothing was authenticated.
func guarantee(t bank.Transaction) string {
	switch {
	case t.Authentication == "":
		return ""
	case t.Code == "00" && (t.Authentication == "SUCCESS" || t.Authentication == "ATTEMPT"):
		return "Y"
	}
	return "N"
}

// cscResult says whether the cryptogram was right, where the acquirer was asked.
func cscResult(t bank.Transaction) string {
	switch t.AcquirerCode {
	case "":
		return ""
	case "14":
		return "4E"
	}
	return "4D"
}

func authentication(t bank.Transaction, v version) (method, program string) {
	switch {
	case t.Authentication == "":
		return "NO_AUTHENT_METHOD", "NO_AUTHENT"
	case v.number[0] == '3':
		return "NOT_SPECIFIED", "3DS_V2"
	}
	return "NOT_SPECIFIED", "3DS"
}

// tokenOf stands for the card, the same whenever that card pays: as far as the bank knows the card, which keeps six of its digits.
func tokenOf(t bank.Transaction) string {
	if t.MaskedPAN == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("token of " + t.MaskedPAN))
	return "g0" + hex.EncodeToString(sum[:])[:14]
}

// screenings are what the fraud engine of a shop says of every card.
var screenings = map[Screening]map[string]string{
	ByRules: {"complementaryCode": "00", "complementaryInfo": "<RULE_RESULT CR=0 />", "scoreProfile": "SIMULATOR"},
	ByScore: {"scoreValue": "0.0", "scoreColor": "GREEN", "scoreInfo": "A3;N;NOT_APPLICABLE", "scoreProfile": "SIMULATOR", "scoreThreshold": "-6;-6"},
}

// addForJSON says what only the JSON format says, and takes out what its samples do not have when no card was tried.
func (c content) addForJSON(t bank.Transaction, outcome acquirer.Outcome, withCard bool) {
	c["orderAmount"] = t.Cents
	c["sealAlgorithm"] = "sha256" // even where the seal is an HMAC: captured, and not to be trusted
	c.set("responseDescription", descriptions[outcome])
	if !withCard {
		delete(c, "paymentPattern")
		return
	}
	c["chargeAmount"] = int64(0)
	c.set("cardScheme", t.Brand)
	if t.AcquirerCode == "00" {
		c["acquirerResponseDescription"] = "Transaction approved or processed successfully"
	}
	for name, of := range map[string]string{
		"threeDLiabilityShift": "guaranteeIndicator", "threeDStatusCode": "holderAuthentStatus", "threeDRelegationCode": "holderAuthentRelegation",
	} {
		c.set(name, textOfValue(c[of]))
	}
}
