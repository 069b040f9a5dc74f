package sqlstore

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quittance/quittance/payment"
)

// The statements that lease, with a condition and a lock to fill in. $1 is now, $2 the end of the lease, $3 its token, $4
// how many; what the condition looks at follows.
const (
	free     = "(lease_until IS NULL OR lease_until <= $1)"
	leaseDue = "UPDATE quittance_payment SET lease_token = $3, lease_until = $2 WHERE id IN (" +
		"SELECT id FROM quittance_payment WHERE attention_at <= $1 AND " + free + "%s ORDER BY attention_at, id LIMIT $4%s) RETURNING "
	oldestChange = " FROM quittance_change c WHERE due_at <= $1 AND " + free +
		" AND (payment = '' OR NOT EXISTS (SELECT 1 FROM quittance_change o WHERE o.payment = c.payment AND o.version < c.version))"
	leaseChange = "UPDATE quittance_change SET lease_token = $3, lease_until = $2 WHERE key IN (SELECT key" + oldestChange +
		"%s ORDER BY due_at, key LIMIT $4%s) RETURNING key, payment, version, snapshot, due_at, tries, cause"
)

// Lease implements [payment.Store].
func (s *Store) Lease(ctx context.Context, k payment.Kind, of payment.Serving, now time.Time, d time.Duration, n int) ([]payment.Task, error) {
	return s.lease(ctx, k, "", of, now.UnixMicro(), now.Add(d).UnixMicro(), rand.Text(), n)
}

// LeaseOne implements [payment.Store].
func (s *Store) LeaseOne(ctx context.Context, k payment.Kind, id payment.ID, of payment.Serving, now time.Time, d time.Duration) ([]payment.Task, error) {
	if id == "" {
		return nil, nil
	}
	return s.lease(ctx, k, ofOne[k], of, now.UnixMicro(), now.Add(d).UnixMicro(), rand.Text(), 1, string(id))
}

// served is the condition of the rows that a process may look at, after $n parameters, and its parameters. See
// [payment.Serving.Takes].
func served(of payment.Serving, n int) (string, []any) {
	args := []any{micros(of.StrandedSince)} // NULL: no row is due before it
	in := "FALSE"
	if len(of.Merchants) > 0 {
		in = "merchant IN (" + parameters(n+2, len(of.Merchants)) + ")"
	}
	for _, m := range of.Merchants {
		args = append(args, m)
	}
	return fmt.Sprintf(" AND (state IN (%s) OR %s OR (state IN (%s) AND attention_at <= CAST($%d AS BIGINT)))", askNobody, in, strandable, n+1), args
}

// What asks nobody is everyone's to look at, and so is what nobody has asked about for long.
var (
	askNobody  = quoted(func(s payment.State) bool { return payment.Serving{}.Takes(payment.Payment{State: s}) })
	strandable = quoted(func(s payment.State) bool {
		return payment.Serving{StrandedSince: time.Unix(1, 0)}.Takes(payment.Payment{State: s}) && !payment.Serving{}.Takes(payment.Payment{State: s})
	})
)

// due finds work without leasing it, with a condition to fill in. $1 is now, $2 how many.
var due = map[payment.Kind]string{
	payment.Attention: "SELECT id, version FROM quittance_payment WHERE attention_at <= $1 AND " + free + "%s ORDER BY attention_at, id LIMIT $2",
	payment.Delivery:  "SELECT CASE WHEN payment = '' THEN key ELSE payment END, version" + oldestChange + "%s ORDER BY due_at, key LIMIT $2",
}

// ofOne is the condition of the work of one payment, or of one orphan by its key. $5 is either.
var ofOne = map[payment.Kind]string{payment.Attention: " AND id = $5", payment.Delivery: " AND (payment = $5 OR key = $5)"}

func (s *Store) lease(ctx context.Context, k payment.Kind, condition string, of payment.Serving, args ...any) ([]payment.Task, error) {
	switch k {
	case payment.Attention:
		serves, more := served(of, len(args))
		return s.leaseAttention(ctx, condition+serves, append(args, more...))
	case payment.Delivery:
		return s.leaseDelivery(ctx, condition, args)
	}
	return nil, errKind(k)
}

func errKind(k payment.Kind) error {
	return fmt.Errorf("sqlstore: kind of work %.20q is neither Attention nor Delivery", string(k))
}

// Due implements [payment.Store].
func (s *Store) Due(ctx context.Context, k payment.Kind, of payment.Serving, now time.Time, n int) ([]payment.Due, error) {
	query, ok := due[k]
	if !ok {
		return nil, errKind(k)
	}
	args, serves := []any{now.UnixMicro(), n}, ""
	if k == payment.Attention {
		var more []any
		serves, more = served(of, len(args))
		args = append(args, more...)
	}
	rows, err := s.query(ctx, fmt.Sprintf(query, serves), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []payment.Due
	for rows.Next() {
		d := payment.Due{Kind: k}
		if err := rows.Scan((*string)(&d.Payment), &d.Version); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

func (s *Store) leaseAttention(ctx context.Context, one string, args []any) ([]payment.Task, error) {
	var tasks []payment.Task
	err := s.single(ctx, func(ctx context.Context, q querier) error {
		tasks = nil
		rows, err := q.QueryContext(ctx, s.d.q(fmt.Sprintf(leaseDue, one, s.d.skipLocked)+columns("")+", tries, cause, lease_token"), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			t := payment.Task{Kind: payment.Attention}
			if t.Payment, err = scan(rows, &t.Tries, &t.Cause, &t.Token); err != nil {
				return err
			}
			tasks = append(tasks, t)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(tasks, func(a, b payment.Task) int {
		return cmp.Or(a.Payment.AttentionAt.Compare(b.Payment.AttentionAt), cmp.Compare(a.Payment.ID, b.Payment.ID))
	})
	return tasks, nil
}

func (s *Store) leaseDelivery(ctx context.Context, one string, args []any) ([]payment.Task, error) {
	type leased struct {
		key, payment, snapshot, cause string
		version, tries                int
		due                           int64
	}
	var all []leased
	err := s.single(ctx, func(ctx context.Context, q querier) error {
		all = nil
		rows, err := q.QueryContext(ctx, s.d.q(fmt.Sprintf(leaseChange, one, s.d.skipLocked)), args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var l leased
			if err := rows.Scan(&l.key, &l.payment, &l.version, &l.snapshot, &l.due, &l.tries, &l.cause); err != nil {
				return err
			}
			all = append(all, l)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b leased) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.key, b.key)) })
	var tasks []payment.Task
	for _, l := range all {
		c, err := s.change(ctx, l.key, l.payment, l.version, l.snapshot)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, payment.Task{
			Kind: payment.Delivery, Payment: c.Payment, Change: c, Tries: l.tries, Cause: l.cause, Token: args[2].(string),
		})
	}
	return tasks, nil
}

// change puts an outgoing change together again.
func (s *Store) change(ctx context.Context, key, id string, version int, shot string) (payment.Change, error) {
	if id == "" {
		o, err := s.orphan(ctx, key)
		return payment.OrphanChange(o.Result, o.At), err
	}
	p, err := restore(shot)
	if err != nil {
		return payment.Change{}, err
	}
	var e payment.Entry
	row := s.row(ctx, "SELECT "+entryColumns+" FROM quittance_entry WHERE payment = $1 AND version = $2", id, version)
	err = row.Scan(entryTargets(&e)...)
	return payment.Change{Key: key, Entry: e, Payment: p}, err
}

// The statements that end a lease.
const (
	released = " SET %s = $1, lease_token = NULL, lease_until = NULL, tries = CASE WHEN $2 = '' THEN 0 ELSE tries + 1 END, cause = $2" +
		" WHERE %s = $3 AND lease_token = $4"
	learned       = "handle_payment = CASE WHEN handle_payment = '' THEN $5 ELSE handle_payment END, "
	hasten        = "UPDATE quittance_payment SET attention_at = CASE WHEN attention_at <= $1 THEN attention_at ELSE $1 END, lease_token = NULL, lease_until = NULL WHERE id = $2"
	delivered     = "DELETE FROM quittance_change WHERE key = $1 AND lease_token = $2"
	restartDue    = "UPDATE quittance_payment SET attention_at = $1, tries = 0 WHERE id = $2 AND tries >= $3"
	restartChange = "UPDATE quittance_change SET due_at = $1, tries = 0 WHERE (payment = $2 OR key = $2) AND tries >= $3"
)

// Release implements [payment.Store].
func (s *Store) Release(ctx context.Context, t payment.Task, again time.Time, cause string) error {
	if t.Token == "" {
		return nil
	}
	return s.single(ctx, func(ctx context.Context, q querier) error {
		var err error
		switch {
		case t.Kind == payment.Attention:
			_, err = q.ExecContext(ctx, s.d.q("UPDATE quittance_payment"+fmt.Sprintf(released, learned+"attention_at", "id")),
				micros(again), cause, string(t.Payment.ID), t.Token, t.Payment.Handle.Payment)
		case again.IsZero():
			_, err = q.ExecContext(ctx, s.d.q(delivered), t.Change.Key, t.Token)
		default:
			_, err = q.ExecContext(ctx, s.d.q("UPDATE quittance_change"+fmt.Sprintf(released, "due_at", "key")),
				micros(again), cause, t.Change.Key, t.Token)
		}
		return err
	})
}

// Hasten implements [payment.Store].
func (s *Store) Hasten(ctx context.Context, id payment.ID, at time.Time) error {
	return s.single(ctx, func(ctx context.Context, q querier) error {
		r, err := q.ExecContext(ctx, s.d.q(hasten), at.UnixMicro(), string(id))
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return payment.ErrNotFound
	})
}

// Restart implements [payment.Store].
func (s *Store) Restart(ctx context.Context, id payment.ID, now time.Time) error {
	if _, err := s.Find(ctx, payment.Lookup{ID: id}); errors.Is(err, payment.ErrNotFound) {
		if _, err := s.orphan(ctx, string(id)); errors.Is(err, sql.ErrNoRows) {
			return payment.ErrNotFound
		} else if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return s.within(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, statement := range []string{restartDue, restartChange} {
			if _, err := tx.ExecContext(ctx, s.d.q(statement), now.UnixMicro(), string(id), payment.StuckAfter); err != nil {
				return err
			}
		}
		return nil
	})
}
