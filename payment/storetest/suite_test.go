package storetest

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

func TestCasesAreNamedAndExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Cases() {
		if c.Name == "" || seen[c.Name] {
			t.Errorf("the name %q is used twice, or empty", c.Name)
		}
		seen[c.Name] = true
		if len(c.Promise) < 40 || !strings.HasSuffix(c.Promise, ".") {
			t.Errorf("%s explains too little: %q", c.Name, c.Promise)
		}
	}
}

func TestMemoryStore(t *testing.T) {
	RunReopened(t, func(*testing.T) (payment.Store, Reopen) {
		s := payment.NewMemoryStore()
		return s, func() (payment.Store, error) { return s, nil }
	})
}

// broken is a store in which single promises can be broken.
type broken struct {
	payment.Store
	create func(context.Context, payment.Payment, payment.Entry) error
	commit func(context.Context, payment.Payment, payment.Entry) error
	find   func(context.Context, payment.Lookup) (payment.Payment, error)
	lease  func(context.Context, payment.WorkKind, payment.Serving, time.Time, time.Duration, int) ([]payment.Task, error)
	erase  func(context.Context, string, time.Time) (payment.Erasure, error)
	close  func(context.Context, string, time.Time) error
	orphan func(context.Context, acquirer.Result, time.Time) error
	list   func(context.Context, payment.Filter) iter.Seq2[payment.Payment, error]
}

func newBroken() *broken {
	m := payment.NewMemoryStore()
	return &broken{
		Store: m, create: m.Create, commit: m.Commit, find: m.Find, lease: m.Lease, erase: m.Erase, close: m.CloseDay, orphan: m.Orphan, list: m.List,
	}
}

func (b *broken) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return b.create(ctx, p, e)
}
func (b *broken) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return b.commit(ctx, p, e)
}
func (b *broken) Find(ctx context.Context, l payment.Lookup) (payment.Payment, error) {
	return b.find(ctx, l)
}
func (b *broken) Lease(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, d time.Duration, n int) ([]payment.Task, error) {
	return b.lease(ctx, k, of, now, d, n)
}
func (b *broken) Erase(ctx context.Context, debtor string, at time.Time) (payment.Erasure, error) {
	return b.erase(ctx, debtor, at)
}
func (b *broken) CloseDay(ctx context.Context, day string, end time.Time) error {
	return b.close(ctx, day, end)
}
func (b *broken) Orphan(ctx context.Context, r acquirer.Result, at time.Time) error {
	return b.orphan(ctx, r, at)
}
func (b *broken) List(ctx context.Context, f payment.Filter) iter.Seq2[payment.Payment, error] {
	return b.list(ctx, f)
}

// Each store breaks one promise, and the case that is about it says so.
func TestBrokenStores(t *testing.T) {
	for name, c := range map[string]struct {
		finds string
		spoil func(*broken)
	}{
		"it takes an unknown id for an old version": {"what is not there is not found", func(b *broken) {
			commit := b.commit
			b.commit = func(ctx context.Context, p payment.Payment, e payment.Entry) error {
				if err := commit(ctx, p, e); err != nil {
					return payment.ErrVersion
				}
				return nil
			}
		}},
		"it forgets an attempt's id that the new row does not have": {"a commit keeps everything", func(b *broken) {
			commit, find, forgotten := b.commit, b.find, map[payment.ID]bool{}
			b.commit = func(ctx context.Context, p payment.Payment, e payment.Entry) error {
				forgotten[p.ID] = p.Handle.Payment == ""
				return commit(ctx, p, e)
			}
			b.find = func(ctx context.Context, l payment.Lookup) (payment.Payment, error) {
				p, err := find(ctx, l)
				if forgotten[p.ID] {
					p.Handle.Payment = ""
				}
				return p, err
			}
		}},
		"it finds an erased payment by nothing": {"erasing leaves nothing personal", func(b *broken) {
			find := b.find
			b.find = func(ctx context.Context, l payment.Lookup) (payment.Payment, error) {
				if l == (payment.Lookup{}) {
					for p, err := range b.Store.List(ctx, payment.Filter{}) {
						if p.Debtor == "" {
							return p, err
						}
					}
				}
				return find(ctx, l)
			}
		}},
		"it shares what a list hands out": {"what is given and handed out is not shared", func(b *broken) {
			var kept []payment.Payment
			b.list = func(ctx context.Context, f payment.Filter) iter.Seq2[payment.Payment, error] {
				return func(yield func(payment.Payment, error) bool) {
					if kept == nil {
						for p := range b.Store.List(ctx, f) {
							kept = append(kept, p)
						}
					}
					for _, p := range kept {
						if !yield(p, nil) {
							return
						}
					}
				}
			}
		}},
		"an orphan's task bears an id": {"an orphan's task has no payment", func(b *broken) {
			lease := b.lease
			b.lease = func(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, d time.Duration, n int) ([]payment.Task, error) {
				tasks, err := lease(ctx, k, of, now, d, n)
				for i := range tasks {
					if tasks[i].Payment.ID == "" {
						tasks[i].Payment.ID = "orphan"
					}
				}
				return tasks, err
			}
		}},
		"it leases a kind that does not exist": {"due rows are leased, once at a time", func(b *broken) {
			lease := b.lease
			b.lease = func(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, d time.Duration, n int) ([]payment.Task, error) {
				tasks, err := lease(ctx, k, of, now, d, n)
				if k != payment.WorkAttention && k != payment.WorkDelivery {
					return nil, nil
				}
				return tasks, err
			}
		}},
		"one that is kept keeps all": {"payments are erased one by one", func(b *broken) {
			erase := b.erase
			b.erase = func(ctx context.Context, debtor string, at time.Time) (payment.Erasure, error) {
				for p := range b.Store.List(ctx, payment.Filter{Debtor: debtor}) {
					if !p.State.Ended() {
						return payment.Erasure{}, payment.ErrRetained
					}
				}
				return erase(ctx, debtor, at)
			}
		}},
		"it keeps the cause of a failure": {"erasing leaves no cause of a failure", func(b *broken) {
			lease := b.lease
			cause := map[payment.ID]string{}
			b.lease = func(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, d time.Duration, n int) ([]payment.Task, error) {
				tasks, err := lease(ctx, k, of, now, d, n)
				for i, t := range tasks {
					if tasks[i].Cause = t.Cause; t.Cause == "" {
						tasks[i].Cause = cause[t.Payment.ID]
					}
					cause[t.Payment.ID] = "Zoé O'Hara is not known"
				}
				return tasks, err
			}
		}},
		"a closed day takes an orphan": {"a closed day stays as it is", func(b *broken) {
			b.orphan = func(ctx context.Context, r acquirer.Result, at time.Time) error {
				return b.Store.Orphan(ctx, r, at.Add(time.Hour))
			}
		}},
		"what is dated on the next open day goes out that day": {"a closed day stays as it is", func(b *broken) {
			lease := b.lease
			b.lease = func(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, d time.Duration, n int) ([]payment.Task, error) {
				tasks, err := lease(ctx, k, of, now, d, n)
				return slices.DeleteFunc(tasks, func(t payment.Task) bool { return t.Change.Entry.At.After(now) }), err
			}
		}},
		"an orphan with a fraction of a cent is refused": {"an orphan of odd money is kept", func(b *broken) {
			b.orphan = func(ctx context.Context, r acquirer.Result, at time.Time) error {
				if _, err := acquirer.Cents(r.Amount); err != nil {
					return err
				}
				return b.Store.Orphan(ctx, r, at)
			}
		}},
		"it can be opened again": {"a closed day stays as it is", func(b *broken) {
			last := time.Time{}
			b.close = func(_ context.Context, _ string, end time.Time) error { last = end; return nil }
			b.create = func(ctx context.Context, p payment.Payment, e payment.Entry) error {
				if e.At.Before(last) {
					return &payment.DayClosedError{Until: last}
				}
				return b.Store.Create(ctx, p, e)
			}
		}},
		"it closes the day while others write": {"many at once: a day is closed while payments are written", func(b *broken) {
			b.create = func(ctx context.Context, p payment.Payment, e payment.Entry) error {
				err := b.Store.Create(ctx, p, e)
				if errors.As(err, new(*payment.DayClosedError)) { // it had looked before the day was closed
					e.At = start.Add(24 * time.Hour)
					b.Store.Create(ctx, p, e)
					return nil
				}
				return err
			}
		}},
		"it panics": {"what is created is found", func(b *broken) {
			b.create = func(context.Context, payment.Payment, payment.Entry) error { panic("no") }
		}},
	} {
		t.Run(name, func(t *testing.T) {
			found := false
			for _, tc := range Cases() {
				if tc.Name != c.finds {
					continue
				}
				b := newBroken()
				c.spoil(b)
				found = tc.Check(t.Context(), b, nil) != nil
				if err := tc.Check(t.Context(), newBroken(), nil); err != nil {
					t.Errorf("the case fails without the fault: %v", err)
				}
			}
			if !found {
				t.Errorf("the case %q does not find it", c.finds)
			}
		})
	}
}

func caseNamed(t *testing.T, name string) Case {
	t.Helper()
	for _, c := range Cases() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no case %q", name)
	return Case{}
}

// A store that keeps nothing passes every case that does not open it anew.
func TestStoreThatKeepsNothing(t *testing.T) {
	c := caseNamed(t, "what was written is there for the next process")
	err := c.Check(t.Context(), payment.NewMemoryStore(), func() (payment.Store, error) { return payment.NewMemoryStore(), nil })
	if err == nil || !strings.Contains(err.Error(), "not found") {
		t.Errorf("error %v", err)
	}
	if err := c.Check(t.Context(), payment.NewMemoryStore(), nil); !errors.As(err, new(*SkipError)) {
		t.Errorf("without a way to open it anew: %v, want a SkipError", err)
	}
}

// A store that does not return, whatever its context says, is a failure and not a test that hangs.
func TestStoreThatHangs(t *testing.T) {
	b := newBroken()
	b.find = func(context.Context, payment.Lookup) (payment.Payment, error) { select {} }
	err := caseNamed(t, "what is created is found").checkWithin(t.Context(), 50*time.Millisecond, b, nil)
	if err == nil || !strings.Contains(err.Error(), "does not return") {
		t.Errorf("error %v", err)
	}
}
