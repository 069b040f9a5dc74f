package stores

import (
	"context"
	"database/sql"
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
