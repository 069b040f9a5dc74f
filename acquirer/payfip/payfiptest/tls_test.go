package payfiptest_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"

	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
)

// trusting is a client that trusts the platform's own certificate.
func trusting(s *payfiptest.Server) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
}
