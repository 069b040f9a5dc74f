package web

import (
	"net/http"
	"slices"
	"strings"
)

// NoRoute answers for an address that has no page, or not by this method: then the answer names the methods that it has. It is for the route
// that catches everything else.
func NoRoute(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) error {
	allowed := methodsOf(mux, r)
	if len(allowed) == 0 {
		return Absent
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return WrongMethod
}

// methodsOf returns the methods for which the address has a route. A route without a method takes all, and is no reason to name any.
func methodsOf(mux *http.ServeMux, r *http.Request) (allowed []string) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); strings.HasPrefix(pattern, method+" ") {
			allowed = append(allowed, method)
		}
	}
	if i := slices.Index(allowed, http.MethodGet); i >= 0 {
		allowed = slices.Insert(allowed, i+1, http.MethodHead)
	}
	return allowed
}
