package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// disk is what one process knows of the disk under its SQLite file. All who use one *sql.DB share it: where one has closed
// a connection whose commit failed, the next who opens the file recovers that commit from the cache of the kernel, and what
// another one then wrote behind it would be lost with it.
//
// So when a transaction cannot be ended, its connection is never used again, and before anything else is read or written
// all connections are closed, the file is opened anew, and the log that it shows is written again, synced, and copied into
// the database. Only then does reading again tell what was committed: what is seen is on the disk. Until that is done every
// read and every write is an error.
type disk struct {
	doubts  atomic.Int64 // transactions that could not be ended since the file was last made sure of
	reading sync.RWMutex // held by who reads, and by nobody else while connections are closed
	settled atomic.Bool  // what the file showed when this process began is on the disk
}

// inDoubt reports whether nothing may be read or written before recoverIfInDoubt. A writer asks after its transaction has begun: on
// a connection from before the doubt nothing that was not synced is seen.
func (d *disk) inDoubt() bool { return d.doubts.Load() > 0 }

// distrust closes a connection whose transaction could not be ended, and puts the file in doubt. When the disk was full the
// transaction is rolled back instead, and nothing is in doubt. The doubt is noted before the connection is closed, for whoever
// waits for a connection gets a new one at that moment.
func (d *disk) distrust(conn *sql.Conn, why error) {
	noRoom := isDiskFull(why)
	if noRoom && rollBack(context.Background(), conn) {
		return
	}
	if !noRoom {
		d.doubts.Add(1)
	}
	discardConnection(conn)
}

// recoverIfInDoubt ends the doubt, or returns why it cannot; without a doubt it does nothing. It closes the idle connections and
// calls syncFile on a new one. A connection in use stays open, and keeps SQLite from recovering the log from the cache. The
// caller has no connection in use, and does not read.
func (d *disk) recoverIfInDoubt(ctx context.Context, pool *sql.DB) error {
	if !d.inDoubt() {
		return nil
	}
	d.reading.Lock()
	defer d.reading.Unlock()
	for {
		n := d.doubts.Load()
		if n == 0 { // another one was quicker
			return nil
		}
		if err := d.reopenFile(ctx, pool); err != nil {
			return fmt.Errorf("SQLite: a commit failed and the disk cannot be trusted yet: %w", err)
		}
		if d.doubts.CompareAndSwap(n, 0) { // else somebody's commit has failed meanwhile
			return nil
		}
	}
}

func (d *disk) reopenFile(ctx context.Context, pool *sql.DB) error {
	for range 1000 {
		if pool.Stats().Idle == 0 {
			break
		}
		conn, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		discardConnection(conn)
	}
	return d.syncFile(ctx, pool)
}

// waitUntilTrusted waits until the file can be trusted, and keeps connections from being closed until leave is called. endDoubt
// is called when the file is in doubt. What the caller read is good if there is no doubt afterwards.
func (d *disk) waitUntilTrusted(ctx context.Context, endDoubt func(context.Context) error) (leave func(), err error) {
	for {
		for !d.reading.TryRLock() { // RLock would not listen to the context
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Millisecond):
			}
		}
		if !d.inDoubt() {
			return d.reading.RUnlock, nil
		}
		d.reading.RUnlock()
		if err := endDoubt(ctx); err != nil {
			return nil, err
		}
	}
}

// discardConnection takes a connection out of the pool, and closes it.
func discardConnection(conn *sql.Conn) {
	conn.Raw(func(any) error { return driver.ErrBadConn })
}

// sqliteFull is the code of SQLite for a write that found no room. Nothing was written and nothing is in doubt.
const sqliteFull = 13

// isDiskFull reports whether an error of SQLite, or of the operating system, says that there is no room on the disk.
func isDiskFull(err error) bool {
	if errors.Is(err, syscall.ENOSPC) {
		return true
	}
	code, known := sqliteCode(err)
	return known && code&0xff == sqliteFull
}

// sqliteCode is the code of SQLite in an error of its driver, whichever that is. modernc.org/sqlite has a method Code that returns
// an int, github.com/ncruces/go-sqlite3 one that returns a type of its own, github.com/mattn/go-sqlite3 a field. A driver
// that shows it in none of these ways is doubted needlessly when the disk is full.
func sqliteCode(err error) (code int64, known bool) {
	switch e := err.(type) {
	case nil:
		return 0, false
	case interface{ Unwrap() []error }:
		for _, e := range e.Unwrap() {
			if code, known := sqliteCode(e); known {
				return code, true
			}
		}
		return 0, false
	}
	v := reflect.ValueOf(err)
	if m := v.MethodByName("Code"); m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		if n, ok := integerOf(m.Call(nil)[0]); ok {
			return n, true
		}
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		if n, ok := integerOf(v.FieldByName("Code")); ok {
			return n, true
		}
	}
	return sqliteCode(errors.Unwrap(err))
}

func integerOf(v reflect.Value) (int64, bool) {
	switch {
	case !v.IsValid():
		return 0, false
	case v.CanInt():
		return v.Int(), true
	case v.CanUint():
		return int64(v.Uint()), true
	}
	return 0, false
}

// rollBack ends the transaction of an SQLite connection, if there is one, and reports whether the connection is free for the
// next. A connection that met a full disk is kept so: a new one would find no room for the index of the log, and could not even
// read.
func rollBack(ctx context.Context, conn *sql.Conn) bool {
	conn.ExecContext(ctx, "ROLLBACK") // an error if there is none
	for _, s := range []string{"BEGIN DEFERRED", "ROLLBACK"} {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return false
		}
	}
	return true
}

// commitOrRollBack commits a connection's transaction, or rolls it back if err is not nil. distrust is called with the cause when
// the transaction cannot be ended.
func commitOrRollBack(ctx context.Context, conn *sql.Conn, err error, distrust func(conn *sql.Conn, why error)) error {
	last := "COMMIT"
	if err != nil {
		last = "ROLLBACK"
	}
	_, ended := conn.ExecContext(context.WithoutCancel(ctx), last)
	if ended == nil {
		return err
	}
	distrust(conn, causeOf(ended, err))
	if err == nil {
		err = ended
	}
	return err
}

// causeOf is why a transaction could not be ended. SQLite undoes one by itself when it finds no room in the middle of it,
// and then says that there is none to be undone.
func causeOf(ended, failed error) error {
	if isDiskFull(failed) {
		return failed
	}
	return ended
}
