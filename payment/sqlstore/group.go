package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/quittance/quittance/internal/sqldb"
)

// most is how many changes share a commit, and longest how long a commit may take.
const (
	most    = 64
	longest = 30 * time.Second
)

// group lets the writers of one process share commits: whoever comes while a transaction runs waits, and the first of
// those who wait runs the next one for all of them. When one of them has to be undone, all are, and run again, each in a
// savepoint of its own, so that it undoes itself only: that is rare, and savepoints are dear.
type group struct {
	mu      sync.Mutex
	waiting []*job
	busy    bool
}

type job struct {
	ctx  context.Context
	f    func(context.Context, *sql.Tx) error // nil: only wants the file to be trusted again
	err  error
	lead chan bool // false: the job is done; true: lead the next transaction
}

// leave takes a job out of the line, unless its turn has come.
func (g *group) leave(j *job) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, j)
	if i < 0 || len(j.lead) > 0 {
		return false
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	return true
}

// do runs f in a transaction that may be shared, and returns when it is committed. A context that ends before its
// turn has come takes f out of the line.
func (g *group) do(ctx context.Context, s *Store, f func(context.Context, *sql.Tx) error) error {
	j := &job{ctx: ctx, f: f, lead: make(chan bool, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, j)
	lead := !g.busy
	g.busy = true
	g.mu.Unlock()
	if !lead {
		select {
		case lead = <-j.lead:
		case <-ctx.Done():
			if g.leave(j) {
				return ctx.Err()
			}
			lead = <-j.lead
		}
	}
	if !lead {
		return j.err
	}
	g.mu.Lock()
	n := min(len(g.waiting), most)
	batch := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	g.mu.Unlock()
	ended := false
	defer func() { // also when a function ends its goroutine, as t.FailNow does
		if !ended {
			for _, undone := range batch {
				undone.err = errGone
			}
		}
		g.hand(j, batch)
	}()
	s.run(batch)
	ended = true
	return j.err
}

// errGone is for those who shared a transaction with a function that did not return: all was undone.
var errGone = errors.New("sqlstore: a function inside the transaction ended its goroutine; nothing was written")

// hand tells the others of a batch that they are done, and the first of those who wait to go on.
func (g *group) hand(j *job, batch []*job) {
	for _, other := range batch {
		if other != j {
			other.lead <- false
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) > 0 {
		g.waiting[0].lead <- true
	} else {
		g.busy, g.waiting = false, nil
	}
}

// try runs the job's function. Its context does not end the transaction of the others, nor does a panic of the host's
// hook.
func (j *job) try(tx *sql.Tx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("sqlstore: a function inside the transaction panicked with a %T", r)
		}
	}()
	return j.f(context.WithoutCancel(j.ctx), tx)
}

// run does the jobs of a batch in one transaction.
func (s *Store) run(batch []*job) {
	if s.share(batch, false) {
		s.share(batch, true)
	}
}

// share does the jobs of a batch in one transaction, each in a savepoint of its own if asked to. Without them it reports
// whether it has to be done again, with them: nothing was written then.
func (s *Store) share(batch []*job, apart bool) (again bool) {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	all := func(err error) {
		for _, j := range batch {
			if j.err == nil {
				j.err = err
			}
		}
	}
	if err := s.mend(ctx); err != nil {
		all(err)
		return false
	}
	batch = slices.DeleteFunc(slices.Clone(batch), func(j *job) bool { return j.f == nil })
	if len(batch) == 0 {
		return false
	}
	var point []*sql.Stmt // to set, to keep, to undo
	if apart {
		var err error
		if point, err = s.prepare(ctx, "SAVEPOINT one", "RELEASE one", "ROLLBACK TO one"); err != nil {
			all(err)
			return false
		}
	}
	conn, tx, err := s.begin(ctx)
	if err != nil {
		all(err)
		return false
	}
	defer conn.Close()
	var failed error // why all is undone
	defer func() {   // what is neither committed nor undone is in doubt
		if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
			s.disk.Distrust(conn, sqldb.Cause(err, failed))
		} else if ctx.Err() != nil { // database/sql has undone it by itself, and does not say whether it could
			sqldb.Discard(conn)
		}
	}()
	do := func(st *sql.Stmt) error {
		_, err := tx.StmtContext(ctx, st).ExecContext(ctx)
		return err
	}
	for _, j := range batch {
		if j.err = j.ctx.Err(); j.err != nil {
			continue
		}
		if !apart {
			j.err = j.try(tx)
			switch {
			case j.err == nil, errors.Is(j.err, errNothing): // there is nothing to undo
			case len(batch) == 1:
				failed = j.err
				return false
			default:
				failed = j.err
				for _, j := range batch {
					j.err = nil
				}
				return true
			}
			continue
		}
		if failed = do(point[0]); failed != nil {
			all(failed)
			return false
		}
		if j.err = j.try(tx); j.err != nil {
			if err := do(point[2]); err != nil {
				failed = j.err
				all(errors.Join(err, j.err))
				return false
			}
		}
		if failed = do(point[1]); failed != nil {
			all(failed)
			return false
		}
	}
	if err := tx.Commit(); err != nil {
		s.disk.Distrust(conn, err)
		all(err)
	}
	return false
}

// begin begins a transaction on a connection that can be trusted. Others may use the same pool: when a commit of theirs has
// failed meanwhile, the file is opened anew first.
func (s *Store) begin(ctx context.Context) (*sql.Conn, *sql.Tx, error) {
	for {
		if err := s.mend(ctx); err != nil {
			return nil, nil, err
		}
		conn, err := s.db.Conn(ctx)
		if err != nil {
			return nil, nil, err
		}
		tx, err := conn.BeginTx(ctx, nil)
		if err == nil && !s.disk.Doubted() {
			return conn, tx, nil
		}
		if err == nil {
			tx.Rollback()
		}
		sqldb.Discard(conn) // it may have begun all the same
		conn.Close()
		if err != nil {
			return nil, nil, err
		}
	}
}
