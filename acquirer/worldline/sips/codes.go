package sips

import (
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/preflight"
)

// acceptedStatuses are the values of transactionStatus with which a responseCode of 00 means that money came, whether or not it has gone back
// since. With any other the payment is pending.
var acceptedStatuses = map[string]bool{
	"":           true, // notifications have none
	"TO_CAPTURE": true,
	"CAPTURED":   true,
	"CANCELLED":  true,
	"TO_CREDIT":  true,
	"CREDITED":   true,
}

// A reading is what a code means as the answer to one of our calls. Per kind of call: the kind of the error. No kind means that
// the code says nothing about this kind of call, which is then maybe done.
type reading struct {
	begin, status, move error
	words               string
}

// answerCodes are read in answers to paymentInit (begin), getTransactionData (status), cancel and refund (move).
//
// For a call that moves money only what certainly stopped it counts as not done: 90 says so. 91, 97, 98 and 99 may come after the
// work, so they leave it open, and so does any code that is not here.
var answerCodes = map[string]reading{
	"02": {move: acquirer.ErrInvalid, words: "the acquirer declined the operation"},
	"03": {acquirer.ErrConfiguration, acquirer.ErrConfiguration, acquirer.ErrConfiguration,
		"merchant {merchant} or its acquirer contract is not valid here: check the merchant number, " +
			"and that this platform is the one of the contract"},
	"05": {move: acquirer.ErrInvalid, words: "the acquirer declined the operation"},
	"11": {move: acquirer.ErrInvalid, words: "the acquirer declined the operation"},
	"12": {acquirer.ErrInvalid, acquirer.ErrInvalid, acquirer.ErrInvalid, "a parameter is not valid"},
	"14": {move: acquirer.ErrInvalid, words: "the acquirer declined the operation: card data"},
	"24": {move: acquirer.ErrConflict,
		words: "the state of the transaction does not allow it, or it was already done with the same data: ask Status, then choose"},
	"25": {status: acquirer.ErrNotFound, move: acquirer.ErrNotFound, words: "the platform knows no such transaction"},
	"30": {acquirer.ErrInvalid, acquirer.ErrInvalid, acquirer.ErrInvalid, "the format of a field is not right"},
	"34": {acquirer.ErrConfiguration, acquirer.ErrConfiguration, acquirer.ErrConfiguration,
		"the platform did not accept our seal: check that key version {version} is the live one, that its secret is whole, " +
			"and that the shop may use {algorithm}"},
	"40": {acquirer.ErrConfiguration, acquirer.ErrConfiguration, acquirer.ErrConfiguration,
		"the shop's contract does not have this function"},
	"51": {move: acquirer.ErrInvalid, words: "the amount is too high for the operation"},
	"54": {move: acquirer.ErrInvalid, words: "the acquirer declined the operation: the card has expired"},
	"55": {move: acquirer.ErrInvalid, words: "the acquirer declined the operation"},
	"57": {move: acquirer.ErrInvalid, words: "the original payment was charged back: it cannot be refunded too"},
	"60": {words: "the operation is pending"},
	"62": {words: "the operation waits for a confirmation"},
	"63": {move: acquirer.ErrInvalid, words: "security rules stopped the operation"},
	"75": {move: acquirer.ErrInvalid, words: "too many attempts"},
	"90": {acquirer.ErrUnavailable, acquirer.ErrUnavailable, acquirer.ErrUnavailable,
		"the service is closed for a while; nothing was done"},
	"91": {status: acquirer.ErrUnavailable, words: "the acquirer cannot be reached"},
	"94": {begin: acquirer.ErrReferenceUsed,
		words: "the reference was used before by this merchant: a reference is good for one call; " +
			"do other installations use the same prefix?"},
	"97": {status: acquirer.ErrUnavailable, words: "the request timed out on the platform"},
	"98": {status: acquirer.ErrUnavailable, words: "the platform's server cannot be reached"},
	"99": {begin: acquirer.ErrUnavailable, status: acquirer.ErrUnavailable, words: "the platform had an incident: try later{again}"},
}

// mayBeUnsealed are the refusals that a platform cannot seal with a key that we share: it knows no such merchant, or no such key.
// Where no money moves they explain an answer that does not verify; they never make it trusted.
var mayBeUnsealed = map[string]bool{"03": true, "34": true}

// kindOf chooses, for each operation, what a code means to it.
var kindOf = map[string]func(reading) error{
	acquirer.OpBegin:  func(r reading) error { return r.begin },
	acquirer.OpStatus: func(r reading) error { return r.status },
	acquirer.OpCancel: func(r reading) error { return r.move },
	acquirer.OpRefund: func(r reading) error { return r.move },
	preflight.Op:      func(r reading) error { return r.begin },
}

// fieldWords explain a refusal with 12 or 30 of a field that is right in itself: it is the set-up of the shop that does not take it.
var fieldWords = map[string]string{
	"transactionReference": "the shop is set up for references that the platform makes, or for numbers as in Sips 1.0: ask the bank that " +
		"merchant {merchant} chooses its transactionReference, or, if the shop came from Sips 1.0 and is to stay so, set Config.Sips10",
	"s10TransactionReference": "the shop is not set up for numbers as in Sips 1.0: ask the bank who makes the references of merchant " +
		"{merchant}, and leave Config.Sips10 out if it is the shop",
}

// explainField returns words about the field of a refusal, or none; what stands after a point is a part of it.
func (in *inner) explainField(code, field string) string {
	if code != "12" && code != "30" {
		return ""
	}
	name, _, _ := strings.Cut(field, ".")
	if strings.HasPrefix(name, "s10TransactionId") {
		name = "s10TransactionReference"
	}
	if name == "s10TransactionReference" && !in.sips10 {
		name = "transactionReference" // we sent one, and the platform misses the number
	}
	return strings.ReplaceAll(fieldWords[name], "{merchant}", in.merchant)
}

// explain returns words for an answer's code, and the kind of error that it means.
func (in *inner) explain(op, code string) (words string, kind error) {
	r, ok := answerCodes[code]
	if ok {
		kind = kindOf[op](r)
	}
	again := ""
	if op == acquirer.OpBegin {
		again = ", with a new reference: this one may be taken"
	}
	words = strings.NewReplacer("{merchant}", in.merchant, "{version}", strconv.Itoa(in.key.version),
		"{algorithm}", string(in.key.algorithm), "{again}", again).Replace(r.words)
	switch {
	case kind != nil:
		return words, kind
	case words != "":
		return words + "; what became of the call is open", acquirer.ErrUnanswered
	}
	return "a code that is not known; what became of the call is open", acquirer.ErrUnanswered
}
