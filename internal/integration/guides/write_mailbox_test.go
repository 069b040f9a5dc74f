package guides

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/mailboxtest"
)

// guide:begin

// Mailbox keeps letters in memory: the shortest one that keeps every promise.
type Mailbox struct {
	mu      sync.Mutex
	known   map[string]bool // keys, those of deleted letters included
	letters []inbox.Letter  // newest first, and of one instant by key
}

func (m *Mailbox) Deliver(ctx context.Context, l inbox.Letter) error {
	if err := errors.Join(ctx.Err(), l.Validate()); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known[l.Key] {
		return nil
	}
	if m.known == nil {
		m.known = map[string]bool{}
	}
	l.ReceivedAt, l.DeleteAt = l.ReceivedAt.UTC().Truncate(time.Microsecond), l.DeleteAt.UTC().Truncate(time.Microsecond)
	m.known[l.Key], m.letters = true, append(m.letters, l)
	slices.SortFunc(m.letters, func(a, b inbox.Letter) int {
		return cmp.Or(b.ReceivedAt.Compare(a.ReceivedAt), cmp.Compare(a.Key, b.Key))
	})
	return nil
}

// of returns copies of a debtor's letters, so that a reader may take its time.
func (m *Mailbox) of(debtor string) (own []inbox.Letter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.letters {
		if l.Debtor == debtor {
			own = append(own, l)
		}
	}
	return own
}

func (m *Mailbox) Letters(ctx context.Context, debtor string) iter.Seq2[inbox.Letter, error] {
	return func(yield func(inbox.Letter, error) bool) {
		for _, l := range m.of(debtor) {
			if ctx.Err() != nil {
				break
			}
			if !yield(l, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(inbox.Letter{}, err)
		}
	}
}

func (m *Mailbox) Letter(ctx context.Context, debtor, key string) (inbox.Letter, error) {
	for l, err := range m.Letters(ctx, debtor) {
		if err != nil || l.Key == key {
			return l, err
		}
	}
	return inbox.Letter{}, inbox.ErrNotFound
}

func (m *Mailbox) Unread(ctx context.Context, debtor string) (n int, err error) {
	for _, l := range m.of(debtor) {
		if !l.Read {
			n++
		}
	}
	return n, ctx.Err()
}

func (m *Mailbox) MarkRead(ctx context.Context, debtor, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.letters, func(l inbox.Letter) bool { return l.Debtor == debtor && l.Key == key })
	if i < 0 {
		return inbox.ErrNotFound
	}
	m.letters[i].Read = true
	return nil
}

func (m *Mailbox) DeleteDue(ctx context.Context, now time.Time) (int, error) {
	return m.delete(ctx, func(l inbox.Letter) bool { return !l.DeleteAt.After(now) })
}

func (m *Mailbox) Erase(ctx context.Context, debtor string) (int, error) {
	return m.delete(ctx, func(l inbox.Letter) bool { return l.Debtor == debtor })
}

// delete deletes letters, and keeps their keys.
func (m *Mailbox) delete(ctx context.Context, due func(inbox.Letter) bool) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	had := len(m.letters)
	m.letters = slices.DeleteFunc(m.letters, due)
	return had - len(m.letters), nil
}

// guide:end

// guide:begin

func TestMailbox(t *testing.T) {
	mailboxtest.Run(t, func(t *testing.T) inbox.Mailbox { return new(Mailbox) })
}

// guide:end
