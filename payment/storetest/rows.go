package storetest

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

func createdIsFound(b *trial) {
	p := b.addPayment(func(p *payment.Payment) { p.Debtor, p.Key = "é'\"\\%_;--", "🙂 key" })
	for _, l := range []payment.Lookup{{ID: p.ID}, {Reference: p.Reference}, {Debtor: p.Debtor, Key: p.Key}} {
		q, err := b.Find(b.ctx, l)
		b.must("Find", err)
		b.mustEqual("the payment", q, p)
	}
}

func notFound(b *trial) {
	p := b.addPayment()
	for _, l := range []payment.Lookup{{ID: "x"}, {Reference: "x"}, {Debtor: p.Debtor, Key: "x"}, {Debtor: "x", Key: p.Key}, {}} {
		_, err := b.Find(b.ctx, l)
		b.mustBeError("Find", err, payment.ErrNotFound)
	}
	for _, no := range []string{"a\x00b", "a\xffb", "\x00"} { // what is no text, as in the path of a request, is asked for and never stored
		for _, l := range []payment.Lookup{
			{ID: payment.ID(no)}, {Reference: no}, {Merchant: merchant, Session: no}, {Merchant: no, Session: "x"}, {Debtor: no, Key: p.Key}, {Debtor: p.Debtor, Key: no},
		} {
			_, err := b.Find(b.ctx, l)
			b.mustBeError("Find of what is no text", err, payment.ErrNotFound)
		}
		for _, f := range []payment.Filter{
			{IDs: []payment.ID{payment.ID(no)}}, {States: []payment.State{payment.State(no)}}, {Debtor: no}, {Debt: no}, {Reference: no}, {Merchant: no}, {After: payment.ID(no)},
		} {
			b.mustEqual("a list of what is no text", idsOf(collectAll(b, "List", b.List(b.ctx, f))), []payment.ID{})
		}
		all := payment.Filter{NotOf: []string{no}, IDs: []payment.ID{p.ID, payment.ID(no)}, States: []payment.State{p.State, payment.State(no)}}
		b.mustEqual("a list of what is, beside it", idsOf(collectAll(b, "List", b.List(b.ctx, all))), []payment.ID{p.ID})
		b.mustEqual("the journals of what is, beside it", len(collectAll(b, "Journal", b.Journal(b.ctx, p.ID, payment.ID(no)))), 1)
		for _, k := range []payment.WorkKind{payment.WorkAttention, payment.WorkDelivery} {
			tasks, err := b.LeaseOne(b.ctx, k, payment.ID(no), payment.Serving{Merchants: []string{no}}, start, time.Minute)
			b.must("LeaseOne of what is no text", err)
			b.mustEqual("its work", len(tasks), 0)
		}
		b.mustBeError("Restart of what is no text", b.Restart(b.ctx, payment.ID(no), start), payment.ErrNotFound)
		b.mustErase(no, 0)
	}
	other, _ := b.newPayment()
	_, err := b.tryMove(other, payment.Redirected)
	b.mustBeError("Commit of a payment that was never created", err, payment.ErrNotFound)
	for range b.Journal(b.ctx, other.ID) {
		b.Fatal("an unknown payment has a journal")
	}
}

func keyOnce(b *trial) {
	p := b.addPayment()
	q, e := b.newPayment()
	q.Debtor, q.Key = p.Debtor, p.Key
	b.mustBeError("the same key again", b.Create(b.ctx, q, e), payment.ErrKeyReused)
	q.Debt, q.Claim = p.Debt, p.Claim
	b.mustBeError("the same key and debt again: the key is what the caller must learn", b.Create(b.ctx, q, e), payment.ErrKeyReused)
	b.addPayment(func(o *payment.Payment) { o.Key = p.Key }) // another debtor may use it
}

func heldDebt(b *trial) {
	for _, s := range []payment.State{
		payment.Created, payment.Redirected, payment.Unknown, payment.Paid, payment.Refunding, payment.Review,
		payment.Refused, payment.Cancelled, payment.Expired, payment.Failed, payment.Refunded,
	} {
		p := b.addPayment()
		if s != payment.Created {
			p = b.mustMove(p, s)
		}
		q, e := b.newPayment()
		q.Debt, q.Claim = p.Debt, q.Claim+"x"
		err := b.Create(b.ctx, q, e)
		if !s.Holds() {
			b.must("a debt whose payment is "+string(s)+" may be paid; Create", err)
			continue
		}
		var held *payment.HeldError
		if !errors.As(err, &held) {
			b.Fatalf("a debt whose payment is %s was given a second one: error %v", s, err)
		}
		b.mustEqual("the payment that holds it", held.By, p)
	}
}

func heldClaim(b *trial) {
	p := b.mustMove(b.mustMove(b.addPayment(), payment.Paid), payment.Recorded)
	q, e := b.newPayment()
	q.Debt, q.Claim = p.Debt, p.Claim
	b.mustBeError("a recorded claim again", b.Create(b.ctx, q, e), payment.ErrHeld)
	q.Claim = p.Claim + "/another notice"
	b.must("another notice of the debt; Create", b.Create(b.ctx, q, e))
}

func referenceOnce(b *trial) {
	p := b.addPayment()
	q, e := b.newPayment()
	q.Reference = p.Reference
	b.mustBeError("the same reference", b.Create(b.ctx, q, e), payment.ErrReference)
	q, e = b.newPayment()
	q.ID, e.Payment = p.ID, p.ID
	b.mustBeError("the same id", b.Create(b.ctx, q, e), payment.ErrReference)
	b.mustEqual("the first", b.mustFind(p.ID), p)
}

func createRace(b *trial) {
	const n = 16
	var all [n]draft
	for i := range all {
		p, e := b.newPayment()
		p.Debt, p.Claim, p.Debtor = "D", "D/N", "A"
		all[i] = draft{p, e}
	}
	if won := b.runAtOnce(n, func(i int) error { return b.Create(b.ctx, all[i].p, all[i].e) }, payment.ErrHeld); won != 1 {
		b.Fatalf("%d payments of one debt under way at once, want 1", won)
	}
}

func commitVersion(b *trial) {
	p := b.addPayment()
	b.mustMove(p, payment.Redirected)
	_, err := b.tryMove(p, payment.Cancelled)
	b.mustBeError("a commit at an old version", err, payment.ErrVersion)
	ahead := p
	ahead.Version = 5
	_, err = b.tryMove(ahead, payment.Cancelled)
	b.mustBeError("a commit at a version that was never reached", err, payment.ErrVersion)
	if q := b.mustFind(p.ID); q.State != payment.Redirected || q.Version != 2 {
		b.Fatalf("the payment is %s at version %d, want redirected at 2", q.State, q.Version)
	}
	if n := len(collectAll(b, "Journal", b.Journal(b.ctx, p.ID))); n != 2 {
		b.Fatalf("the journal has %d entries, want 2: a lost commit must leave nothing", n)
	}
}

func commitRace(b *trial) {
	p := b.addPayment()
	if won := b.runAtOnce(16, func(int) error { _, err := b.tryMove(p, payment.Paid); return err }, payment.ErrVersion); won != 1 {
		b.Fatalf("%d commits of one version, want 1", won)
	}
	if n := len(collectAll(b, "Journal", b.Journal(b.ctx, p.ID))); n != 2 {
		b.Fatalf("the journal has %d entries, want 2", n)
	}
}

func commitAll(b *trial) {
	p := b.addPayment()
	p = b.mustMove(p, payment.Redirected, func(p *payment.Payment) {
		p.Session = acquirer.Session{
			URL: "https://kiosk.example/pay?a=1", Method: "POST", Fields: url.Values{"token": {"x=y&z", "é"}, "empty": {""}},
			ExpiresAt: start.Add(time.Hour),
		}
		p.Handle = acquirer.Handle{Session: "é|'1", Proof: "p=\"2", ExpiresAt: start.Add(time.Hour)}
	})
	if got := b.mustFind(p.ID); got.Session.IsZero() || got.Handle.Session == "" {
		b.Fatalf("the session or its handle is not kept. As JSON they leave out their secrets: keep their fields, or use encoding/gob")
	}
	b.mustEqual("with its session", b.mustFind(p.ID), p)
	at := start.Add(36*time.Hour + time.Microsecond)
	p = b.mustMove(p, payment.Refunding, func(p *payment.Payment) {
		p.Session = acquirer.Session{}
		p.Authorisation, p.Brand, p.MaskedPAN, p.Code, p.Decline = "761208", "CB", "5017##########00", "00", acquirer.InsufficientFunds
		p.Means = acquirer.DirectDebit
		p.PaidAt, p.RecordedAt, p.RefundAskedAt = at, at.Add(time.Second), at.Add(2*time.Second)
		p.RefundCalledAt, p.ReturnedAt, p.AttentionAt = at.Add(3*time.Second), at.Add(4*time.Second), time.Time{}
		p.RefundFirstCalledAt, p.Returned, p.Handle.Payment = at.Add(5*time.Second), decimal.New(25_01, -2), "4250001_0"
	})
	b.mustEqual("with all its fields", b.mustFind(p.ID), p)
	b.mustMove(p, payment.Refunding, func(p *payment.Payment) { p.Handle.Payment = "" }) // it was read before a Release brought the id
	if got := b.mustFind(p.ID).Handle.Payment; got != "4250001_0" {
		b.Fatalf("a commit without the handle's Payment leaves %q of the one that was learned", got)
	}
}

func claimPaid(b *trial) {
	first := b.mustMove(b.addPayment(), payment.Expired)
	second := b.addPayment(func(p *payment.Payment) { p.Debt, p.Claim = first.Debt, first.Claim })
	first = b.mustMove(first, payment.Paid) // a late acceptance, although another attempt is under way
	for _, s := range []payment.State{payment.Paid, payment.Recorded} {
		_, err := b.tryMove(second, s)
		b.mustBeError("a second payment of the claim with money", err, payment.ErrClaimPaid)
	}
	second = b.mustMove(second, payment.Review)
	first = b.mustMove(first, payment.Recorded)
	_, err := b.tryMove(second, payment.Paid)
	b.mustBeError("a second one while the first is recorded", err, payment.ErrClaimPaid)
	b.mustMove(first, payment.Refunding)
	b.mustMove(second, payment.Paid)
}

func attemptOnce(b *trial) {
	first := b.mustMove(b.addPayment(), payment.Failed)
	b.addPayment(func(p *payment.Payment) { p.Debt, p.Claim = first.Debt, first.Claim })
	_, err := b.tryMove(first, payment.Redirected)
	b.mustBeError("a second attempt of the debt", err, payment.ErrHeld)
}

func wholeJournal(b *trial) {
	p, e := b.newPayment()
	b.must("Create", b.Create(b.ctx, p, e))
	q := b.mustMove(b.mustMove(p, payment.Redirected), payment.Paid)
	entries := collectAll(b, "Journal", b.Journal(b.ctx, p.ID))
	if len(entries) != 3 {
		b.Fatalf("%d entries, want 3", len(entries))
	}
	b.mustEqual("the first entry", entries[0], e)
	for i, e := range entries {
		if e.Version != i+1 {
			b.Fatalf("entry %d has version %d", i+1, e.Version)
		}
	}
	b.mustEqual("the last entry", entries[2], payment.Entry{
		Payment: p.ID, Version: 3, Event: payment.OnAccepted, Effect: payment.EffectChanged, From: payment.Redirected, To: payment.Paid,
		At: p.CreatedAt.Add(2 * time.Minute), Channel: acquirer.Notify, Fingerprint: "ab12", By: "Zoé O'Hara", Why: "« oui » \\ \" %_",
		Previous: entries[1].Hash, Hash: q.Head, Row: [32]byte{5}, Personal: [32]byte{6}, Salt: [16]byte{7},
	})
	for range b.Journal(b.ctx, p.ID) {
		break // a reader that stops early must not hold anything
	}
	b.mustMove(q, payment.Recorded)
}

func listSelects(b *trial) {
	first := b.addPayment(func(p *payment.Payment) { p.CreatedAt = start.Add(3 * time.Hour) })
	second := b.mustMove(b.addPayment(func(p *payment.Payment) { p.CreatedAt = start.Add(time.Hour); p.Debtor = first.Debtor }), payment.Paid)
	third := b.mustMove(b.addPayment(func(p *payment.Payment) { p.CreatedAt = start.Add(time.Hour) }), payment.Refused)
	for _, c := range []struct {
		name string
		f    payment.Filter
		want []payment.ID
	}{
		{"all, by creation and then by id", payment.Filter{}, []payment.ID{second.ID, third.ID, first.ID}},
		{"by state", payment.Filter{States: []payment.State{payment.Paid, payment.Created}}, []payment.ID{second.ID, first.ID}},
		{"by debtor", payment.Filter{Debtor: first.Debtor}, []payment.ID{second.ID, first.ID}},
		{"by debt", payment.Filter{Debt: third.Debt}, []payment.ID{third.ID}},
		{"from, included", payment.Filter{From: start.Add(3 * time.Hour)}, []payment.ID{first.ID}},
		{"to, excluded", payment.Filter{To: start.Add(3 * time.Hour)}, []payment.ID{second.ID, third.ID}},
		{"from, a nanosecond later", payment.Filter{From: start.Add(3*time.Hour + 1)}, []payment.ID{}},
		{"to, a nanosecond later", payment.Filter{To: start.Add(3*time.Hour + 1)}, []payment.ID{second.ID, third.ID, first.ID}},
		{"several at once", payment.Filter{States: []payment.State{payment.Paid}, Debtor: first.Debtor, From: start}, []payment.ID{second.ID}},
		{"none", payment.Filter{Debtor: "nobody"}, []payment.ID{}},
		{"none stuck", payment.Filter{Stuck: true}, []payment.ID{}},
	} {
		b.mustEqual(c.name, idsOf(collectAll(b, "List", b.List(b.ctx, c.f))), c.want)
		n, err := b.Count(b.ctx, c.f)
		b.must("Count", err)
		b.mustEqual(c.name+", counted", n, len(c.want))
	}
	for range b.List(b.ctx, payment.Filter{}) {
		break
	}
	b.mustMove(first, payment.Cancelled)
}

// longList: many payments may have one instant of creation; a store that reads in pages must not lose one where a page ends, nor show one twice.
func longList(b *trial) {
	const n = 620 // more than a store reads at once
	all := make([]draft, n)
	want := make([]payment.ID, n)
	for i := range all {
		p, e := b.newPayment()
		p.CreatedAt = start.Add(time.Duration(i/150) * time.Microsecond)
		all[i], want[i] = draft{p, e}, p.ID
	}
	const writers = 8
	b.runAtOnce(writers, func(i int) error {
		for ; i < n; i += writers {
			if err := b.Create(b.ctx, all[i].p, all[i].e); err != nil {
				return err
			}
		}
		return nil
	})
	b.mustEqual("a long list", idsOf(collectAll(b, "List", b.List(b.ctx, payment.Filter{}))), want)
	for p, err := range b.List(b.ctx, payment.Filter{Limit: 3}) {
		b.must("List", err)
		b.must("Hasten, by whoever reads a list,", b.Hasten(b.ctx, p.ID, start))
	}
	for instants, n := range map[time.Duration]int{2: 300, 4: 600} {
		f := payment.Filter{To: start.Add(instants * time.Microsecond)}
		b.mustEqual("a part of it", idsOf(collectAll(b, "List", b.List(b.ctx, f))), want[:n])
	}
	slices.Reverse(want)
	b.mustEqual("a long list from its end", idsOf(collectAll(b, "List", b.List(b.ctx, payment.Filter{Newest: true}))), want)
}

func nothingShared(b *trial) {
	fields := url.Values{"token": {"1"}}
	p := b.mustMove(b.addPayment(), payment.Redirected, func(p *payment.Payment) {
		p.Session = acquirer.Session{URL: "https://kiosk.example/", Method: "POST", Fields: fields}
	})
	spoil := func(v url.Values) {
		v["token"][0] = "2"
		v["more"] = []string{"3"}
	}
	spoil(fields)
	for what, get := range map[string]func() payment.Payment{
		"Find": func() payment.Payment { return b.mustFind(p.ID) },
		"List": func() payment.Payment { return collectAll(b, "List", b.List(b.ctx, payment.Filter{}))[0] },
		"Lease": func() payment.Payment {
			t := b.leaseOnlyTask(payment.WorkAttention, p.AttentionAt)
			b.mustRelease(t, p.AttentionAt, "")
			return t.Payment
		},
		"LeaseOne": func() payment.Payment {
			tasks, err := b.LeaseOne(b.ctx, payment.WorkAttention, p.ID, ownMerchant, p.AttentionAt, time.Minute)
			if b.must("LeaseOne", err); len(tasks) != 1 {
				b.Fatalf("LeaseOne hands out %d tasks, want 1", len(tasks))
			}
			b.mustRelease(tasks[0], p.AttentionAt, "")
			return tasks[0].Payment
		},
		"HeldError": func() payment.Payment {
			q, e := b.newPayment()
			q.Debt = p.Debt
			held := (*payment.HeldError)(nil)
			if err := b.Create(b.ctx, q, e); !errors.As(err, &held) {
				b.Fatalf("Create of a held debt: %v", err)
			}
			return held.By
		},
	} {
		for round := range 2 {
			got := get().Session.Fields
			if got.Encode() != "token=1" {
				b.Fatalf("%s hands out %v the %d. time, want what was written: it is shared", what, got, round+1)
			}
			spoil(got)
			if b.mustFind(p.ID).Session.Fields.Encode() != "token=1" {
				b.Fatalf("the store shares what %s hands out", what)
			}
		}
	}
}

func endedContext(b *trial) {
	p := b.addPayment()
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	live := b.ctx
	b.ctx = ctx
	q, e := b.newPayment()
	if err := b.Create(ctx, q, e); err == nil {
		b.Errorf("Create worked under an ended context")
	}
	if _, err := b.tryMove(p, payment.Paid); err == nil {
		b.Errorf("Commit worked under an ended context")
	}
	if _, err := b.Lease(ctx, payment.WorkAttention, ownMerchant, start.Add(time.Hour), time.Minute, 1); err == nil {
		b.Errorf("Lease worked under an ended context")
	}
	b.ctx = live
	b.mustEqual("the payment", b.mustFind(p.ID), p)
	_, err := b.Find(live, payment.Lookup{ID: q.ID})
	b.mustBeError("Find", err, payment.ErrNotFound)
}
