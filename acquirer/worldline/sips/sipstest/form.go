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

// formNames are the fields of the form connector. Their capitals do not matter: live shops send data, DATA and interfaceVersion, and the
// platform's own words about a wrong one are in capitals. Data, InterfaceVersion and Seal are needed.
var formNames = []string{"Data", "InterfaceVersion", "Seal", "SealAlgorithm", "Encode"}

// readForm takes the connector's fields out of a form, each once whatever its capitals. Other fields are the shop's own, such as that of
// its submit button, and are passed over.
func readForm(form url.Values) (map[string]string, *refusal) {
	known := make(map[string]string)
	for sent, values := range form {
		i := slices.IndexFunc(formNames, func(name string) bool { return strings.EqualFold(name, sent) })
		if i < 0 {
			continue
		}
		if _, twice := known[formNames[i]]; twice || len(values) != 1 {
			return nil, &refusal{text: "Invalid keyword : " + strings.ToUpper(formNames[i])}
		}
		known[formNames[i]] = values[0]
	}
	for _, name := range formNames[:3] {
		if known[name] == "" {
			return nil, fieldMissing(name)
		}
	}
	return known, nil
}

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
	m, c, data, bad := s.openForm(form, refused)
	if bad != nil {
		return s.refusalPage(bad.text).about(m, c)
	}
	session := acquirer.Session{URL: s.URL + paymentPath, Method: http.MethodPost, Fields: url.Values{
		"redirectionVersion": {redirectionVersion}, "redirectionData": {data},
	}}
	var b bytes.Buffer
	if err := session.WriteForm(&b, acquirer.Form{}); err != nil { // an address of our own and a French page: it cannot
		return messagePage(http.StatusInternalServerError, "500 Internal Server Error", "")
	}
	return reply{status: http.StatusOK, contentType: "text/html; charset=utf-8", body: b.Bytes()}.about(m, c)
}

// openForm opens a session for a form, and returns its redirect data.
func (s *Server) openForm(sent url.Values, refused string) (m message, c caller, redirect string, bad *refusal) {
	form, bad := readForm(sent)
	if bad != nil {
		return nil, c, "", bad
	}
	v, ok := readVersion(form["InterfaceVersion"], string(formConn))
	if !ok {
		return nil, c, "", &refusal{text: "Unknown version interface: " + clipText(form["InterfaceVersion"])}
	}
	if m, bad = readData(form["Data"], form["Encode"]); bad != nil {
		return nil, c, "", bad
	}
	if c, bad = s.identifyCaller(fieldText(m, "merchantId"), fieldText(m, "keyVersion"), form["SealAlgorithm"]); bad != nil {
		return m, c, "", bad
	}
	// The seal is over Data as it was sent; a form that names no algorithm means SHA-256, where a JSON request means HMAC.
	if !c.stampFor(plainSHA).isSealOf(form["Seal"], form["Data"]) {
		return m, c, "", wrongSeal(form["Seal"])
	}
	if bad := checkFields(m, initFields, formConn); bad != nil {
		return m, c, "", bad
	}
	if refused != "" {
		return m, c, "", &refusal{text: "Technical problem : code=" + refused + " message=the service is temporarily unavailable"}
	}
	if e := strings.ToLower(form["Encode"]); e != "" && fieldText(m, "responseEncoding") == "" {
		m["responseEncoding"] = e
	}
	redirect, bad = s.openSession(m, c, v)
	return m, c, redirect, bad
}

// encodings of Data, by Encode and responseEncoding in small letters.
var encodings = map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64url": base64.URLEncoding}

// readData reads name=value|container.name=value. The first = ends the name; a name that stands twice is refused.
func readData(data, encode string) (message, *refusal) {
	if encode != "" {
		e := encodings[strings.ToLower(encode)]
		if e == nil {
			return nil, &refusal{text: "Invalid keyword : ENCODE"} // the guide's words: look at the encoding's name
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
