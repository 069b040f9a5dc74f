package sqldb

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// BriefLocks is a statement of PostgreSQL for a transaction that [AwaitLocks] runs: it waits two seconds for a lock. After one of them an
// autovacuum gives way (deadlock_timeout).
const BriefLocks = "SET LOCAL lock_timeout = '2s'"

// AwaitLocks runs a transaction that takes locks of whole tables, until it has them. Whoever wants to write waits behind such a lock, also while
// it is waited for itself; a backup, a VACUUM or a CREATE INDEX CONCURRENTLY can keep it for hours. So it is waited for two seconds at a time,
// with pauses that grow to a minute, in which the others go first, until ctx ends.
func AwaitLocks(ctx context.Context, run func() error) error {
	for pause := time.Second; ; pause = min(2*pause, time.Minute) {
		err := run()
		switch {
		case err != nil && ctx.Err() != nil && !errors.Is(err, ctx.Err()): // as a connection that was closed when ctx ended
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		case !isLockTimeout(err):
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; something else works on the tables, such as a backup or a vacuum: %w", ctx.Err(), err)
		case <-time.After(pause):
		}
	}
}

// isLockTimeout reports whether PostgreSQL gave up waiting for a lock: lock_not_available.
func isLockTimeout(err error) bool {
	var e interface{ SQLState() string }
	return errors.As(err, &e) && e.SQLState() == "55P03"
}
