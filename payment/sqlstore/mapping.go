package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"
)

// column ties a column to a part of a record: the same list writes and reads.
type column[T any] struct {
	name   string
	kind   string       // PostgreSQL's type: it does not infer that of a parameter that it selects
	value  func(*T) any // to write
	target func(*T) any // to scan into: *string, *int or an sql.Scanner

	// once is for what is written when the record is created: no change of it touches the column, nor its indexes.
	once bool
}

func once[T any](c column[T]) column[T] {
	c.once = true
	return c
}

func text[T any](name string, of func(*T) *string) column[T] {
	return column[T]{name: name, kind: "TEXT", value: func(r *T) any { return *of(r) }, target: func(r *T) any { return of(r) }}
}

func number[T any](name string, of func(*T) *int) column[T] {
	return column[T]{name: name, kind: "BIGINT", value: func(r *T) any { return *of(r) }, target: func(r *T) any { return of(r) }}
}

func at[T any](name string, of func(*T) *time.Time) column[T] {
	return column[T]{
		name: name, kind: "BIGINT", value: func(r *T) any { return micros(*of(r)) },
		target: func(r *T) any { return (*instant)(of(r)) },
	}
}

func cents[T any](name string, of func(*T) *decimal.Decimal) column[T] {
	return column[T]{
		name: name, kind: "BIGINT", value: func(r *T) any { return amount{of(r)} },
		target: func(r *T) any { return amount{of(r)} },
	}
}

func bytes[T any](name string, of func(*T) []byte) column[T] {
	return column[T]{
		name: name, kind: "BYTEA", value: func(r *T) any { return of(r) },
		target: func(r *T) any { return fixed{of(r)} },
	}
}

// mapping is how a record stands in its table.
type mapping[T any] []column[T]

// list names the columns, for a SELECT or an INSERT.
func (m mapping[T]) list() string {
	names := make([]string, len(m))
	for i, c := range m {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

// where keeps some columns.
func (m mapping[T]) where(keep func(column[T]) bool) mapping[T] {
	return slices.DeleteFunc(slices.Clone(m), func(c column[T]) bool { return !keep(c) })
}

// numbered are the parameters by column; the first is $1.
func (m mapping[T]) numbered() map[string]string {
	nth := make(map[string]string)
	for i, c := range m {
		nth[c.name] = fmt.Sprintf("$%d", i+1)
	}
	return nth
}

// typed are the parameters with their types, for an INSERT that selects them; the first is $first.
func (m mapping[T]) typed(first int) string {
	out := make([]string, len(m))
	for i, c := range m {
		out[i] = fmt.Sprintf("CAST($%d AS %s)", first+i, c.kind)
	}
	return strings.Join(out, ", ")
}

// assignments are those of an UPDATE.
func (m mapping[T]) assignments() string {
	nth := m.numbered()
	var out []string
	for _, c := range m {
		if !c.once {
			out = append(out, c.name+" = "+nth[c.name])
		}
	}
	return strings.Join(out, ", ")
}

// values are the parameters. Amounts are looked at before anything is written; name is the record's, for the error.
func (m mapping[T]) values(r *T, name string) ([]any, error) {
	out := make([]any, len(m))
	for i, c := range m {
		out[i] = c.value(r)
		if a, ok := out[i].(amount); ok {
			n, err := a.Value()
			if err != nil {
				return nil, fmt.Errorf("sqlstore: %s: %s: %w", name, c.name, err)
			}
			out[i] = n
		}
	}
	return out, nil
}

// parameters are $first to $(first+n-1), with a comma between them.
func parameters(first, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(out, ", ")
}

// stored is a record as it was read. Where damage is not nil the record has what could be read of it.
type stored[T any] struct {
	value  T
	damage error
}

// scan reads the columns of a row, and what stands behind them. The error is the database's; a value that cannot be understood is
// the row's damage, so that one row does not stop the others.
func (m mapping[T]) scan(rows *sql.Rows, behind ...any) (s stored[T], err error) {
	err = rows.Scan(append(m.targets(&s.value), behind...)...)
	if err == nil {
		return s, nil
	}
	s = stored[T]{}
	var damage []error
	targets := m.targets(&s.value)
	for i, c := range m {
		targets[i] = &patient{to: targets[i], column: c.name, damage: &damage}
	}
	if err := rows.Scan(append(targets, behind...)...); err != nil {
		return s, err
	}
	s.damage = errors.Join(damage...)
	return s, nil
}

func (m mapping[T]) targets(r *T) []any {
	out := make([]any, len(m), len(m)+4)
	for i, c := range m {
		out[i] = c.target(r)
	}
	return out
}

// patient reads a column, and notes that it cannot be read instead of ending the row.
type patient struct {
	to     any
	column string
	damage *[]error
}

func (p *patient) Scan(v any) error {
	if err := assign(p.to, v); err != nil {
		*p.damage = append(*p.damage, unreadable(p.column))
	}
	return nil
}

// unreadable names a column; its content may be a person's, so the error that has it goes no further.
func unreadable(column string) error { return fmt.Errorf("the column %s cannot be read", column) }

// assign is what database/sql does with a target.
func assign(to, v any) error {
	switch to := to.(type) {
	case sql.Scanner:
		return to.Scan(v)
	case *string:
		return assignNull(to, v)
	case *int:
		return assignNull(to, v)
	}
	return fmt.Errorf("a column is scanned into a %T", to)
}

func assignNull[V any](to *V, v any) error {
	var n sql.Null[V]
	if err := n.Scan(v); err != nil {
		return err
	}
	if !n.Valid {
		return errors.New("it is NULL")
	}
	*to = n.V
	return nil
}
