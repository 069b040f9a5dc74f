package payfip

import (
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// A letter is the meaning of a value of resultrans: the outcome and, where the letter names it, the means.
type letter struct {
	outcome acquirer.Outcome
	means   acquirer.Means
}

// letters has the meaning of each letter of resultrans (docs/payfip.md §5). Any other text is Unknown: not final, and never Accepted.
var letters = map[string]letter{
	"P": {acquirer.Accepted, acquirer.Card},        // paid
	"V": {acquirer.Accepted, acquirer.DirectDebit}, // ordered: the money is still to come, and may come back (docs/payfip.md §5.2)
	"R": {acquirer.Refused, acquirer.Card},
	"Z": {acquirer.Refused, acquirer.DirectDebit},
	"A": {acquirer.Cancelled, ""}, // given up; a later P is true all the same (docs/payfip.md §5.3)
}

// Codes of a functional error that are no mistake of a member.
const (
	codeOpen    = "P5" // the result is not known: the normal state of a page that is open
	codeUnknown = "P1" // no such idOp: wrong, purged in the night, over a year old, or too early
)

// A meaning is the error that a code stands for.
type meaning struct {
	kind  error
	field string
	words string
}

// codes has the meaning of each code that is documented by itself. In memberCodes the letter names the member at fault, whatever the digit
// (docs/payfip.md §7.2).
var (
	codes = map[string]meaning{
		"P1": {acquirer.ErrNotFound, "", "PayFiP knows no payment of this session, or knows it no longer"},
		"P3": {acquirer.ErrUnanswered, "", "PayFiP says that the session was used"},
		"P4": {acquirer.ErrNotFound, "", "the session is too old, and nobody paid"},
		"T2": {acquirer.ErrConfiguration, "numcli", "PayFiP does not know this client number"},
		"T4": {acquirer.ErrConfiguration, "numcli", "the web service is not opened for this client number: ask the DGFiP"},
		"T9": {acquirer.ErrConfiguration, "numcli", "a certificate of this client number is at fault: ask the DGFiP"},
		"A1": {acquirer.ErrInvalid, "mel", "the e-mail address is missing"},
		"M3": {acquirer.ErrInvalid, "montant", "the amount is too small"},
		"M5": {acquirer.ErrInvalid, "montant", "the amount is too large"},
	}
	memberCodes = map[byte]meaning{
		'T': {acquirer.ErrConfiguration, "numcli", "PayFiP refuses the client number"},
		'S': {acquirer.ErrConfiguration, "saisie", "PayFiP refuses the mode of entry"},
		'A': {acquirer.ErrInvalid, "mel", "PayFiP refuses the e-mail address"},
		'R': {acquirer.ErrInvalid, "refdet", "PayFiP refuses the reference"},
		'M': {acquirer.ErrInvalid, "montant", "PayFiP refuses the amount"},
		'N': {acquirer.ErrConfiguration, "urlnotif", "PayFiP refuses the address of notifications"},
		'D': {acquirer.ErrConfiguration, "urlredirect", "PayFiP refuses the address of return"},
	}
	technical = map[string]meaning{
		soap.BreakdownError:   {acquirer.ErrUnavailable, "", "PayFiP has broken down"},
		soap.UnavailableError: {acquirer.ErrUnavailable, "", "PayFiP is closed for the moment"},
		soap.ProtocolError:    {acquirer.ErrInvalid, "", "PayFiP does not understand the message"},
	}
)

// explainFault returns the meaning of a fault for an operation of the web service. An unknown code refuses an order, but proves nothing
// about a payment.
func explainFault(operation string, f *fault) meaning {
	if m, ok := technical[f.class]; ok {
		return m
	}
	if f.class == "" {
		if f.client {
			return meaning{acquirer.ErrInvalid, "", "PayFiP says that the request is malformed"}
		}
		return meaning{acquirer.ErrUnavailable, "", "PayFiP answers with a fault that is none of its own"}
	}
	if ofSession := strings.HasPrefix(f.code, "P"); !ofSession || operation == soap.Detail {
		if m, ok := codes[f.code]; ok {
			return m
		}
		if len(f.code) == 2 && wire.Digits(f.code[1:], 1) {
			if m, ok := memberCodes[f.code[0]]; ok {
				return m
			}
		}
	}
	if operation == soap.Create {
		return meaning{acquirer.ErrInvalid, "", "PayFiP refuses the order, with a code that is not known here"}
	}
	return meaning{acquirer.ErrUnanswered, "", "PayFiP answers with a code that is not known here"}
}
