package audit

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/quittance/quittance/internal/paris"
	"github.com/quittance/quittance/payment"
)

// mostNamed is how many payments that do not verify one error names.
const mostNamed = 20

// Verify checks every journal: that it has no gap, that each entry commits to the one before, that the table leads
// from each to the next, and that the payment is what the last one says. With the daily seals of [Books.Export],
// kept outside and given oldest first, it also finds payments that were deleted or rewritten whole, and orphans; without
// them (nil) it finds accidents only. An equal seal that is repeated, of a day that was exported twice, is passed over. The error is [payment.ErrAltered], and names what does not fit: each payment, twenty at most.
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
		read, err := b.historiesWithJournals(ctx, lot)
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
	is := all.sealDaysBefore(paris.Of(b.now()).Next()).seals
	n := 0
	var before Seal
	for want := range seals {
		n++
		if want == (Seal{}) || want == before { // of a day before the first payment: it commits to nothing; or exported twice
			continue
		}
		before = want
		i := slices.Index(is, want)
		if i < 0 {
			return fmt.Errorf("%w: seal %d (%s) is no day's seal: a payment was deleted or rewritten, or the seals are not in order",
				payment.ErrAltered, n, want)
		}
		is = is[i+1:]
	}
	return nil
}

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
