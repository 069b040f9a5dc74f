package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"
	"testing/fstest"
)

// undecided is a driver whose BEGIN is done, and says that it is not, as when its context ends meanwhile.
type undecided struct{ open int }

func (u *undecided) Connect(context.Context) (driver.Conn, error) {
	u.open++
	return undecidedConn{u}, nil
}
func (u *undecided) Driver() driver.Driver { return nil }

type undecidedConn struct{ u *undecided }

func (c undecidedConn) ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error) {
	return nil, context.DeadlineExceeded
}
func (c undecidedConn) Prepare(string) (driver.Stmt, error) { return nil, errors.ErrUnsupported }
func (c undecidedConn) Begin() (driver.Tx, error)           { return nil, errors.ErrUnsupported }
func (c undecidedConn) Close() error                        { c.u.open--; return nil }

// A connection whose BEGIN had failed went back to the pool; where it had begun all the same, it kept everybody else from writing.
func TestBeginThatFailedIsNotKept(t *testing.T) {
	u := &undecided{}
	db := sql.OpenDB(u)
	defer db.Close()
	err := Schema{Table: "trial", Files: fstest.MapFS{}}.Migrate(t.Context(), db)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if u.open != 0 {
		t.Errorf("%d connections are kept", u.open)
	}
}
