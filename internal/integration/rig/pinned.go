package rig

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"runtime"
	"sync"
)

// pinnedDriver is SQLite with all its system calls made by one thread: strace counts calls per thread, so only then is the Nth call of the
// thread the Nth of the database.
const pinnedDriver = "sqlite-pinned"

func init() { sql.Register(pinnedDriver, &pinned{}) }

// thread runs functions one after the other on one thread of the operating system.
var thread = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
})

func onThread[T any](f func() (T, error)) (v T, err error) {
	done := make(chan struct{})
	thread() <- func() { defer close(done); v, err = f() }
	<-done
	return v, err
}

func doOnThread(f func() error) error {
	_, err := onThread(func() (struct{}, error) { return struct{}{}, f() })
	return err
}

type pinned struct{}

func (*pinned) Open(dsn string) (driver.Conn, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	defer db.Close() // it has opened nothing: only its driver is wanted
	return onThread(func() (driver.Conn, error) {
		c, err := db.Driver().Open(dsn)
		return pinnedConn{c}, err
	})
}

// pinnedConn is what database/sql needs of a connection.
type pinnedConn struct{ driver.Conn }

func (c pinnedConn) Close() error { return doOnThread(c.Conn.Close) }

func (c pinnedConn) Prepare(q string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), q)
}

func (c pinnedConn) PrepareContext(ctx context.Context, q string) (driver.Stmt, error) {
	s, err := onThread(func() (driver.Stmt, error) { return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, q) })
	if err != nil {
		return nil, err
	}
	return pinnedStmt{s}, nil
}

func (c pinnedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	t, err := onThread(func() (driver.Tx, error) { return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o) })
	if err != nil {
		return nil, err
	}
	return pinnedTx{t}, nil
}

func (c pinnedConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	return onThread(func() (driver.Result, error) { return c.Conn.(driver.ExecerContext).ExecContext(ctx, q, args) })
}

func (c pinnedConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	return pinRows(onThread(func() (driver.Rows, error) { return c.Conn.(driver.QueryerContext).QueryContext(ctx, q, args) }))
}

func (c pinnedConn) ResetSession(ctx context.Context) error {
	return doOnThread(func() error { return c.Conn.(driver.SessionResetter).ResetSession(ctx) })
}

func (c pinnedConn) IsValid() bool { return c.Conn.(driver.Validator).IsValid() }

type pinnedStmt struct{ driver.Stmt }

func (s pinnedStmt) Close() error { return doOnThread(s.Stmt.Close) }

func (s pinnedStmt) Exec([]driver.Value) (driver.Result, error) { return nil, errors.ErrUnsupported }

func (s pinnedStmt) Query([]driver.Value) (driver.Rows, error) { return nil, errors.ErrUnsupported }

func (s pinnedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return onThread(func() (driver.Result, error) { return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args) })
}

func (s pinnedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return pinRows(onThread(func() (driver.Rows, error) { return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args) }))
}

type pinnedTx struct{ driver.Tx }

func (t pinnedTx) Commit() error { return doOnThread(t.Tx.Commit) }

func (t pinnedTx) Rollback() error { return doOnThread(t.Tx.Rollback) }

type pinnedRows struct{ driver.Rows }

func pinRows(r driver.Rows, err error) (driver.Rows, error) {
	if err != nil {
		return nil, err
	}
	return pinnedRows{r}, nil
}

func (r pinnedRows) Close() error { return doOnThread(r.Rows.Close) }

func (r pinnedRows) Next(dest []driver.Value) error {
	return doOnThread(func() error { return r.Rows.Next(dest) })
}
