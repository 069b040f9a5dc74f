package storetest

import (
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// ended is a payment in a state that was reached and delivered.
func (b *trial) ended(to payment.State, with ...func(*payment.Payment)) payment.Payment {
	p := b.moved(b.add(with...), to)
	b.deliverAll()
	return p
}

// erased erases, and fails unless so many payments were erased and none kept.
func (b *trial) erased(debtor string, want int) {
	e, err := b.Erase(b.ctx, debtor, start.Add(time.Hour))
	b.must("Erase", err)
	if len(e.Erased) != want || len(e.Kept) > 0 {
		b.Fatalf("Erase of %q: %d payments erased and %d kept, want %d and none", debtor, len(e.Erased), len(e.Kept), want)
	}
}

func eraseAll(b *trial) {
	handle := acquirer.Handle{Session: "S1", Proof: "P1", Payment: "N1", ExpiresAt: start.Add(time.Hour)}
	p := b.moved(b.moved(b.add(), payment.Redirected, func(p *payment.Payment) { p.Handle = handle }), payment.Recorded,
		func(p *payment.Payment) { p.MaskedPAN = "5017##########00" })
	other := b.moved(b.add(), payment.Recorded)
	b.deliverAll()
	b.erased(p.Debtor, 1)
	got := b.find(p.ID)
	b.same("what is left", got, p.Erased())
	if !got.Handle.IsZero() {
		b.Fatal("the handle is left, which at some acquirers opens the payer's data")
	}
	for _, e := range collect(b, "Journal", b.Journal(b.ctx, p.ID)) {
		if e.By != "" || e.Why != "" || e.Salt != [16]byte{} || e.Hash == [32]byte{} {
			b.Fatalf("entry %d keeps something personal, or lost its hash: %+v", e.Version, e)
		}
	}
	for what, l := range map[string]payment.Lookup{
		"the erased key": {Debtor: p.Debtor, Key: p.Key}, "nothing, which is what an erased payment's key is": {},
		"the erased session": {Merchant: p.Merchant, Session: "S1"}, "no session, which is what an erased payment's is": {Merchant: p.Merchant},
	} {
		_, err := b.Find(b.ctx, l)
		b.is("Find by "+what, err, payment.ErrNotFound)
	}
	b.same("another debtor's", b.find(other.ID), other)
	for range 2 { // erased payments have empty fields in common: that must not make them one debt, claim or debtor
		b.erased(b.ended(payment.Recorded).Debtor, 1)
	}
	b.erased("nobody", 0)
	b.erased("", 0)
	b.moved(b.add(), payment.Redirected, func(p *payment.Payment) { p.Handle = handle }) // the ids may serve again
}

// causeErased: a cause is what somebody's program said, and may name a person.
func causeErased(b *trial) {
	p := b.ended(payment.Refused)
	now := start.Add(time.Hour)
	b.release(b.one(payment.WorkAttention, now), now, "Zoé O'Hara is not known")
	b.erased(p.Debtor, 1)
	if t := b.one(payment.WorkAttention, now); t.Cause != "" {
		b.Fatalf("the cause of a failure is left: %q", t.Cause)
	}
}

func erasedMeanwhile(b *trial) {
	p := b.ended(payment.Refused)
	b.erased(p.Debtor, 1)
	number := func(p *payment.Payment) { p.MaskedPAN = "5017##########00" }
	_, err := b.move(p, payment.Paid, number)
	b.is("a commit of a payment that was erased meanwhile", err, payment.ErrVersion)
	b.same("what is left", b.find(p.ID), p.Erased())
	b.same("the entries", len(collect(b, "Journal", b.Journal(b.ctx, p.ID))), 2)
	b.moved(b.find(p.ID), payment.Paid, number)
}

func erasedThenPaid(b *trial) {
	var gone []payment.Payment
	for range 2 {
		p := b.ended(payment.Refused)
		b.erased(p.Debtor, 1)
		gone = append(gone, b.find(p.ID))
	}
	for _, p := range gone { // late truth wins, whenever it comes
		p = b.moved(p, payment.Paid)
		b.same("a late acceptance", b.find(p.ID), p)
	}
	for _, p := range gone { // nor have they a debt in common
		b.moved(b.find(p.ID), payment.Unknown)
	}
}

// erasedOneByOne: who pays each year always has a payment that must be kept, and must not keep the others by it.
func erasedOneByOne(b *trial) {
	const who = "A-who pays each year"
	mine := func(p *payment.Payment) { p.Debtor = who }
	late := start.Add(48 * time.Hour)
	free := []payment.Payment{b.ended(payment.Recorded, mine), b.ended(payment.Refused, mine), b.ended(payment.Refunded, mine)}
	recent := b.ended(payment.Recorded, mine, func(p *payment.Payment) { p.CreatedAt = late })
	open := b.ended(payment.Paid, mine)
	undelivered := b.moved(b.add(mine), payment.Recorded)
	e, err := b.Erase(b.ctx, who, late)
	b.must("Erase", err)
	b.same("those that are erased, by creation", e.Erased, ids(free))
	b.same("those that are kept, by creation, and why", e.Kept, []payment.KeptPayment{
		{ID: open.ID, Reference: open.Reference, State: payment.Paid, Reason: payment.KeptOpen},
		{ID: undelivered.ID, Reference: undelivered.Reference, State: payment.Recorded, Reason: payment.KeptUndelivered},
		{ID: recent.ID, Reference: recent.Reference, State: payment.Recorded, Reason: payment.KeptRecent},
	})
	for _, p := range free {
		b.same("an erased one", b.find(p.ID), p.Erased())
	}
	for _, p := range []payment.Payment{recent, open, undelivered} {
		b.same("a kept one", b.find(p.ID), p)
		for _, e := range collect(b, "Journal", b.Journal(b.ctx, p.ID)) {
			if e.Salt == [16]byte{} {
				b.Fatal("the journal of a kept payment lost its salts")
			}
		}
	}
	b.deliverAll()
	open = b.moved(open, payment.Recorded)
	b.deliverAll()
	e, err = b.Erase(b.ctx, who, late.Add(time.Hour))
	b.must("Erase", err)
	b.same("all others, when their reasons have gone", e, payment.Erasure{Erased: []payment.ID{open.ID, undelivered.ID, recent.ID}})
	b.erased(who, 0)
}
