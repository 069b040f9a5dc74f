package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
)

// visit is what a payer does with one trip to the payment page.
type visit func(*story, context.Context, trip) error

// behaviours says who does what, by the debt's id. Whoever is not here pays.
var behaviours = map[string][]visit{
	"refusee-puis-acceptee": {(*story).isRefused, (*story).payAsUsual},
	"abandonnee":            {(*story).walksAway},
	"notification-perdue":   {(*story).paysUnheard},
	"par-prelevement":       {(*story).paysByDebit},
}

// titles introduce the scenes of behaviours.
var titles = map[string]string{
	"refusee-puis-acceptee": "Refusé, puis accepté",
	"abandonnee":            "Abandonné",
	"notification-perdue":   "Accepté, et la notification se perd",
	"par-prelevement":       "Accepté, par prélèvement si la banque le propose",
}

// playPayer plays all that one payer does about one debt.
func (s *story) playPayer(ctx context.Context, d creance.Debt) error {
	title, ok := titles[d.ID]
	if !ok {
		title = "Accepté"
	}
	s.scene(title + " : " + d.ID)
	visits, ok := behaviours[d.ID]
	if !ok {
		visits = []visit{(*story).payAsUsual}
	}
	for _, v := range visits {
		t, err := s.setOut(ctx, d) // a new try is a new payment
		if err == nil {
			err = v(s, ctx, t)
		}
		if err != nil {
			return fmt.Errorf("debt %.40q: %w", d.ID, err)
		}
		s.clock.Advance(5 * time.Minute)
	}
	return nil
}

// payAsUsual is the usual payer: pays, comes back, reads (S38–S48, S64).
func (s *story) payAsUsual(ctx context.Context, t trip) error { return s.paysAs(ctx, t, payer{}) }

// paysByDebit orders a direct debit: what is told says so, and speaks of no card.
func (s *story) paysByDebit(ctx context.Context, t trip) error {
	s.seen = false // the letter is another
	return s.paysAs(ctx, t, payer{byDebit: true})
}

func (s *story) paysAs(ctx context.Context, t trip, p payer) error {
	comeBack, err := s.bank.visitPaymentPage(t.session, p)
	if err != nil {
		return err
	}
	s.showNow("Ticket de la banque", s.kiosk.ticketOf(s.bankTransaction(t.payment)))
	if err := comeBack(ctx); err != nil {
		return err
	}
	if err := s.showHome(ctx, t.debt.Debtor); err != nil {
		return err
	}
	return s.readMail(ctx, t)
}

// isRefused tries a card that its bank refuses: no ticket, no letter, and another try is allowed (S57–S61).
func (s *story) isRefused(ctx context.Context, t trip) error {
	comeBack, err := s.bank.visitPaymentPage(t.session, payer{outcome: acquirer.Refused})
	if err != nil {
		return err
	}
	if err := comeBack(ctx); err != nil {
		return err
	}
	if err := s.showHome(ctx, t.debt.Debtor); err != nil {
		return err
	}
	return s.noMail(ctx, t)
}

// walksAway closes the tab without having paid. The bank ends the session after fifteen minutes and says so; if it did not, the host
// would ask.
func (s *story) walksAway(ctx context.Context, t trip) error {
	s.narrate("Le payeur ferme l'onglet sans payer. Son compte annonce d'abord un paiement en cours…")
	if err := s.showHome(ctx, t.debt.Debtor); err != nil {
		return err
	}
	s.clock.Advance(15 * time.Minute)
	s.bank.Tick()
	s.narrate("… puis la banque met fin à la session et nous le notifie.")
	if err := s.showHome(ctx, t.debt.Debtor); err != nil {
		return err
	}
	return s.noMail(ctx, t)
}

// paysUnheard pays and closes the tab, and the bank's notification is lost: nobody tells the host. It asks by itself. Until then the debt
// is held, so that the payer cannot pay a second time.
func (s *story) paysUnheard(ctx context.Context, t trip) error {
	if _, err := s.bank.visitPaymentPage(t.session, payer{leaves: true, unheard: true}); err != nil {
		return err
	}
	s.narrate("Le payeur paie, puis ferme l'onglet avant de revenir ; la notification de la banque n'arrive pas : " +
		"personne ne nous a rien dit. Le payeur veut recommencer, et ne le peut pas :")
	_, _, err := s.begin(ctx, t.debt)
	held := (*payment.HeldError)(nil)
	if !errors.As(err, &held) {
		return fmt.Errorf("a second payment was begun: %v", err)
	}
	m, err := s.renderFrench(inbox.DebtHeld{By: held.By})
	if err != nil {
		return err
	}
	s.showNow(withFrenchSpaces("Mes démarches : ")+m.Subject, m.Text)
	s.clock.Advance(16 * time.Minute)
	if err := s.doDueWork(ctx); err != nil {
		return err
	}
	s.narrate("Seize minutes plus tard, nous interrogeons la banque : elle a accepté le paiement.")
	if err := s.showHome(ctx, t.debt.Debtor); err != nil {
		return err
	}
	return s.readMail(ctx, t)
}
