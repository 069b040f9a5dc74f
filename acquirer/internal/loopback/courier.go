package loopback

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// CourierTimeout is how long a portal may take to answer a notification.
const CourierTimeout = 30 * time.Second

// ErrElsewhere: the portal is not on this machine, so nothing was sent.
var ErrElsewhere = errors.New("the portal is not on this machine: nothing was sent")

// OnThisMachine reports whether a host is this machine without asking anybody: by its address, or as localhost.
func OnThisMachine(u *url.URL) bool {
	h := strings.ToLower(u.Hostname())
	ip := net.ParseIP(h)
	return h == "localhost" || strings.HasSuffix(h, ".localhost") || ip != nil && ip.IsLoopback()
}

// NewCourier returns a client that sends as a platform's server does: no redirect is followed, no cookie kept, no proxy used; and to
// no other machine, for which it fails with [ErrElsewhere].
func NewCourier() *http.Client {
	dialer := net.Dialer{Timeout: CourierTimeout}
	return &http.Client{
		Timeout:       CourierTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				host, port, err := net.SplitHostPort(addr)
				if err != nil {
					return nil, err
				}
				if !OnThisMachine(&url.URL{Host: addr}) {
					return nil, ErrElsewhere
				}
				if net.ParseIP(host) != nil {
					return dialer.DialContext(ctx, network, addr)
				}
				c, err := dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
				if err != nil {
					c, err = dialer.DialContext(ctx, network, net.JoinHostPort("::1", port))
				}
				return c, err
			},
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        10 * time.Second,
			ResponseHeaderTimeout:  CourierTimeout,
			MaxResponseHeaderBytes: 64 << 10,
		},
	}
}
