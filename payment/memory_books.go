package payment

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// Orphan implements [Store].
func (m *MemoryStore) Orphan(ctx context.Context, r acquirer.Result, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	o, c := NewOrphan(r, at), OrphanChange(r, at)
	if m.known[c.Key] {
		return nil
	}
	if at.Before(m.closed) {
		return &DayClosedError{m.closed}
	}
	m.known[c.Key] = true
	m.orphans = append(m.orphans, o)
	m.orphaned[c.Key] = &memoryChange{change: c, due: m.dueAtOnce(at)}
	m.makeReady(m.orphaned[c.Key])
	return nil
}

// Orphans implements [Store].
func (m *MemoryStore) Orphans(ctx context.Context) iter.Seq2[Orphan, error] {
	return func(yield func(Orphan, error) bool) {
		m.mu.Lock()
		list := slices.Clone(m.orphans)
		for i, o := range list {
			if c := m.orphaned[o.Key()]; c != nil {
				list[i].Tries, list[i].Cause = c.tries, c.cause
			}
		}
		m.mu.Unlock()
		slices.SortStableFunc(list, func(a, b Orphan) int { return a.At.Compare(b.At) })
		for _, o := range list {
			if err := ctx.Err(); err != nil {
				yield(Orphan{}, err)
				return
			}
			if !yield(o, nil) {
				return
			}
		}
	}
}

// closedDay is a day whose export was begun, with its seal once that is kept.
type closedDay struct {
	end  time.Time
	seal DaySeal
}

// CloseDay implements [Store].
func (m *MemoryStore) CloseDay(ctx context.Context, day string, end time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if end.After(m.closed) {
		m.closed = end
	}
	if !slices.ContainsFunc(m.days, func(c closedDay) bool { return c.seal.Day == day }) {
		m.days = append(m.days, closedDay{end: end, seal: DaySeal{Day: day}})
	}
	return nil
}

// KeepSeal implements [Store].
func (m *MemoryStore) KeepSeal(ctx context.Context, s DaySeal) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	for i, c := range m.days {
		if c.seal.Day == s.Day {
			m.days[i].seal = s
		}
	}
	return nil
}

// LastSeal implements [Store].
func (m *MemoryStore) LastSeal(ctx context.Context, until time.Time) (last DaySeal, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return last, err
	}
	var end time.Time
	for _, c := range m.days {
		if c.seal.Seal != [32]byte{} && c.end.After(end) && !c.end.After(until) {
			last, end = c.seal, c.end
		}
	}
	return last, nil
}

// Erase implements [Store].
func (m *MemoryStore) Erase(ctx context.Context, debtor string, at time.Time) (Erasure, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var result Erasure
	if err := ctx.Err(); err != nil || debtor == "" {
		return result, err
	}
	mine := slices.Clone(m.debtors[debtor])
	slices.SortFunc(mine, func(a, b ID) int { return m.rows[a].payment.byCreation(m.rows[b].payment) })
	for _, id := range mine {
		r := m.rows[id]
		p := r.payment
		if reason := p.ReasonToKeep(len(m.out[p.ID]) > 0, at); reason != "" {
			result.Kept = append(result.Kept, KeptPayment{p.ID, p.Reference, p.State, reason})
			continue
		}
		delete(m.keys, [2]string{p.Debtor, p.Key})
		for _, index := range []struct {
			ids map[string][]ID
			of  string
		}{{m.debtors, p.Debtor}, {m.debts, p.Debt}, {m.claims, p.Claim}} {
			index.ids[index.of] = slices.DeleteFunc(index.ids[index.of], func(id ID) bool { return id == p.ID })
		}
		delete(m.sessions, [2]string{p.Merchant, p.Handle.Session})
		r.payment = p.Erased()
		m.setLease(&r.memoryLease, p.ID, memoryLease{tries: r.tries})
		for i, e := range r.journal {
			r.journal[i] = e.Erased()
		}
		result.Erased = append(result.Erased, p.ID)
	}
	return result, nil
}
