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

// inDoubt reports whether nothing may be read or written before recover. Who writes asks after the transaction has begun: on
// a connection from before the doubt nothing that was not synced is seen.
func (d *disk) inDoubt() bool { return d.doubts.Load() > 0 }

// distrust closes a connection whose transaction could not be ended, unless there was no room: then it is ended now. The
// doubt comes first: who waits for a connection gets a new one as soon as this one is closed.
func (d *disk) distrust(conn *sql.Conn, why error) {
	noRoom := full(why)
	if noRoom && undo(context.Background(), conn) {
		return
	}
	if !noRoom {
		d.doubts.Add(1)
	}
	discard(conn)
}

// recover ends the doubt, if there is one, or says why it cannot: it closes the connections that nobody has in hand, and
// makes sure on a new one of what the file shows. What is in hand stays open, and keeps the log from being recovered from the
// cache. The caller has no connection in hand, and does not read.
func (d *disk) recover(ctx context.Context, pool *sql.DB) error {
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
		if err := d.reopen(ctx, pool); err != nil {
			return fmt.Errorf("SQLite: a commit failed and the disk cannot be trusted yet: %w", err)
		}
		if d.doubts.CompareAndSwap(n, 0) { // else somebody's commit has failed meanwhile
			return nil
		}
	}
}

func (d *disk) reopen(ctx context.Context, pool *sql.DB) error {
	for range 1000 {
		if pool.Stats().Idle == 0 {
			break
		}
		conn, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		discard(conn)
	}
	return d.settle(ctx, pool)
}

// trust waits until the file can be trusted, and keeps connections from being closed until leave is called. recover is how
// the caller ends a doubt. What was read is good if there is no doubt afterwards.
func (d *disk) trust(ctx context.Context, recover func(context.Context) error) (leave func(), err error) {
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
		if err := recover(ctx); err != nil {
			return nil, err
		}
	}
}

// discard takes a connection out of the pool: after an error of the disk nothing that it says can be trusted.
func discard(conn *sql.Conn) {
	conn.Raw(func(any) error { return driver.ErrBadConn })
}

// sqliteFull is the code of SQLite for a write that found no room. Nothing was written and nothing is in doubt.
const sqliteFull = 13

// full reports whether an error of SQLite, or of the operating system, says that there is no room on the disk.
func full(err error) bool {
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
		if n, ok := integer(m.Call(nil)[0]); ok {
			return n, true
		}
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		if n, ok := integer(v.FieldByName("Code")); ok {
			return n, true
		}
	}
	return sqliteCode(errors.Unwrap(err))
}

func integer(v reflect.Value) (int64, bool) {
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

// undo ends whatever transaction an SQLite's connection is in, and reports whether the connection is free for the next. After a disk was full
// it is kept: it may be the only one, and who opens the file anew finds no room for the index of the log, and could not even read.
func undo(ctx context.Context, conn *sql.Conn) bool {
	conn.ExecContext(ctx, "ROLLBACK") // an error if there is none
	for _, s := range []string{"BEGIN DEFERRED", "ROLLBACK"} {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return false
		}
	}
	return true
}

// end commits a connection's transaction, or undoes it where err says that it failed. distrust takes the connection away
// if it cannot be ended, and learns why.
func end(ctx context.Context, conn *sql.Conn, err error, distrust func(conn *sql.Conn, why error)) error {
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
	if full(failed) {
		return failed
	}
	return ended
}
