package inbox

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/quittance/quittance/internal/ordered"
)

// memoryMailbox is the mailbox of NewMemoryMailbox.
type memoryMailbox struct {
	mu      sync.Mutex
	letters map[string]*Letter               // by key
	known   map[string]struct{}              // keys, those of deleted letters included
	own     map[string]*ordered.Set[*Letter] // of each debtor, newest first
	due     *ordered.Set[*Letter]            // by DeleteAt
}

// NewMemoryMailbox returns a mailbox that lives as long as the program: for tests and demonstrations. It keeps the keys of
// deleted letters, which name no person.
func NewMemoryMailbox() Mailbox {
	return &memoryMailbox{
		letters: map[string]*Letter{}, known: map[string]struct{}{}, own: map[string]*ordered.Set[*Letter]{},
		due: ordered.New(func(a, b *Letter) int { return cmp.Or(a.DeleteAt.Compare(b.DeleteAt), cmp.Compare(a.Key, b.Key)) }),
	}
}

// byNewest is the order of letters in a mailbox.
func byNewest(a, b *Letter) int {
	return cmp.Or(b.ReceivedAt.Compare(a.ReceivedAt), cmp.Compare(a.Key, b.Key))
}

func (m *memoryMailbox) Deliver(ctx context.Context, l Letter) error {
	if err := errors.Join(ctx.Err(), l.Validate()); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.known[l.Key]; ok {
		return nil
	}
	l.ReceivedAt, l.DeleteAt = asStored(l.ReceivedAt), asStored(l.DeleteAt)
	if m.own[l.Debtor] == nil {
		m.own[l.Debtor] = ordered.New(byNewest)
	}
	m.known[l.Key], m.letters[l.Key] = struct{}{}, &l
	m.own[l.Debtor].Insert(&l)
	m.due.Insert(&l)
	return nil
}

// removeLetter deletes a letter, but not its key.
func (m *memoryMailbox) removeLetter(l *Letter) {
	delete(m.letters, l.Key)
	m.due.Delete(l)
	if m.own[l.Debtor].Delete(l); m.own[l.Debtor].Len() == 0 {
		delete(m.own, l.Debtor)
	}
}

// asStored rounds an instant to what a mailbox keeps: UTC, microseconds.
func asStored(t time.Time) time.Time { return t.Round(0).UTC().Truncate(time.Microsecond) }

// lettersOf are copies of those of a debtor, newest first.
func (m *memoryMailbox) lettersOf(debtor string) (own []Letter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if set := m.own[debtor]; set != nil {
		for l := range set.All() {
			own = append(own, *l)
		}
	}
	return own
}

func (m *memoryMailbox) Letters(ctx context.Context, debtor string) iter.Seq2[Letter, error] {
	return func(yield func(Letter, error) bool) {
		if err := ctx.Err(); err != nil {
			yield(Letter{}, err)
			return
		}
		for _, l := range m.lettersOf(debtor) {
			if err := ctx.Err(); err != nil {
				yield(Letter{}, err)
				return
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

func (m *memoryMailbox) Letter(ctx context.Context, debtor, key string) (Letter, error) {
	if err := ctx.Err(); err != nil {
		return Letter{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.letters[key]
	if l == nil || l.Debtor != debtor {
		return Letter{}, ErrNotFound
	}
	return *l, nil
}

func (m *memoryMailbox) Unread(ctx context.Context, debtor string) (n int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	for _, l := range m.lettersOf(debtor) {
		if !l.Read {
			n++
		}
	}
	return n, nil
}

func (m *memoryMailbox) MarkRead(ctx context.Context, debtor, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.letters[key]
	if l == nil || l.Debtor != debtor {
		return ErrNotFound
	}
	l.Read = true
	return nil
}

func (m *memoryMailbox) DeleteDue(ctx context.Context, now time.Time) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var over []*Letter
	for l := range m.due.All() {
		if l.DeleteAt.After(now) {
			break
		}
		over = append(over, l)
	}
	for _, l := range over {
		m.removeLetter(l)
	}
	return len(over), nil
}

func (m *memoryMailbox) WasDeleted(ctx context.Context, key string) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	_, known := m.known[key]
	return known && m.letters[key] == nil, nil
}

func (m *memoryMailbox) Erase(ctx context.Context, debtor string) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.own[debtor] == nil {
		return 0, nil
	}
	own := slices.Collect(m.own[debtor].All())
	for _, l := range own {
		m.removeLetter(l)
	}
	return len(own), nil
}
