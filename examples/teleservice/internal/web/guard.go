// Package web is what all pages share: the guard in front of them, the layout, the style, and how an error is told.
package web

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
)

type nonceKey struct{}

// Nonce is that of the request's Content-Security-Policy, for the page's own script and style.
func Nonce(r *http.Request) string {
	n, _ := r.Context().Value(nonceKey{}).(string)
	return n
}

// Guard stands in front of every page. It sets the headers, limits what is read, and refuses, with a page, what another site sends through a payer's
// browser: http.CrossOriginProtection compares Sec-Fetch-Site, and Origin with Host, so that no form needs a token. SameSite=Lax cookies are
// the second line. exempt are the two routes that the bank's site posts to; what protects them is the bank's seal.
func Guard(next http.Handler, log *slog.Logger, https bool, refuse Refuser, exempt ...string) http.Handler {
	protection := http.NewCrossOriginProtection()
	for _, route := range exempt {
		protection.AddInsecureBypassPattern(route)
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, Foreign)
	}))
	protected := protection.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := rand.Text()
		h := w.Header()
		h.Set("Content-Security-Policy", Policy(nonce, ""))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		h.Set("Cache-Control", "no-store")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		seen := &recorder{ResponseWriter: w}
		began := time.Now()
		r = r.WithContext(context.WithValue(r.Context(), nonceKey{}, nonce))
		limited := !slices.Contains(exempt, r.Method+" "+r.URL.Path)
		if limited {
			r.Body = http.MaxBytesReader(w, r.Body, limitOf(r))
		}
		if limited && r.ContentLength > limitOf(r) {
			h.Set("Connection", "close")
			refuse(seen, r, Bad(&http.MaxBytesError{Limit: limitOf(r)}))
		} else {
			protected.ServeHTTP(seen, r)
		}
		// The route and not the address: no log says who looked at what.
		log.LogAttrs(r.Context(), slog.LevelDebug, "request", slog.String("route", r.Pattern), slog.String("method", r.Method),
			slog.Int("status", seen.status), slog.Duration("took", time.Since(began)))
	})
}

// Policy is the Content-Security-Policy of a page: nothing but its own style and the scripts that bear the nonce. kiosk is the origin that a
// form of this page may go to besides the service itself; empty for all pages but one.
func Policy(nonce, kiosk string) string {
	return strings.TrimSpace("default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; script-src 'nonce-" + nonce + "'; base-uri 'none'; " +
		"frame-ancestors 'none'; form-action 'self' " + kiosk)
}

// recorder remembers the status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find what is below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
