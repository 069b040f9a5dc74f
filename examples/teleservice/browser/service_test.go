//go:build !race

package browser_test

import (
	"testing"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/examples/teleservice/internal/apptest"
	"github.com/quittance/quittance/payment"
)

// service is the whole service, with the simulated bank inside.
type service struct {
	*apptest.Service
	t *testing.T
}

// serve opens a service. change may be nil.
func serve(t *testing.T, at time.Time, change func(*app.Config)) *service {
	t.Helper()
	needChromium(t)
	return serveWithoutChromium(t, at, change)
}

// serveWithoutChromium opens a service for a test in another browser.
func serveWithoutChromium(t *testing.T, at time.Time, change func(*app.Config)) *service {
	t.Helper()
	return &service{apptest.Start(t, at, change), t}
}

// states are those of all payments, oldest first.
func (s *service) states() (all []payment.State) {
	s.t.Helper()
	for _, p := range s.All() {
		all = append(all, p.State)
	}
	return all
}
