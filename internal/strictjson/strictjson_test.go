package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		want       string // a part of the error; empty: none
	}{
		{"an object", `{"a": 1, "b": {"a": 2}}`, ""},
		{"the same key in two objects of a list", `[{"a": 1}, {"a": 2}]`, ""},
		{"a number", ` 1 `, ""},
		{"a long number", `1e20000`, ""},
		{"nothing", ``, "unexpected EOF"},
		{"half an object", `{"a": 1`, "unexpected EOF"},
		{"a key without a value", `{"a"`, "unexpected EOF"},
		{"a key twice", `{"amount": "50.00", "amount": "500.00"}`, `the key "amount" stands twice`},
		{"a key twice, written differently", `{"amount": 1, "\u0061mount": 2}`, `the key "amount" stands twice`},
		{"a key twice, in another case", `{"amount": 1, "AMOUNT": 2}`, `the key "AMOUNT" stands twice`},
		{"a key twice, with the long s that encoding/json takes for s", `{"status": 1, "ſtatus": 2}`, `stands twice`},
		{"a key twice, with the Kelvin sign that encoding/json takes for k", `{"kind": 1, "Kind": 2}`, `stands twice`},
		{"a key twice, deep", `[{"a": [{"b": 1, "b": 2}]}]`, `the key "b" stands twice`},
		{"two values", `{} {}`, "more after"},
		{"something after", `{}x`, "more after"},
		{"a comma too many", `{"a": 1,}`, "invalid character"},
		{"32 levels", strings.Repeat("[", 32) + strings.Repeat("]", 32), ""},
		{"33 levels", strings.Repeat("[", 33) + strings.Repeat("]", 33), "nested deeper than 32"},
		{"a million levels", strings.Repeat("[", 1_000_000), "nested deeper than 32"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Check([]byte(tt.data))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Check: %v, want %q", err, tt.want)
			}
		})
	}
}

// An error names a key, and never more than its beginning: a key can be as long as the body.
func TestCheckCutsLongKeys(t *testing.T) {
	long := strings.Repeat("k", 100_000)
	err := Check([]byte(`{"` + long + `": 1, "` + long + `": 2}`))
	if err == nil || len(err.Error()) > 120 {
		t.Errorf("the error has %d bytes", len(err.Error()))
	}
}

func TestUnmarshal(t *testing.T) {
	type item struct {
		Kind string `json:"kind"`
		Year int    `json:"year"`
	}
	var got item
	if err := Unmarshal([]byte(`{"kind": "franchise", "year": 2025}`), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(item{"franchise", 2025}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for name, tt := range map[string]struct{ data, want string }{
		"an unknown field": {`{"kind": "franchise", "colour": "red"}`, `unknown field "colour"`},
		"a wrong type":     {`{"year": "2025"}`, "year"},
		"a key twice":      {`{"year": 2025, "year": 2026}`, "stands twice"},
	} {
		if err := Unmarshal([]byte(tt.data), &item{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if err := Unmarshal(nil, &item{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("no data: %v", err)
	}
}

// FuzzCheck: what passes is JSON, and decoding it once or through a second encoding gives the same value: nothing was dropped.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":[true,null,"x"]}`, `{"a":1,"A":2}`, `[[[]]]`, `1e400`, `"\ud800"`, `{}{}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if Check(data) != nil {
			return
		}
		if !json.Valid(data) {
			t.Fatalf("%q is no JSON", data)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, data); err != nil {
			t.Fatal(err)
		}
		if err := Check(compact.Bytes()); err != nil {
			t.Errorf("compacted, %q is refused: %v", data, err)
		}
		var first any
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		if err := dec.Decode(&first); err != nil {
			t.Fatal(err)
		}
		if got, want := count(first), bytes.Count(keysOnly(t, data), []byte{'\n'}); got != want {
			t.Errorf("%q has %d keys, decoded %d", data, want, got)
		}
	})
}

// count is the number of keys in all objects of v.
func count(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		n = len(v)
		for _, e := range v {
			n += count(e)
		}
	case []any:
		for _, e := range v {
			n += count(e)
		}
	}
	return n
}

// keysOnly writes one line for each key as it stands in data.
func keysOnly(t *testing.T, data []byte) (out []byte) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	type level struct{ object, key bool }
	var stack []level
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		d, _ := tok.(json.Delim)
		if d == '}' || d == ']' {
			stack = stack[:len(stack)-1]
			continue
		}
		if n := len(stack); n > 0 && stack[n-1].object {
			stack[n-1].key = !stack[n-1].key
			if stack[n-1].key {
				out = append(out, '\n')
				continue
			}
		}
		if d == '{' || d == '[' {
			stack = append(stack, level{object: d == '{'})
		}
	}
}
