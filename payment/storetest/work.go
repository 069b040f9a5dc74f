package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

func (b *bench) lease(k payment.Kind, now time.Time, n int) []payment.Task {
	b.Helper()
	tasks, err := b.Lease(b.ctx, k, now, time.Minute, n)
	b.must("Lease", err)
	return tasks
}

// one leases the only task that may be due.
func (b *bench) one(k payment.Kind, now time.Time) payment.Task {
	b.Helper()
	tasks := b.lease(k, now, 10)
	if len(tasks) != 1 {
		b.Fatalf("%d tasks of %s are due at %v, want 1", len(tasks), k, now)
	}
	return tasks[0]
}

func (b *bench) none(why string, k payment.Kind, now time.Time) {
	b.Helper()
	if tasks := b.lease(k, now, 10); len(tasks) > 0 {
		b.Fatalf("%s: %d tasks of %s are due, want none", why, len(tasks), k)
	}
}

func (b *bench) release(t payment.Task, again time.Time, cause string) {
	b.Helper()
	b.must("Release", b.Release(b.ctx, t, again, cause))
}

func leaseAttention(b *bench) {
	p := b.add()
	due := p.AttentionAt
	b.none("before its time", payment.Attention, due.Add(-time.Microsecond))
	t := b.one(payment.Attention, due)
	b.same("the task's payment", t.Payment, p)
	if t.Token == "" || t.Kind != payment.Attention || t.Tries != 0 || t.Cause != "" {
		b.Fatalf("the task is %+v", t)
	}
	b.none("leased", payment.Attention, due.Add(59*time.Second))
	u := b.one(payment.Attention, due.Add(time.Minute))
	if u.Token == t.Token {
		b.Fatal("two leases have one token")
	}
	again := due.Add(time.Hour)
	b.release(u, again, "")
	b.none("released for later", payment.Attention, again.Add(-time.Microsecond))
	if at := b.find(p.ID).AttentionAt; !at.Equal(again) {
		b.Fatalf("AttentionAt is %v, want %v", at, again)
	}
	b.release(b.one(payment.Attention, again), time.Time{}, "")
	b.none("done", payment.Attention, again.Add(1000*time.Hour))
	if q := b.find(p.ID); !q.AttentionAt.IsZero() || q.Version != 1 {
		b.Fatalf("AttentionAt %v at version %d, want zero at 1: a release is no transition", q.AttentionAt, q.Version)
	}
	if _, err := b.Lease(b.ctx, "nonsense", start, time.Minute, 1); err == nil {
		b.Fatal("a kind of work that does not exist was leased")
	}
}

func tokens(b *bench) {
	p := b.add()
	due := p.AttentionAt
	late := b.one(payment.Attention, due)
	t := b.one(payment.Attention, due.Add(2*time.Minute))
	b.release(late, time.Time{}, "the lease was over")
	forged := t
	forged.Token = ""
	b.release(forged, time.Time{}, "no token")
	b.none("still leased", payment.Attention, due.Add(2*time.Minute+time.Second))
	if at := b.find(p.ID).AttentionAt; !at.Equal(due) {
		b.Fatalf("a release without the lease's token moved the due time to %v", at)
	}
	c := b.one(payment.Delivery, due)
	forged = c
	forged.Token = late.Token
	b.release(forged, time.Time{}, "")
	if d := b.one(payment.Delivery, due.Add(time.Hour)); d.Change.Key != c.Change.Key {
		b.Fatal("a release without the lease's token dropped a change")
	}
}

func commitEndsLease(b *bench) {
	p := b.add()
	t := b.one(payment.Attention, p.AttentionAt)
	b.release(t, p.AttentionAt, "first failure")
	t = b.one(payment.Attention, p.AttentionAt)
	due := start.Add(5 * time.Hour)
	q := b.moved(p, payment.Redirected, func(p *payment.Payment) { p.AttentionAt = due })
	b.release(t, time.Time{}, "overtaken")
	u := b.one(payment.Attention, due)
	b.same("the task's payment", u.Payment, q)
	if u.Tries != 0 {
		b.Fatalf("%d failures after a commit, want 0", u.Tries)
	}
}

func failures(b *bench) {
	p := b.add()
	now := p.AttentionAt
	for want := range 3 {
		t := b.one(payment.Attention, now)
		if t.Tries != want || want > 0 && t.Cause != "no answer" {
			b.Fatalf("%d failures (%q), want %d", t.Tries, t.Cause, want)
		}
		now = now.Add(time.Minute)
		b.release(t, now, "no answer")
	}
	b.release(b.one(payment.Attention, now), now, "")
	if t := b.one(payment.Attention, now); t.Tries != 0 || t.Cause != "" {
		b.Fatalf("%d failures (%q) after a success, want 0", t.Tries, t.Cause)
	}
}

func deliveries(b *bench) {
	p, e := b.new()
	b.must("Create", b.Create(b.ctx, p, e))
	q := b.moved(p, payment.Redirected, func(p *payment.Payment) {
		p.Session = acquirer.Session{URL: "https://kiosk.example/", Method: "POST"}
	})
	now := start.Add(time.Hour)
	t := b.one(payment.Delivery, now)
	b.same("the first change", t.Change, payment.NewChange(p, e))
	b.none("the second waits for the first", payment.Delivery, now.Add(time.Second))
	b.release(t, now.Add(time.Minute), "the host is down")
	b.none("until it is tried again", payment.Delivery, now.Add(59*time.Second))
	t = b.one(payment.Delivery, now.Add(time.Minute))
	if t.Tries != 1 || t.Change.Key != string(p.ID)+"/1" {
		b.Fatalf("the change %s failed %d times, want %s/1 and 1", t.Change.Key, t.Tries, p.ID)
	}
	b.release(t, time.Time{}, "")
	t = b.one(payment.Delivery, now.Add(time.Minute))
	want := q
	want.Session = acquirer.Session{}
	b.same("the second change's payment, without the session that lets its bearer pay", t.Change.Payment, want)
	b.release(t, time.Time{}, "")
	b.none("all delivered", payment.Delivery, now.Add(1000*time.Hour))
}

func holdsBackItsOwn(b *bench) {
	bad := b.moved(b.add(), payment.Redirected)
	good := b.moved(b.add(), payment.Redirected)
	now := start.Add(time.Hour)
	delivered := map[string]bool{}
	for range 10 {
		for _, t := range b.lease(payment.Delivery, now, 1) {
			if t.Payment.ID == bad.ID {
				b.release(t, now.Add(24*time.Hour), "refused")
				continue
			}
			delivered[t.Change.Key] = true
			b.release(t, time.Time{}, "")
		}
	}
	for v := 1; v <= 2; v++ {
		if k := fmt.Sprintf("%s/%d", good.ID, v); !delivered[k] {
			b.Fatalf("%s was held back by another payment's change", k)
		}
	}
}

func stuck(b *bench) {
	rows, changes := b.add(), b.add(func(p *payment.Payment) { p.AttentionAt = time.Time{} })
	now := start.Add(time.Hour)
	for range payment.StuckAfter {
		b.release(b.one(payment.Attention, now), now, "no answer")
	}
	for _, t := range b.lease(payment.Delivery, now, 10) {
		if t.Payment.ID == rows.ID {
			b.release(t, time.Time{}, "")
			continue
		}
		b.release(t, now, "refused")
	}
	for range payment.StuckAfter - 1 {
		b.release(b.one(payment.Delivery, now), now, "refused")
	}
	b.same("the stuck ones", ids(collect(b, "List", b.List(b.ctx, payment.Filter{Stuck: true}))), []payment.ID{rows.ID, changes.ID})
	r, ok := b.Store.(payment.Restarter)
	if !ok {
		b.Skip("the store is no payment.Restarter")
	}
	later := now.Add(time.Hour)
	b.release(b.one(payment.Attention, now), later.Add(6*time.Hour), "no answer")
	b.release(b.one(payment.Delivery, now), later.Add(6*time.Hour), "refused")
	b.must("Restart", r.Restart(b.ctx, rows.ID, later))
	b.must("Restart", r.Restart(b.ctx, changes.ID, later))
	for _, k := range []payment.Kind{payment.Attention, payment.Delivery} {
		if t := b.one(k, later); t.Tries != 0 {
			b.Fatalf("%s: %d failures after the restart, want 0", k, t.Tries)
		}
	}
	b.same("none is stuck", ids(collect(b, "List", b.List(b.ctx, payment.Filter{Stuck: true}))), []payment.ID{})
	b.is("Restart of an unknown payment", r.Restart(b.ctx, "x", later), payment.ErrNotFound)
}

func leaseRace(b *bench) {
	const n = 40
	for range n {
		b.add()
	}
	now := start.Add(time.Hour)
	var mu sync.Mutex
	seen := map[payment.ID]int{}
	b.together(8, func(int) error {
		for {
			tasks, err := b.Lease(b.ctx, payment.Attention, now, time.Minute, 3)
			if err != nil || len(tasks) == 0 {
				return err
			}
			mu.Lock()
			for _, t := range tasks {
				seen[t.Payment.ID]++
			}
			mu.Unlock()
		}
	})
	// A store may pass over a row that is being leased at that moment; it is due all the same.
	for _, t := range b.lease(payment.Attention, now, n) {
		seen[t.Payment.ID]++
	}
	if len(seen) != n {
		b.Fatalf("%d rows were leased, want %d", len(seen), n)
	}
	for id, times := range seen {
		if times != 1 {
			b.Fatalf("%s was leased %d times at once", id, times)
		}
	}
}

func sequence(b *bench) {
	const n = 300
	var mu sync.Mutex
	seen := map[int]bool{}
	b.together(8, func(int) error {
		for range n / 8 {
			v, err := b.Sequence(b.ctx, "2026-03-02")
			if err != nil {
				return err
			}
			mu.Lock()
			if seen[v] || v < 1 || v > payment.MaxSequence {
				b.Errorf("number %d is given twice, or is not in 1 to %d", v, payment.MaxSequence)
			}
			seen[v] = true
			mu.Unlock()
		}
		return nil
	})
	v, err := b.Sequence(b.ctx, "2026-03-03")
	b.must("Sequence", err)
	if v != 1 {
		b.Fatalf("the first number of a day is %d, want 1", v)
	}
}

func orphans(b *bench) {
	r := acquirer.Result{
		Reference: "PCLCB260610009999", OrderID: "zz", Merchant: "201000005940002", Amount: decimal.New(7500, -2), Currency: "EUR",
		Outcome: acquirer.Accepted, Code: "00", AuthorisationID: "761208", MaskedPAN: "5017##########00", At: start,
	}
	for range 3 {
		b.must("Orphan", b.Orphan(b.ctx, r, start))
	}
	t := b.one(payment.Delivery, start.Add(time.Minute))
	b.same("the change", t.Change, payment.OrphanChange(r, start))
	b.release(t, start.Add(time.Hour), "the host is down")
	b.release(b.one(payment.Delivery, start.Add(time.Hour)), time.Time{}, "")
	b.none("delivered", payment.Delivery, start.Add(1000*time.Hour))
	b.must("Orphan", b.Orphan(b.ctx, r, start.Add(time.Hour)))
	b.none("delivered before", payment.Delivery, start.Add(1000*time.Hour))
	if o, ok := b.Store.(payment.OrphanLister); ok {
		all := collect(b, "Orphans", o.Orphans(b.ctx))
		if len(all) != 1 || all[0].Result.Fingerprint() != r.Fingerprint() || !all[0].At.Equal(start) {
			b.Fatalf("the orphans are %v, want the one", all)
		}
	}
}

// deliverAll takes every change that is due.
func (b *bench) deliverAll() {
	b.Helper()
	for {
		tasks := b.lease(payment.Delivery, start.Add(1000*time.Hour), 10)
		if len(tasks) == 0 {
			return
		}
		for _, t := range tasks {
			b.release(t, time.Time{}, "")
		}
	}
}

func erase(b *bench) {
	p := b.moved(b.add(func(p *payment.Payment) { p.MaskedPAN = "5017##########00" }), payment.Recorded)
	other := b.moved(b.add(), payment.Recorded)
	b.deliverAll()
	n, err := b.Erase(b.ctx, p.Debtor, start.Add(time.Hour))
	b.must("Erase", err)
	if n != 1 {
		b.Fatalf("%d payments erased, want 1", n)
	}
	b.same("what is left", b.find(p.ID), p.Erased())
	for _, e := range collect(b, "Journal", b.Journal(b.ctx, p.ID)) {
		if e.By != "" || e.Why != "" || e.Salt != [16]byte{} || e.Hash == [32]byte{} {
			b.Fatalf("entry %d keeps something personal, or lost its hash: %+v", e.Version, e)
		}
	}
	_, err = b.Find(b.ctx, payment.Lookup{Debtor: p.Debtor, Key: p.Key})
	b.is("Find by the erased key", err, payment.ErrNotFound)
	b.same("another debtor's", b.find(other.ID), other)
	for range 2 { // erased payments have empty fields in common: that must not make them one debt, claim or debtor
		q := b.moved(b.add(), payment.Recorded)
		b.deliverAll()
		_, err := b.Erase(b.ctx, q.Debtor, start.Add(time.Hour))
		b.must("Erase", err)
	}
	if n, err = b.Erase(b.ctx, "nobody", start.Add(time.Hour)); n != 0 || err != nil {
		b.Fatalf("Erase of nobody: %d, %v", n, err)
	}
}

func retained(b *bench) {
	p := b.moved(b.add(), payment.Recorded)
	b.deliverAll()
	_, err := b.Erase(b.ctx, p.Debtor, p.CreatedAt)
	b.is("Erase of a payment that is too young", err, payment.ErrRetained)
	q := b.moved(b.add(func(q *payment.Payment) { q.Debtor = p.Debtor }), payment.Paid)
	b.deliverAll()
	_, err = b.Erase(b.ctx, p.Debtor, start.Add(time.Hour))
	b.is("Erase while one has not ended", err, payment.ErrRetained)
	q = b.moved(q, payment.Recorded)
	_, err = b.Erase(b.ctx, p.Debtor, start.Add(time.Hour))
	b.is("Erase before all was delivered", err, payment.ErrRetained)
	b.same("the first", b.find(p.ID), p)
	b.same("the second", b.find(q.ID), q)
	b.deliverAll()
	if n, err := b.Erase(b.ctx, p.Debtor, start.Add(time.Hour)); n != 2 || err != nil {
		b.Fatalf("Erase: %d, %v; want 2", n, err)
	}
}
