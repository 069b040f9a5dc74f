package audit

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
)

// mostNamed is how many payments that do not verify one error names.
const mostNamed = 20

// Verify checks every journal: that it has no gap, that each entry commits to the one before, that the table leads
// from each to the next, and that the payment is what the last one says. With the daily seals of [Books.Export],
// kept outside and given oldest first, it also finds payments that were deleted or rewritten whole, and orphans; without
// them (nil) it finds accidents only. An equal seal that is repeated, of a day that was exported twice, is passed over. A
// seal of a day to come, which was exported while the clock was ahead, is taken too.
//
// The error is [payment.ErrAltered], and names what does not fit: each payment, twenty at most. Any other error is the store's.
//
// It reads every journal itself, whatever the store could tell quicker, and with seals keeps 32 bytes for each payment
// and each day on which it moved.
func (b *Books) Verify(ctx context.Context, seals iter.Seq[Seal]) error {
	all := heads{}
	var altered []error
	for lot, err := range inLots(b.readablePayments(ctx, &altered), atOnce) {
		if err != nil {
			return err
		}
		read, err := b.withJournals(ctx, lot)
		if err != nil {
			return err
		}
		for _, h := range read {
			if seals != nil {
				all.addJournal(h.journal)
			}
			if err := payment.VerifyJournal(h.payment, h.journal); err != nil {
				altered = append(altered, err)
			}
		}
		if len(altered) >= mostNamed {
			altered = altered[:mostNamed]
			break
		}
	}
	if len(altered) > 0 {
		return errors.Join(altered...)
	}
	if seals == nil {
		return nil
	}
	orphans, err := b.allOrphans(ctx)
	if err != nil {
		return err
	}
	all.addOrphans(orphans)
	end, err := b.endOfSeals(ctx)
	if err != nil {
		return err
	}
	days := all.sealDaysBefore(end).seals // those that may follow the seals read so far
	n := 0
	var before Seal
	for want := range seals {
		n++
		if want == (Seal{}) || want == before { // of a day before the first payment: it commits to nothing; or exported twice
			continue
		}
		before = want
		i := slices.Index(days, want)
		if i < 0 {
			return fmt.Errorf("%w: seal %d (%s) is no day's seal: a payment was deleted or rewritten, or the seals are not in order",
				payment.ErrAltered, n, want)
		}
		days = days[i+1:]
	}
	return nil
}

// endOfSeals returns the first day of which no seal can have been given: the day after today, or after the last one whose seal the store keeps,
// whichever is later. Days to come were exported where the clock was ahead and was set back since. That only makes Verify
// compute more seals: of the store it takes the day, and the seal itself from the journals.
func (b *Books) endOfSeals(ctx context.Context) (paris.Day, error) {
	end := paris.Of(b.now()).Next()
	kept, err := b.store.LastSeal(ctx, endOfTime)
	if err != nil || kept.Day == "" {
		return end, err
	}
	last, err := paris.Parse(kept.Day)
	if err == nil && last.Number() >= end.Number() {
		end = last.Next()
	}
	return end, err
}

// endOfTime is the end of the last year that a day's name has room for.
var endOfTime = time.Date(10000, time.January, 1, 0, 0, 0, 0, time.UTC)

// readablePayments yields all payments. Of a damaged one it yields the readable part, and appends the damage to damaged.
func (b *Books) readablePayments(ctx context.Context, damaged *[]error) iter.Seq2[payment.Payment, error] {
	return func(yield func(payment.Payment, error) bool) {
		for p, err := range b.store.List(ctx, payment.Filter{}) {
			if isDamaged(err) {
				*damaged, err = append(*damaged, fmt.Errorf("%w: %w", payment.ErrAltered, err)), nil
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}
