package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

// How many rows are read at once. No connection is held while the caller looks at them.
const (
	listPage  = 500
	headsPage = 5000 // they are small
)

const selectPayment = "SELECT %s FROM quittance_payment WHERE "

func scanNumber(rows *sql.Rows) (n int, err error) {
	err = rows.Scan(&n)
	return n, err
}

func scanPayment(rows *sql.Rows) (stored[payment.Payment], error) { return payments.scanRow(rows) }
func scanEntry(rows *sql.Rows) (stored[payment.Entry], error)     { return entries.scanRow(rows) }

// scanHead keeps a fifth of an entry: thousands are read at once.
func scanHead(rows *sql.Rows) (stored[payment.Head], error) {
	r, err := heads.scanRow(rows)
	e := r.value
	return stored[payment.Head]{payment.Head{Payment: e.Payment, Version: e.Version, At: e.At, Hash: e.Hash}, entryDamage(r)}, err
}

// damagedError is the error that an iterator yields beside the readable part of a record; nil without damage.
func damagedError(id payment.ID, damage error) error {
	if damage == nil {
		return nil
	}
	return &payment.DamagedError{ID: id, Err: damage}
}

// findPayment returns the first payment that matches, or ErrNotFound; of a damaged one what can be read, with a *DamagedError.
func (s *Store) findPayment(ctx context.Context, where string, args ...any) (payment.Payment, error) {
	rows, err := sqldb.Rows(ctx, s.db, scanPayment, fmt.Sprintf(selectPayment, payments.columnNames())+where+" LIMIT 1", args...)
	switch {
	case err != nil:
		return payment.Payment{}, err
	case len(rows) == 0:
		return payment.Payment{}, payment.ErrNotFound
	}
	return rows[0].value, damagedError(rows[0].value.ID, rows[0].damage)
}

// isThere reports whether find found a payment, in whatever condition.
func isThere(err error) bool {
	return err == nil || errors.As(err, new(*payment.DamagedError))
}

// Find implements [payment.Store].
func (s *Store) Find(ctx context.Context, l payment.Lookup) (payment.Payment, error) {
	switch {
	case l.ID != "":
		return s.findPayment(ctx, "id = $1", string(l.ID))
	case l.Reference != "":
		return s.findPayment(ctx, "reference = $1", l.Reference)
	case l.Session != "":
		return s.findPayment(ctx, "merchant = $1 AND handle_session = $2 AND handle_session <> ''", l.Merchant, l.Session)
	}
	return s.findPayment(ctx, "debtor = $1 AND key = $2 AND debtor <> ''", l.Debtor, l.Key)
}

// filterCondition returns the conditions of a filter, without its cursor, and their parameters. from and to are what is compared with the
// filter's span: the column, or an expression of it that no index serves.
func (s *Store) filterCondition(f payment.Filter, from, to string) (where []string, args []any) {
	add := func(condition string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	in := func(column, list string) {
		args = append(args, list)
		where = append(where, column+" "+s.db.InElements(len(args)))
	}
	if len(f.IDs) > 0 {
		in("id", sqldb.Elements(f.IDs))
	}
	if len(f.States) > 0 {
		column := "state"
		if f.Debtor != "" || f.Debt != "" || f.Reference != "" || len(f.IDs) > 0 {
			column = "state || ''" // few of many: the index of states would have SQLite go through all in a state
		}
		for _, state := range f.States {
			args = append(args, string(state))
		}
		where = append(where, column+" IN ("+parameters(len(args)-len(f.States)+1, len(f.States))+")")
	}
	for _, c := range []struct{ condition, value string }{
		{"debtor = $%d", f.Debtor}, {"debt = $%d", f.Debt}, {"reference = $%d", f.Reference}, {"merchant = $%d", f.Merchant},
	} {
		if c.value != "" {
			add(c.condition, c.value)
		}
	}
	if len(f.NotOf) > 0 {
		in("merchant NOT", sqldb.Elements(f.NotOf))
	}
	if !f.From.IsZero() {
		add(from+" >= $%d", firstMicro(f.From))
	}
	if !f.To.IsZero() {
		add(to+" < $%d", firstMicro(f.To))
	}
	if f.Stuck {
		where = append(where, fmt.Sprintf("id IN (SELECT id FROM quittance_payment WHERE tries >= %[1]d UNION SELECT payment FROM quittance_change WHERE tries >= %[1]d)", payment.StuckAfter))
	}
	return append(where, "TRUE"), args
}

// Count implements [payment.Store].
func (s *Store) Count(ctx context.Context, f payment.Filter) (int, error) {
	where, args := s.filterCondition(f, "created_at", "created_at")
	counts, err := sqldb.Rows(ctx, s.db, scanNumber,
		"SELECT count(*) FROM quittance_payment WHERE "+strings.Join(where, " AND "), args...)
	if err != nil {
		return 0, err
	}
	return counts[0], nil
}

// List implements [payment.Store]. It reads in pages; a payment that is created meanwhile may or may not be among them.
func (s *Store) List(ctx context.Context, f payment.Filter) iter.Seq2[payment.Payment, error] {
	first, args := s.filterCondition(f, "created_at", "created_at")
	// A further page begins at the cursor. Of two bounds on one side SQLite takes either for the index: with the filter's it would read
	// every page before this one again, so the plus keeps that one from it.
	further, _ := s.filterCondition(f, "+created_at", "created_at")
	follows, order := ">", "created_at, id"
	if f.Newest {
		further, _ = s.filterCondition(f, "created_at", "+created_at")
		follows, order = "<", "created_at DESC, id DESC"
	}
	return func(yield func(payment.Payment, error) bool) {
		after, left := f.After, f.Limit
		for {
			where, args := first, args[:len(args):len(args)]
			if after != "" {
				where = further[:len(further):len(further)]
				args = append(args, string(after))
				where = append(where, fmt.Sprintf("(created_at, id) %s (SELECT created_at, id FROM quittance_payment WHERE id = $%d)", follows, len(args)))
			}
			size := max(listPage, len(f.IDs)+1)
			if f.Limit > 0 {
				size = min(size, left)
			}
			query := fmt.Sprintf(selectPayment+"%s ORDER BY %s LIMIT %d", payments.columnNames(), strings.Join(where, " AND "), order, size)
			rows, err := sqldb.Rows(ctx, s.db, scanPayment, query, args...)
			if err != nil {
				yield(payment.Payment{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r.value, damagedError(r.value.ID, r.damage)) {
					return
				}
			}
			if left -= len(rows); len(rows) < size || left == 0 {
				return
			}
			after = rows[len(rows)-1].value.ID
		}
	}
}

// Journal implements [payment.Store]. It reads the journals of 500 payments at once.
func (s *Store) Journal(ctx context.Context, ids ...payment.ID) iter.Seq2[payment.Entry, error] {
	query := "SELECT " + entries.columnNames() + " FROM quittance_entry WHERE payment " + s.db.InElements(1) + " ORDER BY payment, version"
	return func(yield func(payment.Entry, error) bool) {
		for some := range slices.Chunk(ids, listPage) {
			rows, err := sqldb.Rows(ctx, s.db, scanEntry, query, sqldb.Elements(some))
			if err != nil {
				yield(payment.Entry{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r.value, entryDamage(r)) {
					return
				}
			}
		}
	}
}

// entryDamage says which entry of a payment's journal cannot be read.
func entryDamage(r stored[payment.Entry]) error {
	if r.damage == nil {
		return nil
	}
	return damagedError(r.value.Payment, fmt.Errorf("entry %d: %w", r.value.Version, r.damage))
}

// Heads implements [payment.Store]. It reads in pages.
func (s *Store) Heads(ctx context.Context, from, to time.Time) iter.Seq2[payment.Head, error] {
	query := "SELECT " + heads.columnNames() + " FROM quittance_entry WHERE at >= $1 AND at < $2%s" + fmt.Sprintf(" ORDER BY at, payment, version LIMIT %d", headsPage)
	return func(yield func(payment.Head, error) bool) {
		after, args := "", []any{firstMicro(from), firstMicro(to)}
		for {
			rows, err := sqldb.Rows(ctx, s.db, scanHead, fmt.Sprintf(query, after), args...)
			if err != nil {
				yield(payment.Head{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r.value, r.damage) {
					return
				}
			}
			if len(rows) < headsPage {
				return
			}
			last := rows[len(rows)-1].value
			after = " AND (at, payment, version) > ($3, $4, $5)"
			args = []any{args[0], args[1], last.At.UnixMicro(), string(last.Payment), last.Version}
		}
	}
}
