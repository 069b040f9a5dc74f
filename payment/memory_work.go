package payment

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/quittance/quittance/internal/ordered"
)

// memoryWork is a piece of work, with its lease.
type memoryWork struct {
	id    ID // the payment's, or the key of an orphan's change
	due   time.Time
	lease *memoryLease
	task  Task
}

func (r *memoryRow) attentionWork() memoryWork {
	return memoryWork{r.payment.ID, r.payment.AttentionAt, &r.memoryLease, Task{Kind: WorkAttention, Payment: r.payment}}
}

func (c *memoryChange) deliveryWork() memoryWork {
	id := cmp.Or(c.change.Payment.ID, ID(c.change.Key))
	return memoryWork{id, c.due, &c.memoryLease, Task{Kind: WorkDelivery, Payment: c.change.Payment, Change: c.change}}
}

// isFor reports whether a process may lease the work at now.
func (w memoryWork) isFor(of Serving, now time.Time) bool {
	return !w.due.After(now) && w.lease.isFree(now) && (w.task.Kind == WorkDelivery || of.Takes(w.task.Payment))
}

// leaseUntil leases the work until an instant.
func (w memoryWork) leaseUntil(until time.Time) Task {
	w.lease.token, w.lease.until = rand.Text(), until
	t := w.task
	t.Payment = t.Payment.detachedCopy()
	t.Tries, t.Cause, t.Token = w.lease.tries, w.lease.cause, w.lease.token
	return t
}

// freeWork is at most n pieces of the work of a kind that is due and not leased at now, oldest first.
func (m *MemoryStore) freeWork(k WorkKind, of Serving, now time.Time, n int) (found []memoryWork, err error) {
	var due *ordered.Set[place]
	var work func(key string) memoryWork
	switch k {
	case WorkAttention:
		due, work = m.due, func(key string) memoryWork { return m.rows[ID(key)].attentionWork() }
	case WorkDelivery:
		due, work = m.ready, func(key string) memoryWork { return m.readyAs[key].deliveryWork() }
	default:
		return nil, unknownKind(k)
	}
	for at := range due.All() {
		if at.at.After(now) || len(found) >= n {
			break
		}
		if w := work(at.key); w.isFor(of, now) {
			found = append(found, w)
		}
	}
	return found, nil
}

func unknownKind(k WorkKind) error {
	return fmt.Errorf("payment: kind of work %.20q is neither Attention nor Delivery", k)
}

// Lease implements [Store].
func (m *MemoryStore) Lease(ctx context.Context, k WorkKind, of Serving, now time.Time, d time.Duration, n int) (tasks []Task, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	works, err := m.freeWork(k, of, now, n)
	for _, w := range works {
		tasks = append(tasks, w.leaseUntil(now.Add(d)))
	}
	return tasks, err
}

// LeaseOne implements [Store].
func (m *MemoryStore) LeaseOne(ctx context.Context, k WorkKind, id ID, of Serving, now time.Time, d time.Duration) ([]Task, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var w memoryWork
	switch k {
	case WorkAttention:
		r := m.rows[id]
		if r == nil || r.payment.AttentionAt.IsZero() {
			return nil, nil
		}
		w = r.attentionWork()
	case WorkDelivery:
		c := m.orphaned[string(id)]
		if waiting := m.out[id]; len(waiting) > 0 {
			c = waiting[0]
		}
		if c == nil {
			return nil, nil
		}
		w = c.deliveryWork()
	default:
		return nil, unknownKind(k)
	}
	if !w.isFor(of, now) {
		return nil, nil
	}
	return []Task{w.leaseUntil(now.Add(d))}, nil
}

// Due implements [Store].
func (m *MemoryStore) Due(ctx context.Context, k WorkKind, of Serving, now time.Time, n int) (out []Due, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	works, err := m.freeWork(k, of, now, n)
	for _, w := range works {
		out = append(out, Due{Kind: k, Payment: w.id, Version: w.task.Payment.Version})
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
	var released memoryLease
	if cause != "" {
		released = memoryLease{tries: t.Tries + 1, cause: cause}
	}
	switch t.Kind {
	case WorkAttention:
		if r, ok := m.rows[t.Payment.ID]; ok && r.token == t.Token {
			m.setLease(&r.memoryLease, r.payment.ID, released)
			r.payment.Handle = r.payment.Handle.With(t.Payment.Handle)
			m.setAttention(r, again)
		}
	case WorkDelivery:
		c := m.readyAs[t.Change.Key]
		switch {
		case c == nil || c.token != t.Token:
		case again.IsZero():
			m.removeDelivered(c)
		default:
			m.setLease(&c.memoryLease, c.deliveryWork().id, released)
			m.setDue(c, again)
		}
	}
	return nil
}

// setAttention makes a payment due at an instant, or never.
func (m *MemoryStore) setAttention(r *memoryRow, at time.Time) {
	m.removeFromOrders(r)
	r.payment.AttentionAt = at
	m.addToOrders(r)
}

// removeDelivered ends a change that is ready: the next one of its payment is ready then.
func (m *MemoryStore) removeDelivered(c *memoryChange) {
	m.ready.Delete(c.duePlace())
	delete(m.readyAs, c.change.Key)
	delete(m.stuck, &c.memoryLease)
	id := c.change.Payment.ID
	if id == "" {
		delete(m.orphaned, c.change.Key)
		return
	}
	if m.out[id] = m.out[id][1:]; len(m.out[id]) == 0 {
		delete(m.out, id)
		return
	}
	m.makeReady(m.out[id][0])
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
		m.setAttention(r, at)
	}
	return nil
}

// Restart implements [Store].
func (m *MemoryStore) Restart(ctx context.Context, id ID, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	forget := func(l *memoryLease) (wasStuck bool) {
		wasStuck = l.tries >= StuckAfter
		if wasStuck {
			l.tries = 0
			delete(m.stuck, l)
		}
		return wasStuck
	}
	changes := m.out[id]
	if r, ok := m.rows[id]; ok {
		if forget(&r.memoryLease) {
			m.setAttention(r, now)
		}
	} else if !m.known[string(id)] {
		return ErrNotFound
	} else if c := m.orphaned[string(id)]; c != nil {
		changes = []*memoryChange{c}
	}
	for _, c := range changes {
		if forget(&c.memoryLease) {
			m.setDue(c, now)
		}
	}
	return nil
}
