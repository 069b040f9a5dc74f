package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/payment"
)

const (
	orphanColumns = "reference, order_id, merchant, cents, returned, currency, outcome, decline, code, acquirer_code, " +
		"authorisation, brand, masked_pan, accepted_at, found_at"
	// selectOrphan has the failures of the change while that is not delivered.
	selectOrphan = "SELECT " + orphanColumns + ", COALESCE(c.tries, 0), COALESCE(c.cause, '') FROM quittance_orphan" +
		" LEFT JOIN quittance_change c ON c.key = 'orphan/' || fingerprint "
)

// Orphan implements [payment.Store].
func (s *Store) Orphan(ctx context.Context, r acquirer.Result, at time.Time) error {
	amount, err := euro.Cents(r.Amount)
	if err != nil {
		return fmt.Errorf("sqlstore: orphan %.40q: Amount: %w", r.Reference, err)
	}
	returned, err := euro.Cents(r.Returned)
	if err != nil {
		return fmt.Errorf("sqlstore: orphan %.40q: Returned: %w", r.Reference, err)
	}
	c := payment.OrphanChange(r, at)
	return s.within(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, s.d.q("INSERT INTO quittance_orphan (fingerprint, "+orphanColumns+") VALUES ("+parameters(1, 16)+")"+
			" ON CONFLICT DO NOTHING"), r.Fingerprint(), r.Reference, r.OrderID, r.Merchant, amount, returned, r.Currency, string(r.Outcome), string(r.Decline), r.Code,
			r.AcquirerCode, r.AuthorisationID, r.Brand, r.MaskedPAN, micros(r.At), micros(at))
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return err
		}
		_, err = tx.ExecContext(ctx, s.d.q(insertChange+" VALUES ($1, '', 0, '', $2)"), c.Key, micros(at))
		if err != nil {
			return err
		}
		return s.hook(ctx, tx, c)
	})
}

func scanOrphan(row interface{ Scan(...any) error }) (o payment.Orphan, err error) {
	var amount, returned int64
	r := &o.Result
	err = row.Scan(&r.Reference, &r.OrderID, &r.Merchant, &amount, &returned, &r.Currency, (*string)(&r.Outcome), (*string)(&r.Decline), &r.Code,
		&r.AcquirerCode, &r.AuthorisationID, &r.Brand, &r.MaskedPAN, (*instant)(&r.At), (*instant)(&o.At), &o.Tries, &o.Cause)
	r.Amount, r.Returned = euro.Of(amount), euro.Of(returned)
	return o, err
}

// orphan finds one by its change's key.
func (s *Store) orphan(ctx context.Context, key string) (payment.Orphan, error) {
	fingerprint := strings.TrimPrefix(key, "orphan/")
	return scanOrphan(s.row(ctx, selectOrphan+"WHERE fingerprint = $1", fingerprint))
}

// Orphans implements [payment.Store].
func (s *Store) Orphans(ctx context.Context) iter.Seq2[payment.Orphan, error] {
	return func(yield func(payment.Orphan, error) bool) {
		all, err := s.orphans(ctx)
		if err != nil {
			yield(payment.Orphan{}, err)
			return
		}
		for _, o := range all {
			if !yield(o, nil) {
				return
			}
		}
	}
}

func (s *Store) orphans(ctx context.Context) ([]payment.Orphan, error) {
	rows, err := s.query(ctx, selectOrphan+"ORDER BY found_at, fingerprint")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []payment.Orphan
	for rows.Next() {
		o, err := scanOrphan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, rows.Err()
}
