// Package simulated is what tests put around the client of a platform, and for tests alone. A [World] is that in which package acquirertest
// tries the client against the platform's simulator: a portal that receives callbacks over HTTP, a transport, and a log that keeps whatever the
// client says. A [Script] stands in the platform's place, and answers as the test has written.
package simulated

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/fault"
)

// Clock is a clock that a test moves.
type Clock interface {
	Now() time.Time
	Add(d time.Duration)
}

// Platform is what every simulator does.
type Platform interface {
	Tick() int
	Inject(op string, faults ...fault.Fault) error
	Close()
}

// World is most of an acquirertest.World: what is left to each simulator is how its payer pays. Of its fields only the clock may be used
// before Connect.
type World struct {
	Clock  Clock
	Portal *httptest.Server

	platform  Platform
	client    acquirer.Client
	transport *http.Transport
	refuses   atomic.Bool // the next dial

	mu       sync.Mutex
	log      strings.Builder
	received []acquirer.Callback
}

// New returns a world with a portal that nobody knows yet.
func New(t testing.TB, c Clock) *World {
	t.Helper()
	w := &World{Clock: c}
	mux := http.NewServeMux()
	for path, channel := range map[string]acquirer.Channel{"/return": acquirer.Return, "/notify": acquirer.Notify} {
		mux.HandleFunc(path, func(rw http.ResponseWriter, r *http.Request) {
			cb, err := acquirer.ReadCallback(rw, r, channel, w.client)
			if err != nil {
				t.Errorf("what came on %s is no callback: %v", path, err)
				return
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.received = append(w.received, cb)
		})
	}
	w.Portal = httptest.NewServer(mux)
	t.Cleanup(w.Portal.Close)

	// A platform that stopped listening for one call would give its port up meanwhile, and another test's platform could be given it.
	dialer := net.Dialer{Timeout: time.Minute} // it only ends what hangs
	w.transport = &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		if w.refuses.CompareAndSwap(true, false) {
			return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
		}
		return dialer.DialContext(ctx, network, addr)
	}}
	t.Cleanup(w.transport.CloseIdleConnections)
	return w
}

// HTTPClient is for the client's configuration.
func (w *World) HTTPClient() *http.Client { return &http.Client{Transport: w.transport} }

// Logger is for the client's configuration: it keeps every line.
func (w *World) Logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// Observe is for the client's configuration: it logs what it is told.
func (w *World) Observe(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
	fmt.Fprintln(w, op, attrs)
	return ctx, func(err error, attrs ...slog.Attr) { fmt.Fprintln(w, op, err, attrs) }
}

// Connect gives the world its platform, which ends with the test, and the platform's client.
func (w *World) Connect(t testing.TB, p Platform, c acquirer.Client) {
	t.Cleanup(p.Close)
	w.platform, w.client = p, c
}

// Write keeps what is logged.
func (w *World) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(line)
}

// Logged implements acquirertest.Logging.
func (w *World) Logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

// Client implements acquirertest.World.
func (w *World) Client() acquirer.Client { return w.client }

// Addresses implements acquirertest.Addressed.
func (w *World) Addresses() (returnURL, notifyURL string) {
	return w.Portal.URL + "/return", w.Portal.URL + "/notify"
}

// Synchronous implements acquirertest.Synchronous: every simulator posts a notification before the payer is answered, and what the clock
// makes due before Advance returns.
func (w *World) Synchronous() bool { return true }

// Callbacks implements acquirertest.World.
func (w *World) Callbacks() []acquirer.Callback {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.received)
}

// Advance implements acquirertest.World.
func (w *World) Advance(d time.Duration) error {
	w.Clock.Add(d)
	w.platform.Tick()
	return nil
}

// Fault implements acquirertest.World.
func (w *World) Fault(f fault.Fault) error {
	if f == fault.Unreachable {
		w.refuses.Store(true)
		w.transport.CloseIdleConnections() // so that the next call has to dial
		return nil
	}
	return w.platform.Inject("", f)
}

// Bring brings what a browser has from the platform's pages to the portal; it is nothing where there is an error, and no error where that is
// noReturn. The return is that of a simulator's Visit.
func (w *World) Bring(back interface {
	Bring(*http.Client) (*http.Response, error)
}, err, noReturn error) error {
	if errors.Is(err, noReturn) {
		return nil
	}
	if err != nil {
		return err
	}
	resp, err := back.Bring(w.Portal.Client())
	if err != nil {
		return err
	}
	io.Copy(io.Discard, resp.Body)
	return resp.Body.Close()
}
