package stores

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Who closes a day on PostgreSQL waits for whoever is writing an entry of it: the entry would be in no export.
func TestClosingWaitsForWhoWrites(t *testing.T) {
	server := postgres.Shared(t)
	name := server.Create(t)
	inside, leave := make(chan struct{}), make(chan struct{})
	writer := migrated(t, server.Open(t, server.DSN(name)), sqlstore.PostgreSQL, sqlstore.Options{
		InTx: func(context.Context, *sql.Tx, payment.Change) error {
			close(inside)
			<-leave
			return nil
		},
	})
	db := server.Open(t, server.DSN(name))
	closer := migrated(t, db, sqlstore.PostgreSQL, sqlstore.Options{})
	p, e := specimen.New()
	written, closed := make(chan error, 1), make(chan error, 1)
	go func() { written <- writer.Create(t.Context(), p, e) }()
	<-inside
	go func() { closed <- closer.CloseDay(t.Context(), e.At.Format(time.DateOnly), e.At.Add(time.Hour)) }()
	for waits := 0; waits == 0; {
		select {
		case err := <-closed:
			t.Errorf("the day was closed while an entry of it was being written: %v", err)
			waits, closed = 1, nil
		default:
			if err := db.QueryRow("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'quittance_payment'::regclass").Scan(&waits); err != nil {
				t.Error(err)
				waits = 1
			}
		}
	}
	close(leave)
	if err := <-written; err != nil {
		t.Errorf("the entry: %v", err)
	}
	if closed != nil {
		if err := <-closed; err != nil {
			t.Errorf("the day: %v", err)
		}
	}
}

// Who closes a day while something works on the tables for long, as a VACUUM does, waits without holding up those who pay: they wait two seconds
// at most, now and then. The day is closed when it can be; when the context ends before, the error says what was in the way.
func TestClosingBesideAVacuumHoldsUpNobody(t *testing.T) {
	server := postgres.Shared(t)
	db := server.Open(t, server.DSN(server.Create(t)))
	s := migrated(t, db, sqlstore.PostgreSQL, sqlstore.Options{})
	vacuum, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer vacuum.Rollback()
	if _, err := vacuum.Exec("LOCK TABLE quittance_payment IN SHARE UPDATE EXCLUSIVE MODE"); err != nil { // what VACUUM takes
		t.Fatal(err)
	}
	_, e := specimen.New()
	impatient, cancel := context.WithCancel(t.Context())
	closed := make(chan error, 2)
	for _, ctx := range []context.Context{t.Context(), impatient} {
		go func() { closed <- s.CloseDay(ctx, "2001-01-01", e.At.Add(-48*time.Hour)) }()
	}
	for range 3 {
		for waits := 0; waits == 0; {
			if err := db.QueryRow("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'quittance_payment'::regclass").Scan(&waits); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // two locks, two seconds each, and a busy machine
		p, e := specimen.New()
		if err := s.Create(ctx, p, e); err != nil {
			t.Errorf("a payment beside a vacuum and those who close a day: %v", err)
		}
		cancel()
	}
	cancel()
	if err := <-closed; !errors.Is(err, context.Canceled) {
		t.Errorf("a day that nobody waits for any more: %v", err)
	}
	if err := vacuum.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-closed; err != nil {
		t.Errorf("the day, after the vacuum: %v", err)
	}
	p, e := specimen.New()
	e.At = e.At.Add(-72 * time.Hour)
	if err := s.Create(t.Context(), p, e); !errors.As(err, new(*payment.DayClosedError)) {
		t.Errorf("an entry of the closed day: %v", err)
	}
}
