package letters

import (
	"context"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// S68: what came on 05/07/18 is deleted on 05/01/19, by the workers, and not a moment before.
func letterIsDeletedAfterSixMonths(t *testing.T, p place) {
	store, box := p.migrated(t, p.open(t))
	ran := make(chan time.Time, 100)
	f := newFund(t, store, box, func(c *payment.Config) {
		c.Chores = append(c.Chores, func(_ context.Context, now time.Time) (int, error) { ran <- now; return 0, nil })
	})
	q := f.pay(request(1), mock.Behaviour{})
	if _, err := f.Record(t.Context(), q.ID); err != nil {
		t.Fatal(err)
	}
	f.settle()
	got := letters(t, box, q.Debtor)
	if len(got) != 1 || got[0].DeleteAt.Format("02/01/06 15:04") != "05/01/19 07:52" {
		t.Fatalf("%d letters: %v", len(got), got)
	}

	ctx, cancel := context.WithCancel(t.Context())
	working := make(chan error, 1)
	go func() { working <- f.Work(ctx) }()
	// chored waits until the workers have run their chores at that time.
	chored := func(at time.Time) {
		t.Helper()
		f.clock.Set(at)
		for {
			select {
			case now := <-ran:
				if !now.Before(at) {
					return
				}
			case <-time.After(2 * time.Minute):
				t.Fatalf("the chores did not run at %v", at)
			}
		}
	}
	chored(got[0].DeleteAt.Add(-time.Microsecond))
	if got := letters(t, box, q.Debtor); len(got) != 1 {
		t.Errorf("%d letters a moment before", len(got))
	}
	chored(got[0].DeleteAt.Add(time.Hour)) // chores run about once an hour
	if got := letters(t, box, q.Debtor); len(got) != 0 {
		t.Errorf("%d letters on 05/01/19", len(got))
	}
	cancel()
	if err := <-working; err != nil {
		t.Error(err)
	}
	if err := f.Verify(t.Context(), nil); err != nil {
		t.Error(err)
	}
}
