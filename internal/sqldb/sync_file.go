package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"
)

// syncFileOnce calls syncFile at the start of a process: a process that was killed before may have left commits in the kernel's
// cache that the disk does not have.
func (d *disk) syncFileOnce(ctx context.Context, pool *sql.DB) error {
	if d.settled.Load() {
		return nil
	}
	return d.syncFile(ctx, pool)
}

// syncFile puts on the disk what SQLite shows: it writes the write-ahead log once more as it is, syncs it, and copies it into
// the database. After an fsync that failed, the next one of the same file succeeds although nothing was written; whoever
// opens the file then reads from the cache of the kernel what the disk does not have.
//
// To copy the log would not be enough: its beginning is on the disk, then comes the hole. When the power fails SQLite
// recovers that beginning, and shows old pages in place of those that were copied. Pages that are written again are the
// kernel's to write, so the fsync after them is true; and where it is interrupted, each byte is what it was.
//
// syncFile waits for the write lock as long as the connection does, and does nothing without it. The copying waits for nobody:
// pages that a reader of another process keeps from being copied are in the log. When either fails the file is in doubt, unless
// the disk was full: then it is as it was.
func (d *disk) syncFile(ctx context.Context, pool *sql.DB) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, q := range takeWriteLock {
		if _, err := conn.ExecContext(ctx, q); err != nil {
			if !rollBack(context.WithoutCancel(ctx), conn) { // it may have begun all the same
				discardConnection(conn)
			}
			return err
		}
	}
	err = rewriteLog(ctx, conn)
	if _, ended := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK"); err == nil {
		err = ended
	}
	if err == nil {
		err = checkpointLog(ctx, conn)
	}
	if err != nil {
		d.distrust(conn, err)
		return err
	}
	d.settled.Store(true)
	return nil
}

// takeWriteLock takes the write lock. Of a file that may only be read BEGIN IMMEDIATE takes none, and says nothing; a change says it.
// It is never committed.
var takeWriteLock = []string{"BEGIN IMMEDIATE", "PRAGMA user_version = 0"}

// checkpointLog copies the log into the database, and syncs both.
func checkpointLog(ctx context.Context, conn *sql.Conn) error {
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

// rewriteLog writes the log once more. The caller holds the write lock, so nobody else changes it. A database in memory has no
// log, nor has one that its driver keeps elsewhere than in a file.
func rewriteLog(ctx context.Context, conn *sql.Conn) error {
	var file sql.NullString
	err := conn.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file)
	if err != nil || file.String == "" {
		return err
	}
	return writeAgain(ctx, file.String+"-wal")
}

// writeAgain writes a file as it is, and syncs it. It may be the log of an SQLite, never its database: to close that would
// give up the locks that SQLite has on it in this process.
func writeAgain(ctx context.Context, name string) (err error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	chunk := make([]byte, 1<<18)
	for at := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, end := f.ReadAt(chunk, at)
		if end != nil && end != io.EOF {
			return end
		}
		if _, err := f.WriteAt(chunk[:n], at); err != nil {
			return err
		}
		if at += int64(n); end == io.EOF {
			break
		}
	}
	if err := f.Sync(); err != nil {
		return errors.New(err.Error()) // here no room is no excuse: pages may be lost
	}
	return nil
}
