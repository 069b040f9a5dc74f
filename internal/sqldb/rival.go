package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"time"
)

// rival records whether another process writes to the SQLite file. SQLite's lock has no queue: who waits for it looks again after 1, 2, 5,
// 10 and so on to 100 milliseconds, and a process that commits without a pause has taken it again each time. So as long as there is a
// rival, the lock is looked for each millisecond, and left alone for that long after each transaction: a rival that does the same finds it.
type rival struct {
	polls atomic.Int64 // how many transactions still look for the lock so
	ended time.Time    // when the last transaction ended, by the monotonic clock; only whoever leads reads or sets it
}

const (
	rivalWaits = 5 * time.Millisecond // a begin that takes longer may have waited for a rival
	rivalPolls = 16                   // how many transactions in a row find the lock free when there is no rival any more, or never was
	rivalPause = time.Millisecond
)

// beginTransaction begins a transaction. It waits for a rival's lock as long as the connection's busy_timeout says.
func (r *rival) beginTransaction(ctx context.Context, conn *sql.Conn) (*sql.Tx, error) {
	if r.polls.Load() > 0 {
		return r.beginPolling(ctx, conn)
	}
	start := time.Now()
	tx, err := conn.BeginTx(ctx, nil)
	if time.Since(start) > rivalWaits {
		r.polls.Store(rivalPolls)
	}
	return tx, err
}

// yield lets a rival have the lock that this process had last.
func (r *rival) yield() {
	if r.polls.Load() > 0 {
		time.Sleep(rivalPause - time.Since(r.ended))
	}
}

// beginPolling looks each millisecond whether the lock is free.
func (r *rival) beginPolling(ctx context.Context, conn *sql.Conn) (*sql.Tx, error) {
	var patience int64 // milliseconds
	if err := conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&patience); err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, nil)
	if isBusy(err) {
		r.polls.Store(rivalPolls)
	} else {
		r.polls.Add(-1)
	}
	for end := time.Now().Add(time.Duration(patience) * time.Millisecond); isBusy(err) && time.Now().Before(end); {
		select {
		case <-ctx.Done():
		case <-time.After(rivalPause):
		}
		tx, err = conn.BeginTx(ctx, nil)
	}
	if _, failed := conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", patience)); failed != nil && err == nil {
		tx.Rollback()
		return nil, failed
	}
	return tx, err
}

// sqliteBusy is the code of SQLite for a lock that somebody else has.
const sqliteBusy = 5

func isBusy(err error) bool {
	code, known := sqliteCode(err)
	return known && code&0xff == sqliteBusy
}
