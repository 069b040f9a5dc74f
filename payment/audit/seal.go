package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"maps"
	"slices"

	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
)

// chain has the seals of all days, from the first day with a head.
type chain struct {
	next  paris.Day // the day after the last seal
	seals []Seal
}

// sealThrough seals the days before d, on which nothing moved, and then d. It must be called in the order of days.
func (c *chain) sealThrough(d paris.Day, heads [][32]byte) {
	if len(c.seals) == 0 {
		c.next = d
	}
	c.sealQuietDaysBefore(d)
	c.sealNextDay(heads)
}

// sealQuietDaysBefore seals the days before d, on which nothing moved.
func (c *chain) sealQuietDaysBefore(d paris.Day) {
	for len(c.seals) > 0 && c.next.Number() < d.Number() {
		c.sealNextDay(nil)
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
// that moved on the day. With the seals before it, it commits to all heads.
func (c *chain) sealNextDay(heads [][32]byte) {
	slices.SortFunc(heads, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	before := c.lastSeal()
	h := sha256.New()
	h.Write([]byte("seal/1 " + c.next.String() + " "))
	h.Write(before[:])
	for _, head := range heads {
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
			c.sealThrough(paris.Numbered(day), h[day])
		}
	}
	c.sealQuietDaysBefore(end)
	return c
}

// sealTo seals all days to the end of d from a list of heads by time, and returns the payments that moved on d. It holds
// the heads of one day.
func sealTo(ctx context.Context, s payment.Store, d paris.Day, orphans []payment.Orphan) (c chain, moved []payment.ID, err error) {
	var day paris.Day
	today := map[payment.ID]payment.Head{}
	end := func() {
		if len(today) == 0 {
			return
		}
		var heads [][32]byte
		for _, h := range today {
			heads = append(heads, h.Hash)
		}
		c.sealThrough(day, heads)
		clear(today)
	}
	put := func(h payment.Head) {
		if on := paris.Of(h.At); on != day {
			end()
			day = on
		}
		if known, ok := today[h.Payment]; !ok || known.Version < h.Version {
			today[h.Payment] = h
		}
	}
	for h, err := range s.Heads(ctx, d.Next().Start()) {
		if err != nil && !isDamaged(err) {
			return c, nil, err
		}
		for ; len(orphans) > 0 && orphans[0].At.Before(h.At); orphans = orphans[1:] {
			put(orphans[0].Head())
		}
		put(h)
	}
	for ; len(orphans) > 0 && orphans[0].At.Before(d.Next().Start()); orphans = orphans[1:] {
		put(orphans[0].Head())
	}
	if day == d {
		for id, h := range today {
			if h.Version > 0 {
				moved = append(moved, id)
			}
		}
	}
	end()
	c.sealQuietDaysBefore(d.Next())
	return c, moved, nil
}
