package storetest

import (
	"errors"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// reopened: what one process has acknowledged the next one has.
func reopened(b *trial) {
	if b.reopen == nil {
		panic(failure{&SkipError{"way to open the store anew"}})
	}
	again := func() {
		s, err := b.reopen()
		b.must("reopen", err)
		b.Store = s
	}
	r := acquirer.Result{
		Reference: "PCLCB260610009999", OrderID: "zz", Merchant: merchant, Amount: decimal.New(7500, -2), Currency: "EUR",
		Outcome: acquirer.Accepted, Code: "00", At: start,
	}
	p := b.moved(b.moved(b.add(), payment.Redirected), payment.Paid)
	last, err := b.Sequence(b.ctx, "2026-03-02")
	b.must("Sequence", err)
	b.must("Orphan", b.Orphan(b.ctx, r, start))
	end := start.Add(12 * time.Hour)
	b.must("CloseDay", b.CloseDay(b.ctx, "2026-03-02", end))
	again()
	b.same("the payment", b.find(p.ID), p)
	b.same("its journal", len(collect(b, "Journal", b.Journal(b.ctx, p.ID))), 3)
	b.same("the orphans", len(collect(b, "Orphans", b.Orphans(b.ctx))), 1)
	if n, err := b.Sequence(b.ctx, "2026-03-02"); err != nil || n <= last {
		b.Fatalf("after %d the next process is given %d, %v: two payments would bear one reference", last, n, err)
	}
	_, err = b.move(p, payment.Recorded)
	if closed := (*payment.DayClosedError)(nil); !errors.As(err, &closed) {
		b.Fatalf("the next process writes into a closed day: error %v", err)
	}
	keys := 0
	for tasks := b.lease(payment.WorkDelivery, start.Add(time.Hour), 9); len(tasks) > 0; tasks = b.lease(payment.WorkDelivery, start.Add(time.Hour), 9) {
		for _, t := range tasks {
			b.release(t, time.Time{}, "")
			keys++
		}
	}
	b.same("the changes that wait", keys, 4)
	b.one(payment.WorkAttention, p.AttentionAt)
	q, e := b.new()
	q.Debtor, q.Key, e.At = p.Debtor, p.Key, end
	b.is("the same key in the next process", b.Create(b.ctx, q, e), payment.ErrKeyReused)
	again()
	b.none("what was delivered stays delivered", payment.WorkDelivery, start.Add(1000*time.Hour))
}
