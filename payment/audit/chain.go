package audit

import (
	"context"
	"crypto/sha256"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
)

// chain has the seals of all days, from the first day with a head.
type chain struct {
	next  paris.Day // the day after the last seal
	seals []Seal
}

// sealThrough seals the days before d, on which nothing moved, and then d. It must be called in the order of days.
func (c *chain) sealThrough(d paris.Day, heads iter.Seq[[32]byte]) {
	if len(c.seals) == 0 {
		c.next = d
	}
	c.sealQuietDaysBefore(d)
	c.sealNextDay(heads)
}

// sealQuietDaysBefore seals the days before d, on which nothing moved.
func (c *chain) sealQuietDaysBefore(d paris.Day) {
	for len(c.seals) > 0 && c.next.Number() < d.Number() {
		c.sealNextDay(sorted(nil))
	}
}

// lastSeal returns the seal of the last day; zero before the first.
func (c *chain) lastSeal() (seal Seal) {
	if n := len(c.seals); n > 0 {
		seal = c.seals[n-1]
	}
	return seal
}

// sealNextDay seals the next day: a hash over the day, the seal of the day before, and the heads of all payments, and orphans,
// that moved on the day, in their order. With the seals before it, it commits to all heads.
func (c *chain) sealNextDay(heads iter.Seq[[32]byte]) {
	before := c.lastSeal()
	h := sha256.New()
	h.Write([]byte("seal/1 " + c.next.String() + " "))
	h.Write(before[:])
	for head := range heads {
		h.Write(head[:])
	}
	c.seals, c.next = append(c.seals, Seal(h.Sum(nil))), c.next.Next()
}

// heads has the heads of each day, by the day's number: 32 bytes for each payment and each day on which it moved.
type heads map[int][][32]byte

// addOrphans adds the heads of orphans.
func (h heads) addOrphans(all []payment.Orphan) {
	for _, o := range all {
		day := paris.Of(o.At).Number()
		h[day] = append(h[day], o.Head().Hash)
	}
}

// addJournal adds the heads of a payment: the last one of each day.
func (h heads) addJournal(entries []payment.Entry) {
	last := map[int][32]byte{}
	for _, e := range entries {
		last[paris.Of(e.At).Number()] = e.Hash
	}
	for day, head := range last {
		h[day] = append(h[day], head)
	}
}

// sealDaysBefore returns the seals of all days before end.
func (h heads) sealDaysBefore(end paris.Day) (c chain) {
	for _, day := range slices.Sorted(maps.Keys(h)) {
		if day < end.Number() {
			c.sealThrough(paris.Numbered(day), sorted(h[day]))
		}
	}
	c.sealQuietDaysBefore(end)
	return c
}

// chainBefore is the chain of seals to the day before d. It begins with the last seal that the store keeps, and reads what came since.
func (b *Books) chainBefore(ctx context.Context, d paris.Day, orphans []payment.Orphan) (c chain, err error) {
	kept, err := b.store.LastSeal(ctx, d.Start())
	if err != nil {
		return c, err
	}
	if kept.Day != "" {
		day, err := paris.Parse(kept.Day)
		if err != nil {
			return c, err
		}
		c = chain{next: day.Next(), seals: []Seal{kept.Seal}}
	} else if c.next, err = b.firstDay(ctx, d, orphans); err != nil {
		return c, err
	}
	for day := c.next; day.Number() < d.Number(); day = day.Next() {
		heads, err := b.headsOf(ctx, day)
		if err != nil {
			return c, err
		}
		if heads = append(heads, orphanHeads(orphans, day)...); len(heads) > 0 {
			c.sealThrough(day, sorted(heads))
		}
	}
	c.sealQuietDaysBefore(d)
	return c, nil
}

// headsOf are the last heads of the payments that moved on a day.
func (b *Books) headsOf(ctx context.Context, d paris.Day) (heads [][32]byte, err error) {
	last := map[payment.ID]payment.Head{}
	for h, err := range b.store.Heads(ctx, d.Start(), d.Next().Start()) {
		if err != nil && !isDamaged(err) {
			return nil, err
		}
		if known, ok := last[h.Payment]; !ok || known.Version < h.Version {
			last[h.Payment] = h
		}
	}
	for _, h := range last {
		heads = append(heads, h.Hash)
	}
	return heads, nil
}

// firstDay is the first day that has a head; d, if there is none before it.
func (b *Books) firstDay(ctx context.Context, d paris.Day, orphans []payment.Orphan) (paris.Day, error) {
	first := d
	if len(orphans) > 0 && orphans[0].At.Before(d.Start()) {
		first = paris.Of(orphans[0].At)
	}
	for h, err := range b.store.Heads(ctx, time.Time{}, first.Start()) {
		if err != nil && !isDamaged(err) {
			return d, err
		}
		return paris.Of(h.At), nil
	}
	return first, nil
}

// orphanHeads are the heads of the orphans of a day.
func orphanHeads(all []payment.Orphan, d paris.Day) (heads [][32]byte) {
	for _, o := range all {
		if paris.Of(o.At) == d {
			heads = append(heads, o.Head().Hash)
		}
	}
	return heads
}
