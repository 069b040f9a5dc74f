package directtest_test

import (
	"bytes"
	"context"
	"errors"
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
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
)

const (
	apiSecret  = "I42Zf4pVnRdroHfuHnRiJjJ2B6+22h0yQt/s3nZR8Xg="
	hookSecret = "8jF2bQk0Yw7Zr3Nn5Lx1Ps9Td4Vg6Hc2"
)

// clock is a clock that a test moves. It starts in the morning of 28 November 2026.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)} }

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

// log is a log that a test reads.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// world is the direct client, a platform, and a portal that receives over HTTP.
type world struct {
	platform *directtest.Server
	client   *direct.Client
	clock    *clock
	portal   *httptest.Server
	log      log

	mu       sync.Mutex
	received []acquirer.Callback
}

func newWorld(t *testing.T, o directtest.Options, change func(*direct.Config)) *world {
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
	o.Now, o.Delay = w.clock.Now, 600*time.Millisecond
	w.platform = directtest.NewServer(o)
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
	logger := slog.New(slog.NewJSONHandler(&w.log, nil))
	c := w.platform.Config()
	c.HTTPClient, c.Logger = &http.Client{Transport: transport}, logger
	c.Observe = func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
		logger.LogAttrs(ctx, slog.LevelInfo, op, attrs...)
		return ctx, func(err error, attrs ...slog.Attr) {
			logger.LogAttrs(ctx, slog.LevelInfo, op, append(attrs, slog.Any("error", err))...)
		}
	}
	if change != nil {
		change(&c)
	}
	var err error
	if w.client, err = direct.New(c); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) Client() acquirer.Client { return w.client }

func (w *world) Traits() acquirer.Traits { return w.client.Traits() }

func (w *world) Addresses() (returnURL, notifyURL string) {
	return w.portal.URL + "/return", w.portal.URL + "/notify"
}

func (w *world) Secrets() []string { return []string{apiSecret, hookSecret} }

func (w *world) Logged() string { return w.log.String() }

// Synchronous: a webhook has been answered when Visit returns.
func (w *world) Synchronous() bool { return true }

func (w *world) Verification(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, w.portal.URL+"/notify", nil)
	r.Header.Set("X-GCS-Webhooks-Endpoint-Verification", token)
	return r
}

func (w *world) Pay(s acquirer.Session, o acquirer.Outcome) error {
	if o == acquirer.Expired { // the platform ends no session before its time
		return w.Advance(s.ExpiresAt.Sub(w.clock.Now()))
	}
	back, err := w.platform.Visit(s, directtest.Payer{Outcome: o})
	if errors.Is(err, directtest.ErrNoReturn) {
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

// The client keeps every promise of its kind over real sockets, whatever the form of the ids and however long a refund takes.
func TestConformance(t *testing.T) {
	for name, o := range map[string]directtest.Options{
		"underscored": {Settle: -1},
		"nineteen":    {Settle: -1, IDs: directtest.Nineteen, Strict: true},
		"overnight":   {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acquirertest.Run(t, func(t *testing.T) acquirertest.World {
				t.Parallel()
				return newWorld(t, o, nil)
			})
		})
	}
}

// ignoring is an account that does not honour a sale.
func ignoring() directtest.Merchant {
	m := directtest.PublicMerchant()
	m.IgnoresSale = true
	return m
}
