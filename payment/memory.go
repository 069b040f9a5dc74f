package payment

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/quittance/quittance/internal/ordered"
)

// MemoryStore is a [Store] in the process, for tests, examples and trials: what it holds ends with the process. It is
// safe for concurrent use, and a value must not be copied. What it hands out shares nothing with what it holds. What a call costs does not
// grow with what is stored, but with what it finds.
type MemoryStore struct {
	mu       sync.Mutex
	rows     map[ID]*memoryRow
	refs     map[string]ID
	sessions map[[2]string]ID // merchant and the handle's Session
	keys     map[[2]string]ID // debtor and key
	debtors  map[string][]ID
	debts    map[string][]ID
	claims   map[string][]ID

	created *ordered.Set[place]           // all payments, by creation
	inState map[State]*ordered.Set[place] // so those of each state
	due     *ordered.Set[place]           // payments with an AttentionAt, by that
	entries *ordered.Set[place]           // of all journals, by time

	out      map[ID][]*memoryChange   // of each payment, by version
	orphaned map[string]*memoryChange // changes of orphans, by key
	ready    *ordered.Set[place]      // those of both that wait for no other, by when they are due
	readyAs  map[string]*memoryChange // so by key
	stuck    map[*memoryLease]ID      // work that failed StuckAfter times in a row
	orphans  []Orphan
	known    map[string]bool // keys of orphans
	sequence map[string]int

	closed time.Time // entries before it are in a day that is closed
	days   []closedDay
}

// place is where something stands in an order of time: a payment by its ID, a change by its key, or an entry.
type place struct {
	at      time.Time
	key     string
	version int // of an entry
	index   int // of the entry in its journal; it is no part of the order
}

func (p place) compare(q place) int {
	return cmp.Or(p.at.Compare(q.at), cmp.Compare(p.key, q.key), cmp.Compare(p.version, q.version))
}

// memoryLease is the state of a piece of work.
type memoryLease struct {
	token string
	until time.Time
	tries int
	cause string
}

// isFree reports whether the work can be leased at now.
func (l *memoryLease) isFree(now time.Time) bool { return l.token == "" || !now.Before(l.until) }

type memoryRow struct {
	payment Payment
	journal []Entry
	created place
	memoryLease
}

// duePlace is where the row stands among those that are due.
func (r *memoryRow) duePlace() place {
	return place{at: r.payment.AttentionAt, key: string(r.payment.ID)}
}

type memoryChange struct {
	change Change
	due    time.Time
	memoryLease
}

// duePlace is where the change stands among those that are ready.
func (c *memoryChange) duePlace() place { return place{at: c.due, key: c.change.Key} }

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore {
	m := &MemoryStore{
		rows: map[ID]*memoryRow{}, refs: map[string]ID{}, sessions: map[[2]string]ID{}, keys: map[[2]string]ID{},
		debtors: map[string][]ID{}, debts: map[string][]ID{}, claims: map[string][]ID{},
		created: ordered.New(place.compare), inState: map[State]*ordered.Set[place]{}, due: ordered.New(place.compare), entries: ordered.New(place.compare),
		out: map[ID][]*memoryChange{}, orphaned: map[string]*memoryChange{}, ready: ordered.New(place.compare), readyAs: map[string]*memoryChange{},
		stuck: map[*memoryLease]ID{}, known: map[string]bool{}, sequence: map[string]int{},
	}
	return m
}

// detachedCopy returns a copy of p that shares no map and no slice with it.
func (p Payment) detachedCopy() Payment {
	p.Session.Fields = maps.Clone(p.Session.Fields)
	for k, v := range p.Session.Fields {
		p.Session.Fields[k] = slices.Clone(v)
	}
	return p
}

// otherThan returns the first payment among ids, other than than, for which is holds.
func (m *MemoryStore) otherThan(ids []ID, than ID, is func(Payment) bool) (Payment, bool) {
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
	if by, ok := m.otherThan(m.debts[p.Debt], p.ID, func(o Payment) bool { return o.State.Holds() }); ok {
		return &HeldError{by.detachedCopy()}
	}
	if by, ok := m.otherThan(m.claims[p.Claim], p.ID, func(o Payment) bool { return o.State == Recorded }); ok {
		return &HeldError{by.detachedCopy()}
	}
	if _, ok := m.refs[p.Reference]; ok || m.rows[p.ID] != nil {
		return ErrReference
	}
	m.rows[p.ID] = &memoryRow{created: place{at: p.CreatedAt, key: string(p.ID)}}
	m.created.Insert(m.rows[p.ID].created)
	m.debtors[p.Debtor] = append(m.debtors[p.Debtor], p.ID)
	m.refs[p.Reference] = p.ID
	m.keys[[2]string{p.Debtor, p.Key}] = p.ID
	m.debts[p.Debt] = append(m.debts[p.Debt], p.ID)
	m.claims[p.Claim] = append(m.claims[p.Claim], p.ID)
	m.writeRow(p, e)
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
		if _, ok := m.otherThan(m.claims[p.Claim], p.ID, func(o Payment) bool { return o.State.Money() }); ok {
			return ErrClaimPaid
		}
	}
	if p.State == Paid {
		if _, ok := m.otherThan(m.debts[p.Debt], p.ID, func(o Payment) bool { return o.State == Paid }); ok {
			return ErrClaimPaid
		}
	}
	if id, ok := m.sessions[[2]string{p.Merchant, p.Handle.Session}]; ok && id != p.ID {
		return ErrReference
	}
	if p.State.Attempt() {
		if by, ok := m.otherThan(m.debts[p.Debt], p.ID, func(o Payment) bool { return o.State.Attempt() }); ok {
			return &HeldError{by.detachedCopy()}
		}
	}
	p.Handle = p.Handle.With(r.payment.Handle)
	m.writeRow(p, e)
	return nil
}

// writeRow replaces the row, except for its CreatedAt, appends the entry and the outgoing change, and ends the lease.
func (m *MemoryStore) writeRow(p Payment, e Entry) {
	r := m.rows[p.ID]
	m.removeFromOrders(r)
	r.payment = p.detachedCopy()
	r.payment.CreatedAt = r.created.at
	m.setLease(&r.memoryLease, p.ID, memoryLease{})
	m.addToOrders(r)
	m.entries.Insert(place{e.At, string(p.ID), e.Version, len(r.journal)})
	r.journal = append(r.journal, e)
	if p.Handle.Session != "" {
		m.sessions[[2]string{p.Merchant, p.Handle.Session}] = p.ID
	}
	c := &memoryChange{change: NewChange(p, e), due: m.dueAtOnce(e.At)}
	m.out[p.ID] = append(m.out[p.ID], c)
	if len(m.out[p.ID]) == 1 {
		m.makeReady(c)
	}
}

// dueAtOnce is when the change of an entry goes out. What is dated at the end of the last closed day may have been moved there from a day
// that is closed: by the clock that end is yet to come, so its change is due at any time.
func (m *MemoryStore) dueAtOnce(at time.Time) time.Time {
	if at.Equal(m.closed) {
		return time.Time{}
	}
	return at
}

// removeFromOrders takes a row out of the two orders in which a change may move it, by attention and by state. addToOrders puts
// it back.
func (m *MemoryStore) removeFromOrders(r *memoryRow) {
	m.due.Delete(r.duePlace())
	m.listOf(r.payment.State).Delete(r.created)
}

func (m *MemoryStore) addToOrders(r *memoryRow) {
	if !r.payment.AttentionAt.IsZero() {
		m.due.Insert(r.duePlace())
	}
	m.listOf(r.payment.State).Insert(r.created)
}

// listOf is the list of the payments in a state.
func (m *MemoryStore) listOf(s State) *ordered.Set[place] {
	if m.inState[s] == nil {
		m.inState[s] = ordered.New(place.compare)
	}
	return m.inState[s]
}

// makeReady lets a change be leased when it is due.
func (m *MemoryStore) makeReady(c *memoryChange) {
	m.ready.Insert(c.duePlace())
	m.readyAs[c.change.Key] = c
}

// setDue makes a change due at another instant.
func (m *MemoryStore) setDue(c *memoryChange, at time.Time) {
	ready := m.readyAs[c.change.Key] == c
	m.ready.Delete(c.duePlace())
	if c.due = at; ready {
		m.ready.Insert(c.duePlace())
	}
}

// setLease sets the state of a piece of work of a payment, or of an orphan's change.
func (m *MemoryStore) setLease(l *memoryLease, of ID, to memoryLease) {
	*l = to
	if l.tries >= StuckAfter {
		m.stuck[l] = of
	} else {
		delete(m.stuck, l)
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
		return r.payment.detachedCopy(), nil
	}
	return Payment{}, ErrNotFound
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

// byCreation is the order of lists.
func (p Payment) byCreation(q Payment) int {
	return cmp.Or(p.CreatedAt.Compare(q.CreatedAt), cmp.Compare(p.ID, q.ID))
}
