package bankfile

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

//go:embed testdata/*
var sampleFiles embed.FS

// result is all that reading a file gives.
type result struct {
	File
	All []Line `json:"lines"`
}

func readFile(t testing.TB, name string) (result, error) {
	t.Helper()
	return readBytes(name, sampleBytes(t, name))
}

func sampleBytes(t testing.TB, name string) []byte {
	t.Helper()
	b, err := sampleFiles.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readBytes(name string, content []byte) (result, error) {
	var r result
	var err error
	r.File, err = Read(name, bytes.NewReader(content), nil, func(l Line) error {
		r.All = append(r.All, l)
		return nil
	})
	return r, err
}

// Every sample gives each field that its expected.json names; fields that are not named there are free.
func TestSamples(t *testing.T) {
	names, err := filepath.Glob("testdata/*.expected.json")
	if err != nil || len(names) != 19 {
		t.Fatalf("%d samples, %v", len(names), err)
	}
	for _, expected := range names {
		name := strings.TrimSuffix(filepath.Base(expected), ".expected.json")
		t.Run(name, func(t *testing.T) {
			got, err := readFile(t, name)
			if err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(expected)
			if err != nil {
				t.Fatal(err)
			}
			want, have := decoded(t, content), decoded(t, marshal(t, got))
			delete(want, "note") // for people
			have["sums"], have["remittances"] = sums(got.All), remittances(got.All)
			agree(t, "", want, have)
			if len(got.All) != len(want["lines"].([]any)) || got.Lines != len(got.All) {
				t.Errorf("%d lines, counted %d", len(got.All), got.Lines)
			}
		})
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decoded(t *testing.T, content []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(content, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// sums adds up the lines by kind.
func sums(all []Line) map[string]any {
	out := map[string]any{}
	for _, l := range all {
		name := strings.ReplaceAll(string(l.Kind), "-", "_")
		n, _ := out[name].(float64)
		out[name] = n + float64(l.Cents)
	}
	return out
}

// remittances adds up the lines of a journal by the number of the remittance; refunds count negative.
func remittances(all []Line) map[string]any {
	out := map[string]any{}
	for _, l := range all {
		if l.Remittance == "" {
			continue
		}
		sign := 1.0
		if l.Kind == Refund {
			sign = -1
		}
		r, _ := out[l.Remittance].(map[string]any)
		if r == nil {
			r = map[string]any{"count": 0.0, "gross": 0.0, "net": 0.0, "commission": 0.0}
			out[l.Remittance] = r
		}
		for name, n := range map[string]float64{"count": 1, "gross": sign * float64(l.Cents), "net": sign * float64(l.Net.Cents), "commission": float64(l.Commission.Cents)} {
			r[name] = r[name].(float64) + n
		}
	}
	return out
}

// agree compares what is wanted with what there is; of a reason only what stands before the colon, of an encoding one of several.
func agree(t *testing.T, path string, want, have any) {
	t.Helper()
	switch w := want.(type) {
	case map[string]any:
		h, _ := have.(map[string]any)
		for name, v := range w {
			agree(t, path+"."+name, v, h[name])
		}
	case []any:
		h, _ := have.([]any)
		if len(h) != len(w) {
			t.Errorf("%s: %d, want %d", path, len(h), len(w))
			return
		}
		for i, v := range w {
			agree(t, fmt.Sprintf("%s[%d]", path, i), v, h[i])
		}
	case string:
		h, _ := have.(string)
		switch {
		case strings.HasSuffix(path, ".why"):
			if before, _, _ := strings.Cut(w, ":"); !strings.HasPrefix(h, before) {
				t.Errorf("%s: %q, want %q", path, h, w)
			}
		case path == ".encoding":
			if w != "any" && !strings.Contains(w, h) {
				t.Errorf("%s: %q, want %q", path, h, w)
			}
		case h != w:
			t.Errorf("%s: %q, want %q", path, h, w)
		}
	default:
		if have != want {
			t.Errorf("%s: %v, want %v", path, have, want)
		}
	}
}
