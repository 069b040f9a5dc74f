package sipstest

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// The vectors were computed by the rules of the guides and checked against other implementations; this package's seal is its own.
func TestSealVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			ID, Algorithm, Key string
			Fields             json.RawMessage
			Connector          string
			Text               string `json:"string_to_seal"`
			Seal               string `json:"expected_seal"`
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) < 30 {
		t.Fatalf("%d vectors, expected 30 or more", len(file.Vectors))
	}
	objects := 0
	for _, v := range file.Vectors {
		st := stamp{v.Algorithm, v.Key}
		if got := st.seal(v.Text); got != v.Seal {
			t.Errorf("%s: seal %s, expected %s", v.ID, got, v.Seal)
		}
		if !st.isSealOf(v.Seal, v.Text) || st.isSealOf(v.Seal, v.Text+" ") || st.isSealOf("", v.Text) || st.isSealOf(strings.ToUpper(v.Seal), v.Text) {
			t.Errorf("%s: a seal is compared wrongly", v.ID)
		}
		if v.Fields == nil || !slices.Contains([]string{"json", "office-json"}, v.Connector) {
			continue
		}
		objects++
		m, bad := decodeObject(bytes.TrimSpace(v.Fields))
		if bad != nil {
			t.Fatalf("%s: %v", v.ID, bad)
		}
		m["seal"] = v.Seal // is not covered
		if got := textOf(m); got != v.Text {
			t.Errorf("%s: text %q, expected %q", v.ID, got, v.Text)
		}
	}
	if objects < 15 {
		t.Errorf("%d JSON messages among the vectors, expected 15 or more", objects)
	}
}
