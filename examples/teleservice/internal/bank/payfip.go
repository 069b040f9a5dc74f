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
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
)

// mailbox is the simulated régie's own address: no payer's address leaves.
const mailbox = "regie@caisse.example"

// payfipBank is a PayFiP platform on a loopback port of this process, or of another one, and the client that a real régie would use. With
// QUITTANCE_PAYFIP_NUMCLI it is a régie of your own on the real platform: _SAISIE (T, X or W) and _MAILBOX go with it.
func payfipBank(c Config) (*Bank, error) {
	if os.Getenv("QUITTANCE_PAYFIP_NUMCLI") != "" {
		return realRegie(c)
	}
	simulated := func(base string) (*payfip.Client, error) {
		return payfip.New(payfip.Config{
			Numcli: payfiptest.Numcli, Saisie: payfip.Test, Mailbox: mailbox, Objet: "Paiement d une creance", Now: c.Now,
			ServiceURL: base + "/tpa/services/securite", PageURL: base + "/tpa/paiementws.web",
		})
	}
	if strings.HasPrefix(c.Kiosk, "http://") {
		address := strings.TrimRight(c.Kiosk, "/")
		client, err := simulated(address)
		return &Bank{Client: client, Name: "simulateur PayFiP d’un autre processus", Where: address}, err
	}
	platform, err := payfiptest.Listen(payfiptest.Options{
		Addr: c.Kiosk, Now: c.Now, Delay: delay, Saved: c.Saved,
		Regies: []payfiptest.Regie{{Numcli: payfiptest.Numcli, Names: [3]string{Merchant.Name, "RÉGIE DE RECETTES", ""}}},
	})
	if err != nil {
		return nil, fmt.Errorf("%w (another address: -kiosk)", err)
	}
	client, err := simulated(platform.URL)
	if err != nil {
		platform.Close()
		return nil, err
	}
	return &Bank{
		Client: client, Name: "simulateur PayFiP", Where: platform.URL, Desk: payfipDesk{platform}, Save: platform.Save, Close: platform.Close,
	}, nil
}

// realRegie is a régie of one's own. PayFiP is asked first who it is.
func realRegie(c Config) (*Bank, error) {
	numcli := os.Getenv("QUITTANCE_PAYFIP_NUMCLI")
	client, err := payfip.New(payfip.Config{
		Numcli: numcli, Saisie: payfip.Saisie(os.Getenv("QUITTANCE_PAYFIP_SAISIE")), Mailbox: os.Getenv("QUITTANCE_PAYFIP_MAILBOX"), Now: c.Now,
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	report, err := client.Doctor(ctx)
	if err == nil {
		err = report.Err()
	}
	return &Bank{Client: client, Name: "PayFiP, régie " + numcli, Where: payfip.DefaultPageURL}, err
}

// payfipDesk is the platform's desk, for the one régie.
type payfipDesk struct{ *payfiptest.Server }

func (d payfipDesk) Remit() int { return 0 } // the DGFiP's days are not this platform's

func (d payfipDesk) Resend(reference string, faults ...mock.Fault) error {
	return d.Notify(payfiptest.Numcli, reference, faults...)
}

func (d payfipDesk) Decide(string, bool) error {
	return errors.New("PayFiP ne laisse rien en attente : le résultat se décide sur la page de paiement")
}

func (d payfipDesk) Pay(s acquirer.Session) error {
	_, err := d.Visit(s, payfiptest.Payer{Abandon: true})
	return ignoreExpected(err, payfiptest.ErrNoReturn)
}

// Book is what really happened, in the words of every desk.
func (d payfipDesk) Book() []mock.Transaction { return d.Transactions() }
