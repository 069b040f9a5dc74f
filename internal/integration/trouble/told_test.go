package trouble

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"sync"
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

func (toldDriver) Open(string) (driver.Conn, error) { return toldConn{}, nil }

type toldConn struct{}

func (toldConn) Prepare(query string) (driver.Stmt, error) { return toldStmt(query), nil }
func (toldConn) Close() error                              { return nil }
func (toldConn) Begin() (driver.Tx, error)                 { return nil, fmt.Errorf("no transactions") }

type toldStmt string

func (toldStmt) Close() error  { return nil }
func (toldStmt) NumInput() int { return 0 }
func (toldStmt) Exec([]driver.Value) (driver.Result, error) {
	return nil, fmt.Errorf("nothing is written")
}

func (s toldStmt) Query([]driver.Value) (driver.Rows, error) {
	a, ok := told.Load(string(s))
	if !ok {
		return nil, fmt.Errorf("nobody told the answer to %q", string(s))
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
