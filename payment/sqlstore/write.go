package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

// quotedStates lists the states for which is holds, quoted for a condition with IN.
func quotedStates(is func(payment.State) bool) string {
	var out []string
	for _, s := range payment.States() {
		if is(s) {
			out = append(out, "'"+string(s)+"'")
		}
	}
	return strings.Join(out, ", ")
}

var (
	holding  = quotedStates(payment.State.Holds)
	attempts = quotedStates(payment.State.Attempt)
	money    = quotedStates(payment.State.Money)
)

// exclusive is what payments in some states have for themselves: at most one attempt of a debt, at most one payment with money of
// a claim, at most one paid payment of a debt. The condition on the states is in the words of the index for it, or SQLite does not use that.
type exclusive struct{ column, states string }

// takenBy names what a payment in a state takes. Other states take nothing.
var takenBy = func() map[payment.State][]exclusive {
	m := map[payment.State][]exclusive{}
	for _, s := range payment.States() {
		switch {
		case s.Attempt():
			m[s] = []exclusive{{"debt", "IN (" + attempts + ")"}}
		case s == payment.Paid:
			m[s] = []exclusive{{"claim", "IN (" + money + ")"}, {"debt", "= '" + string(payment.Paid) + "'"}}
		case s.Money():
			m[s] = []exclusive{{"claim", "IN (" + money + ")"}}
		}
	}
	return m
}()

// columnsToUpdate returns the columns that a commit writes, and those that its conditions look at.
func columnsToUpdate(takes []exclusive) mapping[payment.Payment] {
	return payments.columnsThat(func(c column[payment.Payment]) bool {
		looked := slices.ContainsFunc(takes, func(t exclusive) bool { return t.column == c.name })
		return !c.once || looked || c.name == "id" || c.name == "debtor" || c.name == "merchant"
	})
}

// The statements of a change. The parameters of the payment come first, then the instant of the entry, the entry's, and the change's.
//
// insertPayment writes nothing when the day is closed, the debt or the claim is held, or when an index says that something is not unique.
func insertPayment() string {
	nth := payments.parameterByColumn()
	return "INSERT INTO quittance_payment (" + payments.columnNames() + ") SELECT " + payments.typedParameters(1) +
		" WHERE NOT EXISTS (SELECT 1 FROM quittance_payment WHERE debt = " + nth["debt"] + " AND state IN (" + holding + "))" +
		" AND NOT EXISTS (SELECT 1 FROM quittance_payment WHERE " + recordedOf(nth["claim"]) + ")" +
		" AND " + dayOpen(parameterAfter(payments)) + " ON CONFLICT DO NOTHING"
}

// recordedOf returns the condition for the recorded payment of a claim. It says what the index of claims with money says of itself: without that
// SQLite goes through all payments that were ever recorded.
func recordedOf(claim string) string {
	return "claim = " + claim + " AND claim <> '' AND state IN (" + money + ") AND state = 'recorded'"
}

// parameterAfter returns the parameter that follows those of a list of columns.
func parameterAfter[T any](m mapping[T]) string { return fmt.Sprintf("$%d", len(m)+1) }

// updatePayment writes nothing when the day is closed, the version moved on, the person was erased, or another payment has what this one
// takes: one that has it already need not look. What a statement takes is in its text, not in a parameter, or PostgreSQL
// would plan it anew for each value, which takes longer than to run it.
func updatePayment(takes []exclusive) string {
	written := columnsToUpdate(takes)
	nth := written.parameterByColumn()
	s := "UPDATE quittance_payment SET " + written.setAssignments() + ", lease_token = NULL, lease_until = NULL, tries = 0, cause = ''" +
		" WHERE id = " + nth["id"] + " AND version = " + nth["version"] + " - 1 AND debtor = " + nth["debtor"] + " AND " + dayOpen(parameterAfter(written)) +
		" AND (quittance_payment.handle_session = " + nth["handle_session"] + " OR NOT EXISTS (SELECT 1 FROM quittance_payment o WHERE o.merchant = " + nth["merchant"] +
		" AND o.handle_session = " + nth["handle_session"] + " AND o.handle_session <> '' AND o.id <> " + nth["id"] + "))"
	for _, t := range takes {
		s += " AND (quittance_payment.state " + t.states + " OR NOT EXISTS (SELECT 1 FROM quittance_payment o WHERE o." + t.column + " = " + nth[t.column] +
			" AND o." + t.column + " <> '' AND o.id <> " + nth["id"] + " AND o.state " + t.states + "))"
	}
	return s
}

const insertChange = "INSERT INTO quittance_change (key, payment, version, snapshot, due_at)"

// changeValues returns the values of a change, for insertChange; the first parameter is $first, and the last is the instant of the entry, which
// is when the change is due. What is dated at the end of a closed day may have been moved there from a day that is closed: by the
// clock that end is yet to come, so its change is due at any time.
func changeValues(first int) string {
	at := parameters(first+4, 1)
	return parameters(first, 4) + ", CASE WHEN EXISTS (SELECT 1 FROM quittance_closed WHERE until = " + at + ") THEN 0 ELSE " + at + " END"
}

// statements are what a change is written with.
type statements struct {
	columns       mapping[payment.Payment]
	steps         [3]string // the payment, the entry, the change
	all, unwanted string    // PostgreSQL: the three in one, and the first two, for a change that does not go out
}

func (d dialect) writeStatements(first string, columns mapping[payment.Payment]) statements {
	entry := "INSERT INTO quittance_entry (" + entries.columnNames() + ")"
	if d.oneWriter { // SQLite does not know PostgreSQL's name of its BLOB
		first = strings.ReplaceAll(first, " AS BYTEA)", " AS BLOB)")
	}
	st := statements{columns: columns, steps: [3]string{
		first, entry + " VALUES (" + parameters(1, len(entries)) + ")", insertChange + " VALUES (" + changeValues(1) + ")",
	}}
	if !d.oneWriter {
		n := len(columns) + 1
		m := n + len(entries)
		row, line := "WITH p AS ("+first+" RETURNING id)", entry+" SELECT "+entries.typedParameters(n+1)+" FROM p"
		st.all = row + ", e AS (" + line + ") " + insertChange + " SELECT " + changeValues(m+1) + " FROM p"
		st.unwanted = row + " " + line
	}
	return st
}

// creating are the statements of each database, and committing those of each by the state that the payment comes into.
var creating, committing = func() (create map[string]statements, commit map[string]map[payment.State]statements) {
	create, commit = map[string]statements{}, map[string]map[payment.State]statements{}
	for _, d := range []dialect{sqlite, postgresql} {
		create[d.name], commit[d.name] = d.writeStatements(insertPayment(), payments), map[payment.State]statements{}
		for _, s := range payment.States() {
			commit[d.name][s] = d.writeStatements(updatePayment(takenBy[s]), columnsToUpdate(takenBy[s]))
		}
	}
	return create, commit
}()

// tryWrite writes a payment, its entry and, where it is wanted, its change; or nothing: then the error is sqldb.ErrNothing, and
// the caller reads again to find the condition that was not met.
func (s *Store) tryWrite(ctx context.Context, st statements, p payment.Payment, e payment.Entry) error {
	row, err := st.columns.parameterValues(&p, "payment "+p.Reference)
	if err != nil {
		return err
	}
	row = append(row, storedMicros(e.At))
	line, err := entries.parameterValues(&e, "entry of "+p.Reference)
	if err != nil {
		return err
	}
	c := payment.NewChange(p, e)
	args, one := [][]any{row, line}, st.unwanted
	if s.options.isWanted(c) {
		shot, err := snapshot(c)
		if err != nil {
			return err
		}
		args, one = append(args, []any{c.Key, string(p.ID), p.Version, shot, storedMicros(e.At)}), st.all
	}
	if one != "" && s.options.InTx == nil {
		written, err := s.db.Exec(ctx, one, slices.Concat(args...)...) // what is counted is the last part
		if err == nil && written == 0 {
			err = sqldb.ErrNothing
		}
		return err
	}
	steps := make([]sqldb.Statement, len(args))
	for i := range steps {
		if steps[i], err = s.db.Prepare(ctx, st.steps[i]); err != nil {
			return err
		}
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		for i, step := range steps {
			if err := mustChange(step.Exec(ctx, tx, args[i]...)); err != nil {
				return err
			}
		}
		return s.runHook(ctx, tx, c)
	})
}

// mustChange is sqldb.ErrNothing for a statement that has changed no row.
func mustChange(r sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return sqldb.ErrNothing
}

// Create implements [payment.Store].
func (s *Store) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return s.writeOrExplain(ctx, creating[s.d.name], p, e, s.whyNotCreated)
}

// Commit implements [payment.Store].
func (s *Store) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return s.writeOrExplain(ctx, committing[s.d.name][p.State], p, e, s.whyNotCommitted)
}

// writeOrExplain writes a change. When the write fails, or its answer is lost, why reads the conditions that were not met, and
// the journal then decides: an entry that is there was written, even if the row has moved on since. The journal is read last,
// for a statement whose answer was lost can still be at work while the rest is read. Where nothing can be read either, the
// error is that of the database: unknown.
func (s *Store) writeOrExplain(ctx context.Context, st statements, p payment.Payment, e payment.Entry,
	why func(context.Context, payment.Payment, payment.Entry) error) error {
	err := s.tryWrite(ctx, st, p, e)
	for range 3 { // what stood in the way may be gone when it is looked for
		if err == nil {
			return nil
		}
		known := why(ctx, p, e)
		if written, rerr := s.isJournaled(ctx, e); written {
			return nil
		} else if rerr == nil && known != nil {
			return known
		}
		if !errors.Is(err, sqldb.ErrNothing) {
			break
		}
		err = s.tryWrite(ctx, st, p, e)
	}
	if err != nil {
		return fmt.Errorf("sqlstore: payment %s, version %d: %w", p.Reference, p.Version, err)
	}
	return nil
}

// isJournaled reports whether an entry is in the journal.
func (s *Store) isJournaled(ctx context.Context, e payment.Entry) (bool, error) {
	found, err := sqldb.Rows(ctx, s.db, scanHead, "SELECT "+heads.columnNames()+" FROM quittance_entry WHERE payment = $1 AND version = $2",
		string(e.Payment), e.Version)
	return len(found) == 1 && found[0].value.Hash == e.Hash, err
}

// whyNotCreated finds by reading what kept a payment from being created, in the order of [payment.Store].
func (s *Store) whyNotCreated(ctx context.Context, p payment.Payment, e payment.Entry) error {
	if err := s.whyClosed(ctx, e.At); err != nil {
		return err
	}
	if _, err := s.Find(ctx, payment.Lookup{Debtor: p.Debtor, Key: p.Key}); isThere(err) {
		return payment.ErrKeyReused
	}
	for _, held := range []struct {
		where string
		value string
	}{
		{"debt = $1 AND state IN (" + holding + ")", p.Debt},
		{recordedOf("$1"), p.Claim},
	} {
		if by, err := s.findPayment(ctx, held.where+" ORDER BY created_at, id", held.value); isThere(err) {
			return &payment.HeldError{By: by}
		}
	}
	for _, l := range []payment.Lookup{{Reference: p.Reference}, {ID: p.ID}} {
		if _, err := s.Find(ctx, l); isThere(err) {
			return payment.ErrReference
		}
	}
	return nil
}

// whyNotCommitted finds by reading what kept a change from being written.
func (s *Store) whyNotCommitted(ctx context.Context, p payment.Payment, e payment.Entry) error {
	q, err := s.Find(ctx, payment.Lookup{ID: p.ID})
	switch {
	case errors.Is(err, payment.ErrNotFound):
		return payment.ErrNotFound
	case err != nil:
		return nil
	case q.Version != p.Version-1 || q.Debtor != p.Debtor:
		return payment.ErrVersion
	}
	if err := s.whyClosed(ctx, e.At); err != nil {
		return err
	}
	for _, t := range takenBy[p.State] {
		value := map[string]string{"claim": p.Claim, "debt": p.Debt}[t.column]
		by, err := s.findPayment(ctx, t.column+" = $1 AND id <> $2 AND "+t.column+" <> '' AND state "+t.states, value, string(p.ID))
		switch {
		case !isThere(err):
		case p.State.Attempt():
			return &payment.HeldError{By: by}
		default:
			return payment.ErrClaimPaid
		}
	}
	if p.Handle.Session != "" {
		if by, err := s.Find(ctx, payment.Lookup{Merchant: p.Merchant, Session: p.Handle.Session}); isThere(err) && by.ID != p.ID {
			return payment.ErrReference
		}
	}
	return nil
}
