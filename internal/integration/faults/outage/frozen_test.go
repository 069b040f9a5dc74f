package outage

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// freeze holds up the first request that fits until thaw is called, or the test is over, as if the process, or the line, stood still.
func (w *world) freeze(t *testing.T, fits func(postgres.Request) bool) (arrived <-chan struct{}, thaw func()) {
	there, leave := make(chan struct{}), make(chan struct{})
	first := make(chan struct{}, 1)
	first <- struct{}{}
	w.proxy.Plan(func(r postgres.Request) postgres.Break {
		if fits(r) {
			select {
			case <-first:
				close(there)
				<-leave
			default:
			}
		}
		return postgres.Whole
	})
	thaw = sync.OnceFunc(func() { close(leave) })
	t.Cleanup(thaw)
	return there, thaw
}

// A commit that stood still on its way while others went on arrives late: it loses, and says so.
func TestLateCommitLoses(t *testing.T) {
	server := postgres.Shared(t)
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			w := newWorld(t, server, mode.options)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			p, e := specimen.New()
			if err := w.direct.Create(ctx, p, e); err != nil {
				t.Fatal(err)
			}
			slow, slowEntry := specimen.Moved(p, payment.OnAccepted, payment.Paid)
			// The first statement that touches the row: the transition, or its first step.
			arrived, thaw := w.freeze(t, func(r postgres.Request) bool {
				return r.Runs && strings.Contains(r.SQL, "UPDATE quittance_payment SET")
			})
			done := make(chan error, 1)
			go func() { done <- w.broken.Commit(ctx, slow, slowEntry) }()
			select {
			case <-arrived:
			case err := <-done:
				t.Fatalf("the commit never stood still: %v", err)
			}
			quick, quickEntry := specimen.Moved(p, payment.OnCancelled, payment.Cancelled)
			if err := w.direct.Commit(ctx, quick, quickEntry); err != nil {
				t.Fatal(err)
			}
			thaw()
			if err := <-done; !errors.Is(err, payment.ErrVersion) {
				t.Errorf("the late commit: %v", err)
			}
			if w.written(t, slowEntry) || !w.written(t, quickEntry) {
				t.Error("the wrong one was written")
			}
			w.whole(t, p.ID, mode.options.InTx != nil)
		})
	}
}

// A process that stands still in a transaction holds its row for a while and not for ever: PostgreSQL ends the transaction, the others go on,
// and the late commit fails. Here the host's hook makes the while shorter.
func TestFrozenInATransaction(t *testing.T) {
	server := postgres.Shared(t)
	var default0 string
	short := func(ctx context.Context, tx *sql.Tx, c payment.Change) error {
		if c.Payment.State != payment.Paid {
			return nil
		}
		if err := tx.QueryRowContext(ctx, "SHOW idle_in_transaction_session_timeout").Scan(&default0); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = '300ms'")
		return err
	}
	w := newWorld(t, server, sqlstore.Options{InTx: short})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p, e := specimen.New()
	if err := w.direct.Create(ctx, p, e); err != nil {
		t.Fatal(err)
	}
	slow, slowEntry := specimen.Moved(p, payment.OnAccepted, payment.Paid)
	arrived, thaw := w.freeze(t, func(r postgres.Request) bool { return r.SQL == "commit" })
	done := make(chan error, 1)
	go func() { done <- w.broken.Commit(ctx, slow, slowEntry) }()
	select {
	case <-arrived:
	case err := <-done:
		t.Fatalf("the commit never stood still: %v", err)
	}
	quick, quickEntry := specimen.Moved(p, payment.OnCancelled, payment.Cancelled)
	if err := w.direct.Commit(ctx, quick, quickEntry); err != nil { // waits for the row
		t.Fatal(err)
	}
	thaw()
	if err := <-done; !errors.Is(err, payment.ErrVersion) {
		t.Errorf("the late commit: %v", err)
	}
	if w.written(t, slowEntry) || !w.written(t, quickEntry) {
		t.Error("the wrong one was written")
	}
	if default0 != "10s" {
		t.Errorf("a transaction may stand still for %q", default0)
	}
}

// A process that stands still while it takes numbers does not hold up the payments of all others.
func TestFrozenInTheSequence(t *testing.T) {
	server := postgres.Shared(t)
	w := newWorld(t, server, sqlstore.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	answered := false // the statement ran, and whatever comes after it stands still
	arrived, thaw := w.freeze(t, func(r postgres.Request) bool {
		was := answered
		answered = answered || r.Runs && strings.Contains(r.SQL, "quittance_sequence")
		return was
	})
	taken := make(chan int, 2)
	take := func(s *sqlstore.Store) {
		n, err := s.Sequence(ctx, "2026-03-02")
		if err != nil {
			t.Error(err)
		}
		taken <- n
	}
	go take(w.broken)
	var frozen int
	select {
	case <-arrived: // in a transaction
	case frozen = <-taken: // it was one statement: there is nothing to stand still in
	}
	quick, cancelQuick := context.WithTimeout(ctx, 30*time.Second)
	defer cancelQuick()
	n, err := w.direct.Sequence(quick, "2026-03-02")
	if err != nil {
		t.Errorf("the others wait: %v", err)
	}
	thaw()
	if frozen == 0 {
		frozen = <-taken
	}
	if n == frozen {
		t.Errorf("number %d was given out twice", n)
	}
}

// Who takes a number while the process already waits for the database listens to its own context.
func TestWaitingForANumberEndsWithTheContext(t *testing.T) {
	server := postgres.Shared(t)
	w := newWorld(t, server, sqlstore.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	arrived, thaw := w.freeze(t, func(r postgres.Request) bool { return r.Runs && strings.Contains(r.SQL, "quittance_sequence") })
	type number struct {
		n   int
		err error
	}
	first := make(chan number, 1)
	go func() {
		n, err := w.broken.Sequence(ctx, "2026-03-02")
		first <- number{n, err}
	}()
	select {
	case <-arrived:
	case got := <-first:
		t.Fatalf("the first never stood still: %+v", got)
	}
	short, cancelShort := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancelShort()
	if n, err := w.broken.Sequence(short, "2026-03-02"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("number %d, error %v", n, err)
	}
	if err := w.broken.Advance(short, "2026-03-02", 7); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("advance: error %v", err)
	}
	thaw()
	if got := <-first; got != (number{1, nil}) {
		t.Errorf("the first got %+v", got)
	}
}
