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

	// once marks a column that is written when the record is created: no update touches the column, nor its indexes.
	once bool

	// learned marks a text that an update leaves as it is where it has none.
	learned bool
}

func writtenOnce[T any](c column[T]) column[T] {
	c.once = true
	return c
}

func learnedText[T any](c column[T]) column[T] {
	c.learned = true
	return c
}

func textColumn[T any](name string, of func(*T) *string) column[T] {
	return column[T]{name: name, kind: "TEXT", value: func(r *T) any { return *of(r) }, target: func(r *T) any { return of(r) }}
}

func integerColumn[T any](name string, of func(*T) *int) column[T] {
	return column[T]{name: name, kind: "BIGINT", value: func(r *T) any { return *of(r) }, target: func(r *T) any { return of(r) }}
}

func timeColumn[T any](name string, of func(*T) *time.Time) column[T] {
	return column[T]{
		name: name, kind: "BIGINT", value: func(r *T) any { return storedMicros(*of(r)) },
		target: func(r *T) any { return (*instant)(of(r)) },
	}
}

func centsColumn[T any](name string, of func(*T) *decimal.Decimal) column[T] {
	return column[T]{
		name: name, kind: "BIGINT", value: func(r *T) any { return amount{of(r)} },
		target: func(r *T) any { return amount{of(r)} },
	}
}

func bytesColumn[T any](name string, of func(*T) []byte) column[T] {
	return column[T]{
		name: name, kind: "BYTEA", value: func(r *T) any { return of(r) },
		target: func(r *T) any { return fixed{of(r)} },
	}
}

// mapping is how a record stands in its table.
type mapping[T any] []column[T]

// columnNames returns the names, with commas between them, for a SELECT or an INSERT.
func (m mapping[T]) columnNames() string {
	names := make([]string, len(m))
	for i, c := range m {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

// columnsThat returns the columns for which keep holds.
func (m mapping[T]) columnsThat(keep func(column[T]) bool) mapping[T] {
	return slices.DeleteFunc(slices.Clone(m), func(c column[T]) bool { return !keep(c) })
}

// parameterByColumn returns the parameter of each column by its name; the first is $1.
func (m mapping[T]) parameterByColumn() map[string]string {
	nth := make(map[string]string)
	for i, c := range m {
		nth[c.name] = fmt.Sprintf("$%d", i+1)
	}
	return nth
}

// typedParameters returns the parameters cast to their types, for an INSERT that selects them; the first is $first.
func (m mapping[T]) typedParameters(first int) string {
	out := make([]string, len(m))
	for i, c := range m {
		out[i] = fmt.Sprintf("CAST($%d AS %s)", first+i, c.kind)
	}
	return strings.Join(out, ", ")
}

// setAssignments returns the SET list of an UPDATE, without the columns that are written once.
func (m mapping[T]) setAssignments() string {
	nth := m.parameterByColumn()
	var out []string
	for _, c := range m {
		switch {
		case c.once:
		case c.learned:
			out = append(out, fmt.Sprintf("%[1]s = CASE WHEN %[2]s = '' THEN %[1]s ELSE %[2]s END", c.name, nth[c.name]))
		default:
			out = append(out, c.name+" = "+nth[c.name])
		}
	}
	return strings.Join(out, ", ")
}

// parameterValues returns the record's values in the order of the columns. An amount that cannot be stored is an error here,
// before anything is written; name names the record in that error.
func (m mapping[T]) parameterValues(r *T, name string) ([]any, error) {
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

// scanRow reads the columns of a row, and into behind the columns that follow them. The error is the database's; a value that
// cannot be understood is noted as the row's damage, so that one row does not stop the others.
func (m mapping[T]) scanRow(rows *sql.Rows, behind ...any) (s stored[T], err error) {
	err = rows.Scan(append(m.scanTargets(&s.value), behind...)...)
	if err == nil {
		return s, nil
	}
	s = stored[T]{}
	var damage []error
	targets := m.scanTargets(&s.value)
	for i, c := range m {
		targets[i] = &patient{to: targets[i], column: c.name, damage: &damage}
	}
	if err := rows.Scan(append(targets, behind...)...); err != nil {
		return s, err
	}
	s.damage = errors.Join(damage...)
	return s, nil
}

func (m mapping[T]) scanTargets(r *T) []any {
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
	if err := assignColumn(p.to, v); err != nil {
		*p.damage = append(*p.damage, errUnreadable(p.column))
	}
	return nil
}

// errUnreadable names a column; its content may be a person's, so the error that has it goes no further.
func errUnreadable(column string) error { return fmt.Errorf("the column %s cannot be read", column) }

// assignColumn puts a value into a target as database/sql does.
func assignColumn(to, v any) error {
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
