package wire_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/internal/testport"
)

func TestUnreached(t *testing.T) {
	stranger := httptest.NewTLSServer(http.NotFoundHandler()) // whose certificate nobody has signed
	defer stranger.Close()
	stranger.Config.ErrorLog = nil
	late := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer late.Close()
	get := func(address string, patience time.Duration) error {
		_, err := (&http.Client{Timeout: patience}).Get(address)
		return fmt.Errorf("no connection: %w", err)
	}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"nothing":                     {nil, false},
		"nobody listens":              {get("http://"+testport.Addr(t), time.Minute), true},
		"no answer in time":           {get(late.URL, time.Millisecond), true},
		"no such name":                {&url.Error{Op: "Post", URL: "https://a.example", Err: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host"}}}, true},
		"the time is over, told":      {wire.Told(context.DeadlineExceeded), true},
		"a stranger's certificate":    {get(stranger.URL, time.Minute), false},
		"a certificate, in short":     {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, false},
		"a proxy refuses":             {&url.Error{Op: "Post", URL: "https://a.example", Err: errors.New("Forbidden")}, false},
		"an answer that breaks off":   {wire.Told(io.ErrUnexpectedEOF), false},
		"an answer that says nothing": {errors.New("the answer is not JSON"), false},
	} {
		if got := wire.Unreached(c.err); got != c.want {
			t.Errorf("%s: %v (%v)", name, got, c.err)
		}
	}
}
