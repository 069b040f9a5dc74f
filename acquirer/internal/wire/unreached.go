package wire

import (
	"crypto/tls"
	"errors"
	"net"
	"net/url"
)

// Unreached reports whether a call got no answer for a reason that may pass by itself: the name is not known, nobody answers, or not in
// time. A certificate that is not right, and a proxy that refuses, do not pass.
func Unreached(err error) bool {
	if e := (*url.Error)(nil); errors.As(err, &e) {
		err = e.Err // a net.Error itself, whatever the cause is
	}
	return errors.As(err, new(net.Error)) && !errors.As(err, new(*tls.CertificateVerificationError))
}
