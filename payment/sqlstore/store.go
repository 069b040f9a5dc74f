package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/payment"
)

// Options are the host's own wishes; the zero value is right for most.
type Options struct {
	// InTx runs inside the transaction of every change, after it was written: a host with a queue of its own puts its
	// job there. An error undoes the change. It must be quick, and touch nothing but tx. On PostgreSQL a transition
	// with it is a transaction of several statements instead of one.
	InTx func(ctx context.Context, tx *sql.Tx, c payment.Change) error
}

// Store is a [payment.Store], [payment.Restarter] and [payment.OrphanLister]. It is safe for concurrent use, by any
// number of processes on one database.
type Store struct {
	db      *sql.DB
	d       dialect
	options Options
	group   group // SQLite's writers

	mu     sync.Mutex
	blocks map[string]block // numbers of the sequence that are this process's
}

// dialect is where the two databases differ.
type dialect struct {
	name       string
	oneWriter  bool   // transactions share a commit
	skipLocked string // behind a SELECT of rows to lease
	lock       string // taken first in Migrate's transaction
}

var (
	sqlite     = dialect{name: "sqlite", oneWriter: true}
	postgresql = dialect{name: "postgresql", skipLocked: " FOR UPDATE SKIP LOCKED", lock: "SELECT pg_advisory_xact_lock(7315502310961)"}
)

// q writes a statement in the dialect: parameters are numbered $1, $2 … in PostgreSQL and ?1, ?2 … in SQLite.
func (d dialect) q(s string) string {
	if d.oneWriter {
		return strings.ReplaceAll(s, "$", "?")
	}
	return s
}

// oldest are the first versions that can be trusted.
const (
	oldestSQLite     = "3.51.3"
	oldestPostgreSQL = 130000
)

// DSN is a data source name for modernc.org/sqlite with the settings that [SQLite] asks for.
func DSN(file string) string {
	v := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(1)"}, "_txlock": {"immediate"}}
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + v.Encode()
}

// SQLite returns a store on a database that a driver of SQLite opened. It asks the database for its version and its
// settings, and returns every problem at once, with what to put into the DSN.
func SQLite(db *sql.DB, o Options) (*Store, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var version string
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return nil, fmt.Errorf("sqlstore: SQLite: is it an SQLite database? %w", err)
	}
	var problems []error
	if older(version, oldestSQLite) {
		problems = append(problems, fmt.Errorf("sqlstore: SQLite %.20s is too old: below %s its write-ahead log can be corrupted; use a newer driver",
			version, oldestSQLite))
	}
	for _, s := range []struct {
		pragma string
		good   func(string) bool
		want   string
	}{
		{"journal_mode", func(v string) bool { return strings.EqualFold(v, "wal") }, "journal_mode(WAL)"},
		{"synchronous", func(v string) bool { return v == "2" || v == "3" }, "synchronous(FULL)"},
		{"busy_timeout", func(v string) bool { n, _ := strconv.Atoi(v); return n >= 1000 }, "busy_timeout(10000)"},
	} {
		var v string
		if err := db.QueryRowContext(ctx, "PRAGMA "+s.pragma).Scan(&v); err != nil {
			problems = append(problems, fmt.Errorf("sqlstore: SQLite: PRAGMA %s: %w", s.pragma, err))
		} else if !s.good(v) {
			problems = append(problems, fmt.Errorf("sqlstore: SQLite: %s is %.20s: put _pragma=%s into the DSN (see sqlstore.DSN)",
				s.pragma, v, s.want))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return &Store{db: db, d: sqlite, options: o, blocks: map[string]block{}}, nil
}

// PostgreSQL returns a store on a database that a driver of PostgreSQL opened, such as pgx's stdlib. It asks the
// server for its version and its settings, and returns every problem at once.
func PostgreSQL(db *sql.DB, o Options) (*Store, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var version int
	var synchronous string
	err := db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int, current_setting('synchronous_commit')").
		Scan(&version, &synchronous)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: PostgreSQL: is it a PostgreSQL database? %w", err)
	}
	var problems []error
	if version < oldestPostgreSQL {
		problems = append(problems, fmt.Errorf("sqlstore: PostgreSQL %d is too old: %d or later is needed", version, oldestPostgreSQL))
	}
	if synchronous == "off" {
		problems = append(problems, errors.New("sqlstore: PostgreSQL: synchronous_commit is off: what was acknowledged could be lost; set it on"))
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return &Store{db: db, d: postgresql, options: o, blocks: map[string]block{}}, nil
}

// older compares versions such as "3.51.3" by their numbers.
func older(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range y {
		n, m := 0, 0
		if i < len(x) {
			n, _ = strconv.Atoi(x[i])
		}
		m, _ = strconv.Atoi(y[i])
		if n != m {
			return n < m
		}
	}
	return false
}

// within runs f in a transaction. On SQLite it shares the commit with whoever waits.
func (s *Store) within(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	if s.d.oneWriter {
		return s.group.do(ctx, s.db, f)
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

var (
	_ payment.Store        = (*Store)(nil)
	_ payment.Restarter    = (*Store)(nil)
	_ payment.OrphanLister = (*Store)(nil)
)
