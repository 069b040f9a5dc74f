// Package kiosks has the three platforms, each on a loopback port with its client, behind one set of functions: for tests that ask the same of
// all of them.
package kiosks

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// Options are what platform and client share with the test.
type Options struct {
	Now     func() time.Time
	Logger  *slog.Logger
	Observe acquirer.Observe
	Client  *http.Client // of the acquirer's client
	Secret  string       // a part of every key
	Address string       // the payer's e-mail address, where the platform is told one
	Mailbox string       // the régie's
}

// Kiosk is a platform and the client that talks to it.
type Kiosk struct {
	Client acquirer.Client
	Config any      // of the client
	Server any      // the platform
	Keys   []string // what seals and signs
	Faults []directtest.Fault

	Tick   func() int
	Inject func(op string, faults ...directtest.Fault) error

	visit func(s acquirer.Session, o acquirer.Outcome, leaves bool) (back, error)
}

type back interface {
	Bring(*http.Client) (*http.Response, error)
}

// Visit plays a payer. bring brings the browser back to the portal; nil: the payer does not come back.
func (k *Kiosk) Visit(s acquirer.Session, o acquirer.Outcome, leaves bool) (bring func(*http.Client) (*http.Response, error), err error) {
	b, err := k.visit(s, o, leaves)
	for _, none := range []error{sipstest.ErrNoReturn, directtest.ErrNoReturn, payfiptest.ErrNoReturn} {
		if errors.Is(err, none) {
			return nil, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return b.Bring, nil
}

// Kinds are how to open each of them.
var Kinds = map[string]func(testing.TB, Options) *Kiosk{"sips": Sips, "direct": Direct, "payfip": PayFiP}

// Sips is a shop of one key, whose simulated platform is on this machine.
func Sips(t testing.TB, o Options) *Kiosk {
	t.Helper()
	shop := sipstest.Merchant{ID: "002001000000001", Keys: map[int]string{1: o.Secret + "-sips-key"}}
	s := sipstest.NewServer(sipstest.Options{Merchants: []sipstest.Merchant{shop}, Now: o.Now, Logger: o.Logger, Delay: time.Millisecond})
	t.Cleanup(s.Close)
	config := sips.Config{
		MerchantID: shop.ID, Keys: sips.Keyring{1: {Secret: sips.NewSecret(shop.Keys[1])}}, Endpoints: s.Endpoints(),
		HTTPClient: o.Client, Now: o.Now, Logger: o.Logger, Observe: o.Observe,
	}
	client, err := sips.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &Kiosk{
		Client: client, Config: config, Server: s, Keys: []string{shop.Keys[1]}, Faults: sipstest.Faults(), Tick: s.Tick, Inject: s.Inject,
		visit: func(session acquirer.Session, outcome acquirer.Outcome, leaves bool) (back, error) {
			return s.Visit(session, sipstest.Payer{Outcome: outcome, Abandon: leaves})
		},
	}
}

// Direct is an account with an API key and a webhook key.
func Direct(t testing.TB, o Options) *Kiosk {
	t.Helper()
	api, webhook := o.Secret+"-api-secret", o.Secret+"-webhook-secret"
	account := directtest.Merchant{PSPID: "fund", APIKeys: map[string]string{"a1": api}, WebhookKeys: map[string]string{"w1": webhook}}
	s := directtest.NewServer(directtest.Options{Merchants: []directtest.Merchant{account}, Now: o.Now, Logger: o.Logger, Delay: time.Millisecond})
	t.Cleanup(s.Close)
	config := direct.Config{
		MerchantID: "fund", APIKey: direct.APIKey{ID: "a1", Secret: direct.NewSecret(api)},
		WebhookKeys: map[string]direct.Secret{"w1": direct.NewSecret(webhook)}, Endpoint: s.URL,
		HTTPClient: o.Client, Now: o.Now, Logger: o.Logger, Observe: o.Observe,
	}
	client, err := direct.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &Kiosk{
		Client: client, Config: config, Server: s, Keys: []string{api, webhook}, Faults: directtest.Faults(), Tick: s.Tick, Inject: s.Inject,
		visit: func(session acquirer.Session, outcome acquirer.Outcome, leaves bool) (back, error) {
			return s.Visit(session, directtest.Payer{Outcome: outcome, Abandon: leaves})
		},
	}
}

// PayFiP is a régie. It has no key.
func PayFiP(t testing.TB, o Options) *Kiosk {
	t.Helper()
	s := payfiptest.NewServer(payfiptest.Options{Now: o.Now, Logger: o.Logger, Delay: time.Millisecond})
	t.Cleanup(s.Close)
	config := payfip.Config{
		Numcli: payfiptest.Numcli, Saisie: payfip.Production, Mailbox: o.Mailbox, ServiceURL: s.ServiceURL(), PageURL: s.PageURL(),
		HTTPClient: o.Client, Now: o.Now, Logger: o.Logger, Observe: o.Observe,
	}
	if config.Mailbox == "" {
		config.Mailbox = "regie@ville.example.fr"
	}
	if o.Address != "" {
		config.Mel = func(context.Context, acquirer.Order) (string, error) { return o.Address, nil }
	}
	client, err := payfip.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return &Kiosk{
		Client: client, Config: config, Server: s, Faults: payfiptest.Faults(), Tick: s.Tick, Inject: s.Inject,
		visit: func(session acquirer.Session, outcome acquirer.Outcome, leaves bool) (back, error) {
			return s.Visit(session, payfiptest.Payer{Outcome: outcome, Abandon: leaves})
		},
	}
}
