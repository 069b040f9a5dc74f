package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestWalk(t *testing.T) {
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
		{"no UTF-8", "{\"a\": \"\xff\"}", ""},
		{"a key twice, in no UTF-8", "{\"\xff\": 1, \"\xfe\": 2}", "stands twice"},
		{"a comma too many", `{"a": 1,}`, "invalid character"},
		{"32 levels", strings.Repeat("[", 32) + strings.Repeat("]", 32), ""},
		{"33 levels", strings.Repeat("[", 33) + strings.Repeat("]", 33), "nested deeper than 32"},
		{"a million levels", strings.Repeat("[", 1_000_000), "nested deeper than 32"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Walk(tt.data, nil)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Walk: %v, want %q", err, tt.want)
			}
		})
	}
}

// An error names a key, and never more than its beginning: a key can be as long as the body.
func TestWalkCutsLongKeys(t *testing.T) {
	long := strings.Repeat("k", 100_000)
	err := Walk(`{"`+long+`": 1, "`+long+`": 2}`, nil)
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

// FuzzWalk: what passes is what encoding/json's tokens show to be one value, not too deep, with each key once; and the values
// that were visited are those of encoding/json.
func FuzzWalk(f *testing.F) {
	for _, s := range []string{
		`{"a":1,"b":[true,null,"x"]}`, `{"a":1,"A":2}`, `[[[]]]`, `1e400`, `"\ud800"`, `{}{}`, `{"\u017f":0,"s":1}`, `[1,]`, `01`, "\"\xff\"", `{"a"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got []string
		err := Walk(string(data), func(path []string, v Value) error {
			if v.Kind == String || v.Kind == Number {
				got = append(got, fmt.Sprintf("%q %q", path, v.Text))
			}
			return nil
		})
		want := checkByTokens(data)
		if (err == nil) != (want == nil) {
			t.Fatalf("%q: %v, by tokens %v", data, err, want)
		}
		if err != nil {
			return
		}
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		var value any
		if err := dec.Decode(&value); err != nil {
			t.Fatal(err)
		}
		all := scalars(nil, value)
		slices.Sort(all)
		slices.Sort(got)
		if d := cmp.Diff(all, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%q (-encoding/json +walked):\n%s", data, d)
		}
	})
}

// scalars are the strings and numbers of a value with the paths that lead there.
func scalars(path []string, v any) (out []string) {
	switch v := v.(type) {
	case map[string]any:
		for name, e := range v {
			out = append(out, scalars(append(slices.Clone(path), name), e)...)
		}
	case []any:
		for _, e := range v {
			out = append(out, scalars(append(slices.Clone(path), "[]"), e)...)
		}
	case string:
		out = append(out, fmt.Sprintf("%q %q", path, v))
	case json.Number:
		out = append(out, fmt.Sprintf("%q %q", path, v.String()))
	}
	return out
}

// checkByTokens is Walk without a visitor, made of encoding/json's tokens.
func checkByTokens(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := tokensOfValue(dec, 0); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errMore
	}
	return nil
}

func tokensOfValue(dec *json.Decoder, level int) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if level == depth {
		return errTooDeep
	}
	var keys []string
	for dec.More() {
		if open == '{' {
			token, err := dec.Token()
			if err != nil {
				return err
			}
			name, _ := token.(string)
			if slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(k, name) }) {
				return &DoubledError{name}
			}
			keys = append(keys, name)
		}
		if err := tokensOfValue(dec, level+1); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

// An object with more keys than are compared one by one: one that stands twice is found all the same, and quickly.
func TestWalkManyKeys(t *testing.T) {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, "%q: %d, ", fmt.Sprint("key", i), i)
	}
	n := 0
	count := func(path []string, v Value) error { n++; return nil }
	if err := Walk("{"+b.String()+`"x": {"a": 1}, "y": {"a": 2}}`, count); err != nil || n != 20_005 {
		t.Errorf("%d values, %v", n, err)
	}
	for _, twice := range []string{"key3", "KEY70", "key19999", "Key500"} {
		err := Walk("{"+b.String()+`"`+twice+`": 0}`, nil)
		if doubled := (*DoubledError)(nil); !errors.As(err, &doubled) || doubled.Key != twice {
			t.Errorf("%s: %v", twice, err)
		}
	}
}

// What the visitor does not want ends the walk.
func TestWalkStops(t *testing.T) {
	stop := errors.New("stop")
	var seen []string
	err := Walk(`{"a": [1, {"b": "\u00e9\n"}], "c": true, "d": null}`, func(path []string, v Value) error {
		seen = append(seen, fmt.Sprint(strings.Join(path, "."), " ", v.Kind, " ", v.Text))
		if v.Kind == Bool {
			return stop
		}
		return nil
	})
	want := []string{" 0 ", "a 1 ", "a.[] 3 1", "a.[] 0 ", "a.[].b 2 é\n", "c 4 true"}
	if d := cmp.Diff(want, seen); d != "" || err != stop {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}
