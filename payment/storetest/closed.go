package storetest

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quittance/quittance/payment"
)

// closedDay: an export that was made is whole for ever.
func closedDay(b *trial) {
	end := start.Add(12 * time.Hour)
	p := b.addPayment()
	refused := func(what string, err error) {
		var closed *payment.DayClosedError
		if !errors.As(err, &closed) || !closed.Until.Equal(end) {
			b.Fatalf("%s in a closed day: error %v, want a *DayClosedError until %v", what, err, end)
		}
	}
	orphan, known := strayAcceptance(9999), strayAcceptance(9998)
	b.must("Orphan", b.Orphan(b.ctx, known, start))
	b.must("CloseDay", b.CloseDay(b.ctx, "2026-03-02", end))
	b.must("CloseDay again", b.CloseDay(b.ctx, "2026-03-02", end))
	b.must("CloseDay of the day before", b.CloseDay(b.ctx, "2026-03-01", end.Add(-24*time.Hour)))

	_, err := b.tryMove(p, payment.Redirected)
	refused("a commit", err)
	b.mustEqual("the payment", b.mustFind(p.ID), p)
	q, e := b.newPayment()
	refused("a creation", b.Create(b.ctx, q, e))
	_, err = b.Find(b.ctx, payment.Lookup{ID: q.ID})
	b.mustBeError("Find of what was not created", err, payment.ErrNotFound)
	refused("an orphan", b.Orphan(b.ctx, orphan, end.Add(-time.Microsecond)))
	b.must("an orphan that is known; Orphan", b.Orphan(b.ctx, known, start))
	b.mustEqual("the orphans", len(collectAll(b, "Orphans", b.Orphans(b.ctx))), 1)
	_, err = b.tryMove(payment.Payment{ID: "x", CreatedAt: start}, payment.Redirected)
	b.mustBeError("a commit of an unknown payment in a closed day", err, payment.ErrNotFound)
	_, err = b.tryMove(p, payment.Redirected, func(p *payment.Payment) { p.Version = 7 })
	b.mustBeError("a commit at an old version in a closed day", err, payment.ErrVersion)

	e.At = end // the first instant of the next day
	b.must("Create", b.Create(b.ctx, q, e))
	b.must("Orphan", b.Orphan(b.ctx, orphan, end))
	p.CreatedAt = end.Add(-time.Minute) // the entry is dated a minute after it
	b.mustMove(p, payment.Redirected)
	var sent []string
	for now := end.Add(-time.Hour); ; { // the clock was set back: by it that day is yet to come
		tasks := b.mustLease(payment.WorkDelivery, now, 10)
		if len(tasks) == 0 {
			break
		}
		for _, t := range tasks {
			sent = append(sent, t.Change.Key)
			b.mustRelease(t, time.Time{}, "")
		}
	}
	slices.Sort(sent)
	want := []string{
		string(p.ID) + "/1", string(p.ID) + "/2", string(q.ID) + "/1",
		payment.OrphanChange(known, start).Key, payment.OrphanChange(orphan, end).Key,
	}
	slices.Sort(want)
	b.mustEqual("the changes that go out before that day begins", sent, want)
	if heads := collectAll(b, "Heads", b.Heads(b.ctx, time.Time{}, end)); len(heads) != 1 || heads[0].Version != 1 {
		b.Fatalf("%d entries are dated into the closed day, want the first alone", len(heads))
	}
}

// closedRace: what an export read is all that there ever is of its day.
func closedRace(b *trial) {
	const writers, late = 8, 3
	end := start.Add(12 * time.Hour)
	var made [writers][]draft
	for w := range made {
		for range 40 {
			p, e := b.newPayment()
			made[w] = append(made[w], draft{p, e})
		}
	}
	var written atomic.Int64
	half, closed := make(chan struct{}), make(chan struct{})
	var once sync.Once
	exported := -1
	b.runAtOnce(writers+1, func(i int) error {
		if i == writers {
			<-half
			err := func() error {
				defer close(closed) // also if it panics
				return b.CloseDay(b.ctx, "2026-03-02", end)
			}()
			if err != nil {
				return err
			}
			exported = len(collectAll(b, "Heads", b.Heads(b.ctx, time.Time{}, end)))
			return nil
		}
		defer once.Do(func() { close(half) })
		for n, d := range made[i] {
			if n == len(made[i])-late { // however fast the writers are, some of it comes after the closing
				once.Do(func() { close(half) })
				<-closed
			}
			err := b.Create(b.ctx, d.p, d.e)
			if errors.As(err, new(*payment.DayClosedError)) {
				return nil
			}
			if err != nil {
				return err
			}
			if written.Add(1) == writers*5 {
				once.Do(func() { close(half) })
			}
		}
		return nil
	})
	after := len(collectAll(b, "Heads", b.Heads(b.ctx, time.Time{}, end)))
	if exported != after || after != int(written.Load()) {
		b.Fatalf("the export had %d entries of the day, now there are %d, and %d were acknowledged", exported, after, written.Load())
	}
}
