package payfiptest_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/quittance/quittance/acquirer/internal/simulated"
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/quittance/quittance/payment/paymenttest"
)

const mailbox = "regie@ville.example.fr"

// world is the client with its platform, for the conformance suite.
type world struct {
	*simulated.World
	platform *payfiptest.Server
	client   *payfip.Client
}

func newWorld(t *testing.T, h payfiptest.Habits) *world {
	t.Helper()
	w := &world{World: simulated.New(t, paymenttest.NewClock(morning))}
	w.platform = payfiptest.NewServer(payfiptest.Options{Now: w.Clock.Now, Delay: 600 * time.Millisecond, Habits: h})
	var err error
	w.client, err = payfip.New(payfip.Config{
		Numcli: payfiptest.Numcli, Saisie: payfip.Test, Mailbox: mailbox, Objet: "Canary object",
		ServiceURL: w.platform.ServiceURL(), PageURL: w.platform.PageURL(),
		HTTPClient: w.HTTPClient(), Now: w.Clock.Now, Logger: w.Logger(), Observe: w.Observe,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Connect(t, w.platform, w.client)
	return w
}

func (w *world) Traits() acquirer.Traits { return w.client.Traits() }

func (w *world) Secrets() []string { return []string{mailbox, "Canary"} }

func (w *world) Pay(s acquirer.Session, o acquirer.Outcome) error {
	if o == acquirer.Failed || o == acquirer.Pending {
		return acquirer.ErrUnsupported // PayFiP has no such result
	}
	back, err := w.platform.Visit(s, payfiptest.Payer{Outcome: o})
	if errors.Is(err, payfiptest.ErrNoReturn) && o == acquirer.Expired {
		w.Clock.Add(payfip.Window)
	}
	return w.Bring(back, err, payfiptest.ErrNoReturn)
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
