package sqlstore

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

const orphanPrefix = "orphan/" // of the key of an orphan's change; the fingerprint follows

// insertOrphan writes nothing when the orphan is known or the day is closed. The parameters of the orphan come first, then its
// fingerprint and its instant.
func insertOrphan() string {
	n := len(orphans)
	return "INSERT INTO quittance_orphan (" + orphans.columnNames() + ", fingerprint) SELECT " + orphans.typedParameters(1) + ", CAST(" + parameterAfter(orphans) + " AS TEXT)" +
		" WHERE " + dayOpen(parameters(n+2, 1)) + " ON CONFLICT DO NOTHING"
}

// selectOrphan has the failures of the change while that is not delivered.
func selectOrphan() string {
	return "SELECT " + orphans.columnNames() + ", COALESCE(c.tries, 0), COALESCE(c.cause, '') FROM quittance_orphan" +
		" LEFT JOIN quittance_change c ON c.key = '" + orphanPrefix + "' || fingerprint "
}

// Orphan implements [payment.Store].
func (s *Store) Orphan(ctx context.Context, r acquirer.Result, at time.Time) error {
	o := payment.NewOrphan(r, at)
	row, err := orphans.parameterValues(&o, "orphan")
	if err != nil {
		return err
	}
	c := payment.OrphanChange(r, at)
	row = append(row, o.Result.Fingerprint(), at.UnixMicro())
	err = s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if err := mustChange(tx.ExecContext(ctx, s.db.Text(insertOrphan()), row...)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, s.db.Text(insertChange+" VALUES ("+changeValues(1)+")"), c.Key, "", 0, "", storedMicros(at)); err != nil {
			return err
		}
		return s.runHook(ctx, tx, c)
	})
	if err != sqldb.ErrNothing {
		return err
	}
	if known, err := s.orphansWhere(ctx, "WHERE fingerprint = $1", o.Result.Fingerprint()); err != nil || len(known) > 0 {
		return err
	}
	return s.whyClosed(ctx, at)
}

func scanOrphan(rows *sql.Rows) (o stored[payment.Orphan], err error) {
	var tries int
	var cause string
	o, err = orphans.scanRow(rows, &tries, &cause)
	o.value.Tries, o.value.Cause = tries, cause
	return o, err
}

func (s *Store) orphansWhere(ctx context.Context, where string, args ...any) ([]stored[payment.Orphan], error) {
	return sqldb.Rows(ctx, s.db, scanOrphan, selectOrphan()+where, args...)
}

// orphanOf finds the orphan of a change by its key; ErrNotFound if there is none.
func (s *Store) orphanOf(ctx context.Context, key string) (o stored[payment.Orphan], err error) {
	found, err := s.orphansWhere(ctx, "WHERE fingerprint = $1", strings.TrimPrefix(key, orphanPrefix))
	if err != nil {
		return o, err
	}
	if len(found) == 0 {
		return o, payment.ErrNotFound
	}
	return found[0], nil
}

// Orphans implements [payment.Store].
func (s *Store) Orphans(ctx context.Context) iter.Seq2[payment.Orphan, error] {
	return func(yield func(payment.Orphan, error) bool) {
		all, err := s.orphansWhere(ctx, "ORDER BY found_at, fingerprint")
		if err != nil {
			yield(payment.Orphan{}, err)
			return
		}
		for _, o := range all {
			if !yield(o.value, damagedError(payment.ID(o.value.Key()), o.damage)) {
				return
			}
		}
	}
}
