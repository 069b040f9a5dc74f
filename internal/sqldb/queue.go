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
// those who wait runs the next one for all. When one of them has to be undone, all are, and run again, each in a
// savepoint of its own, so that it undoes itself only: that is rare, and savepoints are dear.
//
// One queue is for everybody: with one for each package SQLite's own lock, which serves nobody in turn, would stand behind them. It has a
// line for each caller, and each line has a turn in each transaction: so payers do not make letters wait, nor letters payers, however many
// there are of either, and they pay for one fsync.
type queue struct {
	mu    sync.Mutex
	busy  bool
	lines []*line // the one whose first leads the next transaction comes first
}

// line is where the writers of one caller wait. Nobody overtakes anybody in it.
type line struct {
	caller  string
	waiting []*write
}

// longestTurn is how long a line goes on in a transaction that others wait for, or share: about as long as sixteen letters need. With a longer one
// letters wait for payers, with a shorter one payers wait for more commits.
const longestTurn = 500 * time.Microsecond

// turn is that of a line in a transaction.
type turn struct {
	line  *line
	began time.Time
}

// isOver reports whether the write's line has gone on for long enough. The first write of a line begins its turn and is always served, however
// slow the machine is at this moment: the leader is the first of all, and returns when the transaction has ended.
func (t *turn) isOver(w *write, now time.Time) bool {
	if t.line != w.line {
		*t = turn{w.line, now}
	}
	return now.Sub(t.began) > longestTurn
}

// write is a writer in the queue.
type write struct {
	line *line
	ctx  context.Context
	f    func(context.Context, *sql.Tx) error // nil: only wants the file to be trusted again

	// alone is for what no transaction may be around; nobody else writes meanwhile.
	alone func(context.Context, *sql.Conn) error

	err  error
	lead chan bool // false: the write is done; true: lead the next transaction
}

// ErrNothing is what a function returns that has written nothing because its conditions were not met. There is nothing to undo
// then, and the transaction that it shares goes on.
var ErrNothing = errors.New("nothing was written")

// removeWaiting takes a write out of the queue and reports whether it did: a write whose turn has come stays.
func (q *queue) removeWaiting(w *write) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(w.line.waiting, w)
	if i < 0 || len(w.lead) > 0 {
		return false
	}
	w.line.waiting = slices.Delete(w.line.waiting, i, i+1)
	return true
}

// runWrite runs f in a transaction that may be shared, and returns when it is committed. A context that ends before the turn of
// f takes f out of the queue.
func (q *queue) runWrite(ctx context.Context, d *DB, f func(context.Context, *sql.Tx) error) error {
	return q.enqueueAndWait(d, &write{ctx: ctx, f: f, lead: make(chan bool, 1)})
}

// enqueueAndWait puts a write into the queue, and returns when it is done. The first writer of the line that is next runs the
// transaction for all.
func (q *queue) enqueueAndWait(d *DB, w *write) error {
	ctx := w.ctx
	q.mu.Lock()
	w.line = q.lineOf(d.caller)
	w.line.waiting = append(w.line.waiting, w)
	lead := !q.busy
	q.busy = true
	q.mu.Unlock()
	if !lead {
		select {
		case lead = <-w.lead:
		case <-ctx.Done():
			if q.removeWaiting(w) {
				return ctx.Err()
			}
			lead = <-w.lead
		}
	}
	if !lead {
		return w.err
	}
	d.file.rival.yield() // whoever comes meanwhile shares the transaction
	batch := q.takeBatch(w)
	ended := false
	defer func() { // also when a function ends its goroutine, as t.FailNow does
		if !ended {
			for _, undone := range batch {
				undone.err = errGone
			}
		}
		q.handOver(w, batch)
	}()
	done, left := d.runBatch(batch)
	d.file.rival.ended = time.Now()
	q.putBack(left)
	batch, ended = done, true
	return w.err
}

// lineOf is the line of a caller.
func (q *queue) lineOf(caller string) *line {
	for _, l := range q.lines {
		if l.caller == caller {
			return l
		}
	}
	own := &line{caller: caller}
	q.lines = append(q.lines, own)
	return own
}

// takeBatch takes the writes that share a transaction out of the lines, the leader's line first. What is done alone is a batch of its own.
func (q *queue) takeBatch(leader *write) (batch []*write) {
	q.mu.Lock()
	defer q.mu.Unlock()
	isAlone := func(w *write) bool { return w.alone != nil }
	own := slices.Index(q.lines, leader.line)
	q.lines = slices.Concat(q.lines[own+1:], q.lines[:own+1]) // whose line led is the last to lead again
	for _, l := range slices.Backward(q.lines) {
		n := min(len(l.waiting), mostShared)
		if i := slices.IndexFunc(l.waiting[:n], isAlone); i >= 0 {
			n = i
		}
		if leader.alone != nil {
			n = 1
		}
		batch = append(batch, l.waiting[:n]...)
		l.waiting = l.waiting[n:]
		if leader.alone != nil {
			break
		}
	}
	return batch
}

// putBack lets writes wait on, before all others of their lines.
func (q *queue) putBack(left []*write) {
	if len(left) == 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, w := range slices.Backward(left) {
		w.line.waiting = slices.Insert(w.line.waiting, 0, w)
	}
}

// isAwaited reports whether somebody waits in another line.
func (q *queue) isAwaited(by *line) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.ContainsFunc(q.lines, func(l *line) bool { return l != by && len(l.waiting) > 0 })
}

// errGone is for those who shared a transaction with a function that did not return: all was undone.
var errGone = errors.New("a function inside the transaction ended its goroutine; nothing was written")

// handOver tells the others of a batch that they are done, and the first of the line that is next to lead.
func (q *queue) handOver(leader *write, batch []*write) {
	for _, other := range batch {
		if other != leader {
			other.lead <- false
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, l := range q.lines {
		if len(l.waiting) > 0 {
			l.waiting[0].lead <- true
			return
		}
	}
	q.busy = false
}

// callFunction calls the write's function. Its context does not end the transaction of the others, nor does a panic of the host's.
func (w *write) callFunction(tx *sql.Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a function inside the transaction panicked with a %T", r)
		}
	}()
	return w.f(context.WithoutCancel(w.ctx), tx)
}

// runBatch does the writes of a batch in one transaction, and returns which it did: the others wait on.
func (d *DB) runBatch(batch []*write) (done, left []*write) {
	done, left, again := d.runShared(batch, false)
	if again {
		d.runShared(done, true)
	}
	return done, left
}

// runShared does the writes of a batch in one transaction, of each line as many as its turn has time for. With apart each write has a savepoint of
// its own, and all are done. Without apart a failed write rolls all back, and again asks for a second run with savepoints.
func (d *DB) runShared(batch []*write, apart bool) (done, left []*write, again bool) {
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
		return batch, nil, false
	}
	disk := &d.file.disk
	if err := disk.recoverIfInDoubt(ctx, d.Pool); err != nil {
		failAll(err)
		return batch, nil, false
	}
	if !slices.ContainsFunc(batch, func(w *write) bool { return w.f != nil }) {
		return batch, nil, false
	}
	// What is there already is not written again, so it must be on the disk, which at the start is not certain.
	if err := disk.syncFileOnce(ctx, d.Pool); err != nil {
		failAll(err)
		return batch, nil, false
	}
	conn, tx, err := d.beginTrusted(ctx)
	if err != nil {
		failAll(err)
		return batch, nil, false
	}
	defer conn.Close()
	var failed error // why all is undone
	defer func() {   // what is neither committed nor undone is in doubt
		if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
			disk.distrust(conn, causeOf(err, failed))
		} else if ctx.Err() != nil { // database/sql has undone it by itself, and does not say whether it could
			discardConnection(conn)
		}
	}()
	do := func(statement string) error {
		_, err := tx.ExecContext(ctx, statement)
		return err
	}
	var t turn
	isShared := batch[0].line != batch[len(batch)-1].line
	for i, w := range batch {
		if !apart && t.isOver(w, time.Now()) && (isShared || d.file.queue.isAwaited(w.line)) {
			left = append(left, w)
			continue
		}
		done = append(done, w)
		if w.err = w.ctx.Err(); w.err != nil || w.f == nil {
			continue
		}
		if !apart {
			w.err = w.callFunction(tx)
			switch {
			case w.err == nil, errors.Is(w.err, ErrNothing):
			case len(batch) == 1:
				failed = w.err
				return batch, nil, false
			default:
				failed = w.err
				for _, w := range batch {
					w.err = nil
				}
				return done, append(left, batch[i+1:]...), true
			}
			continue
		}
		if failed = do("SAVEPOINT one"); failed != nil {
			failAll(failed)
			return batch, nil, false
		}
		if w.err = w.callFunction(tx); w.err != nil {
			if err := do("ROLLBACK TO one"); err != nil {
				failed = w.err
				failAll(errors.Join(err, w.err))
				return batch, nil, false
			}
		}
		if failed = do("RELEASE one"); failed != nil {
			failAll(failed)
			return batch, nil, false
		}
	}
	batch = done
	if err := tx.Commit(); err != nil {
		disk.distrust(conn, err)
		failAll(err)
	}
	return done, left, false
}

// runAlone runs what no transaction may be around.
func (d *DB) runAlone(w *write) error {
	if err := errors.Join(w.ctx.Err(), d.file.disk.recoverIfInDoubt(w.ctx, d.Pool)); err != nil {
		return err
	}
	conn, err := d.Pool.Conn(w.ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	err = w.alone(w.ctx, conn)
	if err != nil && !rollBack(context.WithoutCancel(w.ctx), conn) {
		d.file.disk.distrust(conn, err)
	}
	return err
}

// Alone runs f on SQLite with a connection, outside of any transaction, while nobody else in this process writes.
func (d *DB) Alone(ctx context.Context, f func(context.Context, *sql.Conn) error) error {
	return d.file.queue.enqueueAndWait(d, &write{ctx: ctx, alone: f, lead: make(chan bool, 1)})
}

// beginTrusted begins a transaction on a connection that can be trusted. When a commit has failed meanwhile, the file is opened
// anew first. An error for the write lock puts nothing in doubt, for nothing was written.
func (d *DB) beginTrusted(ctx context.Context) (*sql.Conn, *sql.Tx, error) {
	for {
		if err := d.file.disk.recoverIfInDoubt(ctx, d.Pool); err != nil {
			return nil, nil, err
		}
		conn, err := d.Pool.Conn(ctx)
		if err != nil {
			return nil, nil, err
		}
		tx, err := d.file.rival.beginTransaction(ctx, conn)
		if err == nil && !d.file.disk.inDoubt() {
			return conn, tx, nil
		}
		if err == nil {
			tx.Rollback()
		}
		discardConnection(conn) // it may have begun all the same
		conn.Close()
		if err != nil {
			return nil, nil, err
		}
	}
}
