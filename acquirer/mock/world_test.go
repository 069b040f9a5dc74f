package mock_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment/paymenttest"
)

// afternoon is the afternoon of the source's screens (S53).
var afternoon = time.Date(2017, 9, 11, 13, 54, 0, 0, time.UTC)

// world is a mock with somebody at its kiosk, for the conformance suite.
type world struct {
	a     *mock.Acquirer
	clock *paymenttest.Clock

	mu   sync.Mutex
	sent []acquirer.Callback
}

func newWorld(kind acquirer.Traits) *world {
	w := &world{clock: paymenttest.NewClock(afternoon)}
	w.a = &mock.Acquirer{Traits: kind, Now: w.clock.Now, Notify: w.keep}
	return w
}

func (w *world) keep(cb acquirer.Callback) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = append(w.sent, cb)
}

func (w *world) Client() acquirer.Client { return w.a.Client() }

func (w *world) Pay(s acquirer.Session, o acquirer.Outcome) error {
	cb, err := w.a.Visit(s, mock.Behaviour{Outcome: o})
	if errors.Is(err, mock.ErrNoReturn) {
		return nil
	}
	if err == nil {
		w.keep(cb)
	}
	return err
}

func (w *world) Callbacks() []acquirer.Callback {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.sent)
}

func (w *world) Advance(d time.Duration) error {
	w.clock.Add(d)
	w.a.Tick()
	return nil
}

func (w *world) Fault(f acquirertest.Fault) error { return w.a.Inject("", f) }

func (w *world) Traits() acquirer.Traits { return w.a.Traits }

// Synchronous: the mock notifies on the goroutine of the payer, and of the clock.
func (w *world) Synchronous() bool { return true }

// verifying is the world of a kind that verifies the notification address.
type verifying struct{ *world }

func (verifying) Verification(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "https://shop.invalid/notify", nil)
	r.Header.Set("X-Mock-Verification", token)
	return r
}

// open is the world of a kind, for the suite.
func open(kind acquirer.Traits) acquirertest.World { return forSuite(newWorld(kind)) }

// openQuick is one whose slow answers are soon there, by the real clock; that they come too late is tried in bubbles.
func openQuick(kind acquirer.Traits) acquirertest.World {
	w := newWorld(kind)
	w.a.Delay = time.Millisecond
	return forSuite(w)
}

func forSuite(w *world) acquirertest.World {
	if w.a.Traits.Proof {
		return verifying{w}
	}
	return w
}

func TestConformance(t *testing.T) {
	for name, k := range mock.Kinds() {
		t.Run(name, func(t *testing.T) {
			acquirertest.Run(t, func(t *testing.T) acquirertest.World {
				t.Parallel()
				return openQuick(k)
			})
		})
	}
}
