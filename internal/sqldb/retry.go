package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"syscall"
)

// Retry runs f on PostgreSQL, and once more on another connection when the one that it had is lost: after a restart of
// the server, or when an administrator ends a backend, each connection that waits in the pool is dead, and the first to
// use it learns that. What f did may have been done although its answer is lost, so f must be fit to be done twice:
// reads are, what compares a version or a token is, what does nothing when it is done already is, and a number of a
// sequence may be wasted. A server that cannot be reached is not waited for. It is not for SQLite, where a handle whose
// disk has failed must not be asked again.
//
// A deadline that has passed while ctx has not ended is that of an earlier call: pgx before 5.12.0 may send a query so slowly that
// it reads in the background meanwhile; when the context ends then, and the answer is there all the same, the call succeeds, and
// the connection keeps the timeout of that read for whoever uses it next. f is run once more and not as often as there are
// connections, for the deadline may be one that the host has set for a server that hangs.
func Retry(ctx context.Context, pool *sql.DB, f func() error) error {
	err := f()
	tries := 0
	switch {
	case connectionLost(err):
		tries = pool.Stats().Idle + 2 // all that wait may be dead
	case errors.Is(err, os.ErrDeadlineExceeded):
		tries = 1
	}
	for range tries {
		if ctx.Err() != nil {
			return err
		}
		if err = f(); !connectionLost(err) {
			return err
		}
	}
	return err
}

// connectionLost reports whether an error says that the connection is gone: the operating system does, or the driver, which sent
// nothing, or the server's last words (SQLSTATE 57P01 and 57P02; 25P03 to whoever stood still in a transaction).
func connectionLost(err error) bool {
	var last interface{ SQLState() string }
	if errors.As(err, &last) {
		return slices.Contains([]string{"57P01", "57P02", "25P03"}, last.SQLState())
	}
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return false
	}
	var unsent interface{ SafeToRetry() bool } // pgx
	if errors.As(err, &unsent) && unsent.SafeToRetry() {
		return true
	}
	return slices.ContainsFunc([]error{
		driver.ErrBadConn, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE,
	}, func(e error) bool { return errors.Is(err, e) })
}
