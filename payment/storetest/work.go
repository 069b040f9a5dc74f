package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// mustLease leases at most n tasks.
func (b *trial) mustLease(k payment.WorkKind, now time.Time, n int) []payment.Task {
	tasks, err := b.Lease(b.ctx, k, ownMerchant, now, time.Minute, n)
	b.must("Lease", err)
	return tasks
}

// leaseOnlyTask leases the one task that must be due.
func (b *trial) leaseOnlyTask(k payment.WorkKind, now time.Time) payment.Task {
	tasks := b.mustLease(k, now, 10)
	if len(tasks) != 1 {
		b.Fatalf("%d tasks of %s are due at %v, want 1", len(tasks), k, now)
	}
	return tasks[0]
}

// mustLeaseNothing fails if a task is due.
func (b *trial) mustLeaseNothing(why string, k payment.WorkKind, now time.Time) {
	if tasks := b.mustLease(k, now, 10); len(tasks) > 0 {
		b.Fatalf("%s: %d tasks of %s are due, want none", why, len(tasks), k)
	}
}

// mustRelease releases a task.
func (b *trial) mustRelease(t payment.Task, again time.Time, cause string) {
	b.must("Release", b.Release(b.ctx, t, again, cause))
}

func leaseAttention(b *trial) {
	p := b.addPayment()
	due := p.AttentionAt
	b.mustLeaseNothing("before its time", payment.WorkAttention, due.Add(-time.Microsecond))
	t := b.leaseOnlyTask(payment.WorkAttention, due)
	b.mustEqual("the task's payment", t.Payment, p)
	if t.Token == "" || t.Kind != payment.WorkAttention || t.Tries != 0 || t.Cause != "" {
		b.Fatalf("the task is %+v", t)
	}
	b.mustLeaseNothing("leased", payment.WorkAttention, due.Add(59*time.Second))
	u := b.leaseOnlyTask(payment.WorkAttention, due.Add(time.Minute))
	if u.Token == t.Token {
		b.Fatal("two leases have one token")
	}
	again := due.Add(time.Hour)
	b.mustRelease(u, again, "")
	b.mustLeaseNothing("released for later", payment.WorkAttention, again.Add(-time.Microsecond))
	if at := b.mustFind(p.ID).AttentionAt; !at.Equal(again) {
		b.Fatalf("AttentionAt is %v, want %v", at, again)
	}
	b.mustRelease(b.leaseOnlyTask(payment.WorkAttention, again), time.Time{}, "")
	b.mustLeaseNothing("done", payment.WorkAttention, again.Add(1000*time.Hour))
	if q := b.mustFind(p.ID); !q.AttentionAt.IsZero() || q.Version != 1 {
		b.Fatalf("AttentionAt %v at version %d, want zero at 1: a release is no transition", q.AttentionAt, q.Version)
	}
	if _, err := b.Lease(b.ctx, "nonsense", ownMerchant, start, time.Minute, 1); err == nil {
		b.Fatal("a kind of work that does not exist was leased")
	}
}

func oldestFirst(b *trial) {
	var want [4]payment.Payment
	for _, i := range []int{3, 1, 2, 0} { // neither the order of creation nor that of the ids
		want[i] = b.addPayment(func(p *payment.Payment) {
			p.CreatedAt = start.Add(time.Duration(9-i) * time.Second)
			p.AttentionAt = start.Add(time.Hour + time.Duration(i)*time.Microsecond)
		})
	}
	now := start.Add(2 * time.Hour)
	for _, half := range [][]payment.Payment{want[:2], want[2:]} {
		got := []payment.ID{}
		for _, t := range b.mustLease(payment.WorkAttention, now, 2) {
			got = append(got, t.Payment.ID)
		}
		b.mustEqual("the two rows that are due for longest", got, idsOf(half))
	}
	b.deliverAll()
	for i := len(want) - 1; i >= 0; i-- { // move dates an entry by its payment's creation
		b.mustMove(want[i], payment.Redirected)
	}
	for _, half := range [][]payment.Payment{{want[3], want[2]}, {want[1], want[0]}} {
		got := []payment.ID{}
		for _, t := range b.mustLease(payment.WorkDelivery, now, 2) {
			got = append(got, t.Payment.ID)
		}
		b.mustEqual("the two changes that are due for longest", got, idsOf(half))
	}
}

func tokenOfLease(b *trial) {
	p := b.addPayment()
	due := p.AttentionAt
	late := b.leaseOnlyTask(payment.WorkAttention, due)
	t := b.leaseOnlyTask(payment.WorkAttention, due.Add(2*time.Minute))
	b.mustRelease(late, time.Time{}, "the lease was over")
	forged := t
	forged.Token = ""
	b.mustRelease(forged, time.Time{}, "no token")
	b.mustLeaseNothing("still leased", payment.WorkAttention, due.Add(2*time.Minute+time.Second))
	if at := b.mustFind(p.ID).AttentionAt; !at.Equal(due) {
		b.Fatalf("a release without the lease's token moved the due time to %v", at)
	}
	c := b.leaseOnlyTask(payment.WorkDelivery, due)
	forged = c
	forged.Token = late.Token
	b.mustRelease(forged, time.Time{}, "")
	if d := b.leaseOnlyTask(payment.WorkDelivery, due.Add(time.Hour)); d.Change.Key != c.Change.Key {
		b.Fatal("a release without the lease's token dropped a change")
	}
}

func releasedOnce(b *trial) {
	p := b.addPayment()
	t := b.leaseOnlyTask(payment.WorkAttention, p.AttentionAt)
	again := p.AttentionAt.Add(time.Hour)
	b.mustRelease(t, again, "once")
	b.mustRelease(t, time.Time{}, "twice")
	if u := b.leaseOnlyTask(payment.WorkAttention, again); u.Tries != 1 || u.Cause != "once" {
		b.Fatalf("%d failures (%q), want the one of the lease", u.Tries, u.Cause)
	}
	c := b.leaseOnlyTask(payment.WorkDelivery, again)
	b.mustRelease(c, again.Add(time.Hour), "once")
	b.mustRelease(c, time.Time{}, "")
	if d := b.leaseOnlyTask(payment.WorkDelivery, again.Add(time.Hour)); d.Tries != 1 {
		b.Fatalf("%d failures, want 1", d.Tries)
	}
}

func commitEndsLease(b *trial) {
	p := b.addPayment()
	t := b.leaseOnlyTask(payment.WorkAttention, p.AttentionAt)
	b.mustRelease(t, p.AttentionAt, "first failure")
	t = b.leaseOnlyTask(payment.WorkAttention, p.AttentionAt)
	due := start.Add(5 * time.Hour)
	q := b.mustMove(p, payment.Redirected, func(p *payment.Payment) { p.AttentionAt = due })
	b.mustRelease(t, time.Time{}, "overtaken")
	u := b.leaseOnlyTask(payment.WorkAttention, due)
	b.mustEqual("the task's payment", u.Payment, q)
	if u.Tries != 0 || u.Cause != "" { // a cause is remembered from look to look: the first "not found" is not the second
		b.Fatalf("%d failures (%q) after a commit, want 0", u.Tries, u.Cause)
	}
	now := due.Add(time.Second)
	b.mustMove(q, payment.Unknown, func(p *payment.Payment) { p.AttentionAt = now })
	b.leaseOnlyTask(payment.WorkAttention, now) // although the lease that the commit has ended would last for most of a minute
}

// commitLeavesDelivery: a worker that delivers is not robbed of its lease by a transition: the change would go out twice, and the next one with it.
func commitLeavesDelivery(b *trial) {
	p := b.addPayment()
	now := start.Add(time.Hour)
	t := b.leaseOnlyTask(payment.WorkDelivery, now)
	b.mustMove(p, payment.Redirected)
	b.mustLeaseNothing("the first change is being delivered", payment.WorkDelivery, now.Add(time.Second))
	b.mustRelease(t, now.Add(time.Second), "the host is down")
	t = b.leaseOnlyTask(payment.WorkDelivery, now.Add(time.Second))
	if t.Change.Key != string(p.ID)+"/1" || t.Tries != 1 {
		b.Fatalf("the change %s failed %d times, want %s/1 and 1", t.Change.Key, t.Tries, p.ID)
	}
	b.mustRelease(t, time.Time{}, "")
	if t = b.leaseOnlyTask(payment.WorkDelivery, now.Add(time.Second)); t.Change.Key != string(p.ID)+"/2" {
		b.Fatalf("the change %s is due, want %s/2", t.Change.Key, p.ID)
	}
}

func failuresCounted(b *trial) {
	p := b.addPayment()
	now := p.AttentionAt
	for want := range 3 {
		t := b.leaseOnlyTask(payment.WorkAttention, now)
		if t.Tries != want || want > 0 && t.Cause != "no answer" {
			b.Fatalf("%d failures (%q), want %d", t.Tries, t.Cause, want)
		}
		now = now.Add(time.Minute)
		b.mustRelease(t, now, "no answer")
		if t = b.leaseOnlyTask(payment.WorkAttention, now); t.Tries != want+1 {
			b.Fatalf("%d failures, want %d", t.Tries, want+1)
		}
		t.Tries-- // somebody asked in between, which was no try
		b.mustRelease(t, now, t.Cause)
	}
	b.mustRelease(b.leaseOnlyTask(payment.WorkAttention, now), now, "")
	if t := b.leaseOnlyTask(payment.WorkAttention, now); t.Tries != 0 || t.Cause != "" {
		b.Fatalf("%d failures (%q) after a success, want 0", t.Tries, t.Cause)
	}
}

func deliveredInOrder(b *trial) {
	p, e := b.newPayment()
	b.must("Create", b.Create(b.ctx, p, e))
	q := b.mustMove(p, payment.Redirected, func(p *payment.Payment) {
		p.Session = acquirer.Session{URL: "https://kiosk.example/", Method: "POST"}
	})
	now := start.Add(time.Hour)
	t := b.leaseOnlyTask(payment.WorkDelivery, now)
	b.mustEqual("the first change", t.Change, payment.NewChange(p, e))
	b.mustLeaseNothing("the second waits for the first", payment.WorkDelivery, now.Add(time.Second))
	b.mustRelease(t, now.Add(time.Minute), "the host is down")
	b.mustLeaseNothing("until it is tried again", payment.WorkDelivery, now.Add(59*time.Second))
	t = b.leaseOnlyTask(payment.WorkDelivery, now.Add(time.Minute))
	if t.Tries != 1 || t.Change.Key != string(p.ID)+"/1" {
		b.Fatalf("the change %s failed %d times, want %s/1 and 1", t.Change.Key, t.Tries, p.ID)
	}
	b.mustRelease(t, time.Time{}, "")
	t = b.leaseOnlyTask(payment.WorkDelivery, now.Add(time.Minute))
	want := q
	want.Session = acquirer.Session{}
	b.mustEqual("the second change's payment, without the session that lets its bearer pay", t.Change.Payment, want)
	b.mustRelease(t, time.Time{}, "")
	b.mustLeaseNothing("all delivered", payment.WorkDelivery, now.Add(1000*time.Hour))
}

func holdsBackItsOwn(b *trial) {
	bad := b.mustMove(b.addPayment(), payment.Redirected)
	good := b.mustMove(b.addPayment(), payment.Redirected)
	now := start.Add(time.Hour)
	delivered := map[string]bool{}
	for range 10 {
		for _, t := range b.mustLease(payment.WorkDelivery, now, 1) {
			if t.Payment.ID == bad.ID {
				b.mustRelease(t, now.Add(24*time.Hour), "refused")
				continue
			}
			delivered[t.Change.Key] = true
			b.mustRelease(t, time.Time{}, "")
		}
	}
	for v := 1; v <= 2; v++ {
		if k := fmt.Sprintf("%s/%d", good.ID, v); !delivered[k] {
			b.Fatalf("%s was held back by another payment's change", k)
		}
	}
}

func stuckRestarted(b *trial) {
	ended := func(p *payment.Payment) { p.AttentionAt = time.Time{} }
	rows, changes := b.addPayment(), b.addPayment(ended)
	b.addPayment(ended) // nothing of it is stuck
	now := start.Add(time.Hour)
	later := now.Add(time.Hour)
	for range payment.StuckAfter - 1 {
		b.mustRelease(b.leaseOnlyTask(payment.WorkAttention, now), now, "no answer")
	}
	b.mustRelease(b.leaseOnlyTask(payment.WorkAttention, now), later.Add(6*time.Hour), "no answer")
	for _, t := range b.mustLease(payment.WorkDelivery, now, 10) {
		if t.Payment.ID == changes.ID {
			b.mustRelease(t, now, "refused")
		} else {
			b.mustRelease(t, time.Time{}, "")
		}
	}
	for range payment.StuckAfter - 2 {
		b.mustRelease(b.leaseOnlyTask(payment.WorkDelivery, now), now, "refused")
	}
	b.mustRelease(b.leaseOnlyTask(payment.WorkDelivery, now), later.Add(6*time.Hour), "refused")
	b.mustEqual("the stuck ones", idsOf(collectAll(b, "List", b.List(b.ctx, payment.Filter{Stuck: true}))), []payment.ID{rows.ID, changes.ID})
	b.must("Restart", b.Restart(b.ctx, rows.ID, later))
	b.must("Restart", b.Restart(b.ctx, changes.ID, later))
	for _, k := range []payment.WorkKind{payment.WorkAttention, payment.WorkDelivery} {
		if t := b.leaseOnlyTask(k, later); t.Tries != 0 {
			b.Fatalf("%s: %d failures after the restart, want 0", k, t.Tries)
		}
	}
	b.mustEqual("none is stuck", idsOf(collectAll(b, "List", b.List(b.ctx, payment.Filter{Stuck: true}))), []payment.ID{})
	b.mustBeError("Restart of an unknown payment", b.Restart(b.ctx, "x", later), payment.ErrNotFound)
}

func leaseRace(b *trial) {
	const n = 40
	for range n {
		b.addPayment()
	}
	now := start.Add(time.Hour)
	var mu sync.Mutex
	seen := map[payment.ID]int{}
	b.runAtOnce(8, func(int) error {
		for {
			tasks, err := b.Lease(b.ctx, payment.WorkAttention, ownMerchant, now, time.Minute, 3)
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
	for _, t := range b.mustLease(payment.WorkAttention, now, n) {
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

func sequenceNeverRepeats(b *trial) {
	const n = 300
	var mu sync.Mutex
	seen := map[int]bool{}
	b.runAtOnce(8, func(int) error {
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

// deliverAll takes every change that is due.
func (b *trial) deliverAll() {
	for {
		tasks := b.mustLease(payment.WorkDelivery, start.Add(1000*time.Hour), 10)
		if len(tasks) == 0 {
			return
		}
		for _, t := range tasks {
			b.mustRelease(t, time.Time{}, "")
		}
	}
}
