package audit

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
)

// dayReader reads what moved on a day, in the order of time. In memory it keeps little of some ten thousand payments, however large the day.
type dayReader struct {
	books *Books
	day   paris.Day

	// last has the payments that were read and have heads still to come: the version of the last one.
	last map[payment.ID]int

	// moved has their movements that are still to come.
	moved map[payment.ID][]movement

	// heads are the last ones of the payments that moved, when all is read.
	heads *headSet
}

// mostRead is how many payments stay in memory until their later heads of the day come, a hundred bytes each; one with movements to come counts
// as five. Beyond that they are read again. Of a million payments in a day, each recorded an hour after it was begun, fifty thousand have heads to
// come.
const mostRead = 1 << 16

// movementsByInstant yields the movements of the payments on the day, by instant.
func (r *dayReader) movementsByInstant(ctx context.Context) iter.Seq2[movement, error] {
	return func(yield func(movement, error) bool) {
		for lot, err := range inLots(r.headsOfDay(ctx), 3*atOnce) { // a payment has some heads on its day
			if err == nil {
				err = r.readPayments(ctx, lot)
			}
			if err != nil {
				yield(movement{}, err)
				return
			}
			var over []payment.ID
			for _, h := range lot {
				for _, m := range r.takeMovements(h) {
					if !yield(m, nil) {
						return
					}
				}
				if r.last[h.Payment] == h.Version {
					r.heads.add(h.Hash)
					over = append(over, h.Payment)
				}
			}
			for _, id := range over { // should an earlier version follow all the same, as after a clock was set back, it is read again
				delete(r.last, id)
				delete(r.moved, id)
			}
		}
	}
}

// takeMovements returns what moved by the entry of a head, and forgets it.
func (r *dayReader) takeMovements(h payment.Head) (now []movement) {
	all, ok := r.moved[h.Payment]
	if !ok {
		return nil
	}
	var later []movement
	for _, m := range all {
		if m.version == h.Version {
			now = append(now, m)
		} else {
			later = append(later, m)
		}
	}
	if r.moved[h.Payment] = later; len(later) == 0 {
		delete(r.moved, h.Payment)
	}
	return now
}

// headsOfDay yields the heads of the day, damaged ones too: verifying the payment finds the damage.
func (r *dayReader) headsOfDay(ctx context.Context) iter.Seq2[payment.Head, error] {
	return func(yield func(payment.Head, error) bool) {
		for h, err := range r.books.store.Heads(ctx, r.day.Start(), r.day.Next().Start()) {
			if isDamaged(err) {
				err = nil
			}
			if !yield(h, err) || err != nil {
				return
			}
		}
	}
}

// readPayments reads the payments of some heads that are not read yet: no account is given of what was altered.
func (r *dayReader) readPayments(ctx context.Context, heads []payment.Head) error {
	if len(r.last)+4*len(r.moved) > r.books.mostRead {
		clear(r.last)
		clear(r.moved)
	}
	var ids []payment.ID
	for _, h := range heads {
		if _, known := r.last[h.Payment]; !known {
			r.last[h.Payment] = 0
			ids = append(ids, h.Payment)
		}
	}
	for some := range slices.Chunk(ids, atOnce) {
		if err := r.readBatch(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// readBatch reads payments, verifies them, and keeps what is still to come of them.
func (r *dayReader) readBatch(ctx context.Context, ids []payment.ID) error {
	found, err := r.books.historiesOf(ctx, ids)
	if err != nil {
		return err
	}
	if err := checkAllFound(ids, found); err != nil {
		return err
	}
	for _, h := range found {
		if err := payment.VerifyJournal(h.payment, h.journal); err != nil {
			return err
		}
		moved, err := movementsOn(r.day, payment.Movements(h.payment, h.journal))
		if err != nil {
			return err
		}
		if len(moved) > 0 {
			r.moved[h.payment.ID] = moved
		}
		for _, e := range h.journal {
			if paris.Of(e.At) == r.day {
				r.last[h.payment.ID] = e.Version
			}
		}
	}
	return nil
}

// checkAllFound returns an error that names the payments, twenty at most, of which there are entries and no row.
func checkAllFound(ids []payment.ID, found []history) error {
	if len(found) >= len(ids) {
		return nil
	}
	missing := slices.DeleteFunc(slices.Clone(ids), func(id payment.ID) bool {
		return slices.ContainsFunc(found, func(h history) bool { return h.payment.ID == id })
	})
	return fmt.Errorf("%w: the rows of payments are missing whose entries are there (%d in all): %s", payment.ErrAltered,
		len(missing), missing[:min(len(missing), mostNamed)])
}

// inOrder yields the movements of payments and of orphans, both by instant, in the order of the export: by instant, then by reference and
// version, and for one entry as they were found: the same on every run.
func inOrder(payments iter.Seq2[movement, error], orphans []movement) iter.Seq2[movement, error] {
	return func(yield func(movement, error) bool) {
		var same []movement // of one instant
		flush := func() bool {
			slices.SortStableFunc(same, func(a, b movement) int {
				return cmp.Or(strings.Compare(a.reference, b.reference), cmp.Compare(a.version, b.version))
			})
			for _, m := range same {
				if !yield(m, nil) {
					return false
				}
			}
			same = same[:0]
			return true
		}
		add := func(m movement) bool {
			if len(same) > 0 && !same[0].at.Equal(m.at) && !flush() {
				return false
			}
			same = append(same, m)
			return true
		}
		for m, err := range payments {
			if err != nil {
				yield(m, err)
				return
			}
			for ; len(orphans) > 0 && orphans[0].at.Before(m.at); orphans = orphans[1:] {
				if !add(orphans[0]) {
					return
				}
			}
			if !add(m) {
				return
			}
		}
		for _, m := range orphans {
			if !add(m) {
				return
			}
		}
		flush()
	}
}
