package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/quittance/quittance/payment"
)

// quoted is a list of states for a condition.
func quoted(is func(payment.State) bool) string {
	var out []string
	for _, s := range payment.States() {
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

// numbered are the parameters of a list of fields by column: each has the number of its field.
func numbered(list []field) map[string]string {
	m := make(map[string]string)
	for i, f := range list {
		m[f.column] = fmt.Sprintf("$%d", i+1)
	}
	return m
}

// exclusive is what payments in some states have for themselves: at most one attempt of a debt, at most one payment with money of
// a claim, at most one paid payment of a debt.
type exclusive struct{ column, states string }

// takenBy names what a payment in a state takes. Other states take nothing.
var takenBy = func() map[payment.State][]exclusive {
	m := map[payment.State][]exclusive{}
	for _, s := range payment.States() {
		switch {
		case s.Attempt():
			m[s] = []exclusive{{"debt", attempts}}
		case s == payment.Paid:
			m[s] = []exclusive{{"claim", money}, {"debt", "'" + string(payment.Paid) + "'"}}
		case s.Money():
			m[s] = []exclusive{{"claim", money}}
		}
	}
	return m
}()

// changing are the fields that a commit writes, and those that its conditions look at.
func changing(takes []exclusive) []field {
	return slices.DeleteFunc(slices.Clone(fields), func(f field) bool {
		looked := slices.ContainsFunc(takes, func(t exclusive) bool { return t.column == f.column })
		return f.once && !looked && f.column != "id" && f.column != "debtor" && f.column != "merchant"
	})
}

// The statements of a change. The parameters of the payment come first, the entry's follow, then the change's.
var (
	// insertPayment writes nothing when the debt or the claim is held, or when an index says that something is not unique.
	insertPayment = func(nth map[string]string) string {
		return "INSERT INTO quittance_payment (" + columns("") + ") SELECT " + typed() +
			" WHERE NOT EXISTS (SELECT 1 FROM quittance_payment WHERE debt = " + nth["debt"] + " AND state IN (" + holding + "))" +
			" AND NOT EXISTS (SELECT 1 FROM quittance_payment WHERE claim = " + nth["claim"] + " AND state = 'recorded')" +
			" ON CONFLICT DO NOTHING"
	}(numbered(fields))

	entries = strings.Count(entryColumns, ",") + 1
)

// updatePayment writes nothing when the version moved on, the person was erased, or another payment has what this one
// takes: one that has it already need not look. What a statement takes is in its text, not in a parameter, or PostgreSQL
// would plan it anew for each value, which takes longer than to run it.
func updatePayment(takes []exclusive) string {
	nth := numbered(changing(takes))
	s := "UPDATE quittance_payment SET " + assignments(nth) + ", lease_token = NULL, lease_until = NULL, tries = 0, cause = ''" +
		" WHERE id = " + nth["id"] + " AND version = " + nth["version"] + " - 1 AND debtor = " + nth["debtor"] +
		" AND (quittance_payment.handle_session = " + nth["handle_session"] + " OR NOT EXISTS (SELECT 1 FROM quittance_payment o WHERE o.merchant = " + nth["merchant"] +
		" AND o.handle_session = " + nth["handle_session"] + " AND o.handle_session <> '' AND o.id <> " + nth["id"] + "))"
	for _, t := range takes {
		s += " AND (quittance_payment.state IN (" + t.states + ") OR NOT EXISTS (SELECT 1 FROM quittance_payment o WHERE o." + t.column + " = " + nth[t.column] +
			" AND o." + t.column + " <> '' AND o.id <> " + nth["id"] + " AND o.state IN (" + t.states + ")))"
	}
	return s
}

const insertChange = "INSERT INTO quittance_change (key, payment, version, snapshot, due_at)"

// typed are the parameters of a payment with PostgreSQL's types, which does not infer the type of one that it selects.
func typed() string {
	out := make([]string, len(fields))
	for i, f := range fields {
		kind := "TEXT"
		switch {
		case f.column == "head":
			kind = "BYTEA"
		case slices.Contains([]string{"version", "cents", "returned"}, f.column) || strings.HasSuffix(f.column, "_at") || strings.HasSuffix(f.column, "_expires"):
			kind = "BIGINT"
		}
		out[i] = fmt.Sprintf("CAST($%d AS %s)", i+1, kind)
	}
	return strings.Join(out, ", ")
}

func assignments(nth map[string]string) string {
	var out []string
	for _, f := range fields {
		if !f.once {
			out = append(out, f.column+" = "+nth[f.column])
		}
	}
	return strings.Join(out, ", ")
}

// statements are what a change is written with.
type statements struct {
	fields []field   // of the payment
	one    string    // PostgreSQL: all of it
	steps  [3]string // the payment, the entry, the change
}

func (d dialect) statements(first string, list []field) statements {
	n := len(list)
	entry := "INSERT INTO quittance_entry (" + entryColumns + ")"
	if d.oneWriter { // SQLite does not know PostgreSQL's name of its BLOB
		first = strings.ReplaceAll(first, " AS BYTEA)", " AS BLOB)")
	}
	st := statements{fields: list, steps: [3]string{
		d.q(first), d.q(entry + " VALUES (" + parameters(1, entries) + ")"), d.q(insertChange + " VALUES (" + parameters(1, 5) + ")"),
	}}
	if !d.oneWriter {
		st.one = "WITH p AS (" + first + " RETURNING id), e AS (" + entry + " SELECT " + typedEntry(n+1) + " FROM p) " + insertChange +
			fmt.Sprintf(" SELECT $%d, id, $%d, $%d, $%d FROM p", n+entries+1, n+entries+2, n+entries+3, n+entries+4)
	}
	return st
}

// typedEntry are those of an entry, numbered from first.
func typedEntry(first int) string {
	out := make([]string, entries)
	for i, name := range strings.Split(entryColumns, ", ") {
		kind := "TEXT"
		switch name {
		case "version", "at", "cents", "returned":
			kind = "BIGINT"
		case "previous", "hash", "row_hash", "personal", "salt":
			kind = "BYTEA"
		}
		out[i] = fmt.Sprintf("CAST($%d AS %s)", first+i, kind)
	}
	return strings.Join(out, ", ")
}

// creating are the statements of each database, and committing those of each by the state that the payment comes into.
var creating, committing = func() (create map[string]statements, commit map[string]map[payment.State]statements) {
	create, commit = map[string]statements{}, map[string]map[payment.State]statements{}
	for _, d := range []dialect{sqlite, postgresql} {
		create[d.name], commit[d.name] = d.statements(insertPayment, fields), map[payment.State]statements{}
		for _, s := range payment.States() {
			commit[d.name][s] = d.statements(updatePayment(takenBy[s]), changing(takenBy[s]))
		}
	}
	return create, commit
}()

// errNothing says that the conditions of a statement were not met; what was not is found by reading again.
var errNothing = errors.New("nothing was written")

// put writes a payment, its entry and its change, or nothing.
func (s *Store) put(ctx context.Context, st statements, p payment.Payment, e payment.Entry) error {
	row, err := values(&p, st.fields)
	if err != nil {
		return err
	}
	c := payment.NewChange(p, e)
	shot, err := snapshot(c.Payment)
	if err != nil {
		return err
	}
	if st.one != "" && s.options.InTx == nil {
		args := append(append(row, entryValues(e)...), c.Key, p.Version, shot, micros(e.At))
		one, err := s.prepare(ctx, st.one)
		if err != nil {
			return err
		}
		var n int64
		err = s.again(ctx, func() error {
			r, err := one[0].ExecContext(ctx, args...)
			if err == nil {
				n, err = r.RowsAffected() // of the last part: the change
			}
			return err
		})
		if err == nil && n == 0 {
			err = errNothing
		}
		return err
	}
	steps, err := s.prepare(ctx, st.steps[:]...)
	if err != nil {
		return err
	}
	return s.within(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r, err := tx.StmtContext(ctx, steps[0]).ExecContext(ctx, row...)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return errNothing
		}
		if _, err := tx.StmtContext(ctx, steps[1]).ExecContext(ctx, entryValues(e)...); err != nil {
			return err
		}
		if _, err := tx.StmtContext(ctx, steps[2]).ExecContext(ctx, c.Key, string(p.ID), p.Version, shot, micros(e.At)); err != nil {
			return err
		}
		return s.hook(ctx, tx, c)
	})
}

// Create implements [payment.Store].
func (s *Store) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return s.write(ctx, creating[s.d.name], p, e, s.whyNotCreated)
}

// Commit implements [payment.Store].
func (s *Store) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return s.write(ctx, committing[s.d.name][p.State], p, e, s.whyNotCommitted)
}

// write puts a change, and when that is not plainly done finds out by reading what became of it. The journal has the
// last word: what it has was written, although the answer was lost, and although the row may have moved on since. It
// is read last, for a statement whose answer was lost can still be at work while the rest is read. Where nothing can
// be read either, the error is that of the database: unknown.
func (s *Store) write(ctx context.Context, st statements, p payment.Payment, e payment.Entry, why func(context.Context, payment.Payment) error) error {
	err := s.put(ctx, st, p, e)
	for range 3 { // what stood in the way may be gone when it is looked for
		if err == nil {
			return nil
		}
		known := why(ctx, p)
		if written, rerr := s.written(ctx, e); written {
			return nil
		} else if rerr == nil && known != nil {
			return known
		}
		if !errors.Is(err, errNothing) {
			break
		}
		err = s.put(ctx, st, p, e)
	}
	if err != nil {
		return fmt.Errorf("sqlstore: payment %s, version %d: %w", p.Reference, p.Version, err)
	}
	return nil
}

// written reports whether an entry is in the journal.
func (s *Store) written(ctx context.Context, e payment.Entry) (bool, error) {
	var hash [32]byte
	err := s.row(ctx, "SELECT hash FROM quittance_entry WHERE payment = $1 AND version = $2", string(e.Payment), e.Version).
		Scan(fixed{hash[:]})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil && hash == e.Hash, err
}

// whyNotCreated finds by reading what kept a payment from being created, in the order of [payment.Store].
func (s *Store) whyNotCreated(ctx context.Context, p payment.Payment) error {
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
		q, err := scan(s.row(ctx, "SELECT "+columns("")+" FROM quittance_payment WHERE "+c.where+
			" ORDER BY created_at, id LIMIT 1", c.value))
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

// whyNotCommitted finds by reading what kept a change from being written.
func (s *Store) whyNotCommitted(ctx context.Context, p payment.Payment) error {
	q, err := s.Find(ctx, payment.Lookup{ID: p.ID})
	switch {
	case errors.Is(err, payment.ErrNotFound):
		return payment.ErrNotFound
	case err != nil:
		return nil
	case q.Version != p.Version-1 || q.Debtor != p.Debtor:
		return payment.ErrVersion
	}
	other := func(column, value, states string) (payment.Payment, error) {
		return scan(s.row(ctx, "SELECT "+columns("")+" FROM quittance_payment WHERE "+column+
			" = $1 AND id <> $2 AND state IN ("+states+") LIMIT 1", value, string(p.ID)))
	}
	for _, t := range takenBy[p.State] {
		by, err := other(t.column, map[string]string{"claim": p.Claim, "debt": p.Debt}[t.column], t.states)
		switch {
		case err == nil && p.State.Attempt():
			return &payment.HeldError{By: by}
		case err == nil:
			return payment.ErrClaimPaid
		}
	}
	if p.Handle.Session != "" {
		if by, err := s.Find(ctx, payment.Lookup{Merchant: p.Merchant, Session: p.Handle.Session}); err == nil && by.ID != p.ID {
			return payment.ErrReference
		}
	}
	return nil
}
