package sipstest

import (
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/fault"
)

// redirectionVersion is what every answer was seen to say, whatever version was asked.
const redirectionVersion = "IR_WS_2.0"

// paymentInit is the JSON connector: /rs-services/v2/paymentInit.
func (s *Server) paymentInit(w http.ResponseWriter, r *http.Request, refused string) reply {
	m, bad, done := s.readMessage(w, r)
	if done != nil {
		return *done
	}
	var c caller
	if bad == nil {
		c, bad = s.authenticate(m)
	}
	var data string
	if bad == nil {
		data, bad = s.openJSON(m, c, refused)
	}
	answer := message{"redirectionVersion": redirectionVersion}
	if bad != nil {
		// A refusal was captured with code, version and seal. The other names are those that clients know; the rest is not
		// documented.
		answer["redirectionStatusCode"] = bad.code
		if bad.code == "12" || bad.code == "30" {
			answer["redirectionStatusMessage"] = bad.text
			if bad.field != "" {
				answer["errorFieldName"] = bad.field
			}
		}
	} else {
		answer["redirectionStatusCode"] = "00"
		answer["redirectionStatusMessage"] = "INITIALISATION REQUEST ACCEPTED"
		answer["redirectionUrl"] = s.URL + paymentPath
		answer["redirectionData"] = data
	}
	return sealedAnswer(answer, c, true).about(m, c)
}

// openJSON opens a session for a JSON request, and returns its redirect data.
func (s *Server) openJSON(m message, c caller, refused string) (string, *refusal) {
	if bad := checkFields(m, initJSON, jsonConn); bad != nil {
		return "", bad
	}
	v, ok := readVersion(fieldText(m, "interfaceVersion"), string(jsonConn))
	if !ok {
		return "", &refusal{"30", "interfaceVersion", "Unknown version interface: " + clipText(fieldText(m, "interfaceVersion"))}
	}
	if refused != "" {
		return "", &refusal{code: refused}
	}
	return s.openSession(m, c, v)
}

// initJSON are the fields of a paymentInit in JSON.
var initJSON = func() map[string]format {
	all := maps.Clone(initFields)
	maps.Copy(all, jsonFields)
	return all
}()

// Names under which an order keeps what the server remembers of its request, beside the fields that are said again.
const (
	keptVersion   = "key version"
	keptAlgorithm = "algorithm"
	keptAutomatic = "automatic version"
	keptNormal    = "normal version"
	keptS10       = "s10 id"
	keptS10Date   = "s10 date"
	keptChallenge = "challenge"
	keptBypass    = "bypass" // the page with the ticket
)

// captures are the captureMode that differ from AUTHOR_CAPTURE.
var captures = map[string]bank.Capture{"VALIDATION": bank.CaptureOnDemand, "IMMEDIATE": bank.CaptureAtOnce}

// saidYes is how the guides write that a switch is on: true in JSON, Y in the form.
func saidYes(s string) bool { return s == "Y" || strings.EqualFold(s, "true") }

// openSession opens a session for a request that was checked field by field.
func (s *Server) openSession(m message, c caller, v version) (string, *refusal) {
	cents, err := strconv.ParseInt(fieldText(m, "amount"), 10, 64)
	if err != nil { // twelve digits at most: it cannot
		return "", badValue("amount", fieldText(m, "amount"))
	}
	kept := map[string]string{
		keptVersion: strconv.Itoa(c.version), keptAlgorithm: c.algorithm,
		keptAutomatic: v.responseVersion(c.merchant), keptNormal: v.responseVersion(c.merchant),
		"responseEncoding": fieldText(m, "responseEncoding"), keptChallenge: fieldText(containerIn(m, "fraudData"), "challengeMode3DS"),
	}
	if saidYes(fieldText(containerIn(m, "paypageData"), "bypassReceiptPage")) {
		kept[keptBypass] = "Y"
	}
	if automatic := fieldText(m, "interfaceVersionAutomaticResponse"); automatic != "" {
		kept[keptAutomatic], kept[keptNormal] = automatic, fieldText(m, "interfaceVersionNormalResponse")
	}
	for _, name := range echoed {
		if value := fieldText(m, name); value != "" {
			kept[name] = value
		}
	}
	captureDay, _ := strconv.Atoi(fieldText(m, "captureDay")) // two digits at most
	reference, undo, refused := s.newReference(m, c.merchant, kept)
	if refused != nil {
		return "", refused
	}
	session, err := s.bank.OpenLimited(bank.Order{
		Merchant: c.merchant.ID, Reference: reference, OrderID: fieldText(m, "orderId"),
		Cents: cents, Currency: currencyLetters(fieldText(m, "currencyCode")),
		ReturnURL: fieldText(m, "normalReturnUrl"), NotifyURL: fieldText(m, "automaticResponseUrl"),
		Language: fieldText(m, "customerLanguage"), Fields: kept,
		Capture: captures[fieldText(m, "captureMode")], CaptureDay: captureDay, Brands: cardBrands(m),
	}, fault.Uses(s.faults.Next(fault.OnSession)))
	if r := (*bank.Refusal)(nil); errors.As(err, &r) {
		undo()
		return "", refusalOf(r, "amount", reference)
	}
	return s.redirectionData(session.Token), nil
}
