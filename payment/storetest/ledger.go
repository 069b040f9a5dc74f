package storetest

import (
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// moneyKept: what a message said of money comes back as it was written, and stays when the person is erased.
func moneyKept(b *trial) {
	said := payment.Money{
		Amount: decimal.New(9_999_999_999_99, -2), Returned: decimal.New(1, -2), Currency: "EUR", Merchant: merchant, Authorisation: "00é'1",
	}
	p := b.addPayment()
	e := payment.Entry{
		Payment: p.ID, Version: 2, Event: payment.OnMismatched, Effect: payment.EffectChanged, From: p.State, To: payment.Refunded, At: start, Money: said,
		Previous: p.Head, Hash: [32]byte{9}, Salt: [16]byte{7},
	}
	p.Version, p.State, p.Head = 2, payment.Refunded, e.Hash
	b.must("Commit", b.Commit(b.ctx, p, e))
	money := func() []payment.Money {
		var out []payment.Money
		for _, e := range collectAll(b, "Journal", b.Journal(b.ctx, p.ID)) {
			out = append(out, e.Money)
		}
		return out
	}
	b.mustEqual("the money of the entries", money(), []payment.Money{{}, said})
	for _, want := range money() {
		t := b.leaseOnlyTask(payment.WorkDelivery, start.Add(time.Hour))
		b.mustEqual("the money of the change", t.Change.Entry.Money, want)
		b.mustRelease(t, time.Time{}, "")
	}
	_, err := b.Erase(b.ctx, p.Debtor, start.Add(1000*time.Hour))
	b.must("Erase", err)
	b.mustEqual("the money after an erasure", money(), []payment.Money{{}, said})
}

// headsByTime: every entry before the instant, by time, then by payment and version.
func headsByTime(b *trial) {
	b.mustEqual("the heads of an empty store", len(collectAll(b, "Heads", b.Heads(b.ctx, time.Time{}, start.Add(time.Hour)))), 0)
	var want []payment.Head
	first, second := b.addPayment(), b.addPayment()
	first = b.mustMove(first, payment.Redirected)
	second = b.mustMove(second, payment.Redirected)
	for _, p := range []payment.Payment{first, second} {
		for _, e := range collectAll(b, "Journal", b.Journal(b.ctx, p.ID)) {
			want = append(want, payment.Head{Payment: e.Payment, Version: e.Version, At: e.At, Hash: e.Hash})
		}
	}
	want[1], want[2] = want[2], want[1] // created, created, moved, moved
	b.mustEqual("all heads", collectAll(b, "Heads", b.Heads(b.ctx, time.Time{}, start.Add(time.Hour))), want)
	b.mustEqual("those from the second", collectAll(b, "Heads", b.Heads(b.ctx, want[1].At, start.Add(time.Hour))), want[1:])
	b.mustEqual("those of one instant", collectAll(b, "Heads", b.Heads(b.ctx, want[1].At, want[1].At.Add(time.Microsecond))), want[1:2])
	b.mustEqual("those from a nanosecond after the first", collectAll(b, "Heads", b.Heads(b.ctx, want[0].At.Add(1), start.Add(time.Hour))), want[1:])
	b.mustEqual("those to a nanosecond after the last", collectAll(b, "Heads", b.Heads(b.ctx, time.Time{}, want[3].At.Add(1))), want)
	b.mustEqual("none from behind the last", len(collectAll(b, "Heads", b.Heads(b.ctx, want[3].At.Add(time.Microsecond), start.Add(time.Hour)))), 0)
	b.mustEqual("those before the last", collectAll(b, "Heads", b.Heads(b.ctx, time.Time{}, want[3].At)), want[:3])
	b.mustEqual("none before the first", len(collectAll(b, "Heads", b.Heads(b.ctx, time.Time{}, want[0].At))), 0)
	for range b.Heads(b.ctx, time.Time{}, start.Add(time.Hour)) {
		break // a reader that stops early must not hold anything
	}
	b.mustMove(second, payment.Paid)
}

// manyJournals: those of many payments are read together, each whole and in its order.
func manyJournals(b *trial) {
	want, ids := map[payment.ID][]payment.Entry{}, []payment.ID{"x"} // x is nobody's
	for i := range 520 {                                             // more than a store reads at once
		p := b.addPayment()
		if i%50 == 0 {
			p = b.mustMove(p, payment.Redirected)
		}
		ids, want[p.ID] = append(ids, p.ID), nil
	}
	other := b.addPayment()
	for id := range want {
		want[id] = collectAll(b, "Journal", b.Journal(b.ctx, id))
	}
	got := map[payment.ID][]payment.Entry{}
	var before payment.ID
	for _, e := range collectAll(b, "Journal", b.Journal(b.ctx, ids...)) {
		if e.Payment != before && got[e.Payment] != nil {
			b.Fatalf("the entries of payment %s do not stand together", e.Payment)
		}
		before, got[e.Payment] = e.Payment, append(got[e.Payment], e)
	}
	b.mustEqual("the journals", got, want)
	b.mustEqual("the journal of nobody", len(collectAll(b, "Journal", b.Journal(b.ctx))), 0)
	var listed []payment.ID
	for _, p := range collectAll(b, "List", b.List(b.ctx, payment.Filter{IDs: ids})) {
		listed = append(listed, p.ID)
	}
	b.mustEqual("the payments", listed, ids[1:])
	b.mustEqual("one of two", len(collectAll(b, "List", b.List(b.ctx, payment.Filter{IDs: []payment.ID{other.ID, ids[1]}, Debt: other.Debt}))), 1)
}

// sealsKept: an export goes on from the seal of the last day that was exported.
func sealsKept(b *trial) {
	day := func(n int) (string, time.Time) {
		end := time.Date(2026, 3, n, 23, 0, 0, 0, time.UTC)
		return end.Format(time.DateOnly), end
	}
	last := func(until time.Time) payment.DaySeal {
		s, err := b.LastSeal(b.ctx, until)
		b.must("LastSeal", err)
		return s
	}
	seal := func(n int) payment.DaySeal {
		name, _ := day(n)
		return payment.DaySeal{Day: name, Seal: [32]byte{byte(n)}}
	}
	for _, n := range []int{2, 3, 5} {
		name, end := day(n)
		b.must("CloseDay", b.CloseDay(b.ctx, name, end))
	}
	_, second := day(2)
	_, third := day(3)
	_, fourth := day(4)
	_, fifth := day(5)
	b.mustEqual("the seal where none was kept", last(fifth), payment.DaySeal{})
	for _, n := range []int{3, 2, 4} { // the fourth is open
		b.must("KeepSeal", b.KeepSeal(b.ctx, seal(n)))
	}
	b.must("KeepSeal again", b.KeepSeal(b.ctx, seal(2)))
	b.mustEqual("the last seal", last(fifth), seal(3))
	b.mustEqual("the last seal at the end of its day", last(third), seal(3))
	b.mustEqual("the seal before it", last(third.Add(-time.Microsecond)), seal(2))
	b.mustEqual("the seal before the first", last(second.Add(-time.Microsecond)), payment.DaySeal{})
	b.must("KeepSeal", b.KeepSeal(b.ctx, seal(5)))
	b.mustEqual("the seal of a day beyond", last(fourth), seal(3))
	b.mustEqual("the last seal of all", last(fifth), seal(5))
}
