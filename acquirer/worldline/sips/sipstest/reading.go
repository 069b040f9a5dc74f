package sipstest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/quittance/quittance/internal/strictjson"
)

// maxBody is the largest request that is read; real ones have a few kilobytes.
const maxBody = 256 << 10

// A message is what a JSON object says, decoded; numbers are json.Number.
type message = map[string]any

// A refusal is why a request is not carried out.
type refusal struct{ code, field, text string }

// readBody returns the body of a POST of one content type. A reply that is not nil is the whole answer to the request.
func readBody(w http.ResponseWriter, r *http.Request, contentType string) ([]byte, *reply) {
	refuse := func(status int, text string) ([]byte, *reply) {
		p := messagePage(status, text, "")
		return nil, &p
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return refuse(http.StatusMethodNotAllowed, "405 Method Not Allowed")
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != contentType {
		return refuse(http.StatusUnsupportedMediaType, "415 Unsupported Media Type")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
		return refuse(http.StatusRequestEntityTooLarge, "413 Request Entity Too Large")
	}
	if err != nil {
		return refuse(http.StatusBadRequest, "400 Bad Request")
	}
	return body, nil
}

// readMessage reads a request of the JSON connectors. bad is what is wrong with the JSON; done, if it is not nil, is the whole
// answer.
func (s *Server) readMessage(w http.ResponseWriter, r *http.Request) (m message, bad *refusal, done *reply) {
	body, done := readBody(w, r, "application/json")
	if done != nil {
		return nil, nil, done
	}
	m, bad = decodeObject(body)
	return m, bad, nil
}

// decodeObject reads one JSON object. Keys that stand twice, deep nesting and broken UTF-8 are refused: what is sealed and what
// is used must be the same.
func decodeObject(body []byte) (message, *refusal) {
	var m message
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if !utf8.Valid(body) || strictjson.Walk(string(body), nil) != nil || dec.Decode(&m) != nil || m == nil {
		return nil, &refusal{code: "30", text: "the request is not one JSON object"}
	}
	return m, nil
}

// valueText returns the text of a value that is not nested: a string, a number as it is written, true or false; empty for null.
func valueText(v any) (s string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return map[bool]string{true: "true", false: "false"}[v], true
	}
	return "", false
}

// fieldText is the text of a field, empty when there is none.
func fieldText(m message, name string) string {
	s, _ := valueText(m[name])
	return s
}

// containerIn is a container, empty when there is none.
func containerIn(m message, name string) message {
	c, _ := m[name].(map[string]any)
	return c
}

const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// hasOnly reports whether s has no character but those of an alphabet.
func hasOnly(s, alphabet string) bool { return strings.Trim(s, alphabet) == "" }
