package simulation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Backend is where a world keeps its payments and letters.
type Backend interface {
	Store() payment.Store
	Mailbox() inbox.Mailbox
	Reopen() error // what is there stays
	// Damage makes a part of what is stored of a payment unreadable, if it has that part, and returns what mends it. What there is to damage
	// is numbered from zero.
	Damage(id payment.ID, kind int) (what string, mend func() error, err error)
	Close() error // and forget all
}

// Memory is a backend that cannot be damaged.
func Memory() Backend { return memory{payment.NewMemoryStore(), inbox.NewMemoryMailbox()} }

type memory struct {
	store   payment.Store
	mailbox inbox.Mailbox
}

func (m memory) Store() payment.Store                                 { return m.store }
func (m memory) Mailbox() inbox.Mailbox                               { return m.mailbox }
func (m memory) Reopen() error                                        { return nil }
func (m memory) Damage(payment.ID, int) (string, func() error, error) { return "", nil, nil }
func (m memory) Close() error                                         { return nil }

// database is a backend in SQL.
type database struct {
	driver, dsn string
	forget      func() error
	db          *sql.DB
	store       *sqlstore.Store
	mailbox     *sqlmailbox.Mailbox
}

// SQLite is a backend in a file of its own, in a new folder within a folder.
func SQLite(within string) (Backend, error) {
	folder, err := os.MkdirTemp(within, "world")
	if err != nil {
		return nil, err
	}
	d := &database{driver: "sqlite", dsn: sqlstore.DSN(filepath.Join(folder, "world.db")), forget: func() error { return os.RemoveAll(folder) }}
	return d, d.Reopen()
}

// PostgreSQL is a backend in an empty database of a server.
func PostgreSQL(dsn string) (Backend, error) {
	d := &database{driver: "pgx", dsn: dsn, forget: func() error { return nil }}
	return d, d.Reopen()
}

func (d *database) Store() payment.Store   { return d.store }
func (d *database) Mailbox() inbox.Mailbox { return d.mailbox }

// Reopen closes what is open and opens it again. A server, or a pooler before it, that is restarted cuts all connections, and the store
// has to find out.
func (d *database) Reopen() (err error) {
	if d.db != nil && d.driver == "pgx" {
		admin, err := sql.Open(d.driver, d.dsn)
		if err != nil {
			return err
		}
		_, err = admin.Exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		return errors.Join(err, admin.Close())
	}
	if d.db != nil {
		if err := d.db.Close(); err != nil {
			return err
		}
	}
	if d.db, err = sql.Open(d.driver, d.dsn); err != nil {
		return err
	}
	open, letters := sqlstore.SQLite, sqlmailbox.SQLite
	if d.driver == "pgx" {
		open, letters = sqlstore.PostgreSQL, sqlmailbox.PostgreSQL
	}
	if d.store, err = open(d.db, sqlstore.Options{}); err != nil {
		return err
	}
	if d.mailbox, err = letters(d.db); err != nil {
		return err
	}
	return errors.Join(d.store.Migrate(context.Background()), d.mailbox.Migrate(context.Background()))
}

// damages are the parts of a payment that are made unreadable, and how.
var damages = []struct{ what, table, column, key, order, value string }{
	{"the form of its session", "quittance_payment", "session_fields", "id", "id", "'%zz'"},
	{"the end of its chain", "quittance_payment", "head", "id", "id", "CAST('short' AS %s)"},
	{"its oldest change", "quittance_change", "snapshot", "payment", "version", "'{'"},
	{"its first entry", "quittance_entry", "hash", "payment", "version", "CAST('short' AS %s)"},
}

// Damage implements [Backend].
func (d *database) Damage(id payment.ID, kind int) (string, func() error, error) {
	k := damages[kind%len(damages)]
	binary := "BLOB"
	if d.driver == "pgx" {
		binary = "BYTEA"
	}
	bad := k.value
	if bad[0] == 'C' {
		bad = fmt.Sprintf(bad, binary)
	}
	var good any
	var version int
	query := fmt.Sprintf("SELECT %s, version FROM %s WHERE %s = $1 ORDER BY %s LIMIT 1", k.column, k.table, k.key, k.order)
	err := d.again(func() error { return d.db.QueryRow(query, string(id)).Scan(&good, &version) })
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	if err := d.exec(fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s = $1 AND version = $2", k.table, k.column, bad, k.key), string(id), version); err != nil {
		return "", nil, err
	}
	mend := func() error {
		return d.exec(fmt.Sprintf("UPDATE %s SET %s = $1 WHERE %s = $2 AND version = $3 AND %s = %s", k.table, k.column, k.key, k.column, bad),
			good, string(id), version)
	}
	return k.what, mend, nil
}

// again runs f, once more for each connection of the pool that a restart has cut: the world learns of that as late as the store does.
func (d *database) again(f func() error) error {
	if d.driver != "pgx" {
		return f()
	}
	return sqldb.Retry(context.Background(), d.db, f)
}

func (d *database) exec(statement string, args ...any) error {
	return d.again(func() error {
		_, err := d.db.Exec(statement, args...)
		return err
	})
}

// Close implements [Backend].
func (d *database) Close() error { return errors.Join(d.db.Close(), d.forget()) }
