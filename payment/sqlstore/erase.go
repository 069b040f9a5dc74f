package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

// The statements of an erasure. The first writes, so that nobody else changes what is read next.
const (
	lockDebtor   = "UPDATE quittance_payment SET debtor = debtor WHERE debtor = $1"
	undelivered  = "SELECT count(*) FROM quittance_change WHERE payment = $1"
	eraseEntries = "UPDATE quittance_entry SET by_whom = '', why = '', salt = $1 WHERE payment = $2"
	eraseRow     = "UPDATE quittance_payment SET debtor = '', key = '', debt = '', notice = '', claim = '', language = '', masked_pan = '', cause = ''," +
		" lease_token = NULL, lease_until = NULL," +
		" handle_session = '', handle_proof = '', handle_payment = '', handle_expires = NULL WHERE id = $1"
)

// Erase implements [payment.Store]. The package comment says how to be rid of what the database itself still holds.
func (s *Store) Erase(ctx context.Context, debtor string, at time.Time) (payment.Erasure, error) {
	if err := ctx.Err(); err != nil || debtor == "" {
		return payment.Erasure{}, err
	}
	var result payment.Erasure
	sought := sqldb.Sought(debtor)
	err := s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, s.db.Text(lockDebtor), sought...); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, s.db.Text(fmt.Sprintf(selectPayment, payments.columnNames())+"debtor = $1 ORDER BY created_at, id"), sought...)
		if err != nil {
			return err
		}
		mine, err := sqldb.ScanAll(rows, scanPayment)
		if err != nil {
			return err
		}
		var now payment.Erasure
		for _, r := range mine {
			p := r.value
			reason, err := s.reasonToKeep(ctx, tx, r, at)
			if err != nil {
				return err
			}
			if reason != "" {
				now.Kept = append(now.Kept, payment.KeptPayment{ID: p.ID, Reference: p.Reference, State: p.State, Reason: reason})
				continue
			}
			if err := s.eraseOne(ctx, tx, p.ID); err != nil {
				return err
			}
			now.Erased = append(now.Erased, p.ID)
		}
		if len(now.Erased) == 0 { // in a second transaction, after a first whose commit's answer was lost, there are none any more
			now.Erased = result.Erased
		}
		result = now
		return nil
	})
	if err != nil {
		return payment.Erasure{}, err
	}
	return result, nil
}

func (s *Store) reasonToKeep(ctx context.Context, tx *sql.Tx, r stored[payment.Payment], at time.Time) (payment.KeepReason, error) {
	if r.damage != nil {
		return payment.KeptDamaged, nil
	}
	var waiting int
	err := tx.QueryRowContext(ctx, s.db.Text(undelivered), string(r.value.ID)).Scan(&waiting)
	return r.value.ReasonToKeep(waiting > 0, at), err
}

func (s *Store) eraseOne(ctx context.Context, tx *sql.Tx, id payment.ID) error {
	if _, err := tx.ExecContext(ctx, s.db.Text(eraseRow), string(id)); err != nil {
		return err
	}
	none := payment.Entry{}.Salt
	_, err := tx.ExecContext(ctx, s.db.Text(eraseEntries), none[:], string(id))
	return err
}
