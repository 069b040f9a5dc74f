package acquirertest_test

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/shopspring/decimal"
)

// Names are what a reader of a failed run sees first, and what -run selects: they are unique, and each has a promise.
func TestCasesAreNamedAndExplained(t *testing.T) {
	name := regexp.MustCompile(`^[a-z_]+(/[a-z_]+)*$`)
	seen := make(map[string]bool)
	for _, c := range acquirertest.Cases() {
		if !name.MatchString(c.Name) || seen[c.Name] {
			t.Errorf("the name %q is odd, or used twice", c.Name)
		}
		seen[c.Name] = true
		if len(c.Promise) < 60 || !strings.HasSuffix(c.Promise, ".") {
			t.Errorf("%s explains too little: %q", c.Name, c.Promise)
		}
	}
	for _, f := range acquirertest.Faults() {
		if s := "fault/" + string(f); !seen[s] && !seen[s+"/begin"] {
			t.Errorf("no case is about the fault %s", f)
		}
	}
}

// yes is a client that says yes to everything.
type yes struct{}

func (yes) Merchant() string { return "1" }

func (yes) Begin(context.Context, acquirer.Order) (acquirer.Session, error) {
	return acquirer.Session{URL: "https://kiosk.invalid/", Method: "POST", ExpiresAt: time.Now()}, nil
}

func (yes) Parse(acquirer.Callback) (acquirer.Result, error) { return accepted, nil }

func (yes) Status(context.Context, acquirer.Question) (acquirer.Result, error) { return accepted, nil }

func (yes) Cancel(context.Context, acquirer.Modification) (acquirer.Result, error) {
	return accepted, nil
}

func (yes) Refund(context.Context, acquirer.Modification) (acquirer.Result, error) {
	return accepted, nil
}

var accepted = acquirer.Result{Amount: decimal.New(50, 0), Outcome: acquirer.Accepted, Code: "00"}

// anything is a world in which everything succeeds and means nothing.
type anything struct {
	client acquirer.Client
	kind   acquirer.Traits
}

func (w anything) Traits() acquirer.Traits                    { return w.kind }
func (anything) Synchronous() bool                            { return true }
func (w anything) Client() acquirer.Client                    { return w.client }
func (anything) Pay(acquirer.Session, acquirer.Outcome) error { return nil }
func (anything) Advance(time.Duration) error                  { return nil }
func (anything) Fault(acquirertest.Fault) error               { return nil }
func (anything) Addresses() (returnURL, notifyURL string) {
	return "http://127.0.0.1/r", "http://127.0.0.1/n"
}
func (anything) Callbacks() []acquirer.Callback {
	cb := acquirer.Callback{Channel: acquirer.Notify, Form: url.Values{"Data": {"x"}, "Seal": {"y"}}}
	back := cb
	back.Channel = acquirer.Return
	return []acquirer.Callback{cb, back}
}

// A client that says yes to everything breaks nearly every promise, of whichever kind it calls itself; what it keeps is listed.
func TestYesManFails(t *testing.T) {
	keeps := map[string][]string{
		"of the zero traits": {
			"begin/session",       // a good session, to nowhere
			"begin/handle",        // it has none, and needs none
			"begin/handle_hidden", // so there is nothing to hide
			"merchant",
			"secrets",       // it has none
			"listen/shapes", // whatever comes is accepted
			"listen/answer", // it answers nothing
		},
		"asked by handle": {"listen/answer"}, // its sessions have no handle
	}
	for name, kind := range map[string]acquirer.Traits{
		"of the zero traits": {},
		"asked by handle":    {AskedByHandle: true, ReferencesRepeat: true, HintsOnly: true, Proof: true, Forgets: true, Idempotent: true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range acquirertest.Cases() {
				err := c.Check(t.Context(), anything{yes{}, kind})
				if slices.Contains(keeps[name], c.Name) != (err == nil) {
					t.Errorf("%s: %v", c.Name, err)
				}
				if skip := (*acquirertest.SkipError)(nil); errors.As(err, &skip) {
					t.Errorf("%s: %v", c.Name, skip)
				}
			}
		})
	}
}

// panics is a client that panics.
type panics struct{ acquirer.Client }

func (panics) Merchant() string { panic("no merchant") }

func TestPanicIsABrokenPromise(t *testing.T) {
	for _, c := range acquirertest.Cases() {
		if c.Name != "merchant" {
			continue
		}
		if err := c.Check(t.Context(), anything{client: panics{}}); err == nil || !strings.Contains(err.Error(), "no merchant") {
			t.Errorf("%v", err)
		}
	}
}

// A world that fails is not blamed on the client.
type failing struct{ anything }

func (failing) Pay(acquirer.Session, acquirer.Outcome) error {
	return errors.New("the kiosk is closed")
}

func TestWorldIsToldFromClient(t *testing.T) {
	for _, c := range acquirertest.Cases() {
		if c.Name != "outcome/accepted" {
			continue
		}
		err := c.Check(t.Context(), failing{anything{client: yes{}}})
		if err == nil || !strings.Contains(err.Error(), "the world failed, not the client") {
			t.Errorf("%v", err)
		}
	}
}
