package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrInUse is what [Store.Compact] returns when somebody reads an older state of the file: call it again.
var ErrInUse = errors.New("sqlstore: SQLite: a reader, such as a backup that replicates, holds the log; what was erased is still in it")

// Compact rids an SQLite file of what was erased, or delivered and deleted: its statistics are made anew, the file is written anew, and the log
// is emptied. Payers wait meanwhile, and the disk needs room for the file once more. It is for the hour after an erasure, not for each
// day.
//
// SQLite says nothing when it cannot empty the log, as beside Litestream, but in a number; Compact looks at that number, and returns
// [ErrInUse]. On PostgreSQL it does nothing and returns [errors.ErrUnsupported]: see the package comment for what a superuser runs.
func (s *Store) Compact(ctx context.Context) error {
	if !s.db.OnSQLite() {
		return fmt.Errorf("sqlstore: Compact: PostgreSQL: run what the package comment says, as a superuser: %w", errors.ErrUnsupported)
	}
	err := s.db.Alone(ctx, func(ctx context.Context, conn *sql.Conn) error {
		for _, statement := range []string{"ANALYZE", "VACUUM"} {
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		var busy, logged, copied int
		if err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &logged, &copied); err != nil {
			return err
		}
		if busy != 0 {
			return fmt.Errorf("%w (%d pages, %d copied)", ErrInUse, logged, copied)
		}
		return nil
	})
	if err != nil && !errors.Is(err, ErrInUse) {
		return fmt.Errorf("sqlstore: compact: %w", err)
	}
	return err
}
