package sipstest

import (
	"crypto/rand"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/internal/paris"
)

// A field is one of a notification. A value is a string, an int64, or nil where the platform says that there is none.
type field struct {
	name  string
	value any
}

// automaticResponse is what the platform's server posts to automaticResponseUrl.
func (s *Server) automaticResponse(t bank.Transaction) url.Values {
	return s.responseForm(t, t.Fields[keptAutomatic], dataOf(t, t.Fields[keptAutomatic]))
}

// manualResponse is what the payer's browser posts to normalReturnUrl. Its content is that of the automatic response.
func (s *Server) manualResponse(t bank.Transaction) url.Values {
	return s.responseForm(t, t.Fields[keptNormal], dataOf(t, t.Fields[keptNormal]))
}

// responseForm is the form of a response: Data as the request's version asks, encoded as it asks, sealed as it announced or
// else with SHA-256, whatever its own default was.
func (s *Server) responseForm(t bank.Transaction, version, plain string) url.Values {
	encoding := strings.ToLower(t.Fields["responseEncoding"])
	if e := encodings[encoding]; e != nil {
		plain = e.EncodeToString([]byte(plain))
	}
	return url.Values{
		"Data": {plain}, "Encode": {t.Fields["responseEncoding"]}, "InterfaceVersion": {version},
		"Seal": {s.stampOf(t).seal(plain)},
	}
}

// stampOf seals notifications of a transaction.
func (s *Server) stampOf(t bank.Transaction) stamp {
	version, _ := strconv.Atoi(t.Fields[keptVersion]) // written by open
	return caller{merchant: s.merchants[t.Merchant], version: version, algorithm: t.Fields[keptAlgorithm]}.stampFor(plainSHA)
}

// dataOf writes Data in the format of a version.
func dataOf(t bank.Transaction, version string) string {
	if strings.HasPrefix(version, js) {
		return writeJSON(responseFields(t, "2006-01-02.15:04:05-0700", true))
	}
	return writePipe(responseFields(t, "2006-01-02T15:04:05-07:00", false))
}

// writePipe: there is no way to write a | inside a value, and none is invented here.
func writePipe(fs []field) string {
	var b strings.Builder
	for i, f := range fs {
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(f.name + "=")
		switch v := f.value.(type) {
		case nil:
			b.WriteString("null")
		case int64:
			b.WriteString(strconv.FormatInt(v, 10))
		case string:
			b.WriteString(v)
		}
	}
	return b.String()
}

// writeJSON leaves out what is not there, and keeps the order.
func writeJSON(fs []field) string {
	b := []byte{'{'}
	for _, f := range fs {
		if f.value == nil || f.value == "" {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, f.name) // letters and digits
		b = append(b, ':')
		v, err := json.Marshal(f.value)
		if err != nil { // a string or a number: it cannot
			v = []byte(`""`)
		}
		b = append(b, v...)
	}
	return string(append(b, '}'))
}

// descriptions of responseCode in JSON.
var descriptions = map[acquirer.Outcome]string{
	acquirer.Accepted: "Process succeeded", acquirer.Refused: "Transaction refused",
	acquirer.Cancelled: "Transaction cancelled by the buyer", acquirer.Expired: "Request time-out; transaction refused",
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// textOrNull is a value that the pipe format writes as null when there is none.
func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// responseFields are what is said of a transaction. Of a payer who gave up (17) or stayed away (97) it is the small set that
// was captured: without order, card and authorisation.
func responseFields(t bank.Transaction, date string, asJSON bool) []field {
	f := t.Fields
	version, _ := strconv.ParseInt(f[keptVersion], 10, 64)
	day, _ := strconv.ParseInt(orElse(f["captureDay"], "0"), 10, 64)
	outcome := sipscode.Meaning(t.Code).Outcome
	fs := []field{
		{"captureDay", day},
		{"captureMode", orElse(f["captureMode"], "AUTHOR_CAPTURE")},
		{"currencyCode", f["currencyCode"]},
		{"merchantId", t.Merchant},
		{"orderChannel", orElse(f["orderChannel"], "INTERNET")},
		{"responseCode", t.Code},
		{"transactionDateTime", t.At.In(paris.Location).Format(date)},
		{"transactionReference", t.Reference},
		{"keyVersion", version},
	}
	if asJSON {
		fs = append(fs, field{"responseDescription", descriptions[outcome]})
	}
	end := []field{
		{"amount", t.Cents},
		{"customerIpAddress", orElse(f["customerIpAddress"], "127.0.0.1")},
		{"paymentPattern", orElse(f["paymentPattern"], "ONE_SHOT")},
	}
	if outcome == acquirer.Cancelled || outcome == acquirer.Expired {
		return append(fs, end...)
	}

	guarantee := "N"
	if outcome == acquirer.Accepted {
		guarantee = "Y"
	}
	fs = append(append(fs, end...),
		field{"acquirerResponseCode", textOrNull(t.AcquirerCode)},
		field{"authorisationId", textOrNull(t.Authorisation)},
		field{"guaranteeIndicator", guarantee},
		field{"panExpiryDate", t.OpenedAt.AddDate(2, 0, 0).Format("200601")}, // the bank keeps none
		field{"paymentMeanBrand", textOrNull(t.Brand)},
		field{"paymentMeanType", "CARD"},
		field{"maskedPan", textOrNull(t.MaskedPAN)},
		field{"holderAuthentRelegation", "N"},
		field{"holderAuthentStatus", t.Authentication}, // empty when nobody was asked
		field{"paymentAttemptNumber", int64(t.Attempt)},
		field{"panEntryMode", "MANUAL"},
		field{"transactionPlatform", "PROD"}, // captured on every platform
		field{"orderId", textOrNull(t.OrderID)},
		field{"walletType", nil},
		field{"dccStatus", nil},
	)
	for _, name := range []string{
		"returnContext", "customerId", "customerEmail", "merchantSessionId", "transactionOrigin", "statementReference",
	} {
		fs = append(fs, field{name, textOrNull(f[name])})
	}
	if id := f[keptS10]; id != "" {
		fs = append(fs, field{"s10TransactionId", id}, field{"s10TransactionIdDate", f[keptS10Date]})
	}
	if asJSON {
		fs = append(fs,
			field{"acquirerResponseDescription", descriptions[outcome]},
			field{"cardScheme", textOrNull(t.Brand)},
			field{"orderAmount", t.Cents},
			field{"sealAlgorithm", "sha256"}) // even where the seal is an HMAC: captured, and not to be trusted
	}
	return fs
}

// spoil does Tampered, Forged and Unsealed to the automatic response of a transaction.
var spoil = map[Fault]func(s *Server, t bank.Transaction, form url.Values){
	Tampered: func(s *Server, t bank.Transaction, form url.Values) { // paid, and cheap
		t.Code, t.AcquirerCode, t.Cents = "00", "00", cheaperAmount(t.Cents)
		form.Set("Data", s.automaticResponse(t).Get("Data"))
	},
	Forged: func(s *Server, t bank.Transaction, form url.Values) {
		st := s.stampOf(t)
		form.Set("Seal", stamp{st.algorithm, rand.Text()}.seal(form.Get("Data")))
	},
	Unsealed: func(_ *Server, _ bank.Transaction, form url.Values) { form.Set("Seal", "") },
}

func cheaperAmount(cents int64) int64 {
	if cents == 1 {
		return 2
	}
	return 1
}
