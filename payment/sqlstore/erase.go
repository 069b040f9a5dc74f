package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/quittance/quittance/payment"
)

// Erase implements [payment.Store]. The package comment says how to be rid of what the database itself still holds.
func (s *Store) Erase(ctx context.Context, debtor string, at time.Time) (int, error) {
	if err := ctx.Err(); err != nil || debtor == "" {
		return 0, err
	}
	n := 0
	err := s.within(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// The first statement writes, so that nobody else changes what is read next.
		if _, err := tx.ExecContext(ctx, s.d.q("UPDATE quittance_payment SET debtor = debtor WHERE debtor = $1"), debtor); err != nil {
			return err
		}
		mine, err := s.of(ctx, tx, debtor)
		if err != nil {
			return err
		}
		for _, p := range mine {
			var waiting int
			row := tx.QueryRowContext(ctx, s.d.q("SELECT count(*) FROM quittance_change WHERE payment = $1"), string(p.ID))
			if err := row.Scan(&waiting); err != nil {
				return err
			}
			if !p.State.Ended() || !p.MovedAt().Before(at) || waiting > 0 {
				return fmt.Errorf("%w: %s is %s", payment.ErrRetained, p.Reference, p.State)
			}
		}
		for _, p := range mine {
			e := p.Erased()
			_, err := tx.ExecContext(ctx, s.d.q("UPDATE quittance_payment SET debtor = $1, key = $2, debt = $3, notice = $4, claim = $5, "+
				"language = $6, masked_pan = $7, cause = '', handle_session = '', handle_proof = '', handle_payment = '', handle_expires = NULL WHERE id = $8"), e.Debtor, e.Key, e.Debt, e.Notice, e.Claim, e.Language, e.MaskedPAN, string(p.ID))
			if err != nil {
				return err
			}
			none := payment.Entry{}.Salt
			_, err = tx.ExecContext(ctx, s.d.q("UPDATE quittance_entry SET by_whom = '', why = '', salt = $1 WHERE payment = $2"), none[:], string(p.ID))
			if err != nil {
				return err
			}
		}
		n = max(n, len(mine)) // in a second transaction, after a first whose commit's answer was lost, there are none any more
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// of reads a debtor's payments in a transaction.
func (s *Store) of(ctx context.Context, tx *sql.Tx, debtor string) ([]payment.Payment, error) {
	rows, err := tx.QueryContext(ctx, s.d.q("SELECT "+columns("")+" FROM quittance_payment WHERE debtor = $1"), debtor)
	if err != nil {
		return nil, err
	}
	return collect(rows)
}
