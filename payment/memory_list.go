package payment

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/quittance/quittance/internal/ordered"
)

// List implements [Store]. It yields the payments as they stood when it was called.
func (m *MemoryStore) List(ctx context.Context, f Filter) iter.Seq2[Payment, error] {
	return func(yield func(Payment, error) bool) {
		for _, p := range m.paymentsOf(f) {
			if err := ctx.Err(); err != nil {
				yield(Payment{}, err)
				return
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}

// paymentsOf returns the payments that List yields, in its order.
func (m *MemoryStore) paymentsOf(f Filter) (found []Payment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	after := m.rows[f.After]
	if f.After != "" && after == nil {
		return nil
	}
	for _, list := range m.candidateLists(f) {
		n := 0
		for p := range m.matchingPayments(list, f, after) {
			found = append(found, p.detachedCopy())
			if n++; n == f.Limit {
				break
			}
		}
	}
	slices.SortFunc(found, func(a, b Payment) int {
		if f.Newest {
			a, b = b, a
		}
		return a.byCreation(b)
	})
	if f.Limit > 0 {
		found = found[:min(f.Limit, len(found))]
	}
	return found
}

// candidateLists returns the shortest lists, by creation, that together have all payments of a filter.
func (m *MemoryStore) candidateLists(f Filter) (lists []*ordered.Set[place]) {
	var ids []ID
	switch {
	case len(f.IDs) > 0:
		ids = f.IDs
	case f.Reference != "":
		ids = []ID{m.refs[f.Reference]}
	case f.Debt != "":
		ids = m.debts[f.Debt]
	case f.Debtor != "":
		ids = m.debtors[f.Debtor]
	case f.Stuck:
		ids = slices.Collect(maps.Values(m.stuck))
	case len(f.States) > 0:
		for _, s := range slices.Compact(slices.Sorted(slices.Values(f.States))) {
			lists = append(lists, m.listOf(s))
		}
		return lists
	default:
		return append(lists, m.created)
	}
	list := ordered.New(place.compare)
	for _, id := range ids {
		if r := m.rows[id]; r != nil {
			list.Insert(r.created)
		}
	}
	return append(lists, list)
}

// matchingPayments yields the payments of a list that match, in the filter's order. It begins at the filter's instant, or behind
// the payment after where that is not nil and comes later.
func (m *MemoryStore) matchingPayments(list *ordered.Set[place], f Filter, after *memoryRow) iter.Seq[Payment] {
	begin, places := place{at: f.From}, list.From
	if f.Newest {
		begin, places = place{at: f.To}, list.Before
		if f.To.IsZero() {
			begin.at = time.Unix(1<<40, 0) // later than all
		}
	}
	if after != nil && (begin.compare(after.created) < 0) != f.Newest {
		begin = after.created
	}
	return func(yield func(Payment) bool) {
		for at := range places(begin) {
			if f.Newest && at.at.Before(f.From) || !f.Newest && !f.To.IsZero() && !at.at.Before(f.To) {
				return
			}
			if after != nil && at == after.created {
				continue
			}
			if p := m.rows[ID(at.key)].payment; f.Match(p, f.Stuck && m.isStuck(p.ID)) && !yield(p) {
				return
			}
		}
	}
}

// isStuck reports whether a payment has work that is stuck.
func (m *MemoryStore) isStuck(id ID) bool {
	for _, of := range m.stuck {
		if of == id {
			return true
		}
	}
	return false
}

// Count implements [Store].
func (m *MemoryStore) Count(ctx context.Context, f Filter) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	for _, list := range m.candidateLists(f) {
		for range m.matchingPayments(list, f, nil) {
			n++
		}
	}
	return n, nil
}

// Journal implements [Store].
func (m *MemoryStore) Journal(ctx context.Context, ids ...ID) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, id := range ids {
			m.mu.Lock()
			var entries []Entry
			if r, ok := m.rows[id]; ok {
				entries = slices.Clone(r.journal)
			}
			m.mu.Unlock()
			for _, e := range entries {
				if err := ctx.Err(); err != nil {
					yield(Entry{}, err)
					return
				}
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// Heads implements [Store].
func (m *MemoryStore) Heads(ctx context.Context, from, to time.Time) iter.Seq2[Head, error] {
	return func(yield func(Head, error) bool) {
		for _, h := range m.headsBetween(from, to) {
			if err := ctx.Err(); err != nil {
				yield(Head{}, err)
				return
			}
			if !yield(h, nil) {
				return
			}
		}
	}
}

func (m *MemoryStore) headsBetween(from, to time.Time) (heads []Head) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for at := range m.entries.From(place{at: from}) {
		if !at.at.Before(to) {
			break
		}
		heads = append(heads, Head{Payment: ID(at.key), Version: at.version, At: at.at, Hash: m.rows[ID(at.key)].journal[at.index].Hash})
	}
	return heads
}
