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

	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

// What is due and not leased: rows, and of each payment its oldest change. $1 is now; a further condition and the limit are to fill in.
const (
	free       = "(lease_until IS NULL OR lease_until <= $1)"
	dueRows    = " FROM quittance_payment WHERE attention_at <= $1 AND " + free + "%s ORDER BY attention_at, id LIMIT "
	dueChanges = " FROM quittance_change c WHERE due_at <= $1 AND " + free +
		" AND (payment = '' OR NOT EXISTS (SELECT 1 FROM quittance_change o WHERE o.payment = c.payment AND o.version < c.version))" +
		"%s ORDER BY due_at, key LIMIT "
)

// The queries for what is to be leased. $4 is how many; $2 and $3 are the lease's, see [Store.leaseFound], and what the condition looks at
// follows.
const (
	findRow    = "SELECT id" + dueRows + "$4"
	findChange = "SELECT key" + dueChanges + "$4"
)

// leaseFound returns the statement that leases what a query finds, until $2 with the token $3.
func (s *Store) leaseFound(table, key, query, returning string) string {
	return "UPDATE " + table + " SET lease_token = $3, lease_until = $2 WHERE " + key + " " + s.db.InQuery(query) + s.d.unawaited + " RETURNING " + returning
}

// Lease implements [payment.Store].
func (s *Store) Lease(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, d time.Duration, n int) ([]payment.Task, error) {
	if s.d.oneWriter { // to look costs a reader's time, to lease a turn among the writers
		if there, err := s.Due(ctx, k, of, now, 1); err != nil || len(there) == 0 {
			return nil, err
		}
	}
	return s.leaseReadable(ctx, k, "", of, now, d, n)
}

// LeaseOne implements [payment.Store].
func (s *Store) LeaseOne(ctx context.Context, k payment.WorkKind, id payment.ID, of payment.Serving, now time.Time, d time.Duration) ([]payment.Task, error) {
	if id == "" {
		return nil, nil
	}
	return s.leaseReadable(ctx, k, ofOne[k], of, now, d, 1, string(id))
}

// servingCondition returns the condition of the payments that a process may look at, and its parameters, which follow $n. The
// rule is [payment.Serving.Takes].
func servingCondition(of payment.Serving, n int) (string, []any) {
	args := []any{storedMicros(of.StrandedSince)} // NULL: no row is due before it
	in := "FALSE"
	if len(of.Merchants) > 0 {
		in = "merchant IN (" + parameters(n+2, len(of.Merchants)) + ")"
	}
	for _, m := range of.Merchants {
		args = append(args, m)
	}
	return fmt.Sprintf(" AND (state IN (%s) OR %s OR (state IN (%s) AND attention_at <= CAST($%d AS BIGINT)))", askNobody, in, strandable, n+1), args
}

// The states of [payment.Serving.Takes]: in askNobody a look asks no acquirer, so that every process takes it; in strandable every process
// takes it once nobody has asked for long.
var (
	askNobody  = quotedStates(func(s payment.State) bool { return payment.Serving{}.Takes(payment.Payment{State: s}) })
	strandable = quotedStates(func(s payment.State) bool {
		return payment.Serving{StrandedSince: time.Unix(1, 0)}.Takes(payment.Payment{State: s}) && !payment.Serving{}.Takes(payment.Payment{State: s})
	})
)

// due finds work without leasing it, with a condition to fill in. $1 is now, $2 how many.
var due = map[payment.WorkKind]string{
	payment.WorkAttention: "SELECT id, version" + dueRows + "$2",
	payment.WorkDelivery:  "SELECT CASE WHEN payment = '' THEN key ELSE payment END, version" + dueChanges + "$2",
}

// ofOne is the condition of the work of one payment, or of one orphan by its key. $5 is either.
var ofOne = map[payment.WorkKind]string{payment.WorkAttention: " AND id = $5", payment.WorkDelivery: " AND (payment = $5 OR key = $5)"}

// leaseReadable leases up to n tasks. A task that cannot be read is set aside; when all n are such, the lease is tried again,
// for readable tasks may stand behind them.
func (s *Store) leaseReadable(ctx context.Context, k payment.WorkKind, condition string, of payment.Serving, now time.Time, d time.Duration, n int, more ...any) ([]payment.Task, error) {
	args := append([]any{now.UnixMicro(), now.Add(d).UnixMicro(), rand.Text(), n}, more...)
	read := s.leaseDelivery
	switch k {
	case payment.WorkAttention:
		serves, more := servingCondition(of, len(args))
		condition, args, read = condition+serves, append(args, more...), s.leaseAttention
	case payment.WorkDelivery:
	default:
		return nil, errKind(k)
	}
	var reported []error
	for {
		leased, err := read(ctx, condition, args)
		if err != nil {
			return nil, errors.Join(append(reported, err)...)
		}
		var tasks []payment.Task
		for _, l := range leased {
			if l.damage == nil {
				tasks = append(tasks, l.value)
				continue
			}
			first, err := s.setAside(ctx, l, now)
			if err != nil {
				return tasks, errors.Join(append(reported, err)...)
			}
			if first {
				reported = append(reported, damagedError(idOf(l.value), l.damage))
			}
		}
		if len(tasks) > 0 || len(leased) == 0 {
			return tasks, errors.Join(reported...)
		}
	}
}

// idOf is the payment of a task, or the key of an orphan's change.
func idOf(t payment.Task) payment.ID { return cmp.Or(t.Payment.ID, payment.ID(t.Change.Key)) }

// setAside makes a task stuck that cannot be read, and reports whether it is news.
func (s *Store) setAside(ctx context.Context, l stored[payment.Task], now time.Time) (first bool, err error) {
	t, cause := l.value, l.damage.Error()
	statement, id := "UPDATE quittance_payment"+fmt.Sprintf(released, "attention_at", "id"), string(t.Payment.ID)
	if t.Kind == payment.WorkDelivery {
		statement, id = "UPDATE quittance_change"+fmt.Sprintf(released, "due_at", "key"), t.Change.Key
	}
	_, err = s.db.Exec(ctx, statement, payment.DamagedAgain(now).UnixMicro(), cause, id, t.Token, payment.StuckAfter)
	return t.Tries < payment.StuckAfter || t.Cause != cause, err
}

func errKind(k payment.WorkKind) error {
	return fmt.Errorf("sqlstore: kind of work %.20q is neither Attention nor Delivery", string(k))
}

// Due implements [payment.Store].
func (s *Store) Due(ctx context.Context, k payment.WorkKind, of payment.Serving, now time.Time, n int) ([]payment.Due, error) {
	query, ok := due[k]
	if !ok {
		return nil, errKind(k)
	}
	args, serves := []any{now.UnixMicro(), n}, ""
	if k == payment.WorkAttention {
		var more []any
		serves, more = servingCondition(of, len(args))
		args = append(args, more...)
	}
	return sqldb.Rows(ctx, s.db, func(rows *sql.Rows) (payment.Due, error) {
		d := payment.Due{Kind: k}
		err := rows.Scan((*string)(&d.Payment), &d.Version)
		return d, err
	}, fmt.Sprintf(query, serves), args...)
}

func (s *Store) leaseAttention(ctx context.Context, one string, args []any) ([]stored[payment.Task], error) {
	tasks, err := sqldb.Returning(ctx, s.db, func(rows *sql.Rows) (stored[payment.Task], error) {
		t := payment.Task{Kind: payment.WorkAttention}
		p, err := payments.scanRow(rows, &t.Tries, &t.Cause, &t.Token)
		t.Payment = p.value
		return stored[payment.Task]{t, p.damage}, err
	}, s.leaseFound("quittance_payment", "id", fmt.Sprintf(findRow, one), payments.columnNames()+", tries, cause, lease_token"), args...)
	slices.SortFunc(tasks, func(a, b stored[payment.Task]) int {
		p, q := a.value.Payment, b.value.Payment
		return cmp.Or(p.AttentionAt.Compare(q.AttentionAt), cmp.Compare(p.ID, q.ID))
	})
	return tasks, err
}

// leasedChange is a row of quittance_change.
type leasedChange struct {
	key, snapshot, cause string
	entry                entryKey
	tries                int
	due                  int64
}

func (s *Store) leaseDelivery(ctx context.Context, one string, args []any) ([]stored[payment.Task], error) {
	all, err := sqldb.Returning(ctx, s.db, func(rows *sql.Rows) (l leasedChange, err error) {
		err = rows.Scan(&l.key, &l.entry.payment, &l.entry.version, &l.snapshot, &l.due, &l.tries, &l.cause)
		return l, err
	}, s.leaseFound("quittance_change", "key", fmt.Sprintf(findChange, one), "key, payment, version, snapshot, due_at, tries, cause"), args...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b leasedChange) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.key, b.key)) })
	var keys []entryKey
	for _, l := range all {
		if l.entry.payment != "" {
			keys = append(keys, l.entry)
		}
	}
	entries, err := s.entriesByKey(ctx, keys)
	if err != nil {
		return nil, err
	}
	var tasks []stored[payment.Task]
	for _, l := range all {
		c, err := s.changeOf(ctx, l, entries)
		if err != nil {
			return nil, err
		}
		tasks = append(tasks, stored[payment.Task]{payment.Task{
			Kind: payment.WorkDelivery, Payment: c.value.Payment, Change: c.value, Tries: l.tries, Cause: l.cause, Token: args[2].(string),
		}, c.damage})
	}
	return tasks, nil
}

// changeOf puts an outgoing change together again, from its snapshot and its entry.
func (s *Store) changeOf(ctx context.Context, l leasedChange, entries map[entryKey]stored[payment.Entry]) (stored[payment.Change], error) {
	if l.entry.payment == "" {
		o, err := s.orphanOf(ctx, l.key)
		if errors.Is(err, payment.ErrNotFound) {
			o.damage, err = errors.New("its orphan is missing"), nil
		}
		c := payment.OrphanChange(o.value.Result, o.value.At)
		c.Key = l.key
		return stored[payment.Change]{c, o.damage}, err
	}
	p := restoreSnapshot(l.snapshot)
	p.value.ID = l.entry.payment
	e, known := entries[l.entry]
	if !known {
		e.damage = errors.New("it is missing")
	}
	if e.damage != nil {
		e.damage = fmt.Errorf("entry %d: %w", l.entry.version, e.damage)
	}
	return stored[payment.Change]{payment.Change{Key: l.key, Payment: p.value, Entry: e.value}, errors.Join(p.damage, e.damage)}, nil
}

// The statements that end a lease.
const (
	released      = " SET %s = $1, lease_token = NULL, lease_until = NULL, tries = $5, cause = $2 WHERE %s = $3 AND lease_token = $4"
	learned       = "handle_payment = CASE WHEN handle_payment = '' THEN $6 ELSE handle_payment END, "
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
	tries := 0
	if cause != "" {
		tries = t.Tries + 1
	}
	var err error
	switch {
	case t.Kind == payment.WorkAttention:
		_, err = s.db.Exec(ctx, "UPDATE quittance_payment"+fmt.Sprintf(released, learned+"attention_at", "id")+s.d.unawaited,
			storedMicros(again), cause, string(t.Payment.ID), t.Token, tries, t.Payment.Handle.Payment)
	case again.IsZero():
		_, err = s.db.Exec(ctx, delivered+s.d.unawaited, t.Change.Key, t.Token)
	default:
		_, err = s.db.Exec(ctx, "UPDATE quittance_change"+fmt.Sprintf(released, "due_at", "key")+s.d.unawaited, storedMicros(again), cause, t.Change.Key, t.Token, tries)
	}
	return err
}

// Hasten implements [payment.Store].
func (s *Store) Hasten(ctx context.Context, id payment.ID, at time.Time) error {
	changed, err := s.db.Exec(ctx, hasten, at.UnixMicro(), string(id))
	if err == nil && changed == 0 {
		err = payment.ErrNotFound
	}
	return err
}

// Restart implements [payment.Store].
func (s *Store) Restart(ctx context.Context, id payment.ID, now time.Time) error {
	if _, err := s.Find(ctx, payment.Lookup{ID: id}); errors.Is(err, payment.ErrNotFound) {
		if _, err := s.orphanOf(ctx, string(id)); err != nil {
			return err
		}
	} else if !isThere(err) {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for _, statement := range []string{restartDue, restartChange} {
			if _, err := tx.ExecContext(ctx, s.db.Text(statement), now.UnixMicro(), string(id), payment.StuckAfter); err != nil {
				return err
			}
		}
		return nil
	})
}
