package bank

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/acquirer/worldline/sips"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// delay is how long an answer is held back that is slow, or never comes.
const delay = 2 * time.Second

// simulator is a Sips platform on a loopback port of this process, or of another one, and the client that a real shop would use.
func simulator(c Config) (*Bank, error) {
	if remote(c.Kiosk) {
		address := strings.TrimRight(c.Kiosk, "/")
		client, err := sips.New(shop(c, sips.Endpoints{Paypage: address, Office: address}))
		return &Bank{Client: client, Name: "simulateur Sips d’un autre processus", Where: address}, err
	}
	platform, err := sipstest.Listen(sipstest.Options{
		Addr: c.Kiosk, Merchants: []sipstest.Merchant{Merchant}, Now: c.Now, Delay: delay, Saved: c.Saved,
	})
	if err != nil {
		return nil, fmt.Errorf("%w (another address: -kiosk)", err)
	}
	client, err := sips.New(shop(c, platform.Endpoints()))
	if err != nil {
		platform.Close()
		return nil, err
	}
	return &Bank{
		Client: client, Name: "simulateur Sips", Where: platform.URL, Desk: sipsDesk{platform}, Save: platform.Save, Close: platform.Close,
	}, nil
}

// remote reports whether a kiosk is another process's.
func remote(kiosk string) bool { return strings.HasPrefix(kiosk, "http://") }

func shop(c Config, e sips.Endpoints) sips.Config {
	return sips.Config{
		MerchantID: Merchant.ID, Keys: sips.Keyring{1: {Secret: sips.NewSecret(Merchant.Keys[1])}}, Endpoints: e, Now: c.Now,
	}
}

// sipsDesk is the platform's desk, for the one merchant.
type sipsDesk struct{ *sipstest.Server }

func (d sipsDesk) Resend(reference string, faults ...mock.Fault) error {
	return d.Notify(Merchant.ID, reference, faults...)
}

func (d sipsDesk) Decide(reference string, accepted bool) error {
	return d.Server.Decide(Merchant.ID, reference, sipstest.Payer{Outcome: outcome(accepted)})
}

func (d sipsDesk) Pay(s acquirer.Session) error {
	_, err := d.Visit(s, sipstest.Payer{Abandon: true})
	return ignoreExpected(err, sipstest.ErrNoReturn)
}

// ignoreExpected returns err, or nil if it is the error that was meant to happen.
func ignoreExpected(err, meant error) error {
	if errors.Is(err, meant) {
		return nil
	}
	return err
}

func outcome(accepted bool) acquirer.Outcome {
	if accepted {
		return acquirer.Accepted
	}
	return acquirer.Refused
}
