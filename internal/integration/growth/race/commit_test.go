package race

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
)

// crowds are how many race, and what part of the races each bears.
var crowds = []struct {
	n    int
	part float64
}{{2, 0.70}, {16, 0.22}, {64, 0.08}}

// perPayment is how many races one payment sees; the first of them is also a race for its lease, and for its outgoing change.
const perPayment = 10

// Many lease one due payment, commit to it at one version, and lease its outgoing change: one has the lease, one commit is written, and one
// has the change. All others learn that they came too late, and of what they would have written nothing is there.
func TestOneCommitOfAVersion(t *testing.T) {
	figure.Long(t)
	races := float64(figure.Of(10_000, 1_000_000))
	stores(t, func(t *testing.T, s payment.Store, share float64) {
		for _, c := range crowds {
			t.Run(fmt.Sprint(c.n), func(t *testing.T) {
				for i := range max(int(races*share*c.part)/perPayment, 1) {
					p, e := specimen.New()
					if err := s.Create(t.Context(), p, e); err != nil {
						t.Fatal(err)
					}
					deliver(t, s, 1, p.ID, 1)
					lease(t, s, c.n, p.AttentionAt)
					p = commit(t, s, c.n, p)
					deliver(t, s, c.n, p.ID, 2)
					for range perPayment - 1 {
						p = commit(t, s, c.n, p)
					}
					settle(t, s, p)
					if t.Failed() {
						t.Fatalf("payment %d", i+1)
					}
				}
			})
		}
	})
}

// lease lets n at the due work: one has it.
func lease(t *testing.T, s payment.Store, n int, now time.Time) {
	t.Helper()
	got := count(t, n, func(ctx context.Context, _ int) (int, error) {
		tasks, err := s.Lease(ctx, payment.WorkAttention, payment.Serving{}, now, time.Minute, n)
		return len(tasks), err
	})
	if sum(got) != 1 {
		t.Errorf("%d workers have the lease: %v", sum(got), got)
	}
}

// commit lets n commit at one version, and returns the payment as one of them left it.
func commit(t *testing.T, s payment.Store, n int, p payment.Payment) payment.Payment {
	t.Helper()
	next := make([]payment.Payment, n)
	won := count(t, n, func(ctx context.Context, i int) (int, error) {
		var e payment.Entry
		next[i], e = specimen.Moved(p, payment.OnPending, payment.Unknown)
		switch err := s.Commit(ctx, next[i], e); {
		case err == nil:
			return 1, nil
		case errors.Is(err, payment.ErrVersion):
			return 0, nil
		default:
			return 0, err
		}
	})
	if sum(won) != 1 {
		t.Errorf("%d commits of version %d: %v", sum(won), p.Version+1, won)
	}
	for i := range won {
		if won[i] == 1 {
			p = next[i]
		}
	}
	return p
}

// deliver lets n at the outgoing change of a version: one has it, and takes it away.
func deliver(t *testing.T, s payment.Store, n int, id payment.ID, version int) {
	t.Helper()
	now := specimen.Morning.AddDate(1, 0, 0)
	got := count(t, n, func(ctx context.Context, _ int) (int, error) {
		tasks, err := s.Lease(ctx, payment.WorkDelivery, payment.Serving{}, now, time.Minute, n)
		for _, task := range tasks {
			if task.Payment.ID != id || task.Change.Entry.Version != version {
				t.Errorf("%s came, want %s/%d", task.Change.Key, id, version)
			}
			err = errors.Join(err, s.Release(ctx, task, time.Time{}, ""))
		}
		return len(tasks), err
	})
	if sum(got) != 1 {
		t.Errorf("the change of version %d went out %d times: %v", version, sum(got), got)
	}
}

// count runs n at once, and returns what each says.
func count(t *testing.T, n int, f func(context.Context, int) (int, error)) []int {
	t.Helper()
	got := make([]int, n)
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			var err error
			if got[i], err = f(t.Context(), i); err != nil {
				t.Errorf("%d of %d: %v", i+1, n, err)
			}
		})
	}
	close(begin)
	wg.Wait()
	return got
}

func sum(list []int) (n int) {
	for _, v := range list {
		n += v
	}
	return n
}

// settle checks that a payment is as its last winner left it, that its journal has each version once and links them, and ends it.
func settle(t *testing.T, s payment.Store, p payment.Payment) {
	t.Helper()
	q, err := s.Find(t.Context(), payment.Lookup{ID: p.ID})
	if err != nil {
		t.Fatal(err)
	}
	if q.Version != p.Version || q.Head != p.Head {
		t.Errorf("the payment is at version %d, its winner left it at %d", q.Version, p.Version)
	}
	n, head := 0, [32]byte{}
	for e, err := range s.Journal(t.Context(), p.ID) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; e.Version != n || e.Previous != head {
			t.Errorf("entry %d has version %d, or does not follow the one before", n, e.Version)
		}
		head = e.Hash
	}
	if n != p.Version || head != p.Head {
		t.Errorf("the journal has %d entries at version %d", n, p.Version)
	}
	last, e := specimen.Moved(p, payment.OnAbsent, payment.Review)
	last.AttentionAt = time.Time{} // out of the way of the next payment
	if err := s.Commit(t.Context(), last, e); err != nil {
		t.Fatal(err)
	}
	for version := 3; version <= last.Version; version++ {
		deliver(t, s, 1, p.ID, version)
	}
}
