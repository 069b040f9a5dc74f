package audit

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/quittance/quittance/payment"
)

// Options are the settings of [New]; the zero value is right.
type Options struct {
	Now func() time.Time // nil: time.Now
}

// Books are the accounts of a store. They are safe for concurrent use.
type Books struct {
	store    payment.Store
	now      func() time.Time
	mostRead int // payments that an export keeps in memory; fewer in a test
}

// New returns the books of a store. They need no acquirer: a program that only exports and verifies opens the store and nothing else.
func New(store payment.Store, o Options) (*Books, error) {
	if store == nil {
		return nil, errors.New("audit: New: the store is nil")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Books{store: store, now: o.Now, mostRead: mostRead}, nil
}

// Orphans yields the verified acceptances that belong to no payment, by time.
func (b *Books) Orphans(ctx context.Context) iter.Seq2[payment.Orphan, error] {
	return b.store.Orphans(ctx)
}

// allOrphans returns all orphans; damaged ones with what can be read of them.
func (b *Books) allOrphans(ctx context.Context) (all []payment.Orphan, err error) {
	for o, err := range b.store.Orphans(ctx) {
		if err != nil && !isDamaged(err) {
			return nil, err
		}
		all = append(all, o)
	}
	return all, nil
}

// isDamaged reports whether an error is about one row that cannot be read; the iteration goes on after it.
func isDamaged(err error) bool { return errors.As(err, new(*payment.DamagedError)) }
