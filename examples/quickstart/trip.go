package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
)

// story plays payers at one host and prints what they see.
type story struct {
	*host
	*screen
	kiosk   kiosk
	follows string // what step 2/3 says of what comes after
	account string // what stands on the home page of the account, besides the menu and the banner
	seen    bool   // the reader knows the screens: from now on only what differs is shown
}

// trip is one payer on the way to the payment page.
type trip struct {
	debt    creance.Debt
	payment payment.Payment
	session acquirer.Session
}

// setOut takes a payer from the account to the payment page. The source has lost its pictures of the preliminary step and of the first two: what
// stands in them is ours (S17–S20).
func (s *story) setOut(ctx context.Context, d creance.Debt) (trip, error) {
	t := trip{debt: d}
	decision, err := s.decide(d)
	if err != nil {
		return t, err
	}
	claimed, err := s.of.recapNotice(d, decision.Amount)
	if err != nil {
		return t, err
	}
	if !s.seen {
		s.showNow("Étape préalable", s.of.menu+"\n\nMes démarches › Paiement d’une créance\n")
		s.showNow("Étape 1/3", claimed)
		s.showNow("Étape 2/3", withFrenchSpaces(s.kiosk.howToPay()+" [ Payer ]\n\n")+s.follows)
	}
	s.clock.Advance(time.Minute)

	// The session is committed before it is handed out. A real host answers with session.WriteForm, a page that sends the browser on.
	if t.payment, t.session, err = s.begin(ctx, d); err != nil {
		return t, err
	}
	if s.seen {
		s.showNow("Étapes préalable, 1/3, 2/3 et 3/3", claimed+withFrenchSpaces("Référence de la transaction : ")+t.payment.Reference)
	} else {
		page, err := s.kiosk.cardPage(s.bankTransaction(t.payment))
		if err != nil {
			return t, err
		}
		s.showNow(withFrenchSpaces("Étape 3/3 : le kiosque bancaire"), page)
	}
	s.clock.Advance(2 * time.Minute)
	return t, nil
}

// bankTransaction is what the bank knows of a payment; the bank's own pages are made of it.
func (s *story) bankTransaction(p payment.Payment) mock.Transaction {
	for _, t := range s.bank.Book() {
		if t.Reference == p.Reference {
			return t
		}
	}
	return mock.Transaction{}
}

// showNow shows what the payer sees now.
func (s *story) showNow(title, text string) { s.show(formatHour(s.clock.Now())+"  "+title, text) }

// showHome is the home page of the payer's account, with the banner that it has now.
func (s *story) showHome(ctx context.Context, debtor string) error {
	m, ok, err := s.banner(ctx, debtor)
	if err != nil {
		return err
	}
	if !ok {
		s.showNow("Accueil du compte", "(aucun bandeau)")
		return nil
	}
	text := m.Text
	if s.account != "" {
		text = s.of.menu + "\n\n" + text + "\n\n" + s.account
	}
	s.showNow(withFrenchSpaces("Accueil du compte : ")+m.Subject, text)
	return nil
}

// letterAbout does what is due and returns the letter about a payment, false when there is none. A letter's key begins with the payment's ID.
func (s *story) letterAbout(ctx context.Context, t trip) (inbox.Letter, bool, error) {
	if err := s.doDueWork(ctx); err != nil {
		return inbox.Letter{}, false, err
	}
	letters, err := s.letters(ctx, t.debt.Debtor)
	for _, l := range letters {
		if strings.HasPrefix(l.Key, string(t.payment.ID)+"/") {
			return l, true, nil
		}
	}
	return inbox.Letter{}, false, err
}

// readMail shows the acknowledgement: in full the first time, its header from then on.
func (s *story) readMail(ctx context.Context, t trip) error {
	l, ok, err := s.letterAbout(ctx, t)
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("no letter came")
	}
	header, err := s.renderFrench(inbox.Header{Letter: l, From: s.of.sender})
	if err != nil {
		return err
	}
	text := header.Subject + "\n" + strings.ReplaceAll(header.Text, "\n\n", "\n")
	if !s.seen {
		text += "\n\n" + l.Text
	}
	s.showNow("Ma messagerie", text)
	s.seen = true
	return nil
}

// noMail checks that a payment that was not made brings no letter (S61).
func (s *story) noMail(ctx context.Context, t trip) error {
	_, came, err := s.letterAbout(ctx, t)
	switch {
	case err != nil:
		return err
	case came:
		return errors.New("a letter came")
	}
	s.narrate("Pas de ticket, pas de lettre : rien n'a été payé.")
	return nil
}
