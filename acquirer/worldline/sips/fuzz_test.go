package sips

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/quittance/quittance/acquirer"
)

// checkResult holds for every message that was verified, whatever it says.
func checkResult(t *testing.T, r acquirer.Result, err error) {
	t.Helper()
	if err != nil {
		e := faultOf(t, err)
		if !r.Equal(acquirer.Result{}) || e.Op != acquirer.OpParse || e.Kind != acquirer.ErrInvalid && e.Kind != acquirer.ErrUnverified {
			t.Fatalf("%v with %v", r, err)
		}
		if len(err.Error()) > 1000 {
			t.Fatalf("an error of %d bytes", len(err.Error()))
		}
		return
	}
	if r.Reference == "" || r.Outcome == "" || r.Amount.IsNegative() || r.Returned.IsNegative() || r.Returned.GreaterThan(r.Amount) {
		t.Fatalf("%v: %s of %s", r, r.Returned, r.Amount)
	}
	if r.Outcome == acquirer.Accepted && r.Code != "00" || r.Outcome == acquirer.Refused && r.Decline == "" || r.Outcome != acquirer.Refused && r.Decline != "" {
		t.Fatalf("%v, decline %q", r, r.Decline)
	}
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, r.MaskedPAN)
	if len(digits) >= 12 {
		t.Fatalf("a card number came through: %s", r.MaskedPAN)
	}
	if len(r.Fingerprint()) != 64 {
		t.Fatal("no fingerprint")
	}
}

// FuzzPipe: messages in the pipe format, sealed with our key.
func FuzzPipe(f *testing.F) {
	for _, v := range vectors(f) {
		if strings.Contains(v.Sealed, "|") {
			f.Add(v.Sealed)
		}
	}
	f.Add(pipe900)
	for _, s := range []string{"", "|", "=|=", "responseCode=00|responseCode=05", "transactionReference=A|amount=|x", "transactionReference=A=B|responseCode=null"} {
		f.Add(s)
	}
	c := mustNew(f, testConfig(nil))
	f.Fuzz(func(t *testing.T, data string) {
		if strings.HasPrefix(data, "{") {
			t.Skip("JSON")
		}
		r, err := c.Parse(notificationOf(data, "", key1))
		checkResult(t, r, err)
		encoded, encodedErr := c.Parse(notificationOf(base64.RawURLEncoding.EncodeToString([]byte(data)), "base64url", key1))
		if len(data) < acquirer.MaxCallback/2 && (!r.Equal(encoded) || (err == nil) != (encodedErr == nil)) {
			t.Fatalf("encoded it says something else: %v, %v", encoded, encodedErr)
		}
		if err == nil && strings.Count(data, "|responseCode=")+strings.Count(data, "|amount=") > 2 {
			for _, name := range []string{"responseCode", "amount"} {
				seen := 0
				for _, p := range strings.Split(data, "|") {
					if v, ok := strings.CutPrefix(p, name+"="); ok && v != "" && v != "null" {
						seen++
					}
				}
				if seen > 1 {
					t.Fatalf("%s stands %d times", name, seen)
				}
			}
		}
	})
}

// FuzzJSON: messages in the JSON format, sealed with our key.
func FuzzJSON(f *testing.F) {
	for _, v := range vectors(f) {
		if strings.HasPrefix(v.Sealed, "{") {
			f.Add(v.Sealed)
		}
	}
	f.Add(toJSON(sample))
	for _, s := range []string{"{}", `{"transactionReference":"A","responseCode":"00","amount":1}`, `{"a":[{"a":1}],"transactionReference":"A"}`,
		`{"amount":1,"amount":2,"transactionReference":"A"}`, `{"transactionReference":"\ud800"}`, `{"a":` + strings.Repeat("[", 40)} {
		f.Add(s)
	}
	c := mustNew(f, testConfig(nil))
	f.Fuzz(func(t *testing.T, data string) {
		if !strings.HasPrefix(data, "{") {
			t.Skip("pipe")
		}
		r, err := c.Parse(notificationOf(data, "", key1))
		checkResult(t, r, err)
		if err == nil && !json.Valid([]byte(data)) {
			t.Fatal("accepted, and no JSON")
		}
	})
}

// FuzzSealFields: no panic; what is sealed does not depend on how the JSON is written.
func FuzzSealFields(f *testing.F) {
	for _, v := range vectors(f) {
		if len(v.Fields) > 0 {
			f.Add([]byte(v.Fields), string(v.Algorithm), v.Key)
		}
	}
	for _, s := range []string{"{}", "[]", "null", `{"a":1,"a":2}`, `{"a":{"seal":"x"},"seal":"y"}`, `{"a":1e400}`, `{"a":[[[[]]]]}`, "{\"a\":\"\xff\"}", `{"é":"\u00e9"}`} {
		f.Add([]byte(s), "", "key")
	}
	f.Fuzz(func(t *testing.T, message []byte, algorithm, key string) {
		const mark = "canary-of-the-key"
		if key != "" {
			key = mark + key
		}
		seal, err := SealFields(Algorithm(algorithm), NewSecret(key), message)
		if err != nil {
			if seal != "" || strings.Contains(err.Error(), mark) && !strings.Contains(algorithm, mark) {
				t.Fatalf("%q, %v", seal, err)
			}
			return
		}
		if b, err := hex.DecodeString(seal); err != nil || len(b) != 32 && len(b) != 64 || strings.ToLower(seal) != seal {
			t.Fatalf("%q is no seal", seal)
		}
		fields, err := decodeObject(message)
		if err != nil {
			t.Fatalf("sealed, and not read: %v", err)
		}
		again, err := json.MarshalIndent(with(fields, map[string]any{"seal": "x", "keyVersion": 9, "sealAlgorithm": "y"}), "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		if s, err := SealFields(Algorithm(algorithm), NewSecret(key), again); err == nil && s != seal {
			t.Fatalf("written another way it has another seal:\n%s\n%s", message, again)
		} else if err != nil && !strings.Contains(err.Error(), "twice") { // a name like KeyVersion
			t.Fatal(err)
		}
	})
}

// FuzzSealData: no panic; a seal holds for its own data, key and algorithm only.
func FuzzSealData(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Sealed, string(v.Algorithm), v.Key)
	}
	f.Add("", "", "k")
	f.Add("\xff\x00", "HMAC-SHA-512", "\x00")
	f.Fuzz(func(t *testing.T, data, algorithm, key string) {
		seal, err := SealData(Algorithm(algorithm), NewSecret(key), data)
		if err != nil {
			if _, known := hashes[Algorithm(algorithm).orDefault()]; known && key != "" || seal != "" {
				t.Fatalf("%q, %v", seal, err)
			}
			return
		}
		k := newLiveKey(1, Key{NewSecret(key), Algorithm(algorithm)})
		if !k.hasSealed(data, seal) {
			t.Fatal("the seal does not match its own data")
		}
		if k.hasSealed(data+"x", seal) || k.hasSealed(data, seal+"0") || k.hasSealed(data, seal[1:]) || k.hasSealed("x"+data, seal) {
			t.Fatal("the seal matches something else")
		}
		if newLiveKey(1, Key{NewSecret("x" + key + "y"), Algorithm(algorithm)}).hasSealed(data, seal) {
			t.Fatal("the seal matches with another key")
		}
	})
}

// FuzzReadCallback: any body, from the request to Parse. Nothing is believed that our key has not sealed.
func FuzzReadCallback(f *testing.F) {
	good := notified().Form
	for _, v := range vectors(f) {
		if !strings.Contains(v.Connector, "json") {
			f.Add(url.Values{"Data": {v.Sealed}, "Seal": {v.Seal}, "Encode": {v.Encode}}.Encode(), "application/x-www-form-urlencoded")
		}
	}
	f.Add(good.Encode(), "application/x-www-form-urlencoded; charset=utf-8")
	f.Add(good.Encode()+"&Seal=x", "application/x-www-form-urlencoded")
	f.Add("Data=%zz&Seal=;", "application/x-www-form-urlencoded")
	f.Add("{}", "application/json")
	c := mustNew(f, testConfig(nil))
	f.Fuzz(func(t *testing.T, body, contentType string) {
		r := httptest.NewRequest(http.MethodPost, "/notify?Data=x", strings.NewReader(body))
		r.Header["Content-Type"] = []string{contentType}
		cb, err := acquirer.ReadCallback(httptest.NewRecorder(), r, acquirer.Notify, nil)
		if err != nil {
			if len(cb.Form) != 0 {
				t.Fatalf("an error, and a form: %v", err)
			}
			return
		}
		result, err := c.Parse(cb)
		checkResult(t, result, err)
		if err == nil && mustSeal(t, HMACSHA256, canary, cb.Form.Get("Data")) != cb.Form.Get("Seal") {
			t.Fatalf("believed without our seal: %v", result)
		}
		sealed := acquirer.Callback{Channel: acquirer.Notify, Form: url.Values{
			"Data": {cb.Form.Get("Data")}, "Seal": {mustSeal(t, HMACSHA256, canary, cb.Form.Get("Data"))}, "Encode": {cb.Form.Get("Encode")},
		}}
		result, err = c.Parse(sealed)
		checkResult(t, result, err)
	})
}
