package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	mostShared    = 64               // writes that share a transaction
	longestCommit = 30 * time.Second // how long a transaction may take
)

// queue lets the writers of one SQLite file share commits: whoever comes while a transaction runs waits, and the first of
// those who wait runs the next one for all of them. When one of them has to be undone, all are, and run again, each in a
// savepoint of its own, so that it undoes itself only: that is rare, and savepoints are dear.
//
// One queue is for everybody: with one for each package SQLite's own lock, which serves nobody in turn, would stand behind them.
type queue struct {
	mu      sync.Mutex
	waiting []*write
	busy    bool
}

// write is a writer in the queue.
type write struct {
	ctx context.Context
	f   func(context.Context, *sql.Tx) error // nil: only wants the file to be trusted again

	// alone is for what no transaction may be around; nobody else writes meanwhile.
	alone func(context.Context, *sql.Conn) error

	err  error
	lead chan bool // false: the write is done; true: lead the next transaction
}

// ErrNothing is what a function returns that has written nothing because its conditions were not met. There is nothing to undo
// then, and the transaction that it shares goes on.
var ErrNothing = errors.New("nothing was written")

// leave takes a write out of the queue, unless its turn has come.
func (q *queue) leave(w *write) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, w)
	if i < 0 || len(w.lead) > 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return true
}

// write runs f in a transaction that may be shared, and returns when it is committed. A context that ends before its
// turn has come takes f out of the queue.
func (q *queue) write(ctx context.Context, d *DB, f func(context.Context, *sql.Tx) error) error {
	return q.wait(d, &write{ctx: ctx, f: f, lead: make(chan bool, 1)})
}

// wait puts a write into the queue, and returns when it is done.
func (q *queue) wait(d *DB, w *write) error {
	ctx := w.ctx
	q.mu.Lock()
	q.waiting = append(q.waiting, w)
	lead := !q.busy
	q.busy = true
	q.mu.Unlock()
	if !lead {
		select {
		case lead = <-w.lead:
		case <-ctx.Done():
			if q.leave(w) {
				return ctx.Err()
			}
			lead = <-w.lead
		}
	}
	if !lead {
		return w.err
	}
	q.mu.Lock()
	n := min(len(q.waiting), mostShared)
	if i := slices.IndexFunc(q.waiting[:n], func(w *write) bool { return w.alone != nil }); i >= 0 {
		n = max(i, 1)
	}
	batch := q.waiting[:n:n]
	q.waiting = q.waiting[n:]
	q.mu.Unlock()
	ended := false
	defer func() { // also when a function ends its goroutine, as t.FailNow does
		if !ended {
			for _, undone := range batch {
				undone.err = errGone
			}
		}
		q.handOver(w, batch)
	}()
	d.runBatch(batch)
	ended = true
	return w.err
}

// errGone is for those who shared a transaction with a function that did not return: all was undone.
var errGone = errors.New("a function inside the transaction ended its goroutine; nothing was written")

// handOver tells the others of a batch that they are done, and the first of those who wait to lead the next.
func (q *queue) handOver(leader *write, batch []*write) {
	for _, other := range batch {
		if other != leader {
			other.lead <- false
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) > 0 {
		q.waiting[0].lead <- true
	} else {
		q.busy, q.waiting = false, nil
	}
}

// run calls the write's function. Its context does not end the transaction of the others, nor does a panic of the host's.
func (w *write) run(tx *sql.Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a function inside the transaction panicked with a %T", r)
		}
	}()
	return w.f(context.WithoutCancel(w.ctx), tx)
}

// runBatch does the writes of a batch in one transaction.
func (d *DB) runBatch(batch []*write) {
	if d.share(batch, false) {
		d.share(batch, true)
	}
}

// share does the writes of a batch in one transaction, each in a savepoint of its own if asked to. Without them it reports
// whether it has to be done again, with them: nothing was written then.
func (d *DB) share(batch []*write, apart bool) (again bool) {
	ctx, cancel := context.WithTimeout(context.Background(), longestCommit)
	defer cancel()
	failAll := func(err error) {
		for _, w := range batch {
			if w.err == nil {
				w.err = err
			}
		}
	}
	if alone := batch[0]; alone.alone != nil {
		alone.err = d.runAlone(alone)
		return false
	}
	disk := &d.file.disk
	if err := disk.recover(ctx, d.Pool); err != nil {
		failAll(err)
		return false
	}
	batch = slices.DeleteFunc(slices.Clone(batch), func(w *write) bool { return w.f == nil })
	if len(batch) == 0 {
		return false
	}
	// What is there already is not written again, so it must be on the disk, which at the start is not certain.
	if err := disk.settleOnce(ctx, d.Pool); err != nil {
		failAll(err)
		return false
	}
	conn, tx, err := d.begin(ctx)
	if err != nil {
		failAll(err)
		return false
	}
	defer conn.Close()
	var failed error // why all is undone
	defer func() {   // what is neither committed nor undone is in doubt
		if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
			disk.distrust(conn, causeOf(err, failed))
		} else if ctx.Err() != nil { // database/sql has undone it by itself, and does not say whether it could
			discard(conn)
		}
	}()
	do := func(statement string) error {
		_, err := tx.ExecContext(ctx, statement)
		return err
	}
	for _, w := range batch {
		if w.err = w.ctx.Err(); w.err != nil {
			continue
		}
		if !apart {
			w.err = w.run(tx)
			switch {
			case w.err == nil, errors.Is(w.err, ErrNothing):
			case len(batch) == 1:
				failed = w.err
				return false
			default:
				failed = w.err
				for _, w := range batch {
					w.err = nil
				}
				return true
			}
			continue
		}
		if failed = do("SAVEPOINT one"); failed != nil {
			failAll(failed)
			return false
		}
		if w.err = w.run(tx); w.err != nil {
			if err := do("ROLLBACK TO one"); err != nil {
				failed = w.err
				failAll(errors.Join(err, w.err))
				return false
			}
		}
		if failed = do("RELEASE one"); failed != nil {
			failAll(failed)
			return false
		}
	}
	if err := tx.Commit(); err != nil {
		disk.distrust(conn, err)
		failAll(err)
	}
	return false
}

// runAlone runs what no transaction may be around.
func (d *DB) runAlone(w *write) error {
	if err := errors.Join(w.ctx.Err(), d.file.disk.recover(w.ctx, d.Pool)); err != nil {
		return err
	}
	conn, err := d.Pool.Conn(w.ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	err = w.alone(w.ctx, conn)
	if err != nil && !undo(context.WithoutCancel(w.ctx), conn) {
		d.file.disk.distrust(conn, err)
	}
	return err
}

// Alone runs f on SQLite with a connection, outside of any transaction, while nobody else in this process writes.
func (d *DB) Alone(ctx context.Context, f func(context.Context, *sql.Conn) error) error {
	return d.file.queue.wait(d, &write{ctx: ctx, alone: f, lead: make(chan bool, 1)})
}

// begin begins a transaction on a connection that can be trusted. When a commit has failed meanwhile, the file is opened anew
// first. Who cannot have the write lock has written nothing, and nothing is in doubt.
func (d *DB) begin(ctx context.Context) (*sql.Conn, *sql.Tx, error) {
	for {
		if err := d.file.disk.recover(ctx, d.Pool); err != nil {
			return nil, nil, err
		}
		conn, err := d.Pool.Conn(ctx)
		if err != nil {
			return nil, nil, err
		}
		tx, err := conn.BeginTx(ctx, nil)
		if err == nil && !d.file.disk.inDoubt() {
			return conn, tx, nil
		}
		if err == nil {
			tx.Rollback()
		}
		discard(conn) // it may have begun all the same
		conn.Close()
		if err != nil {
			return nil, nil, err
		}
	}
}
