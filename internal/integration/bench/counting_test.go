//go:build !race

package bench

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync/atomic"
)

// counts are what a database was asked for. Statements are without BEGIN and COMMIT; round trips are with them, and with statements that a
// connection parses for the first time.
type counts struct{ statements, commits, trips atomic.Int64 }

// counting is a database that counts, otherwise as the one of the driver that connect belongs to.
func (c *counts) open(connect func(context.Context) (driver.Conn, error), of driver.Driver) *sql.DB {
	return sql.OpenDB(countingConnector{c, connect, of})
}

func (c *counts) reset() {
	for _, n := range []*atomic.Int64{&c.statements, &c.commits, &c.trips} {
		n.Store(0)
	}
}

type countingConnector struct {
	c       *counts
	connect func(context.Context) (driver.Conn, error)
	of      driver.Driver
}

func (k countingConnector) Driver() driver.Driver { return k.of }

func (k countingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := k.connect(ctx)
	if err != nil {
		return nil, err
	}
	return &countingConn{conn, k.c}, nil
}

type countingConn struct {
	driver.Conn
	c *counts
}

func (k *countingConn) asked() {
	k.c.statements.Add(1)
	k.c.trips.Add(1)
}

func (k *countingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	k.asked()
	return k.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (k *countingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	k.asked()
	return k.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (k *countingConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	k.c.trips.Add(1)
	s, err := k.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &countingStmt{s, k}, nil
}

func (k *countingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	k.c.trips.Add(1)
	tx, err := k.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return countingTx{tx, k}, nil
}

func (k *countingConn) CheckNamedValue(v *driver.NamedValue) error {
	if c, ok := k.Conn.(driver.NamedValueChecker); ok {
		return c.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (k *countingConn) ResetSession(ctx context.Context) error {
	if r, ok := k.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (k *countingConn) IsValid() bool {
	v, ok := k.Conn.(driver.Validator)
	return !ok || v.IsValid()
}

type countingStmt struct {
	driver.Stmt
	k *countingConn
}

func (s *countingStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.k.asked()
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (s *countingStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.k.asked()
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

type countingTx struct {
	driver.Tx
	k *countingConn
}

func (t countingTx) Commit() error {
	t.k.c.commits.Add(1)
	t.k.c.trips.Add(1)
	return t.Tx.Commit()
}
