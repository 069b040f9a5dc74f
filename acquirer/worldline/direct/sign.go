package direct

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The platform's own headers that we send.
const (
	serverMetaInfoHeader = "X-GCS-ServerMetaInfo"
	idempotenceHeader    = "X-GCS-Idempotence-Key"
	signedPrefix         = "x-gcs" // headers whose name begins so are signed
)

// Sign is the signature v1HMAC of a request (docs/direct.md §4): the header Authorization is "GCS v1HMAC:", the API key's id,
// ":" and signature. The body is not signed.
//
// contentType is what the header of that name says, or empty where there is none; date is the header Date; of gcs the headers
// whose name begins with x-gcs are signed, whatever the capitals; target is the path as it is sent, with its query if it has
// one.
func Sign(secret Secret, method, contentType, date string, gcs http.Header, target string) (stringToSign, signature string) {
	var b strings.Builder
	for _, line := range []string{strings.ToUpper(method), contentType, date} {
		b.WriteString(line + "\n")
	}
	for _, line := range signedHeaders(gcs) {
		b.WriteString(line + "\n")
	}
	b.WriteString(target + "\n")
	return b.String(), seal(secret, []byte(b.String()))
}

// signedHeaders are the lines name:value, sorted by name.
func signedHeaders(headers http.Header) []string {
	type header struct{ name, value string }
	var signed []header
	for name, values := range headers {
		name = strings.ToLower(name)
		if !strings.HasPrefix(name, signedPrefix) {
			continue
		}
		for _, v := range values {
			signed = append(signed, header{name, unfoldHeader(v)})
		}
	}
	slices.SortStableFunc(signed, func(a, b header) int { return strings.Compare(a.name, b.name) })
	lines := make([]string, len(signed))
	for i, h := range signed {
		lines[i] = h.name + ":" + h.value
	}
	return lines
}

var lineBreak = regexp.MustCompile(`\r?\n[ \t\f\v]*`)

// unfoldHeader returns the value of a header as it is signed: a line break with the blanks after it becomes one space.
func unfoldHeader(value string) string {
	return strings.TrimSpace(lineBreak.ReplaceAllString(value, " "))
}

// seal returns the base64 of an HMAC-SHA-256: of a request, of a webhook, or of the empty message that proves a webhook key.
func seal(secret Secret, message []byte) string {
	h := hmac.New(sha256.New, []byte(secret.plainText()))
	h.Write(message)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// serverMetaInfo names the integrator for the platform's support: constant, without person or host (docs/direct.md §4.3).
func serverMetaInfo(integrator string) string {
	b, err := json.Marshal(struct {
		Platform   string `json:"platformIdentifier"`
		SDK        string `json:"sdkIdentifier"`
		Creator    string `json:"sdkCreator"`
		Integrator string `json:"integrator"`
	}{"Go", "Quittance", "Quittance", integrator})
	if err != nil { // four strings: it cannot
		return ""
	}
	return base64.StdEncoding.EncodeToString(b)
}
