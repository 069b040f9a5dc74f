// Package race lets many do the same thing to one payment at once: goroutines of one process on every store, and processes on one
// PostgreSQL. It is tests only.
package race

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// TestMain makes a worker of this binary when it is called as one.
func TestMain(m *testing.M) {
	if os.Getenv(workerDSN) != "" {
		work(os.Stdin, os.Stdout)
		return
	}
	os.Exit(m.Run())
}

// stores runs a test on each store, empty and opened anew. share is how much of the test each bears: a memory is quicker than a disk.
func stores(t *testing.T, run func(t *testing.T, s payment.Store, share float64)) {
	t.Run("memory", func(t *testing.T) { run(t, payment.NewMemoryStore(), 0.965) })
	t.Run("SQLite", func(t *testing.T) {
		db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		run(t, migrated(t, db, sqlstore.SQLite), 0.015)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgres.Shared(t)
		run(t, migrated(t, server.Database(t), sqlstore.PostgreSQL), 0.02)
	})
}

func migrated(t *testing.T, db *sql.DB, open func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error)) *sqlstore.Store {
	t.Helper()
	db.SetMaxOpenConns(32)
	db.SetMaxIdleConns(32)
	s, err := open(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}
