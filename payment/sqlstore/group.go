package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// most is how many changes share a commit, and longest how long a commit may take.
const (
	most    = 64
	longest = 30 * time.Second
)

// group lets the writers of one process share commits: whoever comes while a transaction runs waits, and the first of
// those who wait runs the next one for all of them. Each change stands in a savepoint of its own, so one that fails
// undoes itself only.
type group struct {
	mu      sync.Mutex
	waiting []*job
	busy    bool
}

type job struct {
	ctx  context.Context
	f    func(context.Context, *sql.Tx) error
	err  error
	done chan bool // true: the job is done; false: lead the next transaction
}

// do runs f in a transaction that may be shared, and returns when it is committed. A context that ends before its
// turn has come takes f out of the line.
func (g *group) do(ctx context.Context, db *sql.DB, f func(context.Context, *sql.Tx) error) error {
	j := &job{ctx: ctx, f: f, done: make(chan bool, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, j)
	lead := !g.busy
	g.busy = true
	g.mu.Unlock()
	if !lead {
		if done := <-j.done; done {
			return j.err
		}
	}
	g.mu.Lock()
	n := min(len(g.waiting), most)
	batch := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	g.mu.Unlock()
	run(db, batch)
	g.mu.Lock()
	if len(g.waiting) > 0 {
		g.waiting[0].done <- false
	} else {
		g.busy, g.waiting = false, nil
	}
	g.mu.Unlock()
	for _, other := range batch {
		if other != j {
			other.done <- true
		}
	}
	return j.err
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
func run(db *sql.DB, batch []*job) {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	defer cancel()
	all := func(err error) {
		for _, j := range batch {
			if j.err == nil {
				j.err = err
			}
		}
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		all(err)
		return
	}
	defer tx.Rollback()
	for _, j := range batch {
		if j.err = j.ctx.Err(); j.err != nil {
			continue
		}
		if _, err := tx.ExecContext(ctx, "SAVEPOINT one"); err != nil {
			all(err)
			return
		}
		if j.err = j.try(tx); j.err != nil {
			if _, err := tx.ExecContext(ctx, "ROLLBACK TO one"); err != nil {
				all(errors.Join(err, j.err))
				return
			}
		}
		if _, err := tx.ExecContext(ctx, "RELEASE one"); err != nil {
			all(err)
			return
		}
	}
	if err := tx.Commit(); err != nil {
		all(err)
	}
}
