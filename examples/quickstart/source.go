package main

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// integrationPolicies is the rule of the environment in which the source's screens were taken in 2017: they show a payment of 20,00 € (S25),
// which the teleservice itself excludes (S9, S13). A rule is data, with a name that the payment keeps: who reads the payment years later knows
// by which rule it was let through, and nobody takes this one for the teleservice's.
func integrationPolicies() creance.Policies {
	return creance.Policies{{
		Name:  "integration",
		Since: time.Date(2016, time.January, 1, 0, 0, 0, 0, paris),
		Min:   decimal.New(1_00, -2),
		Max:   decimal.New(150_00, -2),
	}}
}

// sourceCase is one of the two that the source shows.
type sourceCase struct {
	title string
	login time.Time // « Dernière connexion »
	taken int       // references of the day that others had before
	visit visit
}

// playSource plays both cases in the source's own words, slips included (S80).
func playSource(ctx context.Context, out *screen, acquirer string) error {
	out.chapter("Les écrans de 2017, mot pour mot")
	films := bodies["ameli"]
	films.policies, films.sender, films.editions = integrationPolicies(), inbox.Sender{}, []fs.FS{inbox.Verbatim()}
	for i, c := range []sourceCase{
		// The reference ends in 4: it was the day's fourth (S28).
		{"Cas 1 : le paiement aboutit", time.Date(2017, time.September, 11, 15, 54, 0, 0, paris), 3, (*story).payAsUsual}, // S38, S53
		{"Cas 2 : le paiement échoue", time.Date(2017, time.September, 1, 9, 24, 0, 0, paris), 0, (*story).isRefused},     // S57, S60
	} {
		h, err := newHost(setting{bank: acquirer, at: c.login, body: films})
		if err != nil {
			return err
		}
		defer h.close()
		s := &story{host: h, screen: out, seen: i > 0, kiosk: kiosk{
			payfip: acquirer == "payfip",
			shop:   "CPAM Test 2 (INTEGRATION)", // S24
			authentication: "Selon votre établissement bancaire, vous pourrez être redirigé vers la page d'authentification votre banque " +
				"avant la validation de votre paiement.", // S35: « de » is missing in the source
		}}
		if err := s.playCase(ctx, c); err != nil {
			return fmt.Errorf("%s: %w", c.title, err)
		}
	}
	return nil
}

func (s *story) playCase(ctx context.Context, c sourceCase) error {
	d := creance.Debt{
		ID: "creance-2017", Debtor: "assure-2017",
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2016, Amount: decimal.New(20_00, -2)}},
		Notice: &creance.Notice{Number: "ASP-2017-0001", Channel: creance.Electronic, IssuedOn: time.Date(2017, time.August, 28, 0, 0, 0, 0, paris)},
	}
	s.scene(c.title)
	if !s.seen {
		if err := s.whyLetThrough(d); err != nil {
			return err
		}
	}
	for range c.taken {
		if _, err := s.store.Sequence(ctx, c.login.Format(time.DateOnly)); err != nil {
			return err
		}
	}
	// « MES DERNIERS PAIEMENTS » are those that the insured person receives: a card payment is none of them (S51–S55).
	s.account = withFrenchSpaces("PIERRE BELAGE\nNé le 25/02/1983\nDernière connexion le " + inbox.DateTime(c.login) + "\n\n" +
		"MES DERNIERS PAIEMENTS : Aucun nouveau paiement")
	t, err := s.setOut(ctx, d)
	if err != nil {
		return err
	}
	if err := c.visit(s, ctx, t); err != nil {
		return err
	}
	p, err := s.payments.Get(ctx, t.payment.ID)
	if err != nil || p.State != payment.Paid {
		return err
	}
	sequel, err := s.renderFrench(inbox.NextSteps{})
	if err != nil {
		return err
	}
	s.show(sequel.Subject, sequel.Text) // S63, S64, S77, S78
	s.nextMorning()
	s.narrate("Le lendemain :")
	if err := s.recordPaid(ctx); err != nil {
		return err
	}
	return s.printJournals(ctx)
}

// whyLetThrough says what the teleservice's own rule thinks of the source's payment, and which rule let it through.
func (s *story) whyLetThrough(d creance.Debt) error {
	ameli, err := creance.Ameli().On(s.clock.Now())
	if err != nil {
		return err
	}
	refusal, err := s.reasonsInWords(ameli.Decide(d, s.clock.Now()))
	if err != nil {
		return err
	}
	s.narrate("La source montre un paiement de 20,00 €. La règle « %s » du téléservice ne le permet pas :\n\n", ameli.Name)
	s.item(refusal, "")
	own, err := s.of.policies.On(s.clock.Now())
	if err != nil {
		return err
	}
	low, high, err := amountLimits(own)
	if err != nil {
		return err
	}
	s.narrate("Ces écrans viennent d'un environnement d'essai, « INTEGRATION ». Il a sa propre règle, « %s », de %s à %s ; le paiement en "+
		"garde le nom.", own.Name, low, high)
	return nil
}
