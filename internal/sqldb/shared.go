package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const (
	mostInTurn    = 64               // writes
	longestCommit = 30 * time.Second // how long a transaction may take

	// A turn in a transaction that others wait for, or share, lasts for three quarters of a commit, which all of them wait for, and no shorter than
	// sixteen letters or a few payers need. With longer turns letters wait for payers, with shorter ones payers wait for more commits. A commit
	// tells more than the disk: where computing is slow too, it is longer, and so are the writes of a turn.
	shortestTurn = 300 * time.Microsecond
	turnOfCommit = 0.75
)

// shared is a transaction that those who wait share. When one of its writes has to be undone, all are, and run again, each in a savepoint of
// its own, so that it undoes itself only: that is rare, and savepoints are dear.
type shared struct {
	queue   *queue
	entered uint64        // how many had come when it was begun
	turn    time.Duration // how long a line goes on while others wait
	taken   []*write      // out of the queue, in their order; the first leads, and is served whatever the time
	turns   []*line       // that have had a turn; the last has it now
	served  int           // in this turn
	began   time.Time
}

// turnOf is how long a turn lasts after two commits that took so long. The quicker one counts: now and then one makes a checkpoint.
func turnOf(commits [2]time.Duration) time.Duration {
	return max(shortestTurn, time.Duration(turnOfCommit*float64(min(commits[0], commits[1]))))
}

// beginTurn begins a turn with its first write.
func (s *shared) beginTurn(now time.Time) { s.served, s.began = 1, now }

// isTurnOver reports whether a line has gone on for long enough.
func (s *shared) isTurnOver(isAwaited bool, now time.Time) bool {
	return s.served >= mostInTurn || isAwaited && now.Sub(s.began) > s.turn
}

// fail gives an error to all of a transaction who have none of their own.
func (s *shared) fail(err error) {
	for _, w := range s.taken {
		if w.err == nil {
			w.err = err
		}
	}
}

// ErrNothing is what a function returns that has written nothing because its conditions were not met. There is nothing to undo
// then, and the transaction that it shares goes on.
var ErrNothing = errors.New("nothing was written")

// errGone is for those who shared a transaction with a function that did not return: all was undone.
var errGone = errors.New("a function inside the transaction ended its goroutine; nothing was written")

// callFunction calls the write's function. Its context does not end the transaction of the others, nor does a panic of the host's.
func (w *write) callFunction(tx *sql.Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("a function inside the transaction panicked with a %T", r)
		}
	}()
	return w.f(context.WithoutCancel(w.ctx), tx)
}

// run does a transaction, and says to each write in its err what became of it.
func (d *DB) run(s *shared) {
	if leader := s.taken[0]; leader.alone != nil {
		leader.err = d.runAlone(leader)
		return
	}
	if undone := d.inTransaction(s, s.doTogether); undone == nil || len(s.taken) == 1 {
		return
	}
	for _, w := range s.taken {
		w.err = nil
	}
	if err := d.inTransaction(s, s.doApart); err != nil {
		s.fail(err)
	}
}

// inTransaction calls do inside a transaction, and commits. It returns an error of do: all is undone then. Where the transaction cannot begin, it
// does not try again for each who waits.
func (d *DB) inTransaction(s *shared, do func(context.Context, *sql.Tx) error) (undone error) {
	ctx, cancel := context.WithTimeout(context.Background(), longestCommit)
	defer cancel()
	disk := &d.file.disk
	conn, tx, err := d.beginShared(ctx, s)
	if err != nil {
		s.queue.takeWaiting(s)
		s.fail(err)
	}
	if tx == nil {
		return nil
	}
	defer conn.Close()
	defer func() { // what is neither committed nor undone is in doubt
		if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
			disk.distrust(conn, causeOf(err, undone))
		} else if ctx.Err() != nil { // database/sql has undone it by itself, and does not say whether it could
			discardConnection(conn)
		}
	}()
	if err := do(ctx, tx); err != nil {
		return err
	}
	begin := time.Now()
	err = tx.Commit()
	s.queue.commits = [2]time.Duration{s.queue.commits[1], time.Since(begin)}
	if err != nil {
		disk.distrust(conn, err)
		s.fail(err)
	}
	return nil
}

// beginShared begins a transaction on a file that can be trusted; none when that was all that the leader wanted.
func (d *DB) beginShared(ctx context.Context, s *shared) (*sql.Conn, *sql.Tx, error) {
	disk := &d.file.disk
	if err := disk.recoverIfInDoubt(ctx, d.Pool); err != nil || s.taken[0].f == nil {
		return nil, nil, err
	}
	// What is there already is not written again, so it must be on the disk, which at the start is not certain.
	if err := disk.syncFileOnce(ctx, d.Pool); err != nil {
		return nil, nil, err
	}
	return d.beginTrusted(ctx)
}

// doTogether does one write after the other, as the queue gives them. It returns the error of the first that has to be undone.
func (s *shared) doTogether(_ context.Context, tx *sql.Tx) error {
	s.beginTurn(time.Now())
	for w := s.taken[0]; w != nil; w = s.queue.takeNext(s, time.Now()) {
		if w.err = w.ctx.Err(); w.err != nil {
			continue
		}
		if w.err = w.callFunction(tx); w.err != nil && !errors.Is(w.err, ErrNothing) {
			return w.err
		}
	}
	return nil
}

// doApart does each write in a savepoint.
func (s *shared) doApart(ctx context.Context, tx *sql.Tx) error {
	do := func(statement string) error {
		_, err := tx.ExecContext(ctx, statement)
		return err
	}
	for _, w := range s.taken {
		if w.err = w.ctx.Err(); w.err != nil {
			continue
		}
		if err := do("SAVEPOINT one"); err != nil {
			return err
		}
		if w.err = w.callFunction(tx); w.err != nil {
			if err := do("ROLLBACK TO one"); err != nil {
				return errors.Join(w.err, err)
			}
		}
		if err := do("RELEASE one"); err != nil {
			return err
		}
	}
	return nil
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
