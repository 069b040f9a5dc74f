package payment_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
)

// jobs works as a job queue does: it reads what is due, and does the work of one payment after the other.
func (w *world) jobs() {
	w.Helper()
	for range 100 {
		done := 0
		for _, k := range []payment.WorkKind{payment.WorkAttention, payment.WorkDelivery} {
			due, err := w.Due(w.ctx, k, 3)
			w.must("Due", err)
			for _, d := range due {
				for range 2 { // a call too many does nothing
					n, err := w.WorkOn(w.ctx, d.Kind, d.Payment)
					w.must("WorkOn", err)
					done += n
				}
			}
		}
		if done == 0 {
			return
		}
	}
	w.Fatal("the work does not end")
}

// A job queue in the place of Work: every accepted payment is found and acknowledged once.
func TestWorkOn(t *testing.T) {
	w := newWorld(t)
	w.bank.Notify = func(acquirer.Callback) {}
	for i, o := range []acquirer.Outcome{acquirer.Accepted, acquirer.Refused, acquirer.Accepted, acquirer.Cancelled, acquirer.Expired} {
		_, s := w.begin(string(rune('1' + i)))
		if _, err := w.bank.Visit(s, mock.Behaviour{Outcome: o, Abandon: true}); !errors.Is(err, mock.ErrNoReturn) {
			t.Fatal(err)
		}
	}
	for range 20 {
		w.clock.Add(time.Minute)
		w.bank.Tick()
		w.jobs()
	}
	w.converged()
	got := map[payment.State]int{}
	for p, err := range w.List(w.ctx, payment.Filter{}) {
		w.must("List", err)
		got[p.State]++
	}
	if d := cmp.Diff(map[payment.State]int{payment.Paid: 2, payment.Refused: 1, payment.Cancelled: 1, payment.Expired: 1}, got); d != "" {
		t.Error(d)
	}
	if n, err := w.WorkOnce(w.ctx); n != 0 || err != nil {
		t.Errorf("Work found %d things to do, %v", n, err)
	}
}

// WorkOn does the work of its payment and of no other; a failure is the row's.
func TestWorkOnOne(t *testing.T) {
	w := newWorld(t)
	p, _ := w.begin("1")
	w.begin("2")
	w.delivered = func(payment.Change) error { return errors.New("down") }
	for _, want := range []int{1, 0} {
		if n, err := w.WorkOn(w.ctx, payment.WorkDelivery, p.ID); n != want || err != nil {
			t.Fatalf("did %d, %v; want %d", n, err, want)
		}
	}
	due, err := w.Due(w.ctx, payment.WorkDelivery, 9)
	w.must("Due", err)
	if len(due) != 1 || due[0].Payment == p.ID {
		t.Errorf("due are %v, want the other payment's change", due)
	}
	if n, err := w.WorkOn(w.ctx, "nonsense", p.ID); n != 0 || err == nil {
		t.Errorf("did %d of nonsense, %v", n, err)
	}
}

// A host that stops is no failure of the change that was under way, whatever reason it gives to its contexts.
func TestStopIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		ctx, cancel := context.WithCancelCause(t.Context())
		tries := 0
		w := newWorld(t, func(c *payment.Config) {
			c.Now, c.Acquirer.(*mock.Acquirer).Now = time.Now, time.Now
			c.Deliver = func(ctx context.Context, _ payment.Change) error {
				if tries++; tries == 1 {
					cancel(errors.New("the queue stops"))
					<-ctx.Done()
				}
				return ctx.Err()
			}
		})
		p, _ := w.begin("1")
		if _, err := w.WorkOn(ctx, payment.WorkDelivery, p.ID); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v", err)
		}
		time.Sleep(time.Minute) // the lease
		tasks, err := w.store.LeaseOne(w.ctx, payment.WorkDelivery, p.ID, payment.Serving{}, time.Now(), time.Second)
		w.must("LeaseOne", err)
		if len(tasks) != 1 || tasks[0].Tries != 0 {
			t.Errorf("%d changes are due, %+v: want one that has not failed", len(tasks), tasks)
		}
	})
}

func TestChores(t *testing.T) {
	bad := errors.New("bad")
	w := newWorld(t, func(c *payment.Config) {
		c.Chores = append(c.Chores,
			func(context.Context, time.Time) (int, error) { return 2, nil },
			func(context.Context, time.Time) (int, error) { return 0, bad },
			func(_ context.Context, now time.Time) (int, error) { return now.Hour(), nil })
	})
	for range 2 { // whenever they ran last
		if n, err := w.Chores(w.ctx); n != 12 || !errors.Is(err, bad) {
			t.Errorf("did %d, %v", n, err)
		}
	}
}

// Chores run about once an hour by the clock, and a clock that was set back holds up none of them: letters are deleted when due, and a missing
// acknowledgement is told.
func TestChoresAfterTheClockWasSetBack(t *testing.T) {
	ran := 0
	w := newWorld(t, func(c *payment.Config) {
		c.Chores = []payment.Chore{func(context.Context, time.Time) (int, error) { ran++; return 0, nil }}
	})
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {time.Minute, 1}, {time.Hour, 2}, {-time.Minute, 2}, {-time.Hour, 3}, {0, 3}, {-365 * 24 * time.Hour, 4}, {time.Minute, 4}, {time.Hour, 5}} {
		w.clock.Add(c.after)
		_, err := w.WorkOnce(w.ctx)
		w.must("WorkOnce", err)
		if ran != c.want {
			t.Errorf("after %v more the chores ran %d times, want %d", c.after, ran, c.want)
		}
	}
}
