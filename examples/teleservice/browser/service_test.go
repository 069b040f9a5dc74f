package browser_test

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

// movable is a clock that moves when a test says so, and a millisecond whenever somebody looks: no two payments are made at one instant.
type movable struct {
	mu  sync.Mutex
	now time.Time
}

func (c *movable) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

func (c *movable) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// service is the whole service, with the simulated bank inside.
type service struct {
	t *testing.T
	*app.App
	base  string // http://localhost and a port
	clock *movable
}

// morning is when the services begin: 10:30 in Paris.
var morning = time.Date(2026, time.March, 2, 9, 30, 0, 0, time.UTC)

// serve opens a service on a file of its own. change may be nil. Nothing works behind the pages but when a test calls work.
func serve(t *testing.T, at time.Time, change func(*app.Config)) *service {
	t.Helper()
	needChromium(t)
	s := &service{t: t, clock: &movable{now: at}}
	late := new(http.Handler)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*late).ServeHTTP(w, r) }))
	s.base = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	config := app.Config{Database: filepath.Join(t.TempDir(), "teleservice.db"), Base: s.base, Now: s.clock.Now, ByHand: true}
	if change != nil {
		change(&config)
	}
	var err error
	if s.App, err = app.New(t.Context(), config); err != nil {
		server.Close()
		t.Fatal(err)
	}
	*late = s.App
	t.Cleanup(func() {
		server.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// work does what is due by now: questions to the bank, letters, chores.
func (s *service) work() {
	s.t.Helper()
	s.Bank.Desk.Tick()
	for range 100 {
		n, err := s.Payments.WorkOnce(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	s.t.Fatal("the work does not end")
}

// payments are all there are, oldest first.
func (s *service) payments() (all []payment.Payment) {
	s.t.Helper()
	for p, err := range s.Payments.List(context.WithoutCancel(s.t.Context()), payment.Filter{}) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// states are those of all payments, oldest first.
func (s *service) states() (all []payment.State) {
	s.t.Helper()
	for _, p := range s.payments() {
		all = append(all, p.State)
	}
	return all
}

// last is the latest payment.
func (s *service) last() payment.Payment {
	s.t.Helper()
	all := s.payments()
	if len(all) == 0 {
		s.t.Fatal("there is no payment")
	}
	return all[len(all)-1]
}
