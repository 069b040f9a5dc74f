package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"weak"
)

// Disk is what one process knows of the disk under its SQLite file. All who use one *sql.DB share it: where one has closed
// a connection whose commit failed, the next who opens the file recovers that commit from the cache of the kernel, and what
// another one then wrote behind it would be lost with it.
//
// So when a transaction cannot be ended, its connection is never used again, and before anything else is read or written
// all connections are closed, the file is opened anew, and the log that it shows is written again, synced, and copied into
// the database. Only then does reading again tell what was committed: what is seen is on the disk. Until that is done every
// read and every write is an error.
type Disk struct {
	doubts  atomic.Int64 // transactions since all was sure that could not be ended
	reading sync.RWMutex // held by who reads, and by nobody else while connections are closed
}

// disks are known by the weak.Pointer to their database: they go when it goes.
var disks sync.Map

// DiskOf returns the one disk of a database.
func DiskOf(db *sql.DB) *Disk {
	key := weak.Make(db)
	d, known := disks.LoadOrStore(key, &Disk{})
	if !known {
		runtime.AddCleanup(db, func(key weak.Pointer[sql.DB]) { disks.Delete(key) }, key)
	}
	return d.(*Disk)
}

// Doubted reports whether nothing may be read or written before Mend. Who writes asks after the transaction has begun: on
// a connection from before the doubt nothing that was not synced is seen.
func (d *Disk) Doubted() bool { return d.doubts.Load() > 0 }

// Distrust closes a connection whose transaction could not be ended, unless there was no room: then it is ended now. The
// doubt comes first: who waits for a connection gets a new one as soon as this one is closed.
func (d *Disk) Distrust(conn *sql.Conn, why error) {
	full := Full(why)
	if full && Undo(context.Background(), conn) {
		return
	}
	if !full {
		d.doubts.Add(1)
	}
	Discard(conn)
}

// Mend ends the doubt, if there is one, or says why it cannot: it closes the connections that nobody has in hand, and
// makes sure on a new one of what the file shows. What is in hand stays open, and keeps the log from being recovered from the
// cache. The caller has no connection in hand, and does not read.
func (d *Disk) Mend(ctx context.Context, db *sql.DB) error {
	if !d.Doubted() {
		return nil
	}
	d.reading.Lock()
	defer d.reading.Unlock()
	for {
		n := d.doubts.Load()
		if n == 0 { // another one was quicker
			return nil
		}
		if err := d.reopen(ctx, db); err != nil {
			return fmt.Errorf("SQLite: a commit failed and the disk cannot be trusted yet: %w", err)
		}
		if d.doubts.CompareAndSwap(n, 0) { // else somebody's commit has failed meanwhile
			return nil
		}
	}
}

func (d *Disk) reopen(ctx context.Context, db *sql.DB) error {
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
	return d.Settle(ctx, db)
}

// Trusted waits until the file can be trusted, and keeps connections from being closed until leave is called. mend is how
// the caller ends a doubt. What was read is good if there is no doubt afterwards.
func (d *Disk) Trusted(ctx context.Context, mend func(context.Context) error) (leave func(), err error) {
	for {
		for !d.reading.TryRLock() { // it would not listen to the context
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Millisecond):
			}
		}
		if !d.Doubted() {
			return d.reading.RUnlock, nil
		}
		d.reading.RUnlock()
		if err := mend(ctx); err != nil {
			return nil, err
		}
	}
}
