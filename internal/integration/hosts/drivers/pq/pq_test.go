//go:build !race

// Package pq tries the stores with github.com/lib/pq.
package pq

import (
	"database/sql"
	"testing"

	_ "github.com/lib/pq" // the driver "postgres"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/mailboxtest"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/quittance/quittance/payment/storetest"
)

// connect opens a database by the driver, and closes it with the test.
func connect(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestPQ(t *testing.T) {
	server := postgres.Shared(t)
	t.Run("store", func(t *testing.T) {
		storetest.RunReopened(t, func(t *testing.T) (payment.Store, storetest.Reopen) {
			dsn := server.DSN(server.Create(t))
			open := func() (payment.Store, error) {
				s, err := sqlstore.PostgreSQL(connect(t, dsn), sqlstore.Options{})
				if err != nil {
					return nil, err
				}
				return s, s.Migrate(t.Context())
			}
			s, err := open()
			if err != nil {
				t.Fatal(err)
			}
			return s, open
		})
	})
	t.Run("mailbox", func(t *testing.T) {
		mailboxtest.Run(t, func(t *testing.T) inbox.Mailbox {
			box, err := sqlmailbox.PostgreSQL(connect(t, server.DSN(server.Create(t))))
			if err != nil {
				t.Fatal(err)
			}
			if err := box.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			return box
		})
	})
}
