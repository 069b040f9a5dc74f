package main

import (
	"context"
	"errors"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/acquirer/payfip"
	"github.com/quittance/quittance/acquirer/payfip/payfiptest"
)

// payfipBank is a platform on a loopback port that speaks PayFiP's web service, and the client that a real régie would use.
type payfipBank struct {
	*payfip.Client
	platform *payfiptest.Server
}

func connectPayfip(h *host) (returnURL, notifyURL string, err error) {
	platform, err := payfiptest.Listen(payfiptest.Options{Now: h.clock.Now})
	if err != nil {
		return "", "", err
	}
	client, err := payfip.New(payfip.Config{
		Numcli: payfiptest.Numcli, Saisie: payfip.Test, Mailbox: "regie@caisse.example", Now: h.clock.Now,
		ServiceURL: platform.ServiceURL(), PageURL: platform.PageURL(),
	})
	if err != nil {
		platform.Close()
		return "", "", err
	}
	h.bank = payfipBank{client, platform}
	return h.listenOverHTTP(platform.Close)
}

func (b payfipBank) Tick() int                { return b.platform.Tick() }
func (b payfipBank) Book() []mock.Transaction { return b.platform.Transactions() }

func (b payfipBank) visitPaymentPage(s acquirer.Session, p payer) (func(context.Context) error, error) {
	if p.unheard {
		if err := b.platform.Inject("", payfiptest.Lost); err != nil {
			return nil, err
		}
	}
	means := payfiptest.Card
	if p.byDebit {
		means = payfiptest.Debit
	}
	back, err := b.platform.Visit(s, payfiptest.Payer{Outcome: p.outcome, Means: means, Abandon: p.leaves})
	if errors.Is(err, payfiptest.ErrNoReturn) {
		return nil, nil
	}
	return bringBack(back), err
}
