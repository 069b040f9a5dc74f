package storetest

import (
	"time"

	"github.com/quittance/quittance/payment"
)

// pickOne is for stores that serve a job queue: what is due is named and not leased, and leased one payment at a time.
func pickOne(b *trial) {
	now := start.Add(time.Hour)
	named := func(why string, k payment.WorkKind, n int, want ...payment.Due) {
		got, err := b.Due(b.ctx, k, ownMerchant, now, n)
		b.must("Due", err)
		b.mustEqual(why, append([]payment.Due{}, got...), append([]payment.Due{}, want...))
	}
	pick := func(why string, k payment.WorkKind, id payment.ID) payment.Task {
		tasks, err := b.LeaseOne(b.ctx, k, id, ownMerchant, now, time.Minute)
		b.must("LeaseOne", err)
		if len(tasks) != 1 || tasks[0].Kind != k || tasks[0].Token == "" {
			b.Fatalf("%s: LeaseOne handed out %v, want one task", why, tasks)
		}
		return tasks[0]
	}
	nothing := func(why string, k payment.WorkKind, id payment.ID) {
		tasks, err := b.LeaseOne(b.ctx, k, id, ownMerchant, now, time.Minute)
		if b.must("LeaseOne", err); len(tasks) > 0 {
			b.Fatalf("%s: LeaseOne handed out %v, want nothing", why, tasks)
		}
	}

	late, early := b.addPayment(), b.addPayment(func(p *payment.Payment) { p.AttentionAt = start.Add(time.Second) })
	b.addPayment(func(p *payment.Payment) { p.AttentionAt = now.Add(time.Microsecond) })
	row := func(p payment.Payment) payment.Due {
		return payment.Due{Kind: payment.WorkAttention, Payment: p.ID, Version: p.Version}
	}
	named("what is due, oldest first", payment.WorkAttention, 9, row(early), row(late))
	named("no more than was asked for", payment.WorkAttention, 1, row(early))
	t := pick("a row that is not the oldest", payment.WorkAttention, late.ID)
	b.mustEqual("the task's payment", t.Payment, late)
	named("what is leased is not named", payment.WorkAttention, 9, row(early))
	nothing("leased", payment.WorkAttention, late.ID)
	b.mustRelease(t, now.Add(time.Minute), "no answer")
	nothing("not due", payment.WorkAttention, late.ID)
	nothing("no such payment", payment.WorkAttention, "x")
	nothing("no payment", payment.WorkAttention, "")
	if early := b.leaseOnlyTask(payment.WorkAttention, now); early.Payment.ID == late.ID {
		b.Fatal("Due leased a row")
	}

	b.deliverAll()
	late = b.mustMove(b.mustMove(late, payment.Redirected), payment.Paid)
	change := func(id payment.ID, version int) payment.Due {
		return payment.Due{Kind: payment.WorkDelivery, Payment: id, Version: version}
	}
	named("the oldest change", payment.WorkDelivery, 9, change(late.ID, 2))
	first := pick("the oldest change", payment.WorkDelivery, late.ID)
	if first.Change.Entry.Version != 2 {
		b.Fatalf("version %d is delivered first, want 2", first.Change.Entry.Version)
	}
	named("nothing overtakes what is under way", payment.WorkDelivery, 9)
	nothing("nothing overtakes what is under way", payment.WorkDelivery, late.ID)
	b.mustRelease(first, time.Time{}, "")
	named("the next change", payment.WorkDelivery, 9, change(late.ID, 3))
	b.mustRelease(pick("the next change", payment.WorkDelivery, late.ID), time.Time{}, "")
	nothing("all is delivered", payment.WorkDelivery, late.ID)

	for i := range 2 {
		b.must("Orphan", b.Orphan(b.ctx, strayAcceptance(9990+i), start.Add(time.Duration(i)*time.Second)))
	}
	named("one orphan", payment.WorkDelivery, 1, mustDue(b, now)[0])
	nothing("no payment, though orphans have none", payment.WorkDelivery, "")
	for _, d := range mustDue(b, now) {
		t := pick("an orphan, by its change's key", payment.WorkDelivery, d.Payment)
		b.mustEqual("the orphan's key", payment.ID(t.Change.Key), d.Payment)
		b.mustRelease(t, time.Time{}, "")
	}
	named("all orphans are delivered", payment.WorkDelivery, 9)
	if _, err := b.Due(b.ctx, "nonsense", ownMerchant, now, 1); err == nil {
		b.Fatal("a kind of work that does not exist was named")
	}
	if _, err := b.LeaseOne(b.ctx, "nonsense", late.ID, ownMerchant, now, time.Minute); err == nil {
		b.Fatal("a kind of work that does not exist was leased")
	}
}

// mustDue returns the changes of two orphans, which must be all that is due.
func mustDue(b *trial, now time.Time) []payment.Due {
	due, err := b.Due(b.ctx, payment.WorkDelivery, ownMerchant, now, 9)
	b.must("Due", err)
	if len(due) != 2 || due[0].Version != 0 || due[0].Payment == due[1].Payment {
		b.Fatalf("due are %v, want the changes of two orphans", due)
	}
	return due
}
