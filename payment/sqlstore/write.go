package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/quittance/quittance/payment"
)

// quoted is a list of states for a condition.
func quoted(is func(payment.State) bool) string {
	var out []string
	for _, s := range []payment.State{
		payment.Created, payment.Redirected, payment.Unknown, payment.Paid, payment.Recorded, payment.Refused,
		payment.Cancelled, payment.Expired, payment.Failed, payment.Refunding, payment.Refunded, payment.Review,
	} {
		if is(s) {
			out = append(out, "'"+string(s)+"'")
		}
	}
	return strings.Join(out, ", ")
}

var (
	holding  = quoted(payment.State.Holds)
	attempts = quoted(payment.State.Attempt)
	money    = quoted(payment.State.Money)
)

// parameters are $first to $(first+n-1), with a comma between them.
func parameters(first, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(out, ", ")
}

// The statements of a change. A parameter of a payment has the number of its field, those of the entry follow, then
// the change's.
var (
	nth = func() map[string]string {
		m := make(map[string]string)
		for i, f := range fields {
			m[f.column] = fmt.Sprintf("$%d", i+1)
		}
		return m
	}()

	// insertPayment writes nothing when the debt or the claim is held, or when an index says that something is not unique.
	insertPayment = "INSERT INTO quittance_payment (" + columns("") + ") SELECT " + typed() +
		" WHERE NOT EXISTS (SELECT 1 FROM quittance_payment WHERE debt = " + nth["debt"] + " AND state IN (" + holding + "))" +
		" AND NOT EXISTS (SELECT 1 FROM quittance_payment WHERE claim = " + nth["claim"] + " AND state = 'recorded')" +
		" ON CONFLICT DO NOTHING"

	// updatePayment writes nothing when the version moved on, or another payment has what this one would take.
	updatePayment = "UPDATE quittance_payment SET " + assignments() + ", lease_token = NULL, lease_until = NULL, tries = 0, cause = ''" +
		" WHERE id = " + nth["id"] + " AND version = " + nth["version"] + " - 1" +
		" AND (" + nth["state"] + " NOT IN (" + money + ") OR NOT EXISTS (SELECT 1 FROM quittance_payment o WHERE o.claim = " + nth["claim"] +
		" AND o.claim <> '' AND o.id <> " + nth["id"] + " AND o.state IN (" + money + ")))" +
		" AND (" + nth["state"] + " NOT IN (" + attempts + ") OR NOT EXISTS (SELECT 1 FROM quittance_payment o WHERE o.debt = " + nth["debt"] +
		" AND o.debt <> '' AND o.id <> " + nth["id"] + " AND o.state IN (" + attempts + ")))"

	entries = strings.Count(entryColumns, ",") + 1
)

const insertChange = "INSERT INTO quittance_change (key, payment, version, snapshot, due_at)"

// types are PostgreSQL's, which does not infer the type of a parameter that it selects.
func typed() string {
	out := make([]string, len(fields))
	for i, f := range fields {
		kind := "TEXT"
		switch {
		case f.column == "head":
			kind = "BYTEA"
		case f.column == "version" || f.column == "cents" || strings.HasSuffix(f.column, "_at") || f.column == "session_expires":
			kind = "BIGINT"
		}
		out[i] = fmt.Sprintf("CAST($%d AS %s)", i+1, kind)
	}
	return strings.Join(out, ", ")
}

func assignments() string {
	var out []string
	for _, f := range fields[1:] { // the id stays
		out = append(out, f.column+" = "+nth[f.column])
	}
	return strings.Join(out, ", ")
}

// statements are what a change is written with.
type statements struct {
	one    string    // PostgreSQL: all of it
	steps  [3]string // the payment, the entry, the change
	create bool
}

func (d dialect) statements(first string, create bool) statements {
	n := len(fields)
	entry := "INSERT INTO quittance_entry (" + entryColumns + ")"
	change := insertChange
	if !d.oneWriter {
		return statements{create: create, one: "WITH p AS (" + first + " RETURNING id), e AS (" + entry + " SELECT " + typedEntry(n+1) + " FROM p), " +
			"c AS (" + change + fmt.Sprintf(" SELECT CAST($%d AS TEXT), CAST(%s AS TEXT), CAST(%s AS BIGINT), CAST($%d AS TEXT), CAST($%d AS BIGINT) FROM p)",
			n+entries+1, nth["id"], nth["version"], n+entries+2, n+entries+3) + " SELECT count(*) FROM p",
			steps: [3]string{first, entry + " VALUES (" + parameters(1, entries) + ")", change + " VALUES (" + parameters(1, 5) + ")"}}
	}
	// CAST to PostgreSQL's types would change nothing in SQLite but for BYTEA, which it does not know.
	first = strings.ReplaceAll(first, " AS BYTEA)", " AS BLOB)")
	return statements{create: create, steps: [3]string{
		d.q(first), d.q(entry + " VALUES (" + parameters(1, entries) + ")"), d.q(change + " VALUES (" + parameters(1, 5) + ")"),
	}}
}

func typedEntry(first int) string {
	out := make([]string, entries)
	for i, name := range strings.Split(entryColumns, ", ") {
		kind := "TEXT"
		switch name {
		case "version", "at":
			kind = "BIGINT"
		case "previous", "hash", "row_hash", "personal", "salt":
			kind = "BYTEA"
		}
		out[i] = fmt.Sprintf("CAST($%d AS %s)", first+i, kind)
	}
	return strings.Join(out, ", ")
}

var (
	creating   = map[string]statements{sqlite.name: sqlite.statements(insertPayment, true), postgresql.name: postgresql.statements(insertPayment, true)}
	committing = map[string]statements{sqlite.name: sqlite.statements(updatePayment, false), postgresql.name: postgresql.statements(updatePayment, false)}
)

// errNothing says that the conditions of a statement were not met; what was not is found by reading again.
var errNothing = errors.New("nothing was written")

// put writes a payment, its entry and its change, or nothing.
func (s *Store) put(ctx context.Context, st statements, p payment.Payment, e payment.Entry) error {
	row, err := values(&p)
	if err != nil {
		return err
	}
	c := payment.NewChange(p, e)
	shot, err := snapshot(c.Payment)
	if err != nil {
		return err
	}
	if st.one != "" && s.options.InTx == nil {
		args := append(append(row, entryValues(e)...), c.Key, shot, micros(e.At))
		var n int
		if err := s.db.QueryRowContext(ctx, st.one, args...).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return errNothing
		}
		return nil
	}
	return s.within(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, st.steps[0], row...)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return errNothing
		}
		if _, err := tx.ExecContext(ctx, st.steps[1], entryValues(e)...); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, st.steps[2], c.Key, string(p.ID), p.Version, shot, micros(e.At)); err != nil {
			return err
		}
		if s.options.InTx != nil {
			return s.options.InTx(ctx, tx, c)
		}
		return nil
	})
}

// Create implements [payment.Store].
func (s *Store) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	err := s.put(ctx, creating[s.d.name], p, e)
	if err == nil {
		return nil
	}
	for range 3 { // what stood in the way may be gone when it is looked for
		if known := s.whyNotCreated(ctx, p); known != nil || !errors.Is(err, errNothing) {
			if errors.Is(known, errOurs) {
				return nil
			}
			return errors.Join(known, unless(known, err))
		}
		if err = s.put(ctx, creating[s.d.name], p, e); err == nil {
			return nil
		}
	}
	return err
}

// errOurs says that the row is there after all, as it was to be written: the answer was lost, not the commit.
var errOurs = errors.New("written")

// unless is err when nothing better is known.
func unless(known, err error) error {
	if known != nil {
		return nil
	}
	return err
}

// whyNotCreated finds by reading what kept a payment from being created, in the order of [payment.Store].
func (s *Store) whyNotCreated(ctx context.Context, p payment.Payment) error {
	if q, err := s.Find(ctx, payment.Lookup{ID: p.ID}); err == nil && q.Head == p.Head {
		return errOurs
	}
	if _, err := s.Find(ctx, payment.Lookup{Debtor: p.Debtor, Key: p.Key}); err == nil {
		return payment.ErrKeyReused
	}
	for _, c := range []struct {
		where string
		value string
	}{
		{"debt = $1 AND state IN (" + holding + ")", p.Debt},
		{"claim = $1 AND state = 'recorded'", p.Claim},
	} {
		q, err := scan(s.db.QueryRowContext(ctx, s.d.q("SELECT "+columns("")+" FROM quittance_payment WHERE "+c.where+
			" ORDER BY created_at, id LIMIT 1"), c.value))
		if err == nil {
			return &payment.HeldError{By: q}
		}
	}
	if _, err := s.Find(ctx, payment.Lookup{Reference: p.Reference}); err == nil {
		return payment.ErrReference
	}
	if _, err := s.Find(ctx, payment.Lookup{ID: p.ID}); err == nil {
		return payment.ErrReference
	}
	return nil
}

// Commit implements [payment.Store].
func (s *Store) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	err := s.put(ctx, committing[s.d.name], p, e)
	if err == nil {
		return nil
	}
	for range 3 {
		if known := s.whyNotCommitted(ctx, p); known != nil || !errors.Is(err, errNothing) {
			if errors.Is(known, errOurs) {
				return nil
			}
			return errors.Join(known, unless(known, err))
		}
		if err = s.put(ctx, committing[s.d.name], p, e); err == nil {
			return nil
		}
	}
	return err
}

// whyNotCommitted finds by reading what kept a change from being written.
func (s *Store) whyNotCommitted(ctx context.Context, p payment.Payment) error {
	q, err := s.Find(ctx, payment.Lookup{ID: p.ID})
	switch {
	case errors.Is(err, payment.ErrNotFound):
		return payment.ErrNotFound
	case err != nil:
		return nil
	case q.Head == p.Head:
		return errOurs
	case q.Version != p.Version-1:
		return payment.ErrVersion
	}
	other := func(column, value, states string) (payment.Payment, error) {
		return scan(s.db.QueryRowContext(ctx, s.d.q("SELECT "+columns("")+" FROM quittance_payment WHERE "+column+
			" = $1 AND id <> $2 AND state IN ("+states+") LIMIT 1"), value, string(p.ID)))
	}
	if p.State.Money() {
		if _, err := other("claim", p.Claim, money); err == nil {
			return payment.ErrClaimPaid
		}
	}
	if p.State.Attempt() {
		if by, err := other("debt", p.Debt, attempts); err == nil {
			return &payment.HeldError{By: by}
		}
	}
	return nil
}
