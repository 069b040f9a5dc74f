package sipstest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

const (
	shop    = "002001000000001"
	shopKey = "002001000000001_KEY1"
)

// clock is a clock that a test moves. It starts in the afternoon of 11 September 2017.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2017, 9, 11, 13, 54, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is the sips client, a platform, and a shop that receives over HTTP.
type world struct {
	platform *sipstest.Server
	client   *sips.Client
	clock    *clock
	portal   *httptest.Server

	mu       sync.Mutex
	received []acquirer.Callback
	log      bytes.Buffer // what the client has logged and observed; guarded by mu
}

// Write is for the client's logger.
func (w *world) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(line)
}

func (w *world) Logged() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

// Synchronous: the platform posts a notification before the payer is answered, and the clock's notifications before Advance returns.
func (w *world) Synchronous() bool { return true }

func newWorld(t *testing.T, key sips.Key, unsealed bool, delay time.Duration) *world {
	t.Helper()
	w := &world{clock: newClock()}
	mux := http.NewServeMux()
	for path, channel := range map[string]acquirer.Channel{"/return": acquirer.Return, "/notify": acquirer.Notify} {
		mux.HandleFunc(path, func(rw http.ResponseWriter, r *http.Request) {
			cb, err := acquirer.ReadCallback(rw, r, channel, nil)
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
	w.platform = sipstest.NewServer(sipstest.Options{Now: w.clock.Now, Delay: delay, UnsealedOffice: unsealed})
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
	t.Cleanup(transport.CloseIdleConnections)
	logger := slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	w.client, err = sips.New(sips.Config{
		MerchantID: shop, Keys: sips.Keyring{1: key}, Endpoints: w.platform.Endpoints(),
		HTTPClient: &http.Client{Transport: transport}, Now: w.clock.Now,
		TrustUnsealedOffice: unsealed, Logger: logger,
		Observe: func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
			logger.LogAttrs(ctx, slog.LevelInfo, op, attrs...)
			return ctx, func(err error, attrs ...slog.Attr) {
				logger.LogAttrs(ctx, slog.LevelInfo, fmt.Sprint(op, err), attrs...)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) Client() acquirer.Client { return w.client }

func (w *world) Addresses() (returnURL, notifyURL string) {
	return w.portal.URL + "/return", w.portal.URL + "/notify"
}

func (w *world) Secrets() []string { return []string{shopKey} }

func (w *world) Pay(s acquirer.Session, o acquirer.Outcome) error {
	back, err := w.platform.Visit(s, sipstest.Payer{Outcome: o})
	if errors.Is(err, sipstest.ErrNoReturn) {
		return nil
	}
	if err != nil {
		return err
	}
	resp, err := back.Bring(w.portal.Client())
	if err != nil {
		return err
	}
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
		return nil
	}
	return w.platform.Inject("", f)
}

// The client keeps every promise over real sockets, whatever the key's algorithm, and where Office seals nothing.
func TestConformance(t *testing.T) {
	const late, soon = time.Second, 10 * time.Millisecond // of a slow answer: after the suite's deadline, and before it
	for name, x := range map[string]struct {
		algorithm sips.Algorithm
		unsealed  bool
		delay     time.Duration
	}{
		"HMAC-SHA-256": {"", false, late}, "SHA-256": {sips.SHA256, false, soon}, "HMAC-SHA-512": {sips.HMACSHA512, false, soon},
		"unsealed Office": {"", true, soon},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acquirertest.Run(t, func(t *testing.T) acquirertest.World {
				t.Parallel()
				t.Cleanup(func() {
					if t.Skipped() {
						t.Error("the case was skipped: the simulator offers everything")
					}
				})
				return newWorld(t, sips.Key{Secret: sips.NewSecret(shopKey), Algorithm: x.algorithm}, x.unsealed, x.delay)
			})
		})
	}
}
