package sipstest

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	publicShop = "002001000000001"
	publicKey  = "002001000000001_KEY1"
	script     = `"><script>alert(1)</script>`
)

var everyPath = []string{
	"/rs-services/v2/paymentInit", "/paymentInit", "/payment", "/rs-services/v2/diagnostic/getTransactionData",
	"/rs-services/v2/cashManagement/cancel", "/rs-services/v2/cashManagement/refund", "/rs-services/v2/cashManagement/validate",
	"/rs-services/v2/cashManagement/duplicate", "/rs-services/v2/nothing", "/elsewhere",
}

const (
	asJSON = "application/json"
	asForm = "application/x-www-form-urlencoded"
)

// answerNames are all properties that an answer may have, whatever was asked.
var answerNames = []string{
	"redirectionStatusCode", "redirectionStatusMessage", "redirectionVersion", "redirectionUrl", "redirectionData", "errorFieldName", "seal",
	"responseCode", "getTransDataResponseCode", "newStatus", "newAmount", "operationDateTime", "acquirerResponseCode", "authorisationId", "message",
}

// ask sends one request in the process, and checks what every answer must be: clear, whole and without script.
func ask(t testing.TB, s *Server, path, contentType, body string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	s.platform.Handler.ServeHTTP(w, r)
	switch w.Code {
	case 200, 400, 404, 409, 410, 413, 415, 422:
	default:
		t.Errorf("%s: status %d: %.300s", path, w.Code, w.Body)
	}
	switch ct := w.Header().Get("Content-Type"); {
	case strings.HasPrefix(ct, asJSON):
		var m map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
			t.Errorf("%s: the answer is no JSON: %v", path, err)
		}
		for name := range m {
			if !slices.Contains(answerNames, name) {
				t.Errorf("%s: the answer has the property %q", path, name)
			}
		}
	case strings.HasPrefix(ct, "text/html"):
		if page := strings.ToLower(w.Body.String()); strings.Contains(page, "<script") || strings.Contains(page, "<img") {
			t.Errorf("%s: the page brings markup from outside:\n%s", path, page)
		}
		if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: a page without a strict Content-Security-Policy", path)
		}
	default:
		t.Errorf("%s: content type %q", path, ct)
	}
	return w
}

// sealedBody writes a message with its right seal.
func sealedBody(t testing.TB, m message) string {
	t.Helper()
	m = maps.Clone(m)
	m["seal"] = stamp{hmacSHA256, publicKey}.seal(textOf(m))
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func goodInit(reference string) message {
	return message{"amount": "1000", "currencyCode": "978", "interfaceVersion": "IR_WS_2.20", "keyVersion": "1", "merchantId": publicShop,
		"normalReturnUrl": "https://shop.example/return", "transactionReference": reference}
}

func TestHostileBodies(t *testing.T) {
	s := NewServer(Options{})
	defer s.Close()
	bodies := map[string]string{
		"nothing": "", "null": "null", "a list": "[]", "a text": `"x"`, "half": `{"amount":`, "two values": `{}{}`, "not UTF-8": "{\"a\":\"\xff\"}",
		"deep": strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000), "a key twice": `{"merchantId":"1","merchantId":"2"}`,
		"lists": `{"merchantId":["002001000000001"],"keyVersion":{},"seal":[1]}`, "numbers": `{"merchantId":1e308,"amount":-0,"keyVersion":1.0}`,
		"zero bytes": strings.Repeat("\x00", 1000), "a form": "Data=a&Data=b&%zz", "semicolons": "Data=a;Seal=b", "HTML": script,
		"HTML in the merchant": `{"merchantId":"<script>"}`, "many fields": strings.Repeat("a=b&", 5000), "form of HTML": "Data=" + url.QueryEscape(script) +
			"&InterfaceVersion=HP_2.0&Seal=" + url.QueryEscape(script), "session": "session=" + url.QueryEscape(script) + "&step=" + url.QueryEscape(script),
	}
	for name, body := range bodies {
		for _, path := range everyPath {
			for _, ct := range []string{asJSON, asForm, "multipart/form-data; boundary=x", "text/html", "\x00"} {
				if w := ask(t, s, path, ct, body); strings.Contains(w.Body.String(), `"00"`) {
					t.Errorf("%s at %s: %s", name, path, w.Body)
				}
			}
		}
	}
	for _, path := range everyPath[:8] {
		ct := asForm
		if strings.HasPrefix(path, "/rs-services") {
			ct = asJSON
		}
		if w := ask(t, s, path, ct, strings.Repeat(" ", 1<<20)); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: a body of 1 MiB: status %d, expected 413", path, w.Code)
		}
	}
	if n := len(s.Book()); n != 0 {
		t.Errorf("%d transactions were opened", n)
	}
}

// HTML in every field, under a right seal: it is refused or shown as text.
func TestHTMLInEveryField(t *testing.T) {
	s := NewServer(Options{})
	defer s.Close()
	opened := 0
	for name, f := range initJSON {
		var hostile any = script
		switch f.kind {
		case list:
			hostile = []any{script, map[string]any{script: script}}
		case container:
			hostile = map[string]any{"city": script, "email": script}
		}
		if name == "normalReturnUrl" || name == "automaticResponseUrl" {
			hostile = "https://shop.example/" + script
		}
		m := goodInit("REF" + name)
		m[name] = hostile
		w := ask(t, s, "/rs-services/v2/paymentInit", asJSON, sealedBody(t, m))
		var a map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		if a["redirectionStatusCode"] != "00" {
			continue
		}
		opened++
		form := url.Values{"redirectionData": {a["redirectionData"]}}
		ask(t, s, "/payment", asForm, form.Encode())
		token, _ := s.sessionToken(form)
		back := ask(t, s, "/payment", asForm, url.Values{"session": {token}, "step": {"abandon"}}.Encode())
		if !strings.Contains(back.Body.String(), "shop.example") {
			t.Errorf("%s: no way back:\n%s", name, back.Body)
		}
	}
	if opened < 20 {
		t.Errorf("%d requests with HTML in a free text were taken, expected 20 or more", opened)
	}
}

// Redirect data that is cut, changed, doubled or put together from two is nobody's.
func TestRedirectDataIsSealed(t *testing.T) {
	s, other := NewServer(Options{}), NewServer(Options{})
	defer s.Close()
	defer other.Close()
	open := func(s *Server, reference string) string {
		var a map[string]string
		if err := json.Unmarshal(ask(t, s, everyPath[0], asJSON, sealedBody(t, goodInit(reference))).Body.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		return a["redirectionData"]
	}
	one, two, foreign := open(s, "ONE"), open(s, "TWO"), open(other, "ONE")
	if _, ok := s.sessionToken(url.Values{"redirectionData": {one}}); !ok {
		t.Fatal("genuine redirect data is refused")
	}
	front := len(one) - tokenLength
	for name, data := range map[string]string{
		"empty": "", "the token alone": one[front:], "cut": one[1:], "longer": "A" + one, "doubled": one + one, "two in one": one[:front] + two[front:],
		"another platform's": foreign, "small letters": strings.ToLower(one),
	} {
		if _, ok := s.sessionToken(url.Values{"redirectionData": {data}}); ok {
			t.Errorf("%s: taken", name)
		}
		w := ask(t, s, "/payment", asForm, url.Values{"redirectionData": {data}}.Encode())
		if strings.Contains(w.Body.String(), `name="cryptogram"`) {
			t.Errorf("%s: a card is asked for", name)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, path := range everyPath {
		f.Add(path, sealedBody(f, goodInit("REF")))
		f.Add(path, `{"merchantId":"002001000000001","keyVersion":1,"amount":[{"a":null}],"customerContact":{"email":"`+`\u0000"}}`)
	}
	s := NewServer(Options{})
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, path, body string) {
		if !slices.Contains(everyPath, path) {
			path = everyPath[len(path)%len(everyPath)]
		}
		ask(t, s, path, asJSON, body)
		m, bad := decodeObject([]byte(body))
		if bad != nil {
			return
		}
		for _, name := range unsealed { // as the fuzzer cannot: sealed rightly
			delete(m, name)
		}
		m["merchantId"], m["keyVersion"] = publicShop, "1"
		s.Advance(16 * time.Minute)
		s.Forget(s.Now())
		ask(t, s, path, asJSON, sealedBody(t, m))
	})
}

func FuzzForm(f *testing.F) {
	good := "amount=5500|currencyCode=978|merchantId=002001000000001|normalReturnUrl=https://shop.example/|keyVersion=1|transactionReference=REF"
	for _, more := range []string{"", "|", "|customerContact.email=a@b.c", "|x.y.z=1", "|returnContext=<b>", "|=", "|amount=2", "|returnContext=é"} {
		f.Add(good+more, "", "HP_2.20")
	}
	f.Add("YW1vdW50PTU1MDA=", "base64", "HP_3.4")
	s := NewServer(Options{})
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, data, encode, version string) {
		form := url.Values{"Data": {data}, "Encode": {encode}, "InterfaceVersion": {version}, "Seal": {stamp{plainSHA, publicKey}.seal(data)}}
		if w := ask(t, s, "/paymentInit", asForm, form.Encode()); w.Code != http.StatusOK && w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d: the form connector answers with 200 whatever was sent", w.Code)
		}
	})
}

func FuzzPayment(f *testing.F) {
	f.Add("redirectionData=REAL")
	f.Add("session=TOKEN&step=card&number=4100000000000000&month=12&year=2032&cryptogram=123")
	f.Add("session=TOKEN&step=accept&card=x")
	f.Add("session=TOKEN&step=abandon")
	f.Add("redirectionData=REAL&redirectionData=REAL&step=%00&session=")
	s := NewServer(Options{})
	f.Cleanup(s.Close)
	f.Fuzz(func(t *testing.T, body string) {
		s.Advance(16 * time.Minute)
		s.Forget(s.Now())
		w := ask(t, s, everyPath[0], asJSON, sealedBody(t, goodInit("REF")))
		var a map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		data := a["redirectionData"]
		if data != "" {
			body = strings.NewReplacer("REAL", data, "TOKEN", data[len(data)-tokenLength:]).Replace(body)
		}
		ask(t, s, "/payment", asForm, body)
	})
}
