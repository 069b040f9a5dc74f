package directtest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/quittance/quittance/acquirer/internal/simulated"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/quittance/quittance/payment/paymenttest"
)

const (
	apiSecret  = "I42Zf4pVnRdroHfuHnRiJjJ2B6+22h0yQt/s3nZR8Xg="
	hookSecret = "8jF2bQk0Yw7Zr3Nn5Lx1Ps9Td4Vg6Hc2"
)

// morning is 28 November 2026, eleven o'clock in Paris.
var morning = time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)

// world is the direct client with its platform, for the conformance suite.
type world struct {
	*simulated.World
	platform *directtest.Server
	client   *direct.Client
}

func newWorld(t *testing.T, o directtest.Options, change func(*direct.Config)) *world {
	t.Helper()
	w := &world{World: simulated.New(t, paymenttest.NewClock(morning))}
	o.Now, o.Delay = w.Clock.Now, 600*time.Millisecond
	w.platform = directtest.NewServer(o)
	c := w.platform.Config()
	c.HTTPClient, c.Logger, c.Observe = w.HTTPClient(), w.Logger(), w.Observe
	if change != nil {
		change(&c)
	}
	var err error
	if w.client, err = direct.New(c); err != nil {
		t.Fatal(err)
	}
	w.Connect(t, w.platform, w.client)
	return w
}

func (w *world) Traits() acquirer.Traits { return w.client.Traits() }

func (w *world) Secrets() []string { return []string{apiSecret, hookSecret} }

func (w *world) Verification(token string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, w.Portal.URL+"/notify", nil)
	r.Header.Set("X-GCS-Webhooks-Endpoint-Verification", token)
	return r
}

func (w *world) Pay(s acquirer.Session, o acquirer.Outcome) error {
	if o == acquirer.Expired { // the platform ends no session before its time
		return w.Advance(s.ExpiresAt.Sub(w.Clock.Now()))
	}
	back, err := w.platform.Visit(s, directtest.Payer{Outcome: o})
	return w.Bring(back, err, directtest.ErrNoReturn)
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
