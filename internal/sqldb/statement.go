package sqldb

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// mostPrepared is how many statements are kept prepared on each connection. A program has some dozens, and lists add one for each
// combination of filters that is used; what comes after that many is parsed each time.
const mostPrepared = 200

// Text is a statement in the database's own words: parameters are numbered $1, $2 … in PostgreSQL and ?1, ?2 … in SQLite.
func (d *DB) Text(statement string) string {
	if d.OnSQLite() {
		return strings.ReplaceAll(statement, "$", "?")
	}
	return statement
}

// InElements is the condition that a text is one of the [Elements] which are the parameter of that number: one statement for lists of all
// lengths, and one parameter to bind.
func (d *DB) InElements(parameter int) string {
	if d.OnSQLite() {
		return fmt.Sprintf("IN (SELECT value FROM json_each($%d))", parameter)
	}
	return fmt.Sprintf("IN (SELECT value FROM json_array_elements_text(CAST(CAST($%d AS TEXT) AS JSON)))", parameter)
}

// InQuery is the condition, for a statement that writes, that a column is among what a query finds, which may have a limit. PostgreSQL runs the query
// once, before anything is written, and passes over rows that somebody else writes to: joined with the rows, as IN would have it, the query
// may be run again for each of them, and passes over what was written by then too, so that more is written than the limit allows.
func (d *DB) InQuery(query string) string {
	if d.OnSQLite() {
		return "IN (" + query + ")"
	}
	return "= ANY (ARRAY(" + query + " FOR UPDATE SKIP LOCKED))"
}

// canBeStored reports whether a text can be in a database: PostgreSQL refuses a zero byte, and what is not UTF-8, even in a question.
func canBeStored(text string) bool {
	return utf8.ValidString(text) && !strings.Contains(text, "\x00")
}

// Sought returns parameters that a statement compares with what is stored. A text that cannot be stored is NULL there, which is like nothing:
// so whoever looks for it, as with the path of a request, finds nothing on either database. [Rows] and [Returning] do so by themselves.
func Sought(args ...any) []any {
	for i, a := range args {
		if text, ok := a.(string); ok && !canBeStored(text) {
			args = slices.Clone(args)
			args[i] = nil
		}
	}
	return args
}

// Elements is a list as a parameter, without what cannot be stored.
func Elements[T ~string](list []T) string {
	cannot := func(e T) bool { return !canBeStored(string(e)) }
	if slices.ContainsFunc(list, cannot) {
		list = slices.DeleteFunc(slices.Clone(list), cannot)
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings have a JSON form
	}
	return string(text)
}

// Statement is a statement that each connection parses once, or, where there are too many of those, each time. It comes before the
// transaction that it runs in: the pool may have one connection only.
type Statement struct {
	pool     *sql.DB
	text     string
	prepared *sql.Stmt
}

// Exec runs the statement in a transaction, or outside of any where tx is nil.
func (s Statement) Exec(ctx context.Context, tx *sql.Tx, args ...any) (sql.Result, error) {
	switch {
	case s.prepared == nil && tx == nil:
		return s.pool.ExecContext(ctx, s.text, args...)
	case s.prepared == nil:
		return tx.ExecContext(ctx, s.text, args...)
	case tx == nil:
		return s.prepared.ExecContext(ctx, args...)
	}
	return tx.StmtContext(ctx, s.prepared).ExecContext(ctx, args...)
}

// Query is [Statement.Exec] for a statement that returns rows.
func (s Statement) Query(ctx context.Context, tx *sql.Tx, args ...any) (*sql.Rows, error) {
	switch {
	case s.prepared == nil && tx == nil:
		return s.pool.QueryContext(ctx, s.text, args...)
	case s.prepared == nil:
		return tx.QueryContext(ctx, s.text, args...)
	case tx == nil:
		return s.prepared.QueryContext(ctx, args...)
	}
	return tx.StmtContext(ctx, s.prepared).QueryContext(ctx, args...)
}

// preparedStatements caches the prepared statements of a DB, by their text as the caller gave it.
type preparedStatements struct {
	mu     sync.RWMutex
	byText map[string]Statement
}

func (p *preparedStatements) findPrepared(text string) (s Statement, known, full bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	s, known = p.byText[text]
	return s, known, len(p.byText) >= mostPrepared
}

// keepPrepared keeps a statement and returns it. If another goroutine was faster, s is closed and the other's is returned.
func (p *preparedStatements) keepPrepared(text string, s Statement) Statement {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, ok := p.byText[text]; ok {
		s.prepared.Close()
		return known
	}
	if p.byText == nil {
		p.byText = map[string]Statement{}
	}
	p.byText[text] = s
	return s
}

// Prepare prepares a statement, whose parameters are numbered $1, $2 …
func (d *DB) Prepare(ctx context.Context, text string) (Statement, error) {
	s, known, full := d.prepared.findPrepared(text)
	if known {
		return s, nil
	}
	s = Statement{pool: d.Pool, text: d.Text(text)}
	if full {
		return s, nil
	}
	err := d.Read(ctx, func() (err error) {
		s.prepared, err = d.Pool.PrepareContext(ctx, s.text)
		return err
	})
	if err != nil {
		return s, nameUnmigrated(d.caller, err)
	}
	return d.prepared.keepPrepared(text, s), nil
}

// ErrNotMigrated is in the error of a statement that names a table or a column which the database does not have.
var ErrNotMigrated = errors.New("the database lacks tables or columns that this code needs: call Migrate at every start, before anything else")

// nameUnmigrated puts the caller, whose Migrate it is, and ErrNotMigrated in front of what a driver says of a table or a column that is not there.
func nameUnmigrated(caller string, err error) error {
	var e interface{ SQLState() string } // of PostgreSQL: 42P01 is undefined_table, 42703 undefined_column
	if errors.As(err, &e) && slices.Contains([]string{"42P01", "42703"}, e.SQLState()) ||
		strings.Contains(err.Error(), "no such table: quittance_") || strings.Contains(err.Error(), "no such column: ") ||
		strings.Contains(err.Error(), "has no column named ") {
		return fmt.Errorf("%s: %w: %w", caller, ErrNotMigrated, err)
	}
	return err
}

// Exec runs one statement that writes, as [DB.Write] runs a function, and returns how many rows it has changed. PostgreSQL makes a
// transaction of it by itself, in one round trip.
func (d *DB) Exec(ctx context.Context, text string, args ...any) (changed int64, err error) {
	err = d.writeOne(ctx, text, func(ctx context.Context, tx *sql.Tx, s Statement) error {
		r, err := s.Exec(ctx, tx, args...)
		if err == nil {
			changed, err = r.RowsAffected()
		}
		return err
	})
	return changed, err
}

// Returning is [DB.Exec] for a statement that returns rows of what it has written. Texts among its parameters are [Sought].
func Returning[T any](ctx context.Context, d *DB, scan func(*sql.Rows) (T, error), text string, args ...any) (out []T, err error) {
	err = d.writeOne(ctx, text, func(ctx context.Context, tx *sql.Tx, s Statement) error {
		rows, err := s.Query(ctx, tx, Sought(args...)...)
		if err != nil {
			return err
		}
		out, err = ScanAll(rows, scan)
		return err
	})
	return out, err
}

// writeOne runs f, which runs one statement: in a transaction on SQLite, without one on PostgreSQL.
func (d *DB) writeOne(ctx context.Context, text string, f func(context.Context, *sql.Tx, Statement) error) error {
	s, err := d.Prepare(ctx, text)
	if err != nil {
		return err
	}
	if d.OnSQLite() {
		return d.Write(ctx, func(ctx context.Context, tx *sql.Tx) error { return f(ctx, tx, s) })
	}
	return Retry(ctx, d.Pool, func() error { return f(ctx, nil, s) })
}

// Rows reads all rows of a query, as [DB.Read] runs a function. Texts among its parameters are [Sought].
func Rows[T any](ctx context.Context, d *DB, scan func(*sql.Rows) (T, error), text string, args ...any) (out []T, err error) {
	s, err := d.Prepare(ctx, text)
	if err != nil {
		return nil, err
	}
	err = d.Read(ctx, func() error {
		rows, err := s.Query(ctx, nil, Sought(args...)...)
		if err != nil {
			return err
		}
		out, err = ScanAll(rows, scan)
		return err
	})
	return out, err
}

// ScanAll reads all rows, and closes them.
func ScanAll[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) (out []T, err error) {
	defer rows.Close()
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}
