package sips

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// A vector is a seal computed by several independent implementations.
type vector struct {
	ID        string          `json:"id"`
	Connector string          `json:"connector"`
	Kind      string          `json:"kind"`
	Algorithm Algorithm       `json:"algorithm"`
	Key       string          `json:"key"`
	Fields    json.RawMessage `json:"fields"`
	Encode    string          `json:"encode"`
	Plain     string          `json:"data_plain"`
	Sealed    string          `json:"string_to_seal"`
	Seal      string          `json:"expected_seal"`
	Notes     string          `json:"notes"`
}

func vectors(t testing.TB) []vector {
	t.Helper()
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []vector `json:"vectors"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) != 32 {
		t.Fatalf("%d vectors, expected 32", len(file.Vectors))
	}
	return file.Vectors
}

// TestVectors: a JSON message by SealFields, everything else, and the string itself, by SealData.
func TestVectors(t *testing.T) {
	structured := 0
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			got, err := SealData(v.Algorithm, NewSecret(v.Key), v.Sealed)
			if err != nil || got != v.Seal {
				t.Errorf("SealData: %s, %v, expected %s (%s)", got, err, v.Seal, v.Notes)
			}
			if len(v.Fields) == 0 || !strings.Contains(v.Connector, "json") {
				return
			}
			structured++
			got, err = SealFields(v.Algorithm, NewSecret(v.Key), v.Fields)
			if err != nil || got != v.Seal {
				t.Errorf("SealFields: %s, %v, expected %s (%s)", got, err, v.Seal, v.Notes)
			}
		})
	}
	if structured != 17 {
		t.Errorf("SealFields saw %d vectors, expected 17", structured)
	}
}

func TestSealFields(t *testing.T) {
	seal := func(message string) string {
		t.Helper()
		s, err := SealFields("", NewSecret("k"), []byte(message))
		if err != nil {
			t.Fatalf("%s: %v", message, err)
		}
		return s
	}
	of := func(data string) string {
		t.Helper()
		s, err := SealData(HMACSHA256, NewSecret("k"), data)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct{ name, message, sealed string }{
		{"ASCII order, not the alphabet's", `{"authorisationId":"2","authorResponseMessage":"1","B":"0"}`, "012"},
		{"keyVersion, sealAlgorithm and seal are left out", `{"a":"1","keyVersion":"9","seal":"x","sealAlgorithm":"SHA-256"}`, "1"},
		{"but only at the top", `{"a":{"keyVersion":"9","seal":"x","sealAlgorithm":"y"}}`, "9xy"},
		{"an object stands at its own name", `{"a":"1","c":"4","b":{"z":"3","y":"2"}}`, "1234"},
		{"a list keeps its order", `{"l":["c","a",{"y":"2","x":"1"},["b"]]}`, "ca12b"},
		{"null and empty add nothing", `{"a":null,"b":"","c":[],"d":{},"e":"1"}`, "1"},
		{"numbers as they are written", `{"a":0,"b":10.50,"c":1e3,"d":12345678901234567890}`, "010.501e312345678901234567890"},
		{"booleans as words", `{"a":true,"b":false}`, "truefalse"},
		{"escapes are read first", "{\"a\":\"\\u00e9\\/\\\"\"}", `é/"`},
		{"text is UTF-8 once", `{"a":"é"}`, "é"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, want := seal(c.message), of(c.sealed); got != want {
				t.Errorf("the seal is not one over %q", c.sealed)
			}
		})
	}
}

func TestSealRefuses(t *testing.T) {
	key := NewSecret(canary)
	for _, message := range []string{
		"", "null", "1", `"a"`, `[{"a":"1"}]`, `{"a":"1"}{"b":"2"}`, `{"a":"1"`, `{"a":"1","a":"2"}`, `{"a":{"b":1,"b":1}}`, "{\"a\":\"\xff\"}",
		strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40),
	} {
		if s, err := SealFields(HMACSHA256, key, []byte(message)); err == nil || s != "" {
			t.Errorf("SealFields sealed %.40q", message)
		}
	}
	for name, f := range map[string]func() (string, error){
		"no key":            func() (string, error) { return SealData(HMACSHA256, Secret{}, "x") },
		"an empty key":      func() (string, error) { return SealData(HMACSHA256, NewSecret(""), "x") },
		"unknown algorithm": func() (string, error) { return SealData("MD5", key, "x") },
		"lower case":        func() (string, error) { return SealFields("hmac-sha-256", key, []byte("{}")) },
		"no key, fields":    func() (string, error) { return SealFields("", Secret{}, []byte("{}")) },
	} {
		if s, err := f(); err == nil || s != "" {
			t.Errorf("%s: sealed", name)
		} else if strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
}

// TestSealerIsReusable: sealers are kept, so a message must leave nothing for the next one.
func TestSealerIsReusable(t *testing.T) {
	for a := range hashes {
		k := newLiveKey(1, Key{NewSecret("k"), a})
		for _, data := range []string{"a long message, longer than the next", "short", "", "a long message, longer than the next"} {
			want, err := SealData(a, NewSecret("k"), data)
			if err != nil {
				t.Fatal(err)
			}
			if !k.hasSealed(data, want) || k.hasSealed(data+"x", want) {
				t.Errorf("%s over %q", a, data)
			}
			if k.hasSealed(data, strings.ToUpper(want)) {
				t.Errorf("%s: a seal in capitals is another text", a)
			}
		}
	}
}
