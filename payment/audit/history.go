package audit

import (
	"context"
	"iter"

	"github.com/quittance/quittance/payment"
)

// atOnce is the size of a batch of payments that is read with its journals: a batch costs two round trips on PostgreSQL.
const atOnce = 500

// history is a payment with its journal. Of what is damaged it has what can be read: whether that is enough is for
// [payment.VerifyJournal] to say.
type history struct {
	payment payment.Payment
	journal []payment.Entry
}

// withJournals reads the journals of payments, and returns each payment with its own. One that has changed, or was erased, in between is read
// again.
func (b *Books) withJournals(ctx context.Context, of []payment.Payment) ([]history, error) {
	ids := make([]payment.ID, len(of))
	for i, p := range of {
		ids[i] = p.ID
	}
	journals, err := b.journalsByPayment(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]history, len(of))
	for i, p := range of {
		if out[i], err = b.readUntilConsistent(ctx, history{p, journals[p.ID]}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// readUntilConsistent returns a history whose payment and journal are of one moment: while they are not, both are read again, five
// times at most.
func (b *Books) readUntilConsistent(ctx context.Context, h history) (history, error) {
	for range 5 {
		erased := len(h.journal) > 0 && h.journal[0].Salt == [16]byte{} && !h.payment.IsErased()
		if len(h.journal) <= h.payment.Version && !erased {
			return h, nil
		}
		p, err := b.store.Find(ctx, payment.Lookup{ID: h.payment.ID})
		if err != nil && !isDamaged(err) {
			return h, err
		}
		journals, err := b.journalsByPayment(ctx, []payment.ID{p.ID})
		if err != nil {
			return h, err
		}
		h = history{p, journals[p.ID]}
	}
	return h, nil
}

// journalsByPayment reads the journals of payments, also the readable part of a damaged one.
func (b *Books) journalsByPayment(ctx context.Context, ids []payment.ID) (map[payment.ID][]payment.Entry, error) {
	out := make(map[payment.ID][]payment.Entry, len(ids))
	for e, err := range b.store.Journal(ctx, ids...) {
		if err != nil && !isDamaged(err) {
			return nil, err
		}
		out[e.Payment] = append(out[e.Payment], e)
	}
	return out, nil
}

// historiesOf reads payments by their IDs, in no order; one that is not there is missing.
func (b *Books) historiesOf(ctx context.Context, ids []payment.ID) ([]history, error) {
	var found []payment.Payment
	for p, err := range b.store.List(ctx, payment.Filter{IDs: ids}) {
		if err != nil && !isDamaged(err) {
			return nil, err
		}
		found = append(found, p)
	}
	return b.withJournals(ctx, found)
}

// inLots yields what another sequence yields, some at a time.
func inLots[T any](all iter.Seq2[T, error], size int) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		var lot []T
		for v, err := range all {
			if err != nil {
				yield(nil, err)
				return
			}
			if lot = append(lot, v); len(lot) == size {
				if !yield(lot, nil) {
					return
				}
				lot = lot[:0]
			}
		}
		if len(lot) > 0 {
			yield(lot, nil)
		}
	}
}
