package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

// Options are the host's own wishes; the zero value is right for most.
type Options struct {
	// InTx runs inside the transaction of every change, after it was written: a host with a queue of its own puts its
	// job there. An error undoes the change. It must be quick, and touch nothing but tx. It may be called more than once for a
	// change: what it did in a transaction that was undone is undone too. On PostgreSQL a transition with it is a transaction of
	// several statements instead of one.
	InTx func(ctx context.Context, tx *sql.Tx, c payment.Change) error
}

// Store is a [payment.Store]. It is safe for concurrent use, by any number of processes on one database.
type Store struct {
	db      *sql.DB
	d       dialect
	options Options
	group   group       // SQLite's writers
	disk    *sqldb.Disk // under SQLite's file; nil: it is PostgreSQL
	parsed  sync.Map    // statements by their text

	turn   chan struct{}    // of who takes a number
	blocks map[string]block // numbers of the sequence that are this process's
}

// dialect is where the two databases differ.
type dialect struct {
	name       string
	oneWriter  bool   // transactions share a commit
	skipLocked string // behind a SELECT of rows to lease
	lock       int64  // of Migrate
}

var (
	sqlite     = dialect{name: "sqlite", oneWriter: true}
	postgresql = dialect{name: "postgresql", skipLocked: " FOR UPDATE SKIP LOCKED", lock: 7315502310961}
)

// q writes a statement in the dialect: parameters are numbered $1, $2 … in PostgreSQL and ?1, ?2 … in SQLite.
func (d dialect) q(s string) string {
	if d.oneWriter {
		return strings.ReplaceAll(s, "$", "?")
	}
	return s
}

// DSN is a data source name for modernc.org/sqlite with the settings that [SQLite] asks for.
func DSN(file string) string {
	v := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(1)"}, "_txlock": {"immediate"}}
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + v.Encode()
}

// SQLite returns a store on a database that a driver of SQLite opened. It asks the database for its version and its
// settings, and returns every problem at once, with what to put into the DSN.
func SQLite(db *sql.DB, o Options) (*Store, error) {
	if err := sqldb.CheckSQLite(db, "sqlstore"); err != nil {
		return nil, err
	}
	s := newStore(db, sqlite, o)
	s.disk = sqldb.DiskOf(db)
	return s, nil
}

// PostgreSQL returns a store on a database that a driver of PostgreSQL opened, such as pgx's stdlib. It asks the
// server for its version and its settings, and returns every problem at once.
func PostgreSQL(db *sql.DB, o Options) (*Store, error) {
	if err := sqldb.CheckPostgreSQL(db, "sqlstore"); err != nil {
		return nil, err
	}
	return newStore(db, postgresql, o), nil
}

func newStore(db *sql.DB, d dialect, o Options) *Store {
	return &Store{db: db, d: d, options: o, turn: make(chan struct{}, 1), blocks: map[string]block{}}
}

// prepare returns statements that are parsed once a connection. It comes before the transaction that they run in: the
// pool may have one connection only.
func (s *Store) prepare(ctx context.Context, texts ...string) ([]*sql.Stmt, error) {
	out := make([]*sql.Stmt, len(texts))
	for i, text := range texts {
		known, ok := s.parsed.Load(text)
		if !ok {
			var st *sql.Stmt
			err := s.again(ctx, func() (err error) {
				st, err = s.db.PrepareContext(ctx, text)
				return err
			})
			if err != nil {
				return nil, err
			}
			if known, ok = s.parsed.LoadOrStore(text, st); ok {
				st.Close()
			}
		}
		out[i] = known.(*sql.Stmt)
	}
	return out, nil
}

// again runs f once more when PostgreSQL's connection was lost: see [sqldb.Again].
func (s *Store) again(ctx context.Context, f func() error) error {
	if s.d.oneWriter {
		return f()
	}
	return sqldb.Again(ctx, s.db, f)
}

// querier is what runs a statement.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// single runs f, which is one statement. On PostgreSQL a statement is a transaction by itself, and needs one round trip.
func (s *Store) single(ctx context.Context, f func(context.Context, querier) error) error {
	if s.d.oneWriter {
		return s.within(ctx, func(ctx context.Context, tx *sql.Tx) error { return f(ctx, tx) })
	}
	return s.again(ctx, func() error { return f(ctx, s.db) })
}

// hook runs the host's function in the transaction of a change. Its panic undoes the change, as its error does, and is
// not the end of a worker.
func (s *Store) hook(ctx context.Context, tx *sql.Tx, c payment.Change) (err error) {
	if s.options.InTx == nil {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("sqlstore: InTx panicked with a %T", r)
		}
	}()
	return s.options.InTx(ctx, tx, c)
}

// within runs f in a transaction, and in another one when the connection is lost: see again. On SQLite it shares the
// commit with whoever waits.
func (s *Store) within(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	if s.d.oneWriter {
		return s.group.do(ctx, s, f)
	}
	return s.again(ctx, func() error { return s.transaction(ctx, f) })
}

func (s *Store) transaction(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, patience); err != nil {
		return err
	}
	if err := f(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// patience is how long PostgreSQL keeps a transaction, and the rows that it has locked, for a process that does
// nothing with it: one that was stopped in between must not hold up its rows for all others. Its commit then fails.
const patience = "SET LOCAL idle_in_transaction_session_timeout = '10s'"

var _ payment.Store = (*Store)(nil)
