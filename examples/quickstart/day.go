package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/shopspring/decimal"
)

// listDebts says of each debt whether it may be paid online, and why not (S7–S16). It returns those that may.
func (s *story) listDebts(debts []creance.Debt) (payable []creance.Debt, err error) {
	policy, err := s.of.policies.On(s.clock.Now())
	if err != nil {
		return nil, err
	}
	low, high, err := amountLimits(policy)
	if err != nil {
		return nil, err
	}
	s.chapter("Qui peut payer en ligne ?")
	s.narrate("Rien de ce qui suit ne sort du programme : la banque est une maquette, aucune somme ne bouge.")
	s.narrate("Nous sommes le %s. La règle « %s » laisse payer %s, si le solde va "+
		"de %s à %s et si un avis de somme à payer a été reçu.\n\n", inbox.LongDate(s.clock.Now()), policy.Name, s.of.takes, low, high)
	for _, d := range debts {
		decision := policy.Decide(d, s.clock.Now())
		if err := s.tellDecision(d, decision); err != nil {
			return nil, err
		}
		if decision.Eligible() {
			payable = append(payable, d)
		}
	}
	return payable, nil
}

// amountLimits are the amounts between which a policy lets pay.
func amountLimits(p creance.Policy) (low, high string, err error) {
	if low, err = formatEuros(p.Min); err == nil {
		high, err = formatEuros(p.Max)
	}
	return low, high, err
}

// tellDecision is the decision about one debt, with every reason.
func (s *story) tellDecision(d creance.Debt, decision creance.Decision) error {
	balance, err := d.Balance()
	if err != nil {
		return err
	}
	owed, err := formatEuros(balance)
	if err != nil {
		return err
	}
	if decision.Eligible() {
		due, err := formatEuros(decision.Amount)
		s.item(fmt.Sprintf("%-24s%12s  oui : %s à payer", d.ID, owed, due), "")
		return err
	}
	why, err := s.reasonsInWords(decision)
	s.item(fmt.Sprintf("%-24s%12s  non", d.ID, owed), why)
	return err
}

// playDay is the day on which the payers come, one after the other.
func (s *story) playDay(ctx context.Context, debts []creance.Debt) error {
	s.chapter("Les paiements du " + inbox.LongDate(s.clock.Now()))
	for _, d := range debts {
		if err := s.playPayer(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// dayAfter takes the payments into account on the accounts, within the 24 hours of S77, and prints what happened to each.
func (s *story) dayAfter(ctx context.Context, _ []creance.Debt) error {
	s.nextMorning()
	s.chapter("Le lendemain, " + inbox.LongDate(s.clock.Now()))
	s.narrate("Les paiements sont affichés sur les comptes, moins de 24 heures après.")
	if err := s.recordPaid(ctx); err != nil {
		return err
	}
	s.scene("Le journal de chaque paiement")
	return s.printJournals(ctx)
}

// nextMorning is when the host's batches run.
func (s *story) nextMorning() {
	y, m, d := s.clock.Now().In(paris).Date()
	s.clock.Set(time.Date(y, m, d+1, 7, 0, 0, 0, paris))
}

// recordPaid is the host's own batch: what is paid goes onto the account. The first payer's home page stands for all.
func (s *story) recordPaid(ctx context.Context) error {
	paid, err := s.allPayments(ctx, payment.Filter{States: []payment.State{payment.Paid}})
	if err != nil {
		return err
	}
	for i, p := range paid {
		if _, err := s.payments.Record(ctx, p.ID); err != nil {
			return err
		}
		if i == 0 {
			if err := s.showHome(ctx, p.Debtor); err != nil {
				return err
			}
		}
	}
	return s.doDueWork(ctx)
}

// allPayments gathers payments: one must not change what one is listing.
func (s *story) allPayments(ctx context.Context, f payment.Filter) (list []payment.Payment, err error) {
	for p, err := range s.payments.List(ctx, f) {
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// printJournals prints each payment's journal in words.
func (s *story) printJournals(ctx context.Context) error {
	list, err := s.allPayments(ctx, payment.Filter{})
	if err != nil {
		return err
	}
	for _, p := range list {
		amount, err := formatEuros(p.Amount)
		if err != nil {
			return err
		}
		s.narrate("%s · %s · %s · %s", p.Reference, p.Debt, amount, states[p.State])
		for e, err := range s.payments.Journal(ctx, p.ID) {
			if err != nil {
				return err
			}
			s.item(describeEntry(e), "")
		}
	}
	return nil
}

// closeBooks closes the books: the bank's and ours say the same, no journal was altered, and the letters are deleted when they said they
// would be (S68).
func (s *story) closeBooks(ctx context.Context, debts []creance.Debt) error {
	s.scene("Les comptes")
	if err := s.compareWithBank(ctx); err != nil {
		return err
	}
	before, err := s.countLetters(ctx, debts)
	if err != nil {
		return err
	}
	s.clock.Set(inbox.DeletionDate(s.clock.Now(), 0))
	if err := s.doDueWork(ctx); err != nil { // the mailbox's DeleteDue is one of the chores
		return err
	}
	after, err := s.countLetters(ctx, debts)
	if err != nil {
		return err
	}
	s.narrate("Six mois plus tard, le %s, les lettres sont supprimées : il y en avait %d, il en reste %d.",
		inbox.LongDate(s.clock.Now()), before, after)
	return nil
}

// compareWithBank compares what the bank did with what we know of it.
func (s *story) compareWithBank(ctx context.Context) error {
	moved := decimal.Zero
	for _, t := range s.bank.Book() {
		moved = moved.Add(decimal.New(t.Total(mock.Authorised)-t.Returned(), -2))
	}
	recorded, err := s.allPayments(ctx, payment.Filter{States: []payment.State{payment.Recorded}})
	if err != nil {
		return err
	}
	known := decimal.Zero
	for _, p := range recorded {
		known = known.Add(p.Amount)
	}
	if !known.Equal(moved) {
		return errors.New("the bank's book and ours differ")
	}
	books, err := audit.New(s.store, audit.Options{Now: s.clock.Now})
	if err != nil {
		return err
	}
	if err := books.Verify(ctx, nil); err != nil {
		return err
	}
	total, err := formatEuros(known)
	plural := ""
	if len(recorded) > 1 {
		plural = "s"
	}
	s.narrate("La banque et nous comptons la même somme : %s en %d paiement%s. Chaque journal est entier : les entrées s'enchaînent, et la "+
		"dernière est l'état du paiement.", total, len(recorded), plural)
	return err
}

func (s *story) countLetters(ctx context.Context, debts []creance.Debt) (n int, err error) {
	debtors := map[string]bool{} // one person may have several debts
	for _, d := range debts {
		if debtors[d.Debtor] {
			continue
		}
		debtors[d.Debtor] = true
		letters, err := s.letters(ctx, d.Debtor)
		if err != nil {
			return 0, err
		}
		n += len(letters)
	}
	return n, nil
}
