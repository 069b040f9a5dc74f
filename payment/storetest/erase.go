package storetest

import (
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// endDelivered returns a payment in the state to, whose changes are all delivered.
func (b *trial) endDelivered(to payment.State, with ...func(*payment.Payment)) payment.Payment {
	p := b.mustMove(b.addPayment(with...), to)
	b.deliverAll()
	return p
}

// mustErase erases a debtor, and fails unless exactly want payments were erased and none kept.
func (b *trial) mustErase(debtor string, want int) {
	e, err := b.Erase(b.ctx, debtor, start.Add(time.Hour))
	b.must("Erase", err)
	if len(e.Erased) != want || len(e.Kept) > 0 {
		b.Fatalf("Erase of %q: %d payments erased and %d kept, want %d and none", debtor, len(e.Erased), len(e.Kept), want)
	}
}

func eraseAll(b *trial) {
	handle := acquirer.Handle{Session: "S1", Proof: "P1", Payment: "N1", ExpiresAt: start.Add(time.Hour)}
	p := b.mustMove(b.mustMove(b.addPayment(), payment.Redirected, func(p *payment.Payment) { p.Handle = handle }), payment.Recorded,
		func(p *payment.Payment) { p.MaskedPAN = "5017##########00" })
	other := b.mustMove(b.addPayment(), payment.Recorded)
	b.deliverAll()
	b.mustErase(p.Debtor, 1)
	got := b.mustFind(p.ID)
	b.mustEqual("what is left", got, p.Erased())
	if !got.Handle.IsZero() {
		b.Fatal("the handle is left, which at some acquirers opens the payer's data")
	}
	for _, e := range collectAll(b, "Journal", b.Journal(b.ctx, p.ID)) {
		if e.By != "" || e.Why != "" || e.Salt != [16]byte{} || e.Hash == [32]byte{} {
			b.Fatalf("entry %d keeps something personal, or lost its hash: %+v", e.Version, e)
		}
	}
	for what, l := range map[string]payment.Lookup{
		"the erased key": {Debtor: p.Debtor, Key: p.Key}, "nothing, which is what an erased payment's key is": {},
		"the erased session": {Merchant: p.Merchant, Session: "S1"}, "no session, which is what an erased payment's is": {Merchant: p.Merchant},
	} {
		_, err := b.Find(b.ctx, l)
		b.mustBeError("Find by "+what, err, payment.ErrNotFound)
	}
	b.mustEqual("another debtor's", b.mustFind(other.ID), other)
	for range 2 { // erased payments have empty fields in common: that must not make them one debt, claim or debtor
		b.mustErase(b.endDelivered(payment.Recorded).Debtor, 1)
	}
	b.mustErase("nobody", 0)
	b.mustErase("", 0)
	b.mustMove(b.addPayment(), payment.Redirected, func(p *payment.Payment) { p.Handle = handle }) // the ids may serve again
}

// causeErased: a cause is what somebody's program said, and may name a person.
func causeErased(b *trial) {
	p := b.endDelivered(payment.Refused)
	now := start.Add(time.Hour)
	b.mustRelease(b.leaseOnlyTask(payment.WorkAttention, now), now, "Zoé O'Hara is not known")
	b.mustErase(p.Debtor, 1)
	if t := b.leaseOnlyTask(payment.WorkAttention, now); t.Cause != "" {
		b.Fatalf("the cause of a failure is left: %q", t.Cause)
	}
}

func erasedMeanwhile(b *trial) {
	p := b.endDelivered(payment.Refused)
	asking := b.leaseOnlyTask(payment.WorkAttention, start.Add(time.Hour))
	b.mustErase(p.Debtor, 1)
	asking.Payment.Handle = acquirer.Handle{Payment: "N1"}
	b.mustRelease(asking, start.Add(2*time.Hour), "Zoé O'Hara is not known")
	b.mustEqual("what is left, after the acquirer was asked", b.mustFind(p.ID), p.Erased())
	if t := b.leaseOnlyTask(payment.WorkAttention, start.Add(time.Hour)); t.Cause != "" || t.Tries != 0 {
		b.Fatalf("a failure that began before the erasure was counted: %d times, %q", t.Tries, t.Cause)
	}
	number := func(p *payment.Payment) { p.MaskedPAN = "5017##########00" }
	_, err := b.tryMove(p, payment.Paid, number)
	b.mustBeError("a commit of a payment that was erased meanwhile", err, payment.ErrVersion)
	b.mustEqual("what is left", b.mustFind(p.ID), p.Erased())
	b.mustEqual("the entries", len(collectAll(b, "Journal", b.Journal(b.ctx, p.ID))), 2)
	b.mustMove(b.mustFind(p.ID), payment.Paid, number)
}

func erasedThenPaid(b *trial) {
	var gone []payment.Payment
	for range 2 {
		p := b.endDelivered(payment.Refused)
		b.mustErase(p.Debtor, 1)
		gone = append(gone, b.mustFind(p.ID))
	}
	for _, p := range gone { // late truth wins, whenever it comes
		p = b.mustMove(p, payment.Paid)
		b.mustEqual("a late acceptance", b.mustFind(p.ID), p)
	}
	for _, p := range gone { // nor have they a debt in common
		b.mustMove(b.mustFind(p.ID), payment.Unknown)
	}
}

// erasedOneByOne: who pays each year always has a payment that must be kept, and must not keep the others by it.
func erasedOneByOne(b *trial) {
	const who = "A-who pays each year"
	mine := func(p *payment.Payment) { p.Debtor = who }
	late := start.Add(48 * time.Hour)
	free := []payment.Payment{b.endDelivered(payment.Recorded, mine), b.endDelivered(payment.Refused, mine), b.endDelivered(payment.Refunded, mine)}
	recent := b.endDelivered(payment.Recorded, mine, func(p *payment.Payment) { p.CreatedAt = late })
	open := b.endDelivered(payment.Paid, mine)
	undelivered := b.mustMove(b.addPayment(mine), payment.Recorded)
	e, err := b.Erase(b.ctx, who, late)
	b.must("Erase", err)
	b.mustEqual("those that are erased, by creation", e.Erased, idsOf(free))
	b.mustEqual("those that are kept, by creation, and why", e.Kept, []payment.KeptPayment{
		{ID: open.ID, Reference: open.Reference, State: payment.Paid, Reason: payment.KeptOpen},
		{ID: undelivered.ID, Reference: undelivered.Reference, State: payment.Recorded, Reason: payment.KeptUndelivered},
		{ID: recent.ID, Reference: recent.Reference, State: payment.Recorded, Reason: payment.KeptRecent},
	})
	for _, p := range free {
		b.mustEqual("an erased one", b.mustFind(p.ID), p.Erased())
	}
	for _, p := range []payment.Payment{recent, open, undelivered} {
		b.mustEqual("a kept one", b.mustFind(p.ID), p)
		for _, e := range collectAll(b, "Journal", b.Journal(b.ctx, p.ID)) {
			if e.Salt == [16]byte{} {
				b.Fatal("the journal of a kept payment lost its salts")
			}
		}
	}
	b.deliverAll()
	open = b.mustMove(open, payment.Recorded)
	b.deliverAll()
	e, err = b.Erase(b.ctx, who, late.Add(time.Hour))
	b.must("Erase", err)
	b.mustEqual("all others, when their reasons have gone", e, payment.Erasure{Erased: []payment.ID{open.ID, undelivered.ID, recent.ID}})
	b.mustErase(who, 0)
}
