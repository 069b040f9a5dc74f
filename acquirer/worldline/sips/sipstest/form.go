package sipstest

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/quittance/quittance/acquirer"
)

// formNames are the fields of the form connector; Data, InterfaceVersion and Seal are needed.
var formNames = []string{"Data", "InterfaceVersion", "Seal", "SealAlgorithm", "Encode"}

// paymentInitForm is the form connector: /paymentInit. The payer's own browser posts to it, and every refusal is a page with
// status 200.
func (s *Server) paymentInitForm(w http.ResponseWriter, r *http.Request, refused string) reply {
	body, done := readBody(w, r, "application/x-www-form-urlencoded")
	if done != nil {
		return *done
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return s.refusalPage("Technical problem : code=30 message=the request is not a form")
	}
	data, bad := s.openForm(form, refused)
	if bad != nil {
		return s.refusalPage(bad.text)
	}
	session := acquirer.Session{URL: s.URL + paymentPath, Method: http.MethodPost, Fields: url.Values{
		"redirectionVersion": {redirectionVersion}, "redirectionData": {data},
	}}
	var b bytes.Buffer
	if err := session.WriteForm(&b, acquirer.Form{}); err != nil { // an address of our own and a French page: it cannot
		return messagePage(http.StatusInternalServerError, "500 Internal Server Error", "")
	}
	return reply{http.StatusOK, "text/html; charset=utf-8", b.Bytes()}
}

// openForm opens a session for a form, and returns its redirect data.
func (s *Server) openForm(form url.Values, refused string) (string, *refusal) {
	for _, name := range sortedNames(form) {
		if !slices.Contains(formNames, name) || len(form[name]) != 1 {
			return "", &refusal{text: "Invalid keyword : " + clipText(name)}
		}
	}
	for _, name := range formNames[:3] {
		if form.Get(name) == "" {
			return "", fieldMissing(name)
		}
	}
	v, ok := readVersion(form.Get("InterfaceVersion"), string(formConn))
	if !ok {
		return "", &refusal{text: "Unknown version interface: " + clipText(form.Get("InterfaceVersion"))}
	}
	m, bad := readData(form.Get("Data"), form.Get("Encode"))
	if bad != nil {
		return "", bad
	}
	c, bad := s.identifyCaller(fieldText(m, "merchantId"), fieldText(m, "keyVersion"), form.Get("SealAlgorithm"))
	if bad != nil {
		return "", bad
	}
	// The seal is over Data as it was sent; a form that names no algorithm means SHA-256, where a JSON request means HMAC.
	if !c.stampFor(plainSHA).isSealOf(form.Get("Seal"), form.Get("Data")) {
		return "", wrongSeal(form.Get("Seal"))
	}
	if bad := checkFields(m, initFields, formConn); bad != nil {
		return "", bad
	}
	if refused != "" {
		return "", &refusal{text: "Technical problem : code=" + refused + " message=the service is temporarily unavailable"}
	}
	if e := strings.ToLower(form.Get("Encode")); e != "" && fieldText(m, "responseEncoding") == "" {
		m["responseEncoding"] = e
	}
	return s.openSession(m, c, v)
}

func sortedNames(form url.Values) []string {
	names := make([]string, 0, len(form))
	for n := range form {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// encodings of Data, by Encode and responseEncoding in small letters.
var encodings = map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64url": base64.URLEncoding}

// readData reads name=value|container.name=value. The first = ends the name; a name that stands twice is refused.
func readData(data, encode string) (message, *refusal) {
	if encode != "" {
		e := encodings[strings.ToLower(encode)]
		if e == nil {
			return nil, &refusal{text: "Invalid field value : Encode=" + clipText(encode)}
		}
		plain, err := e.WithPadding(base64.NoPadding).DecodeString(strings.TrimRight(data, "="))
		if err != nil {
			return nil, &refusal{text: "Invalid field value: Data"}
		}
		data = string(plain)
	}
	if !utf8.ValidString(data) {
		return nil, &refusal{text: "Invalid field value: Data"}
	}
	m := make(message)
	for piece := range strings.SplitSeq(data, "|") {
		if piece == "" {
			continue // a | at the end
		}
		name, value, ok := strings.Cut(piece, "=")
		into := m
		key := name
		if ok {
			if outer, inner, nested := strings.Cut(name, "."); nested {
				if m[outer] == nil {
					m[outer] = make(map[string]any)
				}
				if into, ok = m[outer].(map[string]any); ok {
					key = inner
				}
			}
		}
		if _, twice := into[key]; !ok || twice || key == "" {
			return nil, &refusal{text: fmt.Sprintf("Invalid keyword: %s=%s", clipText(name), clipText(value))}
		}
		into[key] = value
	}
	return m, nil
}
