package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"syscall"
)

// Discard takes a connection out of the pool: after an error of the disk nothing that it says can be trusted.
func Discard(conn *sql.Conn) {
	conn.Raw(func(any) error { return driver.ErrBadConn })
}

// sqliteFull is the code of SQLite for a write that found no room. Nothing was written and nothing is in doubt. A driver
// that does not show the codes by this method is doubted needlessly.
const sqliteFull = 13

// Full reports whether an error of SQLite, or of the operating system, says that there is no room on the disk.
func Full(err error) bool {
	var e interface{ Code() int }
	return errors.As(err, &e) && e.Code()&0xff == sqliteFull || errors.Is(err, syscall.ENOSPC)
}

// Undo ends whatever transaction an SQLite's connection is in, and reports whether the connection is free for the next. After a disk was full
// it is kept: it may be the only one, and who opens the file anew finds no room for the index of the log, and could not even read.
func Undo(ctx context.Context, conn *sql.Conn) bool {
	conn.ExecContext(ctx, "ROLLBACK") // an error if there is none
	for _, s := range []string{"BEGIN DEFERRED", "ROLLBACK"} {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return false
		}
	}
	return true
}

// End commits a connection's transaction, or undoes it where err says that it failed. distrust takes the connection away
// if it cannot be ended, and learns why.
func End(ctx context.Context, conn *sql.Conn, err error, distrust func(conn *sql.Conn, why error)) error {
	end := "COMMIT"
	if err != nil {
		end = "ROLLBACK"
	}
	_, ended := conn.ExecContext(context.WithoutCancel(ctx), end)
	if ended == nil {
		return err
	}
	distrust(conn, Cause(ended, err))
	if err == nil {
		err = ended
	}
	return err
}

// Cause is why a transaction could not be ended. SQLite undoes one by itself when it finds no room in the middle of it,
// and then says that there is none to be undone.
func Cause(ended, failed error) error {
	if Full(failed) {
		return failed
	}
	return ended
}
