package sipstest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// The names of the seal algorithms.
const (
	hmacSHA256 = "HMAC-SHA-256" // of a JSON request that names none
	plainSHA   = "SHA-256"      // of a form request that names none, and of every notification of a request that names none
	hmacSHA512 = "HMAC-SHA-512"
)

// algorithms seal a text with a key.
var algorithms = map[string]func(text, key string) []byte{
	hmacSHA256: func(text, key string) []byte {
		h := hmac.New(sha256.New, []byte(key))
		h.Write([]byte(text))
		return h.Sum(nil)
	},
	plainSHA: func(text, key string) []byte {
		sum := sha256.Sum256([]byte(text + key))
		return sum[:]
	},
	hmacSHA512: func(text, key string) []byte {
		h := hmac.New(sha512.New, []byte(key))
		h.Write([]byte(text))
		return h.Sum(nil)
	},
}

// A stamp is what seals for one merchant: an algorithm and a key.
type stamp struct{ algorithm, key string }

func (s stamp) seal(text string) string {
	return hex.EncodeToString(algorithms[s.algorithm](text, s.key))
}

func (s stamp) isSealOf(seal, text string) bool {
	return subtle.ConstantTimeCompare([]byte(seal), []byte(s.seal(text))) == 1
}

// unsealed are the fields of a JSON message that its seal does not cover; only at the top.
var unsealed = []string{"keyVersion", "seal", "sealAlgorithm"}

// textOf is what the seal of a JSON message covers: its values in the order of their names, without anything between them.
func textOf(m map[string]any) string {
	m = maps.Clone(m)
	for _, name := range unsealed {
		delete(m, name)
	}
	var b strings.Builder
	writeSealed(&b, m)
	return b.String()
}

func writeSealed(b *strings.Builder, v any) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			writeSealed(b, v[name])
		}
	case []any:
		for _, e := range v {
			writeSealed(b, e)
		}
	case string:
		b.WriteString(v)
	case json.Number:
		b.WriteString(v.String())
	case bool:
		b.WriteString(map[bool]string{true: "true", false: "false"}[v])
	}
}
