package web

import (
	"net/http"
	"strings"
)

// ForPeople puts a page in the place of a refusal that is a line of text, if it is a browser that asks: the address is for the bank's server,
// but whoever follows a link to it should find a way on. The status and the methods that are allowed stay as they are.
func ForPeople(next http.Handler, refuse Refuser) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept"), "text/html") {
			next.ServeHTTP(w, r)
			return
		}
		held := &heldRefusal{ResponseWriter: w}
		next.ServeHTTP(held, r)
		switch {
		case held.status == http.StatusMethodNotAllowed:
			refuse(w, r, WrongMethod)
		case held.status != 0:
			problem := *Reserved
			problem.Status = held.status
			refuse(w, r, &problem)
		}
	})
}

// heldRefusal passes on an answer, unless it is a refusal: of that it keeps the status only.
type heldRefusal struct {
	http.ResponseWriter
	status int // of the refusal; zero: the answer was passed on
}

func (h *heldRefusal) WriteHeader(status int) {
	if status >= 400 {
		h.status = status
		return
	}
	h.ResponseWriter.WriteHeader(status)
}

func (h *heldRefusal) Write(b []byte) (int, error) {
	if h.status != 0 {
		return len(b), nil
	}
	return h.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find what is below.
func (h *heldRefusal) Unwrap() http.ResponseWriter { return h.ResponseWriter }
