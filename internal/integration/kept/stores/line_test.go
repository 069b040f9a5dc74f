package stores

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Whoever waited in SQLite's line of writers waited for the one before, although its own context had ended. Its change is not written
// later either, and those behind it are served.
func TestWaitInLineIsDeaf(t *testing.T) {
	inside, goOn := make(chan bool), make(chan bool)
	first := true // in the line only one is at it
	s := openFile(t, filepath.Join(t.TempDir(), "payments.db"), sqlstore.Options{InTx: func(context.Context, *sql.Tx, payment.Change) error {
		if first {
			first = false
			close(inside)
			<-goOn
		}
		return nil
	}})
	create := func(ctx context.Context) (payment.ID, <-chan error) {
		p, e := specimen.New()
		done := make(chan error, 1)
		go func() { done <- s.Create(ctx, p, e) }()
		return p.ID, done
	}
	_, one := create(t.Context())
	<-inside
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	left, two := create(ctx)
	last, three := create(t.Context())
	select {
	case err := <-two:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("it still waits")
	}
	close(goOn)
	for _, done := range []<-chan error{one, three} {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Find(t.Context(), payment.Lookup{ID: left}); !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("who left was written: %v", err)
	}
	if _, err := s.Find(t.Context(), payment.Lookup{ID: last}); err != nil {
		t.Error(err)
	}
}

// A change that fails behind others, in their transaction, takes nothing of itself along, and nothing of theirs away.
func TestOneFailsInTheLine(t *testing.T) {
	inside, goOn := make(chan bool), make(chan bool)
	failed := errors.New("the queue is full")
	var bad payment.ID
	first := true
	s := openFile(t, filepath.Join(t.TempDir(), "payments.db"), sqlstore.Options{InTx: func(_ context.Context, _ *sql.Tx, c payment.Change) error {
		if first {
			first = false
			close(inside)
			<-goOn
		}
		if c.Payment.ID == bad {
			return failed
		}
		return nil
	}})
	const n = 9
	var want, got []string
	done := make(chan error, n)
	for i := range n {
		p, e := specimen.New()
		if i == n/2 {
			bad = p.ID
		} else {
			want = append(want, p.Reference)
		}
		go func() {
			err := s.Create(t.Context(), p, e)
			if p.ID == bad && errors.Is(err, failed) {
				err = nil
			}
			done <- err
		}()
		if i == 0 {
			<-inside
		}
	}
	time.Sleep(100 * time.Millisecond) // they wait by now; who does not yet comes later, to the same end
	close(goOn)
	for range n {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for p, err := range s.List(t.Context(), payment.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p.Reference)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +kept):\n%s", d)
	}
}

// A payer who leaves in the middle of a transaction does not end it: others share it.
func TestLeavesInTheTransaction(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	s := openFile(t, filepath.Join(t.TempDir(), "payments.db"), sqlstore.Options{InTx: func(ctx context.Context, tx *sql.Tx, _ payment.Change) error {
		leave()
		_, err := tx.ExecContext(ctx, "UPDATE quittance_payment SET tries = tries")
		return err
	}})
	p, e := specimen.New()
	if err := s.Create(ctx, p, e); err != nil {
		t.Error(err)
	}
	if q, err := s.Find(t.Context(), payment.Lookup{ID: p.ID}); q.ID != p.ID {
		t.Error(err)
	}
}
