// Package wire holds what the clients of acquirers do alike over HTTP: a client that follows nothing, how far a request got,
// when a question is asked again, which addresses are taken, and what of a foreign text an error may carry.
package wire

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// MaxAnswer bounds what is read of an answer: real ones have a few kilobytes.
const MaxAnswer = 1 << 20

// Timeout of one request as a whole: below the 30 seconds that a payment gives Begin. No platform documents one.
const Timeout = 25 * time.Second

// Client returns a copy of the client given, or one of our own: HTTP/1.1, so that a failure can be located; 5 seconds to
// connect, 25 seconds in all, TLS 1.2 or later, the proxy of the environment. No redirect is followed and no cookie kept.
func Client(given *http.Client) *http.Client {
	var h http.Client
	if given != nil {
		h = *given
	} else {
		h.Transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  20 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    8,
			IdleConnTimeout:        60 * time.Second,
		}
	}
	if h.Timeout == 0 {
		h.Timeout = Timeout
	}
	h.Jar = nil
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}
