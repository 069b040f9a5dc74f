package rig

import (
	"context"
	"errors"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// recorder tells of every change that the store acknowledged, before whoever asked for it is told.
type recorder struct {
	*sqlstore.Store
	tell func(Fact)
}

func (r recorder) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return r.tellCommit(p, e, r.Store.Create(ctx, p, e))
}

func (r recorder) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return r.tellCommit(p, e, r.Store.Commit(ctx, p, e))
}

func (r recorder) Sequence(ctx context.Context, day string) (int, error) {
	n, err := r.Store.Sequence(ctx, day)
	if err == nil {
		r.tell(Fact{Day: day, Number: n})
	}
	return n, err
}

// tellCommit tells of a change that is written, and, with the error, of one that may be written.
func (r recorder) tellCommit(p payment.Payment, e payment.Entry, err error) error {
	f := Fact{Payment: p.ID, Version: p.Version, State: p.State, Hash: e.Hash}
	switch {
	case err == nil:
		r.tell(f)
	case !errors.Is(err, payment.ErrVersion) && !errors.Is(err, payment.ErrHeld) && !errors.Is(err, payment.ErrClaimPaid) &&
		!errors.Is(err, payment.ErrKeyReused) && !errors.Is(err, payment.ErrReference) && !errors.Is(err, payment.ErrNotFound):
		f.Unknown = err.Error()
		r.tell(f)
	}
	return err
}

// missingFacts returns the facts whose entry is not in the journals, or whose letter is not in the mailbox.
func missingFacts(ctx context.Context, s payment.Store, box inbox.Mailbox, facts []Fact) ([]Fact, error) {
	journals := map[payment.ID]map[int]Fact{}
	var lost []Fact
	for _, f := range facts {
		if f.Letter != "" {
			if _, err := box.Letter(ctx, f.Debtor, f.Letter); errors.Is(err, inbox.ErrNotFound) {
				lost = append(lost, f)
			} else if err != nil {
				return nil, err
			}
		}
		if f.Payment == "" || f.Unknown != "" {
			continue
		}
		j, ok := journals[f.Payment]
		if !ok {
			j = map[int]Fact{}
			for e, err := range s.Journal(ctx, f.Payment) {
				if err != nil {
					return nil, err
				}
				j[e.Version] = Fact{Payment: e.Payment, Version: e.Version, State: e.To, Hash: e.Hash}
			}
			journals[f.Payment] = j
		}
		if j[f.Version] != f {
			lost = append(lost, f)
		}
	}
	return lost, nil
}
