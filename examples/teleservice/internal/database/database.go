// Package database opens what the service keeps: payments, letters, sessions, accounts and settings, in one database.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/payment/sqlstore"
)

// DB is one database and the stores on it. It is safe for concurrent use.
type DB struct {
	*sql.DB
	Name     string // for people; it holds no password
	Shared   bool   // PostgreSQL: other processes may work on it too
	Payments *sqlstore.Store
	Mailbox  inbox.Mailbox

	migrates func(context.Context) error // the mailbox's schema
	numbered string                      // what a parameter's number follows: $ or ?
}

// Open opens an SQLite file, which is made if there is none, or PostgreSQL at a postgres:// address, and brings every schema up to
// date. The error holds no password.
func Open(ctx context.Context, where string) (*DB, error) {
	open := openFile
	if strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://") {
		open = openServer
	}
	d, err := open(where)
	if err != nil {
		return nil, err
	}
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", d.Name, err), d.Close())
	}
	return d, nil
}

func openFile(file string) (*DB, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", sqlstore.DSN(file))
	if err != nil {
		return nil, err
	}
	store, err := sqlstore.SQLite(db, sqlstore.Options{})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", file, err), db.Close())
	}
	mailbox, err := sqlmailbox.SQLite(db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &DB{DB: db, Name: file, Payments: store, Mailbox: mailbox, migrates: mailbox.Migrate, numbered: "?"}, nil
}

func openServer(address string) (*DB, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("database: the address of PostgreSQL cannot be read") // not repeated: it may hold a password
	}
	name := "PostgreSQL, " + u.Host + u.Path
	db, err := sql.Open("pgx", address)
	if err != nil {
		return nil, fmt.Errorf("database: %s: the address cannot be read", name)
	}
	db.SetMaxOpenConns(20)
	db.SetMaxIdleConns(20)
	store, err := sqlstore.PostgreSQL(db, sqlstore.Options{})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database: %s: %w", name, err), db.Close())
	}
	mailbox, err := sqlmailbox.PostgreSQL(db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &DB{DB: db, Name: name, Shared: true, Payments: store, Mailbox: mailbox, migrates: mailbox.Migrate, numbered: "$"}, nil
}

// tables are the host's own, beside those of the library.
var tables = []string{
	`CREATE TABLE IF NOT EXISTS teleservice_session (
		digest TEXT PRIMARY KEY, kind TEXT NOT NULL, who TEXT NOT NULL,
		began_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, before_at BIGINT NOT NULL)`,
	`CREATE INDEX IF NOT EXISTS teleservice_session_seen ON teleservice_session (seen_at)`,
	`CREATE TABLE IF NOT EXISTS teleservice_account (
		who TEXT PRIMARY KEY, opened_at BIGINT NOT NULL, login_at BIGINT NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS teleservice_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)`,
	tableOfDays,
	tableOfOrphans,
}

// lock keeps two processes that start at once from making the same tables.
const lock = 0x7e1e5e12

func (d *DB) migrate(ctx context.Context) error {
	if err := d.Payments.Migrate(ctx); err != nil {
		return err
	}
	if err := d.migrates(ctx); err != nil {
		return err
	}
	return d.Payments.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if d.Shared {
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", lock); err != nil {
				return err
			}
		}
		for _, t := range tables {
			if _, err := tx.ExecContext(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// ExecContext writes, in one queue with payments and letters.
func (d *DB) ExecContext(ctx context.Context, statement string, args ...any) (r sql.Result, err error) {
	err = d.Payments.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r, err = tx.ExecContext(ctx, statement, args...)
		return err
	})
	return r, err
}

// Row is a query for one row of the host's own tables.
type Row struct {
	db    *DB
	ctx   context.Context
	query string
	args  []any
}

// QueryRowContext reads one row, as soon as the database can be trusted: what a commit that failed has left behind is not shown to a payer.
func (d *DB) QueryRowContext(ctx context.Context, query string, args ...any) Row {
	return Row{d, ctx, query, args}
}

// Scan reads the row, or returns sql.ErrNoRows.
func (r Row) Scan(dest ...any) error {
	return r.db.Payments.Read(r.ctx, func() error { return r.db.DB.QueryRowContext(r.ctx, r.query, r.args...).Scan(dest...) })
}

// Q writes a statement's parameters, $1 and so on, as the database reads them.
func (d *DB) Q(statement string) string { return strings.ReplaceAll(statement, "$", d.numbered) }

// Setting returns a value that SetSetting has kept, empty when there is none.
func (d *DB) Setting(ctx context.Context, name string) (string, error) {
	var value string
	err := d.QueryRowContext(ctx, d.Q("SELECT value FROM teleservice_setting WHERE name = $1"), name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// SetSetting keeps a value under a name.
func (d *DB) SetSetting(ctx context.Context, name, value string) error {
	_, err := d.ExecContext(ctx, d.Q(`INSERT INTO teleservice_setting (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`), name, value)
	return err
}

// Micros is an instant as the tables keep it.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Instant is the inverse of Micros.
func Instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
