package payfiptest_test

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
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
)

const mailbox = "regie@ville.example.fr"

// world is the client, a platform, and a portal that receives over HTTP.
type world struct {
	platform *payfiptest.Server
	client   *payfip.Client
	clock    *clock
	portal   *httptest.Server
	idle     func() // closes the client's connections

	mu       sync.Mutex
	log      strings.Builder
	received []acquirer.Callback
}

func newWorld(t *testing.T, h payfiptest.Habits) *world {
	t.Helper()
	w := &world{clock: newClock()}
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
	w.portal = httptest.NewServer(mux)
	t.Cleanup(w.portal.Close)
	w.platform = payfiptest.NewServer(payfiptest.Options{Now: w.clock.Now, Delay: 600 * time.Millisecond, Habits: h})
	t.Cleanup(w.platform.Close)

	// Where nothing listens a dial fails; then the platform is there again, for it was down for one call.
	dialer := net.Dialer{Timeout: time.Minute} // it only ends what hangs
	transport := &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, addr)
		if err != nil {
			err = errors.Join(err, w.platform.Up())
		}
		return c, err
	}}
	w.idle = transport.CloseIdleConnections
	t.Cleanup(w.idle)
	var err error
	w.client, err = payfip.New(payfip.Config{
		Numcli: payfiptest.Numcli, Saisie: payfip.Test, Mailbox: mailbox, Objet: "Canary object",
		ServiceURL: w.platform.ServiceURL(), PageURL: w.platform.PageURL(),
		HTTPClient: &http.Client{Transport: transport}, Now: w.clock.Now, Logger: slog.New(slog.NewTextHandler(w, nil)),
		Observe: func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
			fmt.Fprintln(w, op, attrs)
			return ctx, func(err error, attrs ...slog.Attr) { fmt.Fprintln(w, err, attrs) }
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// Write keeps what is logged.
func (w *world) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(b)
}

func (w *world) Logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

func (w *world) Client() acquirer.Client { return w.client }

func (w *world) Traits() acquirer.Traits { return w.client.Traits() }

func (w *world) Addresses() (returnURL, notifyURL string) {
	return w.portal.URL + "/return", w.portal.URL + "/notify"
}

func (w *world) Secrets() []string { return []string{mailbox, "Canary"} }

func (w *world) Synchronous() bool { return true }

func (w *world) Pay(s acquirer.Session, o acquirer.Outcome) error {
	if o == acquirer.Failed || o == acquirer.Pending {
		return acquirer.ErrUnsupported // PayFiP has no such result
	}
	back, err := w.platform.Visit(s, payfiptest.Payer{Outcome: o})
	if errors.Is(err, payfiptest.ErrNoReturn) {
		if o == acquirer.Expired {
			w.clock.Add(payfip.Window)
		}
		return nil
	}
	if err != nil {
		return err
	}
	resp, err := back.Bring(w.portal.Client())
	if err != nil {
		return err
	}
	io.Copy(io.Discard, resp.Body)
	return resp.Body.Close()
}

func (w *world) Callbacks() []acquirer.Callback {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.received)
}

func (w *world) Advance(d time.Duration) error {
	w.clock.Add(d)
	w.platform.Tick()
	return nil
}

func (w *world) Fault(f acquirertest.Fault) error {
	if f == acquirertest.Unreachable {
		w.platform.Down()
		w.idle() // so that the next call has to dial
		return nil
	}
	return w.platform.Inject("", f)
}

// unsupported are the cases that PayFiP cannot offer: no seal, no proof, nothing that gives money back, no result that is pending or
// failed.
var unsupported = []string{"/cancel", "/refund", "fault/forged", "fault/unsealed", "pending", "failed"}

// The client keeps every promise of its kind over real sockets, in whatever way the platform writes and calls.
func TestConformance(t *testing.T) {
	for name, h := range map[string]payfiptest.Habits{
		"plain":     {},
		"prefixes":  {Dialect: payfiptest.OtherPrefixes, Nil: true, NotifyName: "idop", ReturnBy: payfiptest.Form},
		"default":   {Dialect: payfiptest.DefaultNamespace, Pretty: true, Stack: true, NotifyBy: payfiptest.Get, ReturnBy: payfiptest.Query},
		"qualified": {Dialect: payfiptest.Qualified, UnknownMember: true, Status200: true, TimeBased: true, NotifyBy: payfiptest.Query, NotifyTwice: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acquirertest.Run(t, func(t *testing.T) acquirertest.World {
				t.Parallel()
				t.Cleanup(func() {
					if t.Skipped() && !slices.ContainsFunc(unsupported, func(s string) bool { return strings.Contains(t.Name(), s) }) {
						t.Error("the case was skipped, and PayFiP offers it")
					}
				})
				return newWorld(t, h)
			})
		})
	}
}
