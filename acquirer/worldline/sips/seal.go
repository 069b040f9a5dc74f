package sips

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/quittance/quittance/internal/strictjson"
)

// Algorithm is how a seal is computed from a message and a key. The values are what Sips calls sealAlgorithm.
type Algorithm string

// The algorithms of the Sips guide. [HMACSHA256] is the one to use.
const (
	HMACSHA256 Algorithm = "HMAC-SHA-256"
	SHA256     Algorithm = "SHA-256" // of message and key together; weaker, the guide no longer recommends it
	HMACSHA512 Algorithm = "HMAC-SHA-512"
)

// hashes makes the hash of each algorithm for one key; tail is what stands behind the message.
var hashes = map[Algorithm]func(key []byte) (h hash.Hash, tail []byte){
	HMACSHA256: func(key []byte) (hash.Hash, []byte) { return hmac.New(sha256.New, key), nil },
	HMACSHA512: func(key []byte) (hash.Hash, []byte) { return hmac.New(sha512.New, key), nil },
	SHA256:     func(key []byte) (hash.Hash, []byte) { return sha256.New(), key },
}

// orDefault is HMAC-SHA-256 for the zero value.
func (a Algorithm) orDefault() Algorithm {
	if a == "" {
		return HMACSHA256
	}
	return a
}

// A sealer computes seals with one key, again and again. It is not safe for concurrent use.
type sealer struct {
	h    hash.Hash
	tail []byte
	in   []byte // the message, copied: writing a string to a hash would allocate
	sum  []byte
	hex  []byte
}

func newSealer(a Algorithm, key Secret) (*sealer, error) {
	build, ok := hashes[a.orDefault()]
	if !ok {
		return nil, fmt.Errorf("sips: unknown seal algorithm %.20q", string(a))
	}
	if key.IsZero() {
		return nil, errors.New("sips: no key to seal with")
	}
	h, tail := build([]byte(key.text()))
	return &sealer{h: h, tail: tail}, nil
}

// seal returns the seal of what is in s.in, in lower-case hexadecimal; it is good until the next call.
func (s *sealer) seal() []byte {
	s.h.Reset()
	s.h.Write(s.in)
	s.h.Write(s.tail)
	s.sum = s.h.Sum(s.sum[:0])
	s.hex = hex.AppendEncode(s.hex[:0], s.sum)
	return s.hex
}

// matches compares in constant time. Upper-case digits do not match: one message has one seal.
func (s *sealer) matches(data, seal string) bool {
	s.in = append(s.in[:0], data...)
	want := s.seal()
	s.in = append(s.in[:0], seal...)
	return subtle.ConstantTimeCompare(want, s.in) == 1
}

// SealData seals the Data of the POST connector and of notifications, as it is sent or received.
//
// Data is sealed as it stands, after it was encoded and before it is decoded, never sorted or written anew (Sips guide). The seal
// is lower-case hexadecimal. The zero Algorithm is HMAC-SHA-256. It is an error when the algorithm is unknown or the key is zero.
// To check a seal, compare with crypto/subtle; [Client.Parse] does. It is safe for concurrent use.
func SealData(a Algorithm, key Secret, data string) (string, error) {
	s, err := newSealer(a, key)
	if err != nil {
		return "", err
	}
	s.in = []byte(data)
	return string(s.seal()), nil
}

// SealFields seals a message of the JSON connector; message is the JSON object.
//
// What is sealed are the values, without separator, in the ASCII order of their names. An object stands at the place of its own
// name, with its fields in the same order; a list in the order sent. Null and empty text add nothing, a number is sealed as it is
// written, true and false as words. The names keyVersion, sealAlgorithm and seal are left out, at the top only (Sips guide). The
// seal is lower-case hexadecimal.
//
// The zero Algorithm is HMAC-SHA-256. It is an error when the algorithm is unknown, the key is zero, or message is not one JSON
// object in UTF-8 with each name once and no more than 32 levels. It is safe for concurrent use.
func SealFields(a Algorithm, key Secret, message []byte) (string, error) {
	s, err := newSealer(a, key)
	if err != nil {
		return "", err
	}
	fields, err := decodeObject(message)
	if err != nil {
		return "", fmt.Errorf("sips: the message to seal: %w", err)
	}
	s.in = appendFields(nil, fields, true)
	return string(s.seal()), nil
}

// unsealed are the names that the seal of a JSON message leaves out.
var unsealed = map[string]bool{"keyVersion": true, "sealAlgorithm": true, "seal": true}

func appendFields(b []byte, fields map[string]any, top bool) []byte {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !top || !unsealed[name] {
			b = appendValue(b, fields[name])
		}
	}
	return b
}

func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		return appendFields(b, v, false)
	case []any:
		for _, e := range v {
			b = appendValue(b, e)
		}
		return b
	}
	return append(b, sealedText(v)...)
}

// sealedText is a scalar as it is sealed and read: null, objects and lists have none.
func sealedText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return ""
}

// decodeObject reads one JSON object from outside, numbers as they are written.
func decodeObject(b []byte) (map[string]any, error) {
	if err := checkJSON(b); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	fields, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("not a JSON object")
	}
	return fields, nil
}

// checkJSON refuses what is not one JSON value in UTF-8 with each name once. Its errors quote nothing of b: it may be somebody's.
func checkJSON(b []byte) error {
	return readStrictly(string(b), nil)
}

// readStrictly walks through one JSON value in UTF-8; encoding/json would put a sign of its own in the place of what is sealed.
func readStrictly(document string, visit func([]string, strictjson.Value) error) error {
	if !utf8.ValidString(document) {
		return errors.New("not in UTF-8")
	}
	return withoutQuotes(strictjson.Walk(document, visit))
}

// withoutQuotes is an error of package strictjson that quotes nothing of what was read.
func withoutQuotes(err error) error {
	if syntax := (*strictjson.SyntaxError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("not JSON at byte %d", syntax.Offset)
	}
	if errors.As(err, new(*strictjson.DoubledError)) {
		return errors.New("a key stands twice in one object")
	}
	return err
}
