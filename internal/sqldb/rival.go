package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"time"
)

// rival is what is known of other processes that write to an SQLite file. SQLite's lock has no queue: who waits for it looks again after 1, 2, 5,
// 10 and so on to 100 milliseconds, and a process that commits without a pause has taken it again each time. So as long as there is a
// rival, the lock is looked for each millisecond.
type rival struct {
	seen atomic.Int64 // when somebody last waited for a rival, in nanoseconds
}

const (
	rivalWaits = 3 * time.Millisecond // a begin that takes longer has waited, most likely
	rivalStays = 10 * time.Second     // how long a rival is thought to be there
	rivalPoll  = time.Millisecond
)

// begin begins a transaction. A rival is waited for as long as the connection's busy_timeout says.
func (r *rival) begin(ctx context.Context, conn *sql.Conn) (*sql.Tx, error) {
	start := time.Now()
	var tx *sql.Tx
	var err error
	if start.UnixNano()-r.seen.Load() < int64(rivalStays) {
		tx, err = beginPolling(ctx, conn)
	} else {
		tx, err = conn.BeginTx(ctx, nil)
	}
	if time.Since(start) > rivalWaits {
		r.seen.Store(time.Now().UnixNano())
	}
	return tx, err
}

// beginPolling looks each millisecond whether the lock is free.
func beginPolling(ctx context.Context, conn *sql.Conn) (*sql.Tx, error) {
	var patience int64 // milliseconds
	if err := conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&patience); err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA busy_timeout = 0"); err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, nil)
	for end := time.Now().Add(time.Duration(patience) * time.Millisecond); isBusy(err) && time.Now().Before(end); {
		select {
		case <-ctx.Done():
		case <-time.After(rivalPoll):
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
