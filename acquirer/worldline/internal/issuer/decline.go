// Package issuer reads why the bank that issued a card refused a payment, for every platform that passes its code on.
package issuer

import "github.com/quittance/quittance/acquirer"

// codes are the response codes of ISO 8583 as French acquirers use them (Sips: acquirerResponseCode; Direct: the third and fourth
// digit of an errorCode 30XX1001).
var codes = map[string]acquirer.Decline{
	"02": acquirer.ContactIssuer,
	"03": acquirer.MerchantProblem,
	"04": acquirer.LostOrStolen, // keep the card
	"05": acquirer.DoNotHonour,
	"07": acquirer.LostOrStolen,        // keep the card, special conditions
	"08": acquirer.AuthenticationError, // approve after identification
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
	"63": acquirer.AuthenticationError,
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
	"A1": acquirer.AuthenticationError, // soft decline: 3-D Secure is asked for
}

// Decline is what a response code says; false for one that is not listed. It only ever chooses the words about a payment that is
// refused: the outcome is the platform's.
func Decline(code string) (acquirer.Decline, bool) {
	d, ok := codes[code]
	return d, ok
}
