package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"

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

	// Wanted reports whether a change is to go out to the host (payment.Config.Deliver); nil: each is. What it does not want is not written,
	// leased and deleted, which is most of what a payment costs a database: inbox.Sender.Wants is for hosts that only write letters. The row
	// and the journal have it all the same, an orphan's change always goes out, and InTx is run for every change. It must depend on
	// nothing but the change, and be the same in every process; it is called before the transaction. What was not wanted when it was
	// written does not go out later.
	Wanted func(c payment.Change) bool
}

// isWanted reports whether a change is to go out.
func (o Options) isWanted(c payment.Change) bool { return o.Wanted == nil || o.Wanted(c) }

// Store is a [payment.Store]. It is safe for concurrent use, by any number of processes on one database.
type Store struct {
	db      *sqldb.DB
	d       dialect
	options Options

	sequenceLock chan struct{}    // guards blocks; a channel, so that waiting ends with the context
	blocks       map[string]block // numbers of the sequence that are this process's
}

// dialect is where the two databases differ.
type dialect struct {
	name      string
	oneWriter bool     // transactions share a commit
	unawaited string   // behind the condition of a write that need not outlast a crash of the server: its commit does not wait for the disk
	lock      int64    // of Migrate
	barrier   []string // waits until nothing is being written that CloseDay does not see, and keeps others from writing
}

var (
	sqlite     = dialect{name: "sqlite", oneWriter: true}
	postgresql = dialect{
		name: "postgresql", lock: 7315502310961,
		unawaited: " AND set_config('synchronous_commit', 'off', true) = 'off'",
		barrier: []string{
			sqldb.BriefLocks,
			"LOCK TABLE quittance_payment, quittance_orphan IN SHARE MODE",
		},
	}
)

// DSN is a data source name for modernc.org/sqlite with the settings that [SQLite] asks for. The package comment has those of other
// drivers.
func DSN(file string) string {
	v := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)", "foreign_keys(1)"}, "_txlock": {"immediate"}}
	return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + v.Encode()
}

// SQLite returns a store on a database that a driver of SQLite opened. It asks the database for its version and its
// settings, and returns every problem at once, with what to put into the DSN.
func SQLite(db *sql.DB, o Options) (*Store, error) {
	d, err := sqldb.SQLite(db, "sqlstore")
	if err != nil {
		return nil, err
	}
	return newStore(d, sqlite, o), nil
}

// PostgreSQL returns a store on a database that a driver of PostgreSQL opened, such as pgx's stdlib. It asks the
// server for its version and its settings, and returns every problem at once; a connection pooler that does not keep a session to
// itself is one.
func PostgreSQL(db *sql.DB, o Options) (*Store, error) {
	d, err := sqldb.PostgreSQL(db, "sqlstore")
	if err != nil {
		return nil, err
	}
	return newStore(d, postgresql, o), nil
}

func newStore(db *sqldb.DB, d dialect, o Options) *Store {
	return &Store{db: db, d: d, options: o, sequenceLock: make(chan struct{}, 1), blocks: map[string]block{}}
}

// Write runs a host's own writes in a transaction, and returns when that is committed, or undone because f returned an error. On SQLite
// they wait in one queue with the store's and the mailbox's of the same *sql.DB, and share a transaction and its fsync with those who wait
// beside them: a write that goes past the queue waits at SQLite's own lock, which serves nobody in turn. On PostgreSQL f is run again when
// the connection is lost.
//
// So f must be quick, touch nothing but the transaction, and be fit to be run again: what it did in a transaction that was undone
// is undone too.
func (s *Store) Write(ctx context.Context, f func(ctx context.Context, tx *sql.Tx) error) error {
	return s.db.Write(ctx, f)
}

// Read runs a host's own reads when the database can be trusted: on SQLite, after a commit that failed, not before the file was made
// sure of. f must begin anew each time that it is run.
func (s *Store) Read(ctx context.Context, f func() error) error { return s.db.Read(ctx, f) }

// runHook runs the host's function in the transaction of a change. Its panic undoes the change, as its error does, and is
// not the end of a worker.
func (s *Store) runHook(ctx context.Context, tx *sql.Tx, c payment.Change) (err error) {
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

var _ payment.Store = (*Store)(nil)
