package sqldb

import (
	"context"
	"database/sql"
	"runtime"
	"slices"
	"sync"
	"time"
)

// queue lets the writers of one SQLite file share commits: whoever comes while a transaction runs waits, and the first of those who wait runs
// the next one for all.
//
// One queue is for everybody: with one for each package SQLite's own lock, which serves nobody in turn, would stand behind them. It has a
// line for each caller, and each line has a turn in each transaction: so payers do not make letters wait, nor letters payers, however many
// there are of either, and they pay for one fsync. Who comes while a transaction runs may have a turn in it too. Otherwise two lines would
// have every second transaction each, because the callers that a commit wakes come back when the next transaction has begun.
type queue struct {
	mu      sync.Mutex
	busy    bool
	lines   []*line // the one whose first leads the next transaction comes first
	entered uint64  // how many writes have come so far

	commits [2]time.Duration // what the last two took; only whoever leads reads or sets them
}

// line is where the writers of one caller wait. Nobody overtakes anybody in it.
type line struct {
	caller  string
	waiting []*write
}

// write is a writer in the queue.
type write struct {
	line   *line
	number uint64 // of those who have come
	ctx    context.Context
	f      func(context.Context, *sql.Tx) error // nil: wants no transaction

	// alone is for what no transaction may be around; nobody else writes meanwhile. Without it and without f a reader only wants the file
	// to be trusted again: what becomes of others' commits is not its affair.
	alone func(context.Context, *sql.Conn) error

	err  error
	lead chan bool // false: the write is done; true: lead the next transaction
}

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
	q.entered++
	w.number = q.entered
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
	s := q.begin(w)
	ended := false
	defer func() { // also when a function ends its goroutine, as t.FailNow does
		if !ended {
			s.fail(errGone)
		}
		q.handOver(s)
		runtime.Gosched() // the next leader begins at once, and not when this caller has to wait
	}()
	d.run(s)
	d.file.rival.ended = time.Now()
	ended = true
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

// begin begins a transaction with its leader, whose line has the first turn.
func (q *queue) begin(leader *write) *shared {
	q.mu.Lock()
	defer q.mu.Unlock()
	own := slices.Index(q.lines, leader.line)
	q.lines = slices.Concat(q.lines[own+1:], q.lines[:own+1]) // whose line led is the last to lead again
	leader.line.waiting = leader.line.waiting[1:]
	return &shared{queue: q, entered: q.entered, turn: turnOf(q.commits), taken: []*write{leader}, turns: []*line{leader.line}}
}

// takeNext takes the write that is next in a transaction out of the queue. It returns nil when each line that somebody waits in has had its turn.
// What wants no transaction waits until it leads.
func (q *queue) takeNext(s *shared, now time.Time) *write {
	q.mu.Lock()
	defer q.mu.Unlock()
	isReady := func(l *line) bool { return len(l.waiting) > 0 && l.waiting[0].f != nil }
	l := s.turns[len(s.turns)-1]
	isAwaited := len(s.turns) > 1 || slices.ContainsFunc(q.lines, func(other *line) bool { return other != l && len(other.waiting) > 0 })
	if !isReady(l) || s.isTurnOver(isAwaited, now) {
		next := slices.IndexFunc(q.lines, func(l *line) bool { return isReady(l) && !slices.Contains(s.turns, l) })
		if next < 0 {
			return nil
		}
		l = q.lines[next]
		s.turns = append(s.turns, l)
		s.beginTurn(now)
	} else {
		s.served++
	}
	w := l.waiting[0]
	l.waiting = l.waiting[1:]
	s.taken = append(s.taken, w)
	return w
}

// takeWaiting takes all out of the queue who have waited since a transaction was begun.
func (q *queue) takeWaiting(s *shared) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, l := range q.lines {
		isTaken := func(w *write) bool { return w.number <= s.entered && w.alone == nil }
		for _, w := range l.waiting {
			if isTaken(w) {
				s.taken = append(s.taken, w)
			}
		}
		l.waiting = slices.DeleteFunc(l.waiting, isTaken)
	}
}

// handOver tells those who shared a transaction that they are done, and the first of the line that is next to lead.
func (q *queue) handOver(s *shared) {
	for _, other := range s.taken[1:] {
		other.lead <- false
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

// Alone runs f on SQLite with a connection, outside of any transaction, while nobody else in this process writes.
func (d *DB) Alone(ctx context.Context, f func(context.Context, *sql.Conn) error) error {
	return d.file.queue.enqueueAndWait(d, &write{ctx: ctx, alone: f, lead: make(chan bool, 1)})
}
