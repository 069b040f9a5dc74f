package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/quittance/quittance/payment"
)

// page is how many rows a list reads at once. No connection is held while the caller looks at them.
const page = 200

// Find implements [payment.Store].
func (s *Store) Find(ctx context.Context, l payment.Lookup) (payment.Payment, error) {
	where, args := "debtor = $1 AND key = $2 AND debtor <> ''", []any{l.Debtor, l.Key}
	switch {
	case l.ID != "":
		where, args = "id = $1", []any{string(l.ID)}
	case l.Reference != "":
		where, args = "reference = $1", []any{l.Reference}
	case l.Session != "":
		where, args = "merchant = $1 AND handle_session = $2 AND handle_session <> ''", []any{l.Merchant, l.Session}
	}
	p, err := scan(s.row(ctx, "SELECT "+columns("")+" FROM quittance_payment WHERE "+where, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return payment.Payment{}, payment.ErrNotFound
	}
	return p, err
}

// matching is the condition of a filter, without its cursor, and the parameters.
func matching(f payment.Filter) (where []string, args []any) {
	add := func(condition string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	in := func(column string, values []string) {
		for _, v := range values {
			args = append(args, v)
		}
		where = append(where, column+" IN ("+parameters(len(args)-len(values)+1, len(values))+")")
	}
	if len(f.States) > 0 {
		var states []string
		for _, state := range f.States {
			states = append(states, string(state))
		}
		in("state", states)
	}
	for _, c := range []struct{ condition, value string }{
		{"debtor = $%d", f.Debtor}, {"debt = $%d", f.Debt}, {"reference = $%d", f.Reference}, {"merchant = $%d", f.Merchant},
	} {
		if c.value != "" {
			add(c.condition, c.value)
		}
	}
	if len(f.NotOf) > 0 {
		in("merchant NOT", f.NotOf)
	}
	if !f.From.IsZero() {
		add("created_at >= $%d", f.From.UnixMicro())
	}
	if !f.To.IsZero() {
		add("created_at < $%d", f.To.UnixMicro())
	}
	if f.Stuck {
		stuck := fmt.Sprintf("tries >= %d", payment.StuckAfter)
		where = append(where, "("+stuck+" OR EXISTS (SELECT 1 FROM quittance_change c WHERE c.payment = quittance_payment.id AND c."+stuck+"))")
	}
	return append(where, "TRUE"), args
}

// Count implements [payment.Store].
func (s *Store) Count(ctx context.Context, f payment.Filter) (n int, err error) {
	where, args := matching(f)
	err = s.row(ctx, "SELECT count(*) FROM quittance_payment WHERE "+strings.Join(where, " AND "), args...).Scan(&n)
	return n, err
}

// List implements [payment.Store]. It reads in pages; a payment that is created meanwhile may or may not be among them.
func (s *Store) List(ctx context.Context, f payment.Filter) iter.Seq2[payment.Payment, error] {
	where, args := matching(f)
	follows, order := ">", "created_at, id"
	if f.Newest {
		follows, order = "<", "created_at DESC, id DESC"
	}
	return func(yield func(payment.Payment, error) bool) {
		after, left := f.After, f.Limit
		for {
			where, args := where[:len(where):len(where)], args[:len(args):len(args)]
			if after != "" {
				args = append(args, string(after))
				where = append(where, fmt.Sprintf("(created_at, id) %s (SELECT created_at, id FROM quittance_payment WHERE id = $%d)", follows, len(args)))
			}
			size := page
			if f.Limit > 0 {
				size = min(size, left)
			}
			rows, err := s.payments(ctx, strings.Join(where, " AND "), order, size, args)
			if err != nil {
				yield(payment.Payment{}, err)
				return
			}
			for _, p := range rows {
				if !yield(p, nil) {
					return
				}
			}
			if left -= len(rows); len(rows) < size || left == 0 {
				return
			}
			after = rows[len(rows)-1].ID
		}
	}
}

func (s *Store) payments(ctx context.Context, where, order string, size int, args []any) ([]payment.Payment, error) {
	rows, err := s.query(ctx, fmt.Sprintf("SELECT %s FROM quittance_payment WHERE %s ORDER BY %s LIMIT %d",
		columns(""), where, order, size), args...)
	if err != nil {
		return nil, err
	}
	return collect(rows)
}

// collect reads all rows of payments, and closes them.
func collect(rows interface {
	Next() bool
	Scan(...any) error
	Err() error
	Close() error
}) ([]payment.Payment, error) {
	defer rows.Close()
	var out []payment.Payment
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// Journal implements [payment.Store].
func (s *Store) Journal(ctx context.Context, id payment.ID) iter.Seq2[payment.Entry, error] {
	return func(yield func(payment.Entry, error) bool) {
		entries, err := s.entries(ctx, id)
		if err != nil {
			yield(payment.Entry{}, err)
			return
		}
		for _, e := range entries {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (s *Store) entries(ctx context.Context, id payment.ID) ([]payment.Entry, error) {
	rows, err := s.query(ctx, "SELECT "+entryColumns+" FROM quittance_entry WHERE payment = $1 ORDER BY version", string(id))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []payment.Entry
	for rows.Next() {
		var e payment.Entry
		if err := rows.Scan(entryTargets(&e)...); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// heads is how many heads are read at once: they are small.
const heads = 5000

// Heads implements [payment.Store]. It reads in pages.
func (s *Store) Heads(ctx context.Context, before time.Time) iter.Seq2[payment.Head, error] {
	return func(yield func(payment.Head, error) bool) {
		var last payment.Head
		after := ""
		for {
			args := []any{before.UnixMicro()}
			if after != "" {
				args = append(args, last.At.UnixMicro(), string(last.Payment), last.Version)
			}
			list, err := s.heads(ctx, after, args)
			if err != nil {
				yield(payment.Head{}, err)
				return
			}
			for _, h := range list {
				if !yield(h, nil) {
					return
				}
			}
			if len(list) < heads {
				return
			}
			last, after = list[len(list)-1], " AND (at, payment, version) > ($2, $3, $4)"
		}
	}
}

func (s *Store) heads(ctx context.Context, after string, args []any) ([]payment.Head, error) {
	rows, err := s.query(ctx, fmt.Sprintf("SELECT payment, version, at, hash FROM quittance_entry WHERE at < $1%s"+
		" ORDER BY at, payment, version LIMIT %d", after, heads), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []payment.Head
	for rows.Next() {
		var h payment.Head
		if err := rows.Scan((*string)(&h.Payment), &h.Version, (*instant)(&h.At), fixed{h.Hash[:]}); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, rows.Err()
}
