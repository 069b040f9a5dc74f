package bank

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
)

// worldlineDirect is an account of one's own with Worldline Direct (QUITTANCE_DIRECT_MERCHANT, _KEY, _SECRET, _ENDPOINT, and
// _WEBHOOK_KEY and _WEBHOOK_SECRET), or without one a simulated platform on a loopback port of this process or of another one.
func worldlineDirect(c Config) (*Bank, error) {
	if os.Getenv("QUITTANCE_DIRECT_MERCHANT") != "" {
		return directAccount()
	}
	if remote(c.Kiosk) {
		address := strings.TrimRight(c.Kiosk, "/")
		m := directtest.PublicMerchant()
		o := direct.Config{MerchantID: m.PSPID, Endpoint: address, WebhookKeys: make(map[string]direct.Secret), Now: c.Now}
		for id, secret := range m.APIKeys {
			o.APIKey = direct.APIKey{ID: id, Secret: direct.NewSecret(secret)}
		}
		for id, secret := range m.WebhookKeys {
			o.WebhookKeys[id] = direct.NewSecret(secret)
		}
		client, err := direct.New(o)
		return &Bank{Client: client, Name: "simulateur Worldline Direct d’un autre processus", Where: address}, err
	}
	platform, err := directtest.Listen(directtest.Options{Addr: c.Kiosk, Now: c.Now, Delay: delay, Saved: c.Saved})
	if err != nil {
		return nil, fmt.Errorf("%w (another address: -kiosk)", err)
	}
	client, err := direct.New(platform.Config())
	if err != nil {
		platform.Close()
		return nil, err
	}
	return &Bank{
		Client: client, Name: "simulateur Worldline Direct", Where: platform.URL, Desk: directDesk{platform}, Save: platform.Save, Close: platform.Close,
	}, nil
}

// directAccount is a real platform. It is asked first whether it knows the account.
func directAccount() (*Bank, error) {
	env := func(name string) string { return os.Getenv("QUITTANCE_DIRECT_" + name) }
	o := direct.Config{
		MerchantID: env("MERCHANT"), APIKey: direct.APIKey{ID: env("KEY"), Secret: direct.NewSecret(env("SECRET"))}, Endpoint: env("ENDPOINT"),
	}
	if env("WEBHOOK_KEY") != "" {
		o.WebhookKeys = map[string]direct.Secret{env("WEBHOOK_KEY"): direct.NewSecret(env("WEBHOOK_SECRET"))}
	}
	client, err := direct.New(o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	report, err := client.Doctor(ctx)
	if err == nil {
		err = report.Err()
	}
	return &Bank{Client: client, Name: "Worldline Direct, compte " + env("MERCHANT"), Where: env("ENDPOINT")}, err
}

// directDesk is the platform's desk.
type directDesk struct{ *directtest.Server }

var errNoPayment = errors.New("bank: nobody has tried to pay that reference")

// payment is the id of the last attempt to pay a reference.
func (d directDesk) payment(reference string) (string, error) {
	for _, c := range d.Server.Book() {
		if n := len(c.Payments); c.Reference == reference && n > 0 {
			return c.Payments[n-1].ID, nil
		}
	}
	return "", errNoPayment
}

func (d directDesk) Book() []mock.Transaction { return d.Transactions() }

// Remit: a sale is captured at once.
func (d directDesk) Remit() int { return 0 }

func (d directDesk) Resend(reference string, faults ...mock.Fault) error {
	id, err := d.payment(reference)
	if err != nil {
		return err
	}
	return d.Notify(id, faults...)
}

func (d directDesk) Decide(reference string, accepted bool) error {
	id, err := d.payment(reference)
	if err != nil {
		return err
	}
	return d.Server.Decide(id, accepted)
}

func (d directDesk) Pay(s acquirer.Session) error {
	_, err := d.Visit(s, directtest.Payer{Abandon: true})
	return ignoreExpected(err, directtest.ErrNoReturn)
}
