package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

// dayOpen is the condition of a statement that writes an entry or an orphan; parameter is that of its instant.
func dayOpen(parameter string) string {
	return "NOT EXISTS (SELECT 1 FROM quittance_closed WHERE until > " + parameter + ")"
}

// CloseDay implements [payment.Store].
//
// On SQLite one writer comes after the other. On PostgreSQL a statement that began before the day was closed does not see that it is: so
// CloseDay waits with a lock for those that are writing, and those that wait for the lock see the closed day when they have it, for a
// statement takes its locks before it takes its snapshot. The lock is held for one insertion.
func (s *Store) CloseDay(ctx context.Context, day string, end time.Time) error {
	return sqldb.AwaitLocks(ctx, func() error { return s.tryCloseDay(ctx, day, end) })
}

func (s *Store) tryCloseDay(ctx context.Context, day string, end time.Time) error {
	return s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, statement := range s.d.barrier {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, s.db.Text("INSERT INTO quittance_closed (day, until) VALUES ($1, $2) ON CONFLICT DO NOTHING"),
			day, firstMicro(end))
		return err
	})
}

// KeepSeal implements [payment.Store].
func (s *Store) KeepSeal(ctx context.Context, seal payment.DaySeal) error {
	_, err := s.db.Exec(ctx, "UPDATE quittance_closed SET seal = $1 WHERE day = $2", seal.Seal[:], seal.Day)
	return err
}

// LastSeal implements [payment.Store].
func (s *Store) LastSeal(ctx context.Context, until time.Time) (payment.DaySeal, error) {
	last, err := sqldb.Rows(ctx, s.db, func(rows *sql.Rows) (seal payment.DaySeal, err error) {
		err = rows.Scan(&seal.Day, fixed{seal.Seal[:]})
		return seal, err
	}, "SELECT day, seal FROM quittance_closed WHERE until <= $1 AND seal IS NOT NULL ORDER BY until DESC LIMIT 1", until.UnixMicro())
	if err != nil || len(last) == 0 {
		return payment.DaySeal{}, err
	}
	return last[0], nil
}

// whyClosed is a *payment.DayClosedError where an instant is in a closed day, and nil where it is not.
func (s *Store) whyClosed(ctx context.Context, at time.Time) error {
	until, err := sqldb.Rows(ctx, s.db, func(rows *sql.Rows) (t instant, err error) {
		err = rows.Scan(&t)
		return t, err
	}, "SELECT max(until) FROM quittance_closed WHERE until > $1", at.UnixMicro())
	if err != nil || len(until) == 0 || time.Time(until[0]).IsZero() {
		return err
	}
	return &payment.DayClosedError{Until: time.Time(until[0])}
}
