package storetest

import (
	"errors"
	"time"

	"github.com/quittance/quittance/payment"
)

// reopenedHasAll: what one process has acknowledged the next one has.
func reopenedHasAll(b *trial) {
	if b.reopen == nil {
		panic(failure{&SkipError{"way to open the store anew"}})
	}
	again := func() {
		s, err := b.reopen()
		b.must("reopen", err)
		b.Store = s
	}
	p := b.mustMove(b.mustMove(b.addPayment(), payment.Redirected), payment.Paid)
	last, err := b.Sequence(b.ctx, "2026-03-02")
	b.must("Sequence", err)
	b.must("Orphan", b.Orphan(b.ctx, strayAcceptance(9999), start))
	end := start.Add(12 * time.Hour)
	b.must("CloseDay", b.CloseDay(b.ctx, "2026-03-02", end))
	again()
	b.mustEqual("the payment", b.mustFind(p.ID), p)
	b.mustEqual("its journal", len(collectAll(b, "Journal", b.Journal(b.ctx, p.ID))), 3)
	b.mustEqual("the orphans", len(collectAll(b, "Orphans", b.Orphans(b.ctx))), 1)
	if n, err := b.Sequence(b.ctx, "2026-03-02"); err != nil || n <= last {
		b.Fatalf("after %d the next process is given %d, %v: two payments would bear one reference", last, n, err)
	}
	_, err = b.tryMove(p, payment.Recorded)
	if closed := (*payment.DayClosedError)(nil); !errors.As(err, &closed) {
		b.Fatalf("the next process writes into a closed day: error %v", err)
	}
	keys := 0
	for tasks := b.mustLease(payment.WorkDelivery, start.Add(time.Hour), 9); len(tasks) > 0; tasks = b.mustLease(payment.WorkDelivery, start.Add(time.Hour), 9) {
		for _, t := range tasks {
			b.mustRelease(t, time.Time{}, "")
			keys++
		}
	}
	b.mustEqual("the changes that wait", keys, 4)
	b.leaseOnlyTask(payment.WorkAttention, p.AttentionAt)
	q, e := b.newPayment()
	q.Debtor, q.Key, e.At = p.Debtor, p.Key, end
	b.mustBeError("the same key in the next process", b.Create(b.ctx, q, e), payment.ErrKeyReused)
	again()
	b.mustLeaseNothing("what was delivered stays delivered", payment.WorkDelivery, start.Add(1000*time.Hour))
}
