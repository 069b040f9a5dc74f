// Package apptest runs the whole service for tests: on a file of its own, with the simulated bank inside, and with a clock that a test moves.
package apptest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/app"
	"github.com/quittance/quittance/payment"
)

// Morning is when the services begin: 10:30 in Paris.
var Morning = time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)

// Clock moves when a test says so, and a millisecond whenever somebody looks: no two payments are made at one instant.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time, a millisecond after it was told last.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

// Pass lets time go by.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Service is a running service.
type Service struct {
	*app.App
	Base   string // http://localhost and a port
	Clock  *Clock
	Config app.Config // of the next Open

	tb     testing.TB
	server *httptest.Server
}

// Start opens a service that ends with the test. Nothing works behind the pages but when a test calls Work. change may be nil.
func Start(tb testing.TB, at time.Time, change func(*app.Config)) *Service {
	tb.Helper()
	s := &Service{tb: tb, Clock: &Clock{now: at}}
	s.Config = app.Config{Database: filepath.Join(tb.TempDir(), "teleservice.db"), Now: s.Clock.Now, ByHand: true}
	if change != nil {
		change(&s.Config)
	}
	s.Open()
	tb.Cleanup(s.Stop)
	return s
}

// Open opens the service, also after Stop: it then has another port.
func (s *Service) Open() {
	s.tb.Helper()
	late := new(http.Handler)
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*late).ServeHTTP(w, r) }))
	s.Base = strings.Replace(s.server.URL, "127.0.0.1", "localhost", 1)
	s.Config.Base = s.Base
	var err error
	if s.App, err = app.New(s.tb.Context(), s.Config); err != nil {
		s.server.Close()
		s.tb.Fatal(err)
	}
	*late = s.App
}

// Stop ends the service as Ctrl-C does.
func (s *Service) Stop() {
	s.server.Close()
	if err := s.Close(); err != nil {
		s.tb.Error(err)
	}
}

// Work does what is due by now: questions to the bank, letters, chores.
func (s *Service) Work() {
	s.tb.Helper()
	if s.Bank.Desk != nil {
		s.Bank.Desk.Tick()
	}
	for range 100 {
		n, err := s.Payments.WorkOnce(s.tb.Context())
		if err != nil {
			s.tb.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	s.tb.Fatal("the work does not end")
}

// All are the payments, oldest first.
func (s *Service) All() (all []payment.Payment) {
	s.tb.Helper()
	for p, err := range s.Payments.List(context.WithoutCancel(s.tb.Context()), payment.Filter{}) {
		if err != nil {
			s.tb.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// Last is the latest payment.
func (s *Service) Last() payment.Payment {
	s.tb.Helper()
	all := s.All()
	if len(all) == 0 {
		s.tb.Fatal("there is no payment")
	}
	return all[len(all)-1]
}
