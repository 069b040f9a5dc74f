package paymenttest

import (
	"slices"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// CheckSound asks what holds at every moment: the accounts verify, a payment that has money is one for which the bank has some, a claim is
// paid once, and what is refunded is back. What does not hold is an error of the test.
func (w *World) CheckSound() {
	w.t.Helper()
	if err := w.Books.Verify(w.t.Context(), nil); err != nil {
		w.t.Errorf("Verify: %v", err)
	}
	book := map[string]mock.Transaction{}
	for _, t := range w.Bank.Book() {
		book[t.Reference] = t
	}
	claims := map[string]payment.ID{}
	for p, err := range w.Service.List(w.t.Context(), payment.Filter{}) {
		w.must("List", err)
		t := book[p.Reference]
		if p.State.Money() {
			if t.Remaining() <= 0 {
				w.t.Errorf("%s is %s and the bank has no money for it", p.Reference, p.State)
			}
			if other, twice := claims[p.Claim]; twice {
				w.t.Errorf("claim %s is paid by %s and %s", p.Claim, other, p.ID)
			}
			claims[p.Claim] = p.ID
		}
		if p.State == payment.Refunded && t.Remaining() != 0 {
			w.t.Errorf("%s is refunded and the bank still has money for it", p.Reference)
		}
	}
}

// CheckSettled asks what holds once everything was asked and delivered, which Pass does within some days: besides what is sound, all money
// that the bank has taken is known, and acknowledged once (CRPA L112-11).
func (w *World) CheckSettled() {
	w.t.Helper()
	w.CheckSound()
	for _, t := range w.Bank.Book() {
		taken := t.Total(mock.Authorised) > 0
		p, err := w.Store.Find(w.t.Context(), payment.Lookup{Reference: t.Reference})
		w.must("Find "+t.Reference, err)
		known := p.State.Money() || slices.Contains([]payment.State{payment.Refunding, payment.Refunded, payment.Review}, p.State)
		if taken && !known {
			w.t.Errorf("the bank took money for %s, which is %s: %s", p.Reference, p.State, w.Story(p.ID))
		}
		n := 0
		for l, err := range w.Mailbox.Letters(w.t.Context(), p.Debtor) {
			w.must("Letters", err)
			if l.Key == string(p.ID)+"/acknowledgement" {
				n++
			}
		}
		if taken && n != 1 || !taken && n != 0 {
			w.t.Errorf("%s: the bank took money: %v; acknowledgements: %d", p.Reference, taken, n)
		}
	}
}
