//go:build !race

package bench

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// database is one of the two.
type database struct {
	name       string
	postgresql bool
	create     func(b *testing.B) (dsn string) // a new, empty one
}

// databases are SQLite, and PostgreSQL where the machine has it.
func databases(b *testing.B, run func(*testing.B, database)) {
	b.Run("SQLite", func(b *testing.B) {
		run(b, database{"SQLite", false, func(b *testing.B) string { return sqlstore.DSN(filepath.Join(b.TempDir(), "payments.db")) }})
	})
	b.Run("PostgreSQL", func(b *testing.B) {
		server := postgres.Start(b)
		run(b, database{"PostgreSQL", true, func(b *testing.B) string { return server.DSN(server.Create(b)) }})
	})
}

// pool opens a database.
func (d database) pool(b *testing.B, dsn string) *sql.DB {
	name := "sqlite"
	if d.postgresql {
		name = "pgx"
	}
	db, err := sql.Open(name, dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	return db
}

// counted opens a database that counts what it is asked for.
func (d database) counted(b *testing.B, dsn string, c *counts) *sql.DB {
	of := d.pool(b, dsn).Driver()
	db := c.open(func(context.Context) (driver.Conn, error) { return of.Open(dsn) }, of)
	b.Cleanup(func() { db.Close() })
	return db
}

// store makes the tables of payments in a pool's database.
func (d database) store(b *testing.B, db *sql.DB, o sqlstore.Options) *sqlstore.Store {
	open := sqlstore.SQLite
	if d.postgresql {
		open = sqlstore.PostgreSQL
	}
	s, err := open(db, o)
	if err == nil {
		err = s.Migrate(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// mailbox makes the table of letters in a pool's database.
func (d database) mailbox(b *testing.B, db *sql.DB) *sqlmailbox.Mailbox {
	open := sqlmailbox.SQLite
	if d.postgresql {
		open = sqlmailbox.PostgreSQL
	}
	m, err := open(db)
	if err == nil {
		err = m.Migrate(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	return m
}

// open gives a new, empty database with the tables of payments.
func (d database) open(b *testing.B) (*sql.DB, *sqlstore.Store) {
	db := d.pool(b, d.create(b))
	return db, d.store(b, db, sqlstore.Options{})
}

// writer is what commits a transition: the store, or the bare statement.
type writer func(context.Context, payment.Payment, payment.Entry) error

// writers commit n transitions in all, each on a payment of its own.
func writers(b *testing.B, commit writer, rows []payment.Payment) contender {
	return func(n int) time.Duration {
		each := max(n/len(rows), 1)
		type step struct {
			p payment.Payment
			e payment.Entry
		}
		steps := make([][]step, len(rows))
		for i := range rows {
			for range each {
				p, e := next(rows[i])
				steps[i], rows[i] = append(steps[i], step{p, e}), p
			}
		}
		var wg sync.WaitGroup
		start := time.Now()
		for _, mine := range steps {
			wg.Go(func() {
				for _, s := range mine {
					if err := commit(b.Context(), s.p, s.e); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		return time.Since(start)
	}
}

// created are n new payments in a store.
func created(b *testing.B, s *sqlstore.Store, prefix string, n int) []payment.Payment {
	out := make([]payment.Payment, n)
	for i := range out {
		p, e := fresh(fmt.Sprintf("%s%d", prefix, i))
		if err := s.Create(b.Context(), p, e); err != nil {
			b.Fatal(err)
		}
		out[i] = p
	}
	return out
}

// BenchmarkTransitions commits transitions with one writer and with sixteen, beside the bare prepared statement that writes the same
// columns and checks nothing. The bare writers of SQLite each have a commit of their own.
func BenchmarkTransitions(b *testing.B) {
	const many = 16
	databases(b, func(b *testing.B, d database) {
		n := max(b.N/rounds, many)
		db, store := d.open(b)
		bareDB, bareStore := d.open(b)
		if !d.postgresql {
			bareDB.SetMaxOpenConns(1) // a queue in the process is quicker than the file's lock
		}
		w := newBare(b, bareDB, d.postgresql)
		if d.postgresql {
			db.SetMaxOpenConns(many)
			bareDB.SetMaxOpenConns(many)
		}
		t := times(n,
			writers(b, store.Commit, created(b, store, "one", 1)), writers(b, w.commit, created(b, bareStore, "one", 1)),
			writers(b, store.Commit, created(b, store, "many", many)), writers(b, w.commit, created(b, bareStore, "many", many)))
		b.ReportMetric(0, "ns/op") // it would be the sum of all
		for i, name := range []string{"1-ours", "1-bare", "16-ours", "16-bare"} {
			b.ReportMetric(1e9/median(t[i]), name+"/s")
		}
		limit(b, n, ratio(func(r int) float64 { return t[1][r] / t[0][r] }), "of-bare-at-1", atLeast(0.85))
		if d.postgresql {
			limit(b, n, ratio(func(r int) float64 { return t[3][r] / t[2][r] }), "of-bare-at-16", atLeast(0.85))
			limit(b, n, ratio(func(r int) float64 { return t[0][r] / t[2][r] / (t[1][r] / t[3][r]) }), "of-bare's-gain", atLeast(0.8))
		} else {
			limit(b, n, ratio(func(r int) float64 { return t[3][r] / t[2][r] }), "of-ungrouped-at-16", atLeast(2))
		}
	})
}
