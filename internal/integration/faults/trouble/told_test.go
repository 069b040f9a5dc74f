package trouble

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
)

// toldDriver is a database that answers each query with the one value that it was told: for versions that cannot be had.
type toldDriver struct{}

func init() { sql.Register("told", toldDriver{}) }

var told sync.Map // the answers, by query

// tell sets the answers of the databases of this driver. db is one of them.
func tell(t *testing.T, db *sql.DB, answers map[string]string) {
	t.Helper()
	if _, ok := db.Driver().(toldDriver); !ok {
		t.Fatalf("%T is a real driver", db.Driver())
	}
	told.Clear()
	for q, a := range answers {
		told.Store(q, a)
	}
}

// session is how PostgreSQL is asked for the session behind a connection; each of this driver has one of its own.
const session = "SELECT pg_backend_pid()"

var sessions atomic.Int64

func (toldDriver) Open(string) (driver.Conn, error) { return toldConn{sessions.Add(1)}, nil }

type toldConn struct{ session int64 }

func (c toldConn) Prepare(query string) (driver.Stmt, error) { return toldStmt{query, c.session}, nil }
func (toldConn) Close() error                                { return nil }
func (toldConn) Begin() (driver.Tx, error)                   { return toldTx{}, nil }

type toldTx struct{}

func (toldTx) Commit() error   { return nil }
func (toldTx) Rollback() error { return nil }

type toldStmt struct {
	query   string
	session int64
}

func (toldStmt) Close() error  { return nil }
func (toldStmt) NumInput() int { return 0 }
func (toldStmt) Exec([]driver.Value) (driver.Result, error) {
	return nil, fmt.Errorf("nothing is written")
}

func (s toldStmt) Query([]driver.Value) (driver.Rows, error) {
	a, ok := told.Load(s.query)
	if s.query == session {
		a, ok = fmt.Sprint(s.session), true
	}
	if !ok {
		return nil, fmt.Errorf("nobody told the answer to %q", s.query)
	}
	return &toldRows{answer: a.(string)}, nil
}

type toldRows struct {
	answer string
	read   bool
}

func (*toldRows) Columns() []string { return []string{"answer"} }
func (*toldRows) Close() error      { return nil }

func (r *toldRows) Next(dest []driver.Value) error {
	if r.read {
		return io.EOF
	}
	dest[0], r.read = r.answer, true
	return nil
}
