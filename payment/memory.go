package payment

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// MemoryStore is a [Store] in the process, for tests, examples and trials: what it holds ends with the process. It is
// safe for concurrent use, and a value must not be copied. What it hands out shares nothing with what it holds.
type MemoryStore struct {
	mu       sync.Mutex
	rows     map[ID]*memoryRow
	refs     map[string]ID
	sessions map[[2]string]ID // merchant and the handle's Session
	keys     map[[2]string]ID // debtor and key
	debts    map[string][]ID
	claims   map[string][]ID
	due      map[ID]*memoryRow // those with an AttentionAt
	out      map[ID][]*memoryChange
	orphans  []Orphan
	known    map[string]bool // keys of orphans
	closed   time.Time       // entries before it are in a day that is closed
	sequence map[string]int
}

// memoryLease is the state of a piece of work.
type memoryLease struct {
	token string
	until time.Time
	tries int
	cause string
}

type memoryRow struct {
	payment Payment
	journal []Entry
	memoryLease
}

type memoryChange struct {
	change Change
	due    time.Time
	memoryLease
}

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore {
	return &MemoryStore{
		rows: map[ID]*memoryRow{}, refs: map[string]ID{}, sessions: map[[2]string]ID{}, keys: map[[2]string]ID{}, debts: map[string][]ID{}, claims: map[string][]ID{},
		due: map[ID]*memoryRow{}, out: map[ID][]*memoryChange{}, known: map[string]bool{}, sequence: map[string]int{},
	}
}

// detach returns p without anything that p's owner could change.
func (p Payment) detach() Payment {
	p.Session.Fields = maps.Clone(p.Session.Fields)
	for k, v := range p.Session.Fields {
		p.Session.Fields[k] = slices.Clone(v)
	}
	return p
}

// other returns another payment among ids for which is holds.
func (m *MemoryStore) other(ids []ID, than ID, is func(Payment) bool) (Payment, bool) {
	for _, id := range ids {
		if p := m.rows[id].payment; id != than && is(p) {
			return p, true
		}
	}
	return Payment{}, false
}

// Create implements [Store].
func (m *MemoryStore) Create(ctx context.Context, p Payment, e Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if e.At.Before(m.closed) {
		return &DayClosedError{m.closed}
	}
	if _, ok := m.keys[[2]string{p.Debtor, p.Key}]; ok {
		return ErrKeyReused
	}
	if by, ok := m.other(m.debts[p.Debt], p.ID, func(o Payment) bool { return o.State.Holds() }); ok {
		return &HeldError{by.detach()}
	}
	if by, ok := m.other(m.claims[p.Claim], p.ID, func(o Payment) bool { return o.State == Recorded }); ok {
		return &HeldError{by.detach()}
	}
	if _, ok := m.refs[p.Reference]; ok || m.rows[p.ID] != nil {
		return ErrReference
	}
	m.rows[p.ID] = &memoryRow{}
	m.refs[p.Reference] = p.ID
	m.keys[[2]string{p.Debtor, p.Key}] = p.ID
	m.debts[p.Debt] = append(m.debts[p.Debt], p.ID)
	m.claims[p.Claim] = append(m.claims[p.Claim], p.ID)
	m.write(p, e)
	return nil
}

// Commit implements [Store].
func (m *MemoryStore) Commit(ctx context.Context, p Payment, e Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	r, ok := m.rows[p.ID]
	if !ok {
		return ErrNotFound
	}
	if r.payment.Version != p.Version-1 || r.payment.Debtor != p.Debtor {
		return ErrVersion
	}
	if e.At.Before(m.closed) {
		return &DayClosedError{m.closed}
	}
	if p.State.Money() {
		if _, ok := m.other(m.claims[p.Claim], p.ID, func(o Payment) bool { return o.State.Money() }); ok {
			return ErrClaimPaid
		}
	}
	if p.State == Paid {
		if _, ok := m.other(m.debts[p.Debt], p.ID, func(o Payment) bool { return o.State == Paid }); ok {
			return ErrClaimPaid
		}
	}
	if id, ok := m.sessions[[2]string{p.Merchant, p.Handle.Session}]; ok && id != p.ID {
		return ErrReference
	}
	if p.State.Attempt() {
		if by, ok := m.other(m.debts[p.Debt], p.ID, func(o Payment) bool { return o.State.Attempt() }); ok {
			return &HeldError{by.detach()}
		}
	}
	m.write(p, e)
	return nil
}

// write replaces the row, appends the entry and the outgoing change, and ends the lease.
func (m *MemoryStore) write(p Payment, e Entry) {
	r := m.rows[p.ID]
	r.payment, r.memoryLease = p.detach(), memoryLease{}
	r.journal = append(r.journal, e)
	if p.Handle.Session != "" {
		m.sessions[[2]string{p.Merchant, p.Handle.Session}] = p.ID
	}
	m.schedule(r)
	m.out[p.ID] = append(m.out[p.ID], &memoryChange{change: NewChange(p, e), due: e.At})
}

func (m *MemoryStore) schedule(r *memoryRow) {
	if r.payment.AttentionAt.IsZero() {
		delete(m.due, r.payment.ID)
	} else {
		m.due[r.payment.ID] = r
	}
}

// Find implements [Store].
func (m *MemoryStore) Find(ctx context.Context, l Lookup) (Payment, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return Payment{}, err
	}
	id := l.ID
	switch {
	case id != "":
	case l.Reference != "":
		id = m.refs[l.Reference]
	case l.Session != "":
		id = m.sessions[[2]string{l.Merchant, l.Session}]
	default:
		id = m.keys[[2]string{l.Debtor, l.Key}]
	}
	if r, ok := m.rows[id]; ok {
		return r.payment.detach(), nil
	}
	return Payment{}, ErrNotFound
}

// List implements [Store]. It yields the payments as they stood when it was called.
func (m *MemoryStore) List(ctx context.Context, f Filter) iter.Seq2[Payment, error] {
	return func(yield func(Payment, error) bool) {
		for _, p := range m.page(f) {
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

// page are the payments that List yields, in its order.
func (m *MemoryStore) page(f Filter) []Payment {
	found, after := m.matching(f)
	order := Payment.byCreation
	if f.Newest {
		order = func(a, b Payment) int { return b.byCreation(a) }
	}
	if f.After != "" {
		found = slices.DeleteFunc(found, func(p Payment) bool { return after.ID == "" || order(p, after) <= 0 })
	}
	slices.SortFunc(found, order)
	if f.Limit > 0 {
		found = found[:min(f.Limit, len(found))]
	}
	return found
}

// matching are the payments that match, in no order, and the one that f.After names, if there is one.
func (m *MemoryStore) matching(f Filter) (found []Payment, after Payment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, r := range m.rows {
		stuck := r.tries >= StuckAfter || slices.ContainsFunc(m.out[id], func(c *memoryChange) bool { return c.tries >= StuckAfter })
		if f.Match(r.payment, stuck) {
			found = append(found, r.payment.detach())
		}
	}
	if r, ok := m.rows[f.After]; ok {
		after = r.payment
	}
	return found, after
}

// Count implements [Store].
func (m *MemoryStore) Count(ctx context.Context, f Filter) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	found, _ := m.matching(f)
	return len(found), nil
}

// Journal implements [Store].
func (m *MemoryStore) Journal(ctx context.Context, id ID) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
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

// Heads implements [Store].
func (m *MemoryStore) Heads(ctx context.Context, before time.Time) iter.Seq2[Head, error] {
	return func(yield func(Head, error) bool) {
		m.mu.Lock()
		var heads []Head
		for id, r := range m.rows {
			for _, e := range r.journal {
				if e.At.Before(before) {
					heads = append(heads, Head{Payment: id, Version: e.Version, At: e.At, Hash: e.Hash})
				}
			}
		}
		m.mu.Unlock()
		slices.SortFunc(heads, func(a, b Head) int {
			return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Payment, b.Payment), cmp.Compare(a.Version, b.Version))
		})
		for _, h := range heads {
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

// memoryWork is a piece of due work, with its lease.
type memoryWork struct {
	due   time.Time
	key   string
	lease *memoryLease
	task  Task
}

// id is the payment's, or the key of an orphan's change.
func (w memoryWork) id() ID { return cmp.Or(w.task.Payment.ID, ID(w.key)) }

// free is the work of a kind that is due and not leased at now, oldest first.
func (m *MemoryStore) free(k WorkKind, of Serving, now time.Time) ([]memoryWork, error) {
	var found []memoryWork
	add := func(due time.Time, key string, l *memoryLease, t Task) {
		if !due.After(now) && (l.token == "" || !now.Before(l.until)) {
			found = append(found, memoryWork{due, key, l, t})
		}
	}
	switch k {
	case WorkAttention:
		for id, r := range m.due {
			if !of.Takes(r.payment) {
				continue
			}
			add(r.payment.AttentionAt, string(id), &r.memoryLease, Task{Kind: k, Payment: r.payment})
		}
	case WorkDelivery:
		for id, list := range m.out {
			// Orphans have no payment and no order among them.
			if id != "" {
				list = list[:1]
			}
			for _, c := range list {
				add(c.due, c.change.Key, &c.memoryLease, Task{Kind: k, Payment: c.change.Payment, Change: c.change})
			}
		}
	default:
		return nil, fmt.Errorf("payment: kind of work %.20q is neither Attention nor Delivery", k)
	}
	slices.SortFunc(found, func(a, b memoryWork) int { return cmp.Or(a.due.Compare(b.due), cmp.Compare(a.key, b.key)) })
	return found, nil
}

// take leases the first n.
func take(works []memoryWork, n int, until time.Time) (tasks []Task) {
	for _, w := range works[:min(n, len(works))] {
		w.lease.token, w.lease.until = rand.Text(), until
		t := w.task
		t.Payment = t.Payment.detach()
		t.Tries, t.Cause, t.Token = w.lease.tries, w.lease.cause, w.lease.token
		tasks = append(tasks, t)
	}
	return tasks
}

// Lease implements [Store].
func (m *MemoryStore) Lease(ctx context.Context, k WorkKind, of Serving, now time.Time, d time.Duration, n int) ([]Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	works, err := m.free(k, of, now)
	return take(works, n, now.Add(d)), err
}

// LeaseOne implements [Store].
func (m *MemoryStore) LeaseOne(ctx context.Context, k WorkKind, id ID, of Serving, now time.Time, d time.Duration) ([]Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	works, err := m.free(k, of, now)
	works = slices.DeleteFunc(works, func(w memoryWork) bool { return w.id() != id })
	return take(works, 1, now.Add(d)), err
}

// Due implements [Store].
func (m *MemoryStore) Due(ctx context.Context, k WorkKind, of Serving, now time.Time, n int) ([]Due, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	works, err := m.free(k, of, now)
	var out []Due
	for _, w := range works[:min(n, len(works))] {
		out = append(out, Due{Kind: k, Payment: w.id(), Version: w.task.Payment.Version})
	}
	return out, err
}

// Release implements [Store].
func (m *MemoryStore) Release(ctx context.Context, t Task, again time.Time, cause string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if t.Token == "" {
		return nil
	}
	free := func(l *memoryLease) {
		tries := l.tries + 1
		if cause == "" {
			tries = 0
		}
		*l = memoryLease{tries: tries, cause: cause}
	}
	switch t.Kind {
	case WorkAttention:
		if r, ok := m.rows[t.Payment.ID]; ok && r.token == t.Token {
			free(&r.memoryLease)
			r.payment.AttentionAt = again
			r.payment.Handle = r.payment.Handle.With(t.Payment.Handle)
			m.schedule(r)
		}
	case WorkDelivery:
		id := t.Payment.ID
		i := slices.IndexFunc(m.out[id], func(c *memoryChange) bool { return c.change.Key == t.Change.Key && c.token == t.Token })
		switch {
		case i < 0:
		case again.IsZero():
			if m.out[id] = slices.Delete(m.out[id], i, i+1); len(m.out[id]) == 0 {
				delete(m.out, id)
			}
		default:
			free(&m.out[id][i].memoryLease)
			m.out[id][i].due = again
		}
	}
	return nil
}

// Hasten implements [Store].
func (m *MemoryStore) Hasten(ctx context.Context, id ID, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	r, ok := m.rows[id]
	if !ok {
		return ErrNotFound
	}
	r.token, r.until = "", time.Time{}
	if r.payment.AttentionAt.IsZero() || at.Before(r.payment.AttentionAt) {
		r.payment.AttentionAt = at
	}
	m.schedule(r)
	return nil
}

// Restart implements [Store].
func (m *MemoryStore) Restart(ctx context.Context, id ID, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	changes := m.out[id]
	if r, ok := m.rows[id]; ok {
		if r.tries >= StuckAfter {
			r.tries, r.payment.AttentionAt = 0, now
			m.schedule(r)
		}
	} else if m.known[string(id)] {
		changes = m.orphan(string(id))
	} else {
		return ErrNotFound
	}
	for _, c := range changes {
		if c.tries >= StuckAfter {
			c.tries, c.due = 0, now
		}
	}
	return nil
}

// orphan is the change of an orphan by its key, while it is not delivered.
func (m *MemoryStore) orphan(key string) []*memoryChange {
	i := slices.IndexFunc(m.out[""], func(c *memoryChange) bool { return c.change.Key == key })
	if i < 0 {
		return nil
	}
	return m.out[""][i : i+1]
}

// Sequence implements [Store]. Numbers have no gaps here.
func (m *MemoryStore) Sequence(ctx context.Context, day string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if m.sequence[day] >= MaxSequence {
		return 0, ErrDayFull
	}
	m.sequence[day]++
	return m.sequence[day], nil
}

// Orphan implements [Store].
func (m *MemoryStore) Orphan(ctx context.Context, r acquirer.Result, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	c := OrphanChange(r, at)
	if m.known[c.Key] {
		return nil
	}
	if at.Before(m.closed) {
		return &DayClosedError{m.closed}
	}
	m.known[c.Key] = true
	m.orphans = append(m.orphans, Orphan{Result: r, At: at})
	m.out[""] = append(m.out[""], &memoryChange{change: c, due: at})
	return nil
}

// Orphans implements [Store].
func (m *MemoryStore) Orphans(ctx context.Context) iter.Seq2[Orphan, error] {
	return func(yield func(Orphan, error) bool) {
		m.mu.Lock()
		list := slices.Clone(m.orphans)
		for i, o := range list {
			for _, c := range m.orphan(o.Key()) {
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
	return nil
}

// Erase implements [Store].
func (m *MemoryStore) Erase(ctx context.Context, debtor string, at time.Time) (Erasure, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var result Erasure
	if err := ctx.Err(); err != nil || debtor == "" {
		return result, err
	}
	var mine []*memoryRow
	for _, r := range m.rows {
		if r.payment.Debtor == debtor {
			mine = append(mine, r)
		}
	}
	slices.SortFunc(mine, func(a, b *memoryRow) int { return a.payment.byCreation(b.payment) })
	for _, r := range mine {
		p := r.payment
		if reason := p.ReasonToKeep(len(m.out[p.ID]) > 0, at); reason != "" {
			result.Kept = append(result.Kept, KeptPayment{p.ID, p.Reference, p.State, reason})
			continue
		}
		delete(m.keys, [2]string{p.Debtor, p.Key})
		without := func(id ID) bool { return id == p.ID }
		m.debts[p.Debt] = slices.DeleteFunc(m.debts[p.Debt], without)
		m.claims[p.Claim] = slices.DeleteFunc(m.claims[p.Claim], without)
		delete(m.sessions, [2]string{p.Merchant, p.Handle.Session})
		r.payment, r.cause = p.Erased(), ""
		for i, e := range r.journal {
			r.journal[i] = e.Erased()
		}
		result.Erased = append(result.Erased, p.ID)
	}
	return result, nil
}

// byCreation is the order of lists.
func (p Payment) byCreation(q Payment) int {
	return cmp.Or(p.CreatedAt.Compare(q.CreatedAt), cmp.Compare(p.ID, q.ID))
}
