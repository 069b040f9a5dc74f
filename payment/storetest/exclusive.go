package storetest

import (
	"fmt"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// debtPaid: two notices of one debt are two claims; the money of both would be taken for one debt.
func debtPaid(b *trial) {
	first := b.mustMove(b.addPayment(), payment.Expired)
	second := b.addPayment(func(p *payment.Payment) { p.Debt = first.Debt })
	first = b.mustMove(first, payment.Paid)
	_, err := b.tryMove(second, payment.Paid)
	b.mustBeError("a second payment of the debt that is paid", err, payment.ErrClaimPaid)
	second = b.mustMove(second, payment.Review)
	b.mustMove(first, payment.Recorded) // the account is right again: the other notice may be paid
	b.mustMove(second, payment.Paid)
}

// rounds is how often a race is run: one round seldom hits the moment.
const rounds = 25

// paidRace: conditions of a statement do not see what another transaction is about to write; only an index does.
func paidRace(b *trial) {
	for round := range rounds {
		for name, same := range map[string]func(p *payment.Payment, of payment.Payment){
			"claim": func(p *payment.Payment, of payment.Payment) { p.Claim = of.Claim }, // the debt's own rule would hide the claim's
			"debt":  func(p *payment.Payment, of payment.Payment) { p.Debt = of.Debt },
		} {
			const n = 6
			all := []payment.Payment{b.mustMove(b.addPayment(), payment.Expired)}
			for range n - 1 {
				all = append(all, b.mustMove(b.addPayment(func(p *payment.Payment) { same(p, all[0]) }), payment.Expired))
			}
			won := b.runAtOnce(n, func(i int) error { _, err := b.tryMove(all[i], payment.Paid); return err }, payment.ErrClaimPaid)
			paid := 0
			for _, p := range all {
				if b.mustFind(p.ID).State == payment.Paid {
					paid++
				}
			}
			if won != 1 || paid != 1 {
				b.Fatalf("round %d: %d of %d acceptances of one %s were taken, and %d are paid, want 1", round, won, n, name, paid)
			}
		}
	}
}

// attemptRace: a debt whose attempts are over is tried again by several requests at once.
func attemptRace(b *trial) {
	for round := range rounds {
		const n = 6
		first := b.mustMove(b.addPayment(), payment.Failed)
		var all [n]draft
		for i := range all {
			p, e := b.newPayment()
			p.Debt, p.Claim = first.Debt, first.Claim
			all[i] = draft{p, e}
		}
		if won := b.runAtOnce(n, func(i int) error { return b.Create(b.ctx, all[i].p, all[i].e) }, payment.ErrHeld); won != 1 {
			b.Fatalf("round %d: %d of %d attempts of one debt at once, want 1", round, won, n)
		}
	}
}

// handleOnce: what is learned by a handle must be about one payment.
func handleOnce(b *trial) {
	with := func(session string) func(*payment.Payment) {
		return func(p *payment.Payment) { p.Handle = acquirer.Handle{Session: session, ExpiresAt: start} }
	}
	first := b.mustMove(b.addPayment(), payment.Redirected, with("S1"))
	second := b.addPayment()
	_, err := b.tryMove(second, payment.Redirected, with("S1"))
	b.mustBeError("another payment with the same handle", err, payment.ErrReference)
	b.mustEqual("the second payment", b.mustFind(second.ID), second)
	second = b.mustMove(second, payment.Redirected, with("S2"))
	b.mustMove(b.addPayment(func(p *payment.Payment) { p.Merchant = "another" }), payment.Redirected, with("S1"))
	for _, p := range []payment.Payment{first, second} {
		got, err := b.Find(b.ctx, payment.Lookup{Merchant: merchant, Session: p.Handle.Session})
		b.must("Find by the handle's session", err)
		b.mustEqual("what is found by the handle's session", got, p)
	}
	_, err = b.Find(b.ctx, payment.Lookup{Merchant: "nobody", Session: "S1"})
	b.mustBeError("Find by the session of another merchant", err, payment.ErrNotFound)
	b.mustMove(first, payment.Expired, func(p *payment.Payment) { p.Handle.Payment = "P1" }) // its own handle is in nobody's way
	for i := range 3 {                                                                       // an empty handle is none
		b.mustMove(b.addPayment(), payment.Redirected, func(p *payment.Payment) { p.Code = fmt.Sprint(i) })
	}
}
