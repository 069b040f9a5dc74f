package sipstest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// A reply is an answer before it is on the wire.
type reply struct {
	status      int
	contentType string
	body        []byte
	ignored     string // names of fields that had no effect
}

// about says which fields of the request had no effect, where it is one of a shop that is known.
func (a reply) about(m message, c caller) reply {
	if c.known {
		a.ignored = withoutEffect(m, c.merchant)
	}
	return a
}

// writeHeader sends the head of the answer, and announces all of the body.
func (a reply) writeHeader(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	if a.ignored != "" {
		h.Set(notSimulatedHeader, a.ignored)
	}
	w.WriteHeader(a.status)
}

// write sends the answer.
func (a reply) write(w http.ResponseWriter) {
	a.writeHeader(w)
	w.Write(a.body)
}

// sealedAnswer is a JSON answer, sealed when the caller is known: otherwise there is no key to seal it with.
func sealedAnswer(m message, c caller, sealed bool) reply {
	if c.known && sealed {
		m["seal"] = c.stampFor(hmacSHA256).seal(textOf(m))
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil { // strings, numbers: it cannot
		return messagePage(http.StatusInternalServerError, "500 Internal Server Error", "")
	}
	return reply{status: http.StatusOK, contentType: "application/json;charset=UTF-8", body: b.Bytes()}
}
