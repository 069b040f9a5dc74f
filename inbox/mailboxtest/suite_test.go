package mailboxtest_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/mailboxtest"
)

func TestCasesAreNamedAndExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range mailboxtest.Cases() {
		if c.Name == "" || seen[c.Name] {
			t.Errorf("the name %q is used twice, or empty", c.Name)
		}
		seen[c.Name] = true
		if len(c.Promise) < 40 || !strings.HasSuffix(c.Promise, ".") {
			t.Errorf("%s explains too little: %q", c.Name, c.Promise)
		}
	}
}

// box is a mailbox in which single promises can be broken.
type box struct {
	inbox.Mailbox
	deliver  func(context.Context, inbox.Letter) error
	letters  func(context.Context, string) iter.Seq2[inbox.Letter, error]
	markRead func(ctx context.Context, debtor, key string) error
	delete   func(context.Context, time.Time) (int, error)
	letter   func(ctx context.Context, debtor, key string) (inbox.Letter, error)
	unread   func(context.Context, string) (int, error)
	erase    func(context.Context, string) (int, error)
	deleted  func(ctx context.Context, key string) (bool, error)
}

func (b *box) WasDeleted(ctx context.Context, key string) (bool, error) { return b.deleted(ctx, key) }

func (b *box) Erase(ctx context.Context, debtor string) (int, error) { return b.erase(ctx, debtor) }

func (b *box) Deliver(ctx context.Context, l inbox.Letter) error { return b.deliver(ctx, l) }
func (b *box) Letters(ctx context.Context, debtor string) iter.Seq2[inbox.Letter, error] {
	return b.letters(ctx, debtor)
}
func (b *box) MarkRead(ctx context.Context, debtor, key string) error {
	return b.markRead(ctx, debtor, key)
}
func (b *box) DeleteDue(ctx context.Context, now time.Time) (int, error) { return b.delete(ctx, now) }
func (b *box) Letter(ctx context.Context, debtor, key string) (inbox.Letter, error) {
	return b.letter(ctx, debtor, key)
}
func (b *box) Unread(ctx context.Context, debtor string) (int, error) { return b.unread(ctx, debtor) }

// newBox is a mailbox in memory with its methods in hand.
func newBox() *box {
	m := inbox.NewMemoryMailbox()
	return &box{
		Mailbox: m, deliver: m.Deliver, letters: m.Letters, markRead: m.MarkRead, delete: m.DeleteDue,
		letter: m.Letter, unread: m.Unread,
		erase: m.Erase, deleted: m.(inbox.DeletionRecord).WasDeleted,
	}
}

// mapped changes the lists of a mailbox.
func mapped(b *box, change func([]inbox.Letter) []inbox.Letter) {
	letters := b.letters
	b.letters = func(ctx context.Context, debtor string) iter.Seq2[inbox.Letter, error] {
		return func(yield func(inbox.Letter, error) bool) {
			var all []inbox.Letter
			for l, err := range letters(ctx, debtor) {
				if err != nil {
					yield(l, err)
					return
				}
				all = append(all, l)
			}
			for _, l := range change(all) {
				if !yield(l, ctx.Err()) || ctx.Err() != nil {
					return
				}
			}
		}
	}
}

// naive is a mailbox as one would write it at first: a list, without a memory of what was deleted.
type naive struct {
	mu      sync.Mutex
	letters []inbox.Letter
}

func (n *naive) Deliver(_ context.Context, l inbox.Letter) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.letters = append(n.letters, l)
	return nil
}

func (n *naive) Letters(_ context.Context, debtor string) iter.Seq2[inbox.Letter, error] {
	return func(yield func(inbox.Letter, error) bool) {
		n.mu.Lock()
		all := slices.Clone(n.letters)
		n.mu.Unlock()
		for _, l := range all {
			if l.Debtor == debtor && !yield(l, nil) {
				return
			}
		}
	}
}

func (n *naive) Letter(_ context.Context, _, key string) (inbox.Letter, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.letters {
		if l.Key == key {
			return l, nil
		}
	}
	return inbox.Letter{}, inbox.ErrNotFound
}

func (n *naive) Unread(_ context.Context, debtor string) (unread int, _ error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.letters {
		if l.Debtor == debtor {
			unread++
		}
	}
	return unread, nil
}

func (n *naive) MarkRead(_ context.Context, _, key string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range n.letters {
		if n.letters[i].Key == key {
			n.letters[i].Read = true
		}
	}
	return nil
}

func (n *naive) DeleteDue(_ context.Context, now time.Time) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	had := len(n.letters)
	n.letters = slices.DeleteFunc(n.letters, func(l inbox.Letter) bool { return l.DeleteAt.Before(now) })
	return had - len(n.letters), nil
}

func (n *naive) Erase(_ context.Context, debtor string) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	had := len(n.letters)
	n.letters = slices.DeleteFunc(n.letters, func(l inbox.Letter) bool { return l.Debtor == debtor })
	return had - len(n.letters), nil
}

// A mailbox as one would write it at first breaks nearly every promise; what it keeps is listed.
func TestNaiveMailboxFails(t *testing.T) {
	kept := []string{
		"a reader may stop, and may act",
		"many letters are deleted at once",
		"a letter that was deleted is told from one that never came", // it does not say that it can tell
	}
	var got []string
	for _, c := range mailboxtest.Cases() {
		if c.Check(t.Context(), &naive{}) == nil {
			got = append(got, c.Name)
		}
	}
	if diff := cmp.Diff(kept, got); diff != "" {
		t.Errorf("the promises it keeps (-want +got):\n%s", diff)
	}
}

// Each mailbox breaks one promise, and the case that is about it says so.
func TestBrokenMailboxes(t *testing.T) {
	for name, c := range map[string]struct {
		finds string
		spoil func(*box)
	}{
		"it keeps local times": {"a letter is kept whole", func(b *box) {
			mapped(b, func(ls []inbox.Letter) []inbox.Letter {
				for i := range ls {
					ls[i].ReceivedAt = ls[i].ReceivedAt.In(time.FixedZone("", 3600))
				}
				return ls
			})
		}},
		"it loses what it cannot spell": {"a letter is kept whole", func(b *box) {
			deliver := b.deliver
			b.deliver = func(ctx context.Context, l inbox.Letter) error {
				l.Subject = strings.ToValidUTF8(strings.ReplaceAll(l.Subject, "🙂", "?"), "?")
				return deliver(ctx, l)
			}
		}},
		"it lets the second letter win": {"a key is delivered once", func(b *box) {
			last := map[string]inbox.Letter{}
			deliver := b.deliver
			b.deliver = func(ctx context.Context, l inbox.Letter) error { last[l.Key] = l; return deliver(ctx, l) }
			mapped(b, func(ls []inbox.Letter) []inbox.Letter {
				for i := range ls {
					ls[i].Message = last[ls[i].Key].Message
				}
				return ls
			})
		}},
		"it says that a known key is an error": {"a key is delivered once", func(b *box) {
			known := map[string]bool{}
			deliver := b.deliver
			b.deliver = func(ctx context.Context, l inbox.Letter) error {
				if known[l.Key] {
					return errors.New("unique constraint")
				}
				known[l.Key] = true
				return deliver(ctx, l)
			}
		}},
		"it burns the key of a refused letter": {"a wrong letter is refused", func(b *box) {
			burnt := map[string]bool{}
			deliver := b.deliver
			b.deliver = func(ctx context.Context, l inbox.Letter) error {
				if l.Validate() == nil && burnt[l.Key] {
					return nil
				}
				burnt[l.Key] = true
				return deliver(ctx, l)
			}
		}},
		"it orders keys as a dictionary does": {"newest first, then by key", func(b *box) {
			mapped(b, func(ls []inbox.Letter) []inbox.Letter {
				slices.SortStableFunc(ls, func(a, b inbox.Letter) int {
					if c := b.ReceivedAt.Compare(a.ReceivedAt); c != 0 {
						return c
					}
					return strings.Compare(strings.ToLower(a.Key), strings.ToLower(b.Key))
				})
				return ls
			})
		}},
		"it reads one page only": {"a long list is whole", func(b *box) {
			mapped(b, func(ls []inbox.Letter) []inbox.Letter { return ls[:min(len(ls), 200)] })
		}},
		"its pages turn on the instant alone": {"a long list is whole", func(b *box) {
			mapped(b, func(ls []inbox.Letter) []inbox.Letter {
				if len(ls) < 200 {
					return ls
				}
				rest := slices.DeleteFunc(slices.Clone(ls[200:]), func(l inbox.Letter) bool { return l.ReceivedAt.Equal(ls[199].ReceivedAt) })
				return append(ls[:200:200], rest...)
			})
		}},
		"it marks anybody's letter": {"letters are their debtor's alone", func(b *box) {
			b.markRead = func(context.Context, string, string) error { return nil }
		}},
		"it takes a debtor for a pattern": {"letters are their debtor's alone", func(b *box) {
			letters := b.letters
			b.letters = func(ctx context.Context, debtor string) iter.Seq2[inbox.Letter, error] {
				return letters(ctx, strings.ReplaceAll(debtor, "on_", "one"))
			}
		}},
		"it marks nothing": {"a letter is marked as read", func(b *box) {
			markRead := b.markRead
			b.markRead = func(ctx context.Context, debtor, key string) error {
				if key != "b/x" {
					return markRead(ctx, debtor, key)
				}
				return nil
			}
		}},
		"it says that a read letter is not there": {"a letter is marked as read", func(b *box) {
			done := map[string]bool{}
			markRead := b.markRead
			b.markRead = func(ctx context.Context, debtor, key string) error {
				if done[key] {
					return inbox.ErrNotFound
				}
				done[key] = true
				return markRead(ctx, debtor, key)
			}
		}},
		"it opens anybody's letter": {"one letter is opened", func(b *box) {
			letter := b.letter
			b.letter = func(ctx context.Context, debtor, key string) (inbox.Letter, error) {
				for _, of := range []string{debtor, "one"} {
					if l, err := letter(ctx, of, key); err == nil {
						return l, nil
					}
				}
				return inbox.Letter{}, inbox.ErrNotFound
			}
		}},
		"it counts what is read": {"what is unread is counted", func(b *box) {
			b.unread = func(ctx context.Context, debtor string) (n int, err error) {
				for range b.letters(ctx, debtor) {
					n++
				}
				return n, nil
			}
		}},
		"it deletes a moment late": {"letters are deleted when they are due", func(b *box) {
			del := b.delete
			b.delete = func(ctx context.Context, now time.Time) (int, error) { return del(ctx, now.Add(-time.Microsecond)) }
		}},
		"it rounds the instant up": {"letters are deleted when they are due", func(b *box) {
			del := b.delete
			b.delete = func(ctx context.Context, now time.Time) (int, error) {
				return del(ctx, now.Add(time.Microsecond-1).Truncate(time.Microsecond))
			}
		}},
		"it counts one batch only": {"many letters are deleted at once", func(b *box) {
			del := b.delete
			b.delete = func(ctx context.Context, now time.Time) (int, error) {
				n, err := del(ctx, now)
				return min(n, 500), err
			}
		}},
		"it erases one page only": {"all letters of a debtor are erased", func(b *box) {
			b.erase = func(context.Context, string) (int, error) { return 2, nil }
		}},
		"it forgets the keys of what it erased": {"all letters of a debtor are erased", func(b *box) {
			all := map[string]inbox.Letter{}
			deliver := b.deliver
			b.deliver = func(ctx context.Context, l inbox.Letter) error {
				if old, known := all[l.Key]; known && old.Debtor == "" {
					l.Key += " "
				}
				all[l.Key] = l
				return deliver(ctx, l)
			}
			erase := b.erase
			b.erase = func(ctx context.Context, debtor string) (int, error) {
				for key, l := range all {
					if l.Debtor == debtor {
						all[key] = inbox.Letter{}
					}
				}
				return erase(ctx, debtor)
			}
		}},
		"what was deleted never came": {"a letter that was deleted is told from one that never came", func(b *box) {
			b.deleted = func(context.Context, string) (bool, error) { return false, nil }
		}},
		"what never came was deleted": {"a letter that was deleted is told from one that never came", func(b *box) {
			b.deleted = func(ctx context.Context, key string) (bool, error) {
				_, err := b.Mailbox.Letter(ctx, "one", key)
				return err != nil, nil
			}
		}},
		"workers count a letter twice": {"many at once: each letter is deleted once", func(b *box) {
			b.delete = func(ctx context.Context, now time.Time) (int, error) {
				n, err := b.Mailbox.DeleteDue(ctx, now)
				return n + n%2 + 1, err
			}
		}},
		"it is deaf to its context": {"an ended context writes nothing", func(b *box) {
			b.deliver = func(ctx context.Context, l inbox.Letter) error {
				return b.Mailbox.Deliver(context.WithoutCancel(ctx), l)
			}
		}},
		"it panics": {"a letter is kept whole", func(b *box) {
			b.deliver = func(context.Context, inbox.Letter) error { panic("no") }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			found := false
			for _, tc := range mailboxtest.Cases() {
				if tc.Name != c.finds {
					continue
				}
				b := newBox()
				c.spoil(b)
				if err := tc.Check(t.Context(), b); err != nil {
					found = true
				}
				if err := tc.Check(t.Context(), newBox()); err != nil {
					t.Errorf("the case fails without the fault: %v", err)
				}
			}
			if !found {
				t.Errorf("the case %q does not find it", c.finds)
			}
		})
	}
}

// A mailbox that holds a lock, or a connection, while its reader looks at a letter: the case ends with an error, not never.
func TestHeldConnection(t *testing.T) {
	b := newBox()
	held := make(chan struct{}, 1)
	letters, deliver := b.letters, b.deliver
	b.letters = func(ctx context.Context, debtor string) iter.Seq2[inbox.Letter, error] {
		return func(yield func(inbox.Letter, error) bool) {
			held <- struct{}{}
			defer func() { <-held }()
			letters(ctx, debtor)(yield)
		}
	}
	b.deliver = func(ctx context.Context, l inbox.Letter) error {
		select {
		case held <- struct{}{}:
			defer func() { <-held }()
			return deliver(ctx, l)
		default:
			return fmt.Errorf("deliver %s: the connection is held", l.Key)
		}
	}
	for _, c := range mailboxtest.Cases() {
		if c.Name != "a reader may stop, and may act" {
			continue
		}
		if err := c.Check(t.Context(), b); err == nil || !strings.Contains(err.Error(), "held") {
			t.Errorf("error %v", err)
		}
	}
}
