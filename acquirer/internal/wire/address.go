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

// ReturnAddress checks an address of an order, to which the platform sends a browser or a notification: absolute, at most so many
// characters of ASCII, with nothing that the platform could not send. The error is a [*FieldError].
func ReturnAddress(field, s string, longest int) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, Problem(field, "not an absolute http or https address")
	case len(s) > longest:
		return nil, Problem(field, fmt.Sprintf("longer than %d characters", longest))
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return nil, Problem(field, "it has a space or a character that is not ASCII")
	case u.User != nil || u.Fragment != "":
		return nil, Problem(field, "the platform cannot sign in, and needs no fragment")
	}
	return u, nil
}
