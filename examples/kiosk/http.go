package main

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
)

// guarded refuses what comes before the platform is open, and what another site's page sends through the developer's browser: by its
// origin, and by a name that it has given to this machine.
func guarded(open func() bool, h http.Handler) http.Handler {
	protected := http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !open():
			http.Error(w, "not open yet", http.StatusServiceUnavailable)
		case !local(r.Host):
			http.Error(w, "this platform is asked for by its address only", http.StatusMisdirectedRequest)
		default:
			protected.ServeHTTP(w, r)
		}
	})
}

// nothingThere is told, on the desk's page, to who asks for an address that has no page.
const nothingThere = "there is nothing at this address; this is the desk"

// readWish reads a JSON object of known fields, or nothing; the status goes with the error.
func readWish(w http.ResponseWriter, r *http.Request, into any) (status int, err error) {
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return http.StatusUnsupportedMediaType, errors.New("the content type is not application/json")
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxWish))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil && !errors.Is(err, io.EOF) { // no body: nothing to say
		return http.StatusBadRequest, errors.New("the body is not a JSON object of known fields")
	}
	return 0, nil
}

// sendPage sends a page that only this program's own forms leave.
func sendPage(w http.ResponseWriter, status int, page []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(status)
	w.Write(page)
}
