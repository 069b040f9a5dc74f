package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the files that [Store.Migrate] applies, by number, for hosts whose own tool applies them:
// "0001_payments.sql" and so on. They only go forward, and one that was released never changes. A tool of the host
// must also fill the table quittance_schema, which Migrate makes: a single row with the number of the last one. It cannot do what
// Migrate does besides: before 0005 it puts all but the first paid payment of a debt into review; where there are such debts,
// 0005 fails without it.
func (s *Store) Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations/"+s.d.name)
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}

// Migrate brings the schema up to date. It may be called at every start, by any number of processes at once: one
// applies what is missing, in one transaction, and the others wait. A schema that is newer than this code is an
// error, and nothing is changed.
func (s *Store) Migrate(ctx context.Context) error {
	schema := sqldb.Schema{
		Table: "quittance_schema", Files: s.Migrations(), Lock: s.d.lock,
		Before: map[int]func(context.Context, *sql.Conn) error{5: s.reviewDoublePaid},
	}
	if s.d.oneWriter { // what a process left behind that was killed may be in the cache and not on the disk
		if err := s.disk.Settle(ctx, s.db); err != nil && !sqldb.Full(err) {
			return fmt.Errorf("sqlstore: migrate: %w", err)
		}
		schema.Distrust = s.disk.Distrust
	}
	leave, err := s.trusted(ctx)
	if err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	defer leave()
	if err := s.again(ctx, func() error { return schema.Migrate(ctx, s.db) }); err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	return nil
}

// reviewDoublePaid puts all but the first of a debt's paid payments into review, so that no debt has two.
func (s *Store) reviewDoublePaid(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, "SELECT "+columns("")+" FROM quittance_payment WHERE state = 'paid' AND debt <> '' ORDER BY debt, created_at, id")
	if err != nil {
		return err
	}
	paid, err := collect(rows)
	if err != nil {
		return err
	}
	for i, p := range paid {
		if i == 0 || paid[i-1].Debt != p.Debt {
			continue
		}
		next, e, err := p.IntoReview(time.Now(), "another payment of the debt is paid: "+firstOf(paid, p.Debt).Reference)
		if err != nil {
			return fmt.Errorf("payment %s: %w", p.Reference, err)
		}
		if err := s.writeOn(ctx, conn, committing[s.d.name][next.State], next, e); err != nil {
			return fmt.Errorf("payment %s: %w", p.Reference, err)
		}
	}
	return nil
}

// firstOf is the first payment of a debt in a list.
func firstOf(list []payment.Payment, debt string) payment.Payment {
	return list[slices.IndexFunc(list, func(p payment.Payment) bool { return p.Debt == debt })]
}

// writeOn writes a payment, its entry and its change on a connection whose transaction is another's.
func (s *Store) writeOn(ctx context.Context, conn *sql.Conn, st statements, p payment.Payment, e payment.Entry) error {
	row, err := values(&p, st.fields)
	if err != nil {
		return err
	}
	c := payment.NewChange(p, e)
	shot, err := snapshot(c.Payment)
	if err != nil {
		return err
	}
	for i, args := range [][]any{row, entryValues(e), {c.Key, string(p.ID), p.Version, shot, micros(e.At)}} {
		r, err := conn.ExecContext(ctx, st.steps[i], args...)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errNothing)
		}
	}
	return nil
}
