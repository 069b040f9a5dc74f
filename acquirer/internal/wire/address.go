package wire

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ParseEndpoint checks the address of a platform and returns it without a slash at its end: https, or http on this machine where a
// simulator stands. example is what the error shows.
func ParseEndpoint(s, example string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, fmt.Errorf("not an address such as %q", example)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("an address has no user, no query and no fragment")
	case u.Scheme != "https" && (u.Scheme != "http" || !Loopback(u)):
		return nil, errors.New("neither https nor on this machine")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// Loopback reports whether the host is this machine, without asking anybody.
func Loopback(u *url.URL) bool {
	h := u.Hostname()
	ip := net.ParseIP(h)
	return h == "localhost" || ip != nil && ip.IsLoopback()
}
