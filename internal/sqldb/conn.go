package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"
)

// Discard takes a connection out of the pool: after an error of the disk nothing that it says can be trusted.
func Discard(conn *sql.Conn) {
	conn.Raw(func(any) error { return driver.ErrBadConn })
}

// sqliteFull is the code of SQLite for a write that found no room. Nothing was written and nothing is in doubt. A driver
// that does not show the codes by this method is doubted needlessly.
const sqliteFull = 13

// Full reports whether an error of SQLite says that there is no room on the disk.
func Full(err error) bool {
	var e interface{ Code() int }
	return errors.As(err, &e) && e.Code()&0xff == sqliteFull
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

// Reopen ends the doubt about an SQLite whose commit has failed: it closes the connections that nobody has in hand, and makes sure on a new
// one of what the file shows. What the host itself has in hand stays open, and keeps the log from being recovered from the cache.
func Reopen(ctx context.Context, db *sql.DB) error {
	for range 1000 {
		if db.Stats().Idle == 0 {
			break
		}
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		Discard(conn)
	}
	return Settle(ctx, db)
}

// Settle makes sure of what an SQLite shows: it copies the write-ahead log into the database, and syncs both. After an fsync that
// failed, the next one of the same file succeeds although nothing was written; whoever opens the file then reads from the cache
// of the kernel what the disk does not have.
//
// It waits for nobody: where a reader of another process keeps some of the log from being copied, that process has it open, so it
// was not recovered from the cache, and has only what was synced when it was committed. A connection on which it fails is not used again.
func Settle(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err = settle(ctx, conn); err != nil {
		Discard(conn)
	}
	return err
}

func settle(ctx context.Context, conn *sql.Conn) error {
	for range 100 {
		var busy, logged, copied int
		if err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &logged, &copied); err != nil {
			return err
		}
		if busy == 0 {
			return nil
		}
		select { // somebody else is at it
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return errors.New("somebody else's checkpoint does not end")
}
