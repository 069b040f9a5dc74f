// Package outbound has what every client of a real acquirer needs of HTTP: a connection that can be trusted to send once, and
// the knowledge of whether a request that failed was sent at all.
package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"
)

// NewClient returns a client that follows no redirect and keeps no cookie: a copy of given, or, for nil, one of its own
// with an HTTP/1.1 transport, TLS 1.2 or later and the proxy of the environment. timeout holds where given has none.
func NewClient(given *http.Client, timeout time.Duration) *http.Client {
	var h http.Client
	if given != nil {
		h = *given
	} else {
		h.Transport = &http.Transport{ // HTTP/1.1: one request, one connection, and a failure that can be located
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
		h.Timeout = timeout
	}
	h.Jar = nil
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}

// A Trail knows how far one request got. A connection in hand counts as sent: what was written after that cannot be told apart.
type Trail struct {
	asked, got atomic.Bool
}

// Watch returns the context to send the request with.
func (t *Trail) Watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { t.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { t.got.Store(true) },
	})
}

// NeverLeft reports that the request, which failed with err, was certainly not sent: the transport looked for a connection
// and had none. Of a transport that does not tell, only a failed dial is believed.
func (t *Trail) NeverLeft(err error) bool {
	if t.asked.Load() {
		return !t.got.Load()
	}
	op, dns := (*net.OpError)(nil), (*net.DNSError)(nil)
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns)
}

// Loopback reports whether the address is one of this machine, as text: nobody is asked.
func Loopback(u *url.URL) bool {
	h := u.Hostname()
	ip := net.ParseIP(h)
	return h == "localhost" || ip != nil && ip.IsLoopback()
}
