package sipstest

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

// A format is what a field of a request may be.
type format struct {
	kind   kind
	needed bool
	max    int                              // characters; 0: maxText
	chars  string                           // the alphabet; empty: any character that is not a control
	check  func(s, name string) *refusal    // what else
	names  []string                         // of a container; nil: any
	whole  func(m message, c conn) *refusal // what depends on other fields; run after all fields were looked at
}

type kind int

const (
	single    kind = iota // a string or a number
	list                  // of strings, numbers or objects
	container             // an object
)

// conn is a connector: by which way a request came.
type conn string

const (
	jsonConn conn = "IR_WS_"
	formConn conn = "HP_"
)

// maxText bounds fields whose size is not published.
const maxText = 4096

const (
	alphanumeric = digits + letters
	capitals     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_" + digits
	restricted   = alphanumeric + " _.+-@"
)

var (
	contactNames = []string{"email", "firstname", "gender", "initials", "lastname", "legalId", "mobile", "phone", "positionOccupied",
		"title", "workPhone"}
	addressNames = []string{"addressAdditional1", "addressAdditional2", "addressAdditional3", "businessName", "city", "company", "country",
		"postBox", "state", "street", "streetNumber", "zipCode", "zipcode"}

	contact = format{kind: container, names: contactNames}
	address = format{kind: container, names: addressNames}
	group   = format{kind: container}
	free    = format{}
)

// initFields are the fields that a paymentInit may have. Another name is an error, not ignored.
var initFields = map[string]format{
	"amount":                  {needed: true, max: 12, chars: digits},
	"currencyCode":            {needed: true, max: 3, chars: digits, check: knownCurrency},
	"merchantId":              {needed: true, max: 15, chars: digits},
	"keyVersion":              {needed: true, max: 10, chars: digits},
	"normalReturnUrl":         {needed: true, max: 512, check: address512},
	"automaticResponseUrl":    {max: 512, check: address512},
	"transactionReference":    {max: 35, chars: alphanumeric},
	"s10TransactionReference": {kind: container, names: []string{"s10TransactionId", "s10TransactionIdDate"}},

	"orderChannel":                      {max: 20, chars: capitals},
	"captureMode":                       {max: 20, chars: capitals, check: oneOf("AUTHOR_CAPTURE", "IMMEDIATE", "VALIDATION")},
	"captureDay":                        {max: 2, chars: digits},
	"orderId":                           {max: 32, chars: restricted},
	"returnContext":                     {max: 255},
	"customerId":                        {max: 19, chars: restricted},
	"customerEmail":                     {max: 128},
	"customerIpAddress":                 {max: 39, chars: alphanumeric + ".:"},
	"customerLanguage":                  {max: 2, chars: letters, check: oneOf(languages...)},
	"statementReference":                {max: 100},
	"templateName":                      {max: 32},
	"responseEncoding":                  {max: 20, check: knownEncoding},
	"paymentPattern":                    {max: 20, chars: capitals, check: oneOf("ONE_SHOT", "INSTALMENT", "RECURRING_1", "RECURRING_N")},
	"transactionOrigin":                 {max: 20},
	"merchantSessionId":                 {max: 255},
	"interfaceVersionAutomaticResponse": {max: 12, check: knownNotification, whole: bothVersions},
	"interfaceVersionNormalResponse":    {max: 12, check: knownNotification, whole: bothVersions},

	"paymentMeanBrandList": {kind: list}, "transactionActors": free, "merchantName": free, "merchantUrl": {max: 512},
	"merchantTransactionDateTime": free, "merchantWalletId": {max: 21}, "mandateId": free, "invoiceReference": free,
	"responseKeyVersion": {max: 10, chars: digits}, "valueDate": {max: 8, chars: digits}, "bypassDcc": free,
	"hashAlgorithm1": free, "hashAlgorithm2": free, "hashSalt1": free, "hashSalt2": free,
	"intermediateServiceProviderId": free, "manualErrorResponseInitPOST": {max: 512, check: address512},
	"automaticErrorResponseInitPOST": {max: 512, check: address512},
	"evidenceNumber":                 free, "evidenceAcquisitionDate": free, "subMerchantCategoryCode": free, "subMerchantContractNumber": free,
	"subMerchantId": free, "subMerchantLegalId": free, "subMerchantName": free, "subMerchantShortName": free,

	"billingAddress": address, "customerAddress": address, "deliveryAddress": address, "holderAddress": address,
	"subMerchantAddress": address,
	"billingContact":     contact, "customerContact": contact, "deliveryContact": contact, "holderContact": contact,
	"authenticationData": group, "customerAccountHistoric": group, "customerData": group, "deliveryData": group, "fraudData": group,
	"holderData": group, "instalmentData": group, "orderContext": group, "paymentMeanData": group, "paypageData": group,
	"shoppingCartDetail": group, "travelContext": group, "riskManagementCustomDataList": {kind: list},
}

// jsonFields are the fields that only a JSON message has: a form carries them outside of Data.
var jsonFields = map[string]format{
	"interfaceVersion": {needed: true, max: 12},
	"seal":             {max: 128},
	"sealAlgorithm":    {max: 20},
}

var languages = strings.Fields("bg br cs cy da de el en es et fi fr hi hr hu it ja ko lt lv nl no pl pt ro ru sk sl sv tr uk zh")

func badValue(name, value string) *refusal {
	return &refusal{"12", name, fmt.Sprintf("Invalid field value : %s=%s", name, value)}
}

func oneOf(values ...string) func(s, name string) *refusal {
	return func(s, name string) *refusal {
		if !slices.Contains(values, s) {
			return badValue(name, s)
		}
		return nil
	}
}

func knownCurrency(s, name string) *refusal {
	if currencyLetters(s) == "" {
		return badValue(name, s)
	}
	return nil
}

// currencyLetters returns the letters of a currency by its number, or "" for an unknown number.
func currencyLetters(number string) string {
	c, _ := sipscode.CurrencyOf(number)
	return c.Letters
}

func knownEncoding(s, name string) *refusal {
	if encodings[strings.ToLower(s)] == nil {
		return &refusal{"30", name, fmt.Sprintf("Invalid field value : %s=%s", name, s)}
	}
	return nil
}

// address512 takes what a browser or a server can be sent to. The port is the usual one or between 80 and 9999, but on this
// machine.
func address512(s, name string) *refusal {
	bad := &refusal{"30", name, fmt.Sprintf("Technical problem : code=30 message=%s is invalid %s", name, s)}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return bad
	}
	if p, err := strconv.Atoi(u.Port()); u.Port() != "" && !loopback.OnThisMachine(u) && (err != nil || p < 80 || p > 9999) {
		return bad
	}
	return nil
}

// checkFields looks at every field of a request, in the order of the names so that the same request is refused with the same words.
func checkFields(m message, formats map[string]format, c conn) *refusal {
	names := slices.Sorted(maps.Keys(m))
	for _, name := range names {
		f, ok := formats[name]
		if !ok {
			value, _ := valueText(m[name])
			return &refusal{"30", clipText(name), fmt.Sprintf("Invalid keyword: %s=%s", clipText(name), clipText(value))}
		}
		if r := f.checkValue(name, m[name]); r != nil {
			return r
		}
	}
	for _, name := range slices.Sorted(maps.Keys(formats)) {
		if formats[name].needed && fieldText(m, name) == "" {
			return fieldMissing(name)
		}
	}
	for _, name := range names {
		if whole := formats[name].whole; whole != nil {
			if r := whole(m, c); r != nil {
				return r
			}
		}
	}
	return nil
}

func fieldMissing(name string) *refusal {
	return &refusal{"12", name, "Mandatory field missing: " + name}
}

// clipText bounds what an answer repeats of a request.
func clipText(s string) string {
	s = strings.ToValidUTF8(s, "")
	for len(s) > 64 {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}

func (f format) checkValue(name string, v any) *refusal {
	wrong := &refusal{"30", name, "Invalid field value: " + name}
	switch f.kind {
	case list:
		if s, ok := v.(string); ok { // the form has lists in one text
			return f.checkText(name, s)
		}
		l, ok := v.([]any)
		if !ok && v != nil {
			return wrong
		}
		return checkPlain(name, l)
	case container:
		o, ok := v.(map[string]any)
		if !ok && v != nil {
			return wrong
		}
		for _, n := range slices.Sorted(maps.Keys(o)) {
			if f.names != nil && !slices.Contains(f.names, n) {
				n = clipText(name + "." + n)
				return &refusal{"30", n, "Invalid keyword: " + n}
			}
		}
		return checkPlain(name, o)
	}
	s, ok := valueText(v)
	if !ok {
		return wrong
	}
	return f.checkText(name, s)
}

// checkText checks the text of a value that is not nested.
func (f format) checkText(name, s string) *refusal {
	switch {
	case s == "":
		return nil
	case utf8.RuneCountInString(s) > cmp.Or(f.max, maxText):
		return &refusal{"30", name, "Invalid field size: " + name}
	case f.chars != "" && !hasOnly(s, f.chars), strings.ContainsFunc(s, unicode.IsControl):
		return &refusal{"12", name, fmt.Sprintf("%s contains invalid chars : [%s]", name, clipText(s))}
	case f.check != nil:
		return f.check(s, name)
	}
	return nil
}

// checkPlain refuses control characters and texts that are too long, at any depth.
func checkPlain(name string, v any) *refusal {
	switch v := v.(type) {
	case map[string]any:
		for _, n := range slices.Sorted(maps.Keys(v)) {
			if r := checkPlain(name, v[n]); r != nil {
				return r
			}
		}
	case []any:
		for _, e := range v {
			if r := checkPlain(name, e); r != nil {
				return r
			}
		}
	default:
		s, _ := valueText(v)
		return free.checkText(name, s)
	}
	return nil
}
