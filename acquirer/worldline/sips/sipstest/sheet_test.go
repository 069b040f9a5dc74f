package sipstest_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"
)

// sheet is a client that knows the protocol sheet and nothing of this repository: it shares no code with the simulator, nor with
// package sips.
type sheet struct {
	*testing.T
	base, merchant, key, keyVersion string
	algorithm                       string // announced; empty: nothing is, so HMAC for JSON and SHA-256 for the rest
}

type object = map[string]any

func newSheet(t *testing.T, base string) sheet {
	return sheet{T: t, base: base, merchant: "002001000000001", key: "002001000000001_KEY1", keyVersion: "1"}
}

// concatenated is 5.1 of the sheet: values only, by name, containers in place, lists as they are.
func concatenated(v any, top bool) string {
	switch v := v.(type) {
	case object:
		var names []string
		for n := range v {
			if top && (n == "keyVersion" || n == "sealAlgorithm" || n == "seal") {
				continue
			}
			names = append(names, n)
		}
		sort.Strings(names)
		s := ""
		for _, n := range names {
			s += concatenated(v[n], false)
		}
		return s
	case []any:
		s := ""
		for _, e := range v {
			s += concatenated(e, false)
		}
		return s
	case nil:
		return ""
	}
	return fmt.Sprint(v)
}

func (c sheet) sealOf(text, algorithm string) string {
	switch algorithm {
	case "SHA-256":
		sum := sha256.Sum256([]byte(text + c.key))
		return hex.EncodeToString(sum[:])
	case "HMAC-SHA-512":
		h := hmac.New(sha512.New, []byte(c.key))
		io.WriteString(h, text)
		return hex.EncodeToString(h.Sum(nil))
	}
	h := hmac.New(sha256.New, []byte(c.key))
	io.WriteString(h, text)
	return hex.EncodeToString(h.Sum(nil))
}

// order is a request as the samples write it: strings for everything.
func (c sheet) order(reference string, more object) object {
	o := object{
		"amount": "1000", "currencyCode": "978", "interfaceVersion": "IR_WS_2.20", "keyVersion": c.keyVersion, "merchantId": c.merchant,
		"normalReturnUrl": "https://shop.example/return", "orderChannel": "INTERNET", "transactionReference": reference,
	}
	if c.algorithm != "" {
		o["sealAlgorithm"] = c.algorithm
	}
	maps.Copy(o, more)
	return o
}

// sealed adds the seal.
func (c sheet) sealed(o object) object {
	o = maps.Clone(o)
	o["seal"] = c.sealOf(concatenated(o, true), c.algorithm)
	return o
}

// post sends an object; chunked leaves the length out, as the Node SDK does.
func (c sheet) post(path string, o object, chunked bool) *http.Response {
	c.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(o); err != nil {
		c.Fatal(err)
	}
	var body io.Reader = &b
	if chunked {
		body = io.MultiReader(&b) // a reader whose length nobody knows
	}
	resp, err := http.Post(c.base+path, "application/json", body)
	if err != nil {
		c.Fatal(err)
	}
	return resp
}

// answer reads an answer, which must be JSON with status 200.
func (c sheet) answer(resp *http.Response) object {
	c.Helper()
	defer resp.Body.Close()
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		c.Fatalf("status %d, content type %q, expected JSON with 200", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	var o object
	dec := json.NewDecoder(resp.Body)
	dec.UseNumber()
	if err := dec.Decode(&o); err != nil {
		c.Fatal(err)
	}
	return o
}

// init sends a paymentInit, sealed.
func (c sheet) init(o object) object {
	c.Helper()
	return c.answer(c.post("/rs-services/v2/paymentInit", c.sealed(o), false))
}

// mustVerify checks the seal of an answer, with the request's algorithm and HMAC by default.
func (c sheet) mustVerify(answer object) {
	c.Helper()
	if want := c.sealOf(concatenated(answer, true), c.algorithm); answer["seal"] != want {
		c.Errorf("the answer is sealed with %v, expected %s", answer["seal"], want)
	}
}

// redirect is where the payer goes: the two fields of 6.4.
func (c sheet) redirect(o object) (string, url.Values) {
	c.Helper()
	a := c.init(o)
	if a["redirectionStatusCode"] != "00" {
		c.Fatalf("paymentInit: %v", a)
	}
	c.mustVerify(a)
	return fmt.Sprint(a["redirectionUrl"]), url.Values{
		"redirectionVersion": {fmt.Sprint(a["redirectionVersion"])}, "redirectionData": {fmt.Sprint(a["redirectionData"])},
	}
}

// notification verifies a form as 5.3 says, and reads its Data.
func (c sheet) notification(form url.Values) map[string]string {
	c.Helper()
	algorithm := c.algorithm
	if algorithm == "" {
		algorithm = "SHA-256" // whatever the request's own default was
	}
	data := form.Get("Data")
	if want := c.sealOf(data, algorithm); form.Get("Seal") != want {
		c.Fatalf("Seal is %q, expected %s (%s)", form.Get("Seal"), want, algorithm)
	}
	switch form.Get("Encode") {
	case "base64":
		data = c.decoded(base64.StdEncoding, data)
	case "base64url":
		data = c.decoded(base64.URLEncoding, data)
	case "":
	default:
		c.Fatalf("Encode is %q", form.Get("Encode"))
	}
	fields := make(map[string]string)
	if strings.HasPrefix(data, "{") {
		if !strings.HasPrefix(form.Get("InterfaceVersion"), "JS_3.") {
			c.Errorf("JSON with InterfaceVersion %q", form.Get("InterfaceVersion"))
		}
		var o object
		dec := json.NewDecoder(strings.NewReader(data))
		dec.UseNumber()
		if err := dec.Decode(&o); err != nil {
			c.Fatal(err)
		}
		for n, v := range o {
			if _, number := v.(json.Number); number != (n == "amount" || n == "captureDay" || n == "keyVersion" || n == "orderAmount" || n == "chargeAmount" ||
				n == "paymentAttemptNumber") {
				c.Errorf("%s is written %v", n, v)
			}
			fields[n] = fmt.Sprint(v)
		}
		return fields
	}
	if !strings.HasPrefix(form.Get("InterfaceVersion"), "HP_") {
		c.Errorf("the pipe format with InterfaceVersion %q", form.Get("InterfaceVersion"))
	}
	for _, piece := range strings.Split(data, "|") {
		n, v, ok := strings.Cut(piece, "=")
		if !ok {
			c.Errorf("a piece of Data without =: %q", piece)
		}
		if v != "null" {
			fields[n] = v
		}
	}
	return fields
}

func (c sheet) decoded(e *base64.Encoding, data string) string {
	c.Helper()
	b, err := e.DecodeString(data)
	if err != nil {
		c.Fatalf("Data: %v", err)
	}
	return string(b)
}

// office asks one of the three operations.
func (c sheet) office(path string, o object) object {
	c.Helper()
	version := "CR_WS_2.58"
	if strings.HasPrefix(path, "diagnostic") {
		version = "DR_WS_2.58"
	}
	full := object{"interfaceVersion": version, "keyVersion": 1, "merchantId": c.merchant}
	if c.algorithm != "" {
		full["sealAlgorithm"] = c.algorithm
	}
	maps.Copy(full, o)
	return c.answer(c.post("/rs-services/v2/"+path, c.sealed(full), false))
}

// form posts to the form connector: Data is sealed as it is sent.
func (c sheet) form(data string, more url.Values) (int, string) {
	c.Helper()
	f := url.Values{"Data": {data}, "InterfaceVersion": {"HP_2.20"}}
	algorithm := "SHA-256"
	if c.algorithm != "" {
		algorithm = c.algorithm
		f.Set("SealAlgorithm", c.algorithm)
	}
	f.Set("Seal", c.sealOf(data, algorithm))
	maps.Copy(f, more)
	resp, err := http.PostForm(c.base+"/paymentInit", f)
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.Fatal(err)
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		c.Errorf("content type %q, expected a page", resp.Header.Get("Content-Type"))
	}
	return resp.StatusCode, string(b)
}
