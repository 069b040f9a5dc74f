package payment

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Get returns one payment, or ErrNotFound. The host compares its Debtor with the session before it shows anything.
func (s *Service) Get(ctx context.Context, id ID) (Payment, error) {
	return s.find(ctx, "get", Lookup{ID: id})
}

// find returns one payment. The operation op stands in the error.
func (s *Service) find(ctx context.Context, op string, l Lookup) (Payment, error) {
	if l == (Lookup{}) {
		return Payment{}, explainNotFound(op, l, ErrNotFound)
	}
	p, err := s.c.Store.Find(ctx, l)
	return p, explainNotFound(op, l, err)
}

// explainNotFound adds the operation, and what was looked for, to ErrNotFound; another error is returned as it is.
func explainNotFound(op string, l Lookup, err error) error {
	switch {
	case !errors.Is(err, ErrNotFound):
		return err
	case l.Reference != "":
		return fmt.Errorf("%w: %s: no payment has the reference %.40q", err, op, l.Reference)
	}
	return fmt.Errorf("%w: %s: no payment has the ID %.40q", err, op, string(l.ID))
}

// List yields the payments that match, by creation and then by ID; [Filter] has the order and the pages. One whose row cannot be read
// comes with a *[DamagedError] and what can be read of it; the others follow. So it is with Journal.
func (s *Service) List(ctx context.Context, f Filter) iter.Seq2[Payment, error] {
	return s.c.Store.List(ctx, f)
}

// Count is how many payments match, whatever the filter's After and Limit.
func (s *Service) Count(ctx context.Context, f Filter) (int, error) { return s.c.Store.Count(ctx, f) }

// Find returns the payment with a reference, or ErrNotFound: what an officer reads on a bank's list.
func (s *Service) Find(ctx context.Context, reference string) (Payment, error) {
	if reference == "" {
		return Payment{}, fmt.Errorf("%w: find: no reference is given", ErrNotFound)
	}
	return s.find(ctx, "find", Lookup{Reference: reference})
}

// Journal yields what happened to a payment, oldest first.
func (s *Service) Journal(ctx context.Context, id ID) iter.Seq2[Entry, error] {
	return s.c.Store.Journal(ctx, id)
}

// Latest returns the payment that the debtor's home page should speak of: normally the payment begun last. If another payment of the
// same debt has the money, or still holds the debt, that one: a payer with a second payment page open then learns that the debt is
// paid. ErrNotFound if there is none.
func (s *Service) Latest(ctx context.Context, debtor string) (Payment, error) {
	if debtor == "" {
		return Payment{}, fmt.Errorf("%w: latest: no debtor is given", ErrNotFound)
	}
	var mine []Payment
	for p, err := range withDamaged(s.c.Store.List(ctx, Filter{Debtor: debtor})) {
		if err != nil {
			return Payment{}, err
		}
		mine = append(mine, p)
	}
	if len(mine) == 0 {
		return Payment{}, fmt.Errorf("%w: latest: the debtor has no payment", ErrNotFound)
	}
	last := mine[len(mine)-1]
	if last.State.Holds() && !last.State.Attempt() {
		return last, nil
	}
	for _, p := range mine {
		if last.OvertakenBy(p) || p.Debt == last.Debt && p.State.Holds() && !last.State.Holds() {
			return p, nil
		}
	}
	return last, nil
}

// Since returns when a payment came into its state, by its journal. The home page speaks of a late result for a while from then on
// (inbox.BannerSince). ErrNotFound if there is no such payment.
func (s *Service) Since(ctx context.Context, id ID) (since time.Time, err error) {
	for e, err := range s.c.Store.Journal(ctx, id) {
		if err != nil {
			return time.Time{}, err
		}
		if e.From != e.To {
			since = e.At
		}
	}
	if since.IsZero() {
		return since, explainNotFound("since", Lookup{ID: id}, ErrNotFound)
	}
	return since, nil
}
