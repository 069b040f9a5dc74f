package sqldb

import (
	"context"
	"database/sql"
	"runtime"
	"sync"
	"weak"
)

// DB is one *sql.DB as everyone in this process who writes to it shares it: the store, the mailbox, and the host. It has
//
//  1. one queue of writers: on SQLite those who wait share a transaction and its fsync, in which each package has its turn;
//  2. one way to read what can be trusted: after a commit whose fsync failed nothing is read before the file was made sure of;
//  3. one way to retry: PostgreSQL's lost connections, see [Retry].
//
// Any number of DB values on one *sql.DB share the queue and the trust. It is safe for concurrent use.
type DB struct {
	Pool *sql.DB

	caller   string // the package that reads and writes
	file     *file  // what is shared about SQLite's file; nil: the database is PostgreSQL
	prepared preparedStatements
}

// file is what this process knows of an SQLite file that it uses through one *sql.DB.
type file struct {
	disk  disk
	queue queue
	rival rival
}

// files has the file of each *sql.DB, by a weak pointer to it: an entry goes when the database goes.
var files sync.Map

func fileOf(pool *sql.DB) *file {
	key := weak.Make(pool)
	f, known := files.LoadOrStore(key, &file{})
	if !known {
		runtime.AddCleanup(pool, func(key weak.Pointer[sql.DB]) { files.Delete(key) }, key)
	}
	return f.(*file)
}

// SQLite returns the DB of an SQLite after it has checked version and settings, and returns every problem at once. caller is
// the package that asks; errors begin with it.
func SQLite(pool *sql.DB, caller string) (*DB, error) {
	if err := checkSQLite(pool, caller); err != nil {
		return nil, err
	}
	keepIdle(pool)
	return &DB{Pool: pool, caller: caller, file: fileOf(pool)}, nil
}

// PostgreSQL is [SQLite] for a PostgreSQL.
func PostgreSQL(pool *sql.DB, caller string) (*DB, error) {
	if err := checkPostgreSQL(pool, caller); err != nil {
		return nil, err
	}
	keepIdle(pool)
	return &DB{Pool: pool, caller: caller}, nil
}

// OnSQLite reports which of the two databases it is.
func (d *DB) OnSQLite() bool { return d.file != nil }

// Write runs f in a transaction and returns when that is committed, or undone because f returned an error. On SQLite f waits
// in the queue of this process's writers, shares its transaction with those who wait beside it, and may be run again where one of
// those had to be undone; a context that ends before its turn takes it out of the queue. On PostgreSQL f is run again when
// the connection is lost: see [Retry]. So f must be quick, and touch nothing but the transaction.
func (d *DB) Write(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	if d.OnSQLite() {
		return d.file.queue.runWrite(ctx, d, f)
	}
	return Retry(ctx, d.Pool, func() error { return d.runTransaction(ctx, f) })
}

func (d *DB) runTransaction(ctx context.Context, f func(context.Context, *sql.Tx) error) error {
	tx, err := d.Pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, idleLimit); err != nil {
		return err
	}
	if err := f(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// idleLimit is how long PostgreSQL keeps a transaction, and the rows that it has locked, for a process that does
// nothing with it: one that was stopped in between must not hold up its rows for all others. Its commit then fails.
const idleLimit = "SET LOCAL idle_in_transaction_session_timeout = '10s'"

// Read runs f, which reads, when the database can be trusted, and again when a commit has failed meanwhile, or PostgreSQL's
// connection was lost. f must begin anew each time.
func (d *DB) Read(ctx context.Context, f func() error) error {
	if !d.OnSQLite() {
		return Retry(ctx, d.Pool, f)
	}
	for {
		leave, err := d.waitUntilTrusted(ctx)
		if err != nil {
			return err
		}
		err = f()
		inDoubt := d.file.disk.inDoubt()
		leave()
		if !inDoubt {
			return err
		}
	}
}

// Migrate brings a schema up to date. On SQLite it makes sure first of what the file shows: a process that was killed may have left in
// the cache what the disk does not have; a full disk does not keep it from starting.
func (d *DB) Migrate(ctx context.Context, s Schema) error {
	if !d.OnSQLite() {
		return AwaitLocks(ctx, func() error {
			return Retry(ctx, d.Pool, func() error { return s.Migrate(ctx, d.Pool) })
		})
	}
	if err := d.file.disk.syncFileOnce(ctx, d.Pool); err != nil && !isDiskFull(err) {
		return err
	}
	s.distrust = d.file.disk.distrust
	leave, err := d.waitUntilTrusted(ctx)
	if err != nil {
		return err
	}
	defer leave()
	return s.Migrate(ctx, d.Pool)
}

// waitUntilTrusted waits until the file can be trusted, and keeps it so until leave is called. A write without a function ends a
// doubt: it takes its turn in the queue, whose leader recovers the file first.
func (d *DB) waitUntilTrusted(ctx context.Context) (leave func(), err error) {
	return d.file.disk.waitUntilTrusted(ctx, func(ctx context.Context) error { return d.file.queue.runWrite(ctx, d, nil) })
}
