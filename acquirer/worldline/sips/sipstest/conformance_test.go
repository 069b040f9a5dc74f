package sipstest_test

import (
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/quittance/quittance/acquirer/internal/simulated"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/payment/paymenttest"
)

const (
	shop    = "002001000000001"
	shopKey = "002001000000001_KEY1"
)

// afternoon is 11 September 2017, six minutes to four in Paris.
var afternoon = time.Date(2017, 9, 11, 13, 54, 0, 0, time.UTC)

// world is the sips client with its platform, for the conformance suite.
type world struct {
	*simulated.World
	platform *sipstest.Server
	client   *sips.Client
}

func newWorld(t *testing.T, key sips.Key, unsealed bool, delay time.Duration) *world {
	t.Helper()
	w := &world{World: simulated.New(t, paymenttest.NewClock(afternoon))}
	w.platform = sipstest.NewServer(sipstest.Options{Now: w.Clock.Now, Delay: delay, UnsealedOffice: unsealed})
	var err error
	w.client, err = sips.New(sips.Config{
		MerchantID: shop, Keys: sips.Keyring{1: key}, Endpoints: w.platform.Endpoints(), TrustUnsealedOffice: unsealed,
		HTTPClient: w.HTTPClient(), Now: w.Clock.Now, Logger: w.Logger(), Observe: w.Observe,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Connect(t, w.platform, w.client)
	return w
}

func (w *world) Secrets() []string { return []string{shopKey} }

func (w *world) Pay(s acquirer.Session, o acquirer.Outcome) error {
	back, err := w.platform.Visit(s, sipstest.Payer{Outcome: o})
	return w.Bring(back, err, sipstest.ErrNoReturn)
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
