package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"time"

	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
)

//go:embed migrations
var migrations embed.FS

// ErrNotMigrated is in the error of every method on a database whose tables are missing or older than this code: call
// [Store.Migrate], or apply [Store.Migrations], before anything else.
var ErrNotMigrated = sqldb.ErrNotMigrated

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
	if err := s.db.Migrate(ctx, schema); err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	return nil
}

// reviewDoublePaid puts all but the first of a debt's paid payments into review, so that no debt has two. One that is damaged stays as it
// is, and is the first.
func (s *Store) reviewDoublePaid(ctx context.Context, conn *sql.Conn) error {
	then := payments.columnsThat(func(c column[payment.Payment]) bool { return c.name != "means" }) // which comes later
	rows, err := conn.QueryContext(ctx, fmt.Sprintf(selectPayment, then.columnNames())+"state = 'paid' AND debt <> '' ORDER BY debt, created_at, id")
	if err != nil {
		return err
	}
	paid, err := sqldb.ScanAll(rows, func(rows *sql.Rows) (stored[payment.Payment], error) { return then.scanRow(rows) })
	if err != nil {
		return err
	}
	first := map[string]stored[payment.Payment]{} // by debt
	for _, r := range paid {
		if have, ok := first[r.value.Debt]; !ok || have.damage == nil && r.damage != nil {
			first[r.value.Debt] = r
		}
	}
	for _, r := range paid {
		p, kept := r.value, first[r.value.Debt].value
		if p.ID == kept.ID {
			continue
		}
		if r.damage != nil {
			return fmt.Errorf("payments %s and %s of one debt are paid, and neither row can be read: %w", kept.Reference, p.Reference, r.damage)
		}
		next, e, err := p.IntoReview(time.Now(), "another payment of the debt is paid: "+kept.Reference)
		if err == nil {
			err = s.writeReview(ctx, conn, next, e)
		}
		if err != nil {
			return fmt.Errorf("payment %s: %w", p.Reference, err)
		}
	}
	return nil
}

// updateReview is what a review changes of a payment that was paid, in the words of the schema before 0005: statements of later
// schemas look at tables that are not there yet.
const updateReview = "UPDATE quittance_payment SET version = $1, state = $2, head = $3, attention_at = $4, lease_token = NULL, lease_until = NULL, tries = 0, cause = ''" +
	" WHERE id = $5"

// writeReview writes a review, its entry and its change on the connection of a migration.
func (s *Store) writeReview(ctx context.Context, conn *sql.Conn, p payment.Payment, e payment.Entry) error {
	line, err := entries.parameterValues(&e, "entry of "+p.Reference)
	if err != nil {
		return err
	}
	c := payment.NewChange(p, e)
	shot, err := snapshot(c)
	if err != nil {
		return err
	}
	for _, step := range []struct {
		statement string
		args      []any
	}{
		{updateReview, []any{p.Version, string(p.State), p.Head[:], storedMicros(p.AttentionAt), string(p.ID)}},
		{"INSERT INTO quittance_entry (" + entries.columnNames() + ") VALUES (" + parameters(1, len(entries)) + ")", line},
		{insertChange + " VALUES (" + parameters(1, 5) + ")", []any{c.Key, string(p.ID), p.Version, shot, storedMicros(e.At)}},
	} {
		if err := mustChange(conn.ExecContext(ctx, s.db.Text(step.statement), step.args...)); err != nil {
			return err
		}
	}
	return nil
}
