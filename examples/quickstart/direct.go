package main

import (
	"context"
	"errors"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/acquirer/worldline/direct"
	"github.com/quittance/quittance/acquirer/worldline/direct/directtest"
)

// directBank is a platform on a loopback port that speaks Worldline Direct, and the client that a real account would use.
type directBank struct {
	*direct.Client
	platform *directtest.Server
}

func connectDirect(h *host) (returnURL, notifyURL string, err error) {
	platform, err := directtest.Listen(directtest.Options{Now: h.clock.Now})
	if err != nil {
		return "", "", err
	}
	client, err := direct.New(platform.Config())
	if err != nil {
		platform.Close()
		return "", "", err
	}
	h.bank = directBank{client, platform}
	return h.listenOverHTTP(platform.Close)
}

func (b directBank) Tick() int                { return b.platform.Tick() }
func (b directBank) Book() []mock.Transaction { return b.platform.Transactions() }

func (b directBank) visitPaymentPage(s acquirer.Session, p payer) (func(context.Context) error, error) {
	if p.unheard {
		if err := b.platform.Inject("", directtest.Lost); err != nil {
			return nil, err
		}
	}
	back, err := b.platform.Visit(s, directtest.Payer{Outcome: p.outcome, Abandon: p.leaves})
	if errors.Is(err, directtest.ErrNoReturn) {
		return nil, nil
	}
	return bringBack(back), err
}
