//go:build !race

package tamper

import (
	"bytes"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/quittance/quittance/internal/integration/rig/figure"
)

// cell is a value of a row: nil, an int64, a string or bytes.
type cell any

// table is what stands in a table of the database: every column, whatever its name.
type table struct {
	db      *sql.DB
	number  func(int) string // how the database writes the parameter n
	name    string
	columns []string
	keys    []string // of the primary key
	rows    [][]cell
}

// read reads the whole table.
func read(t *testing.T, db *sql.DB, number func(int) string, name string, keys ...string) *table {
	t.Helper()
	rows, err := db.Query("SELECT * FROM " + name + " ORDER BY " + strings.Join(keys, ", "))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	a := &table{db: db, number: number, name: name, keys: keys}
	if a.columns, err = rows.Columns(); err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		row := make([]cell, len(a.columns))
		to := make([]any, len(row))
		for i := range row {
			to[i] = (*any)(&row[i])
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		for i, v := range row {
			if b, ok := v.([]byte); ok {
				row[i] = bytes.Clone(b)
			}
		}
		a.rows = append(a.rows, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *table) column(name string) int {
	i := slices.Index(a.columns, name)
	if i < 0 {
		panic(a.name + " has no column " + name)
	}
	return i
}

// at is a condition for the row, by its key; n is the number of the first parameter.
func (a *table) at(row []cell, n int) (string, []any) {
	var where []string
	var args []any
	for i, k := range a.keys {
		where = append(where, k+" = "+a.number(n+i))
		args = append(args, row[a.column(k)])
	}
	return strings.Join(where, " AND "), args
}

// set changes one column of a row. An error means that the database itself refuses it.
func (a *table) set(row []cell, column string, v cell) error {
	where, args := a.at(row, 2)
	_, err := a.db.Exec("UPDATE "+a.name+" SET "+column+" = "+a.number(1)+" WHERE "+where, append([]any{v}, args...)...)
	return err
}

func (a *table) delete(row []cell) error {
	where, args := a.at(row, 1)
	_, err := a.db.Exec("DELETE FROM "+a.name+" WHERE "+where, args...)
	return err
}

func (a *table) insert(row []cell) error {
	return a.put(a.db, row)
}

func (a *table) put(db interface {
	Exec(string, ...any) (sql.Result, error)
}, row []cell) error {
	numbers := make([]string, len(row))
	args := make([]any, len(row))
	for i := range row {
		numbers[i], args[i] = a.number(i+1), row[i]
	}
	_, err := db.Exec("INSERT INTO "+a.name+" ("+strings.Join(a.columns, ", ")+") VALUES ("+strings.Join(numbers, ", ")+")", args...)
	return err
}

// with is the row with other values.
func (a *table) with(row []cell, changes map[string]cell) []cell {
	out := slices.Clone(row)
	for name, v := range changes {
		out[a.column(name)] = v
	}
	return out
}

// restore makes the table what it was.
func (a *table) restore(t *testing.T) {
	t.Helper()
	tx, err := a.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("DELETE FROM " + a.name); err != nil {
		t.Fatal(err)
	}
	for _, row := range a.rows {
		if err := a.put(tx, row); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// others are values that a cell could be changed to, the most telling first: near ones, an empty one, what stands in the same
// column of other rows.
func (a *table) others(row []cell, column string) (out []cell) {
	i := a.column(column)
	is := func(c cell) func(cell) bool {
		return func(o cell) bool { return fmt.Sprintf("%T%v", o, o) == fmt.Sprintf("%T%v", c, c) }
	}
	add := func(c cell) {
		if !is(row[i])(c) && !slices.ContainsFunc(out, is(c)) {
			out = append(out, c)
		}
	}
	switch v := row[i].(type) {
	case nil:
		add(int64(1))
		add(int64(0))
		add("1")
	case int64:
		add(v + 1)
		add(nil)
		add(-v)
		add(v - 1)
	case string:
		add(v + "x")
		add("")
		add(strings.TrimSuffix(v, v[max(0, len(v)-1):]))
		add(strings.ToUpper(v))
	case []byte:
		for bit := 0; bit < 8*len(v); bit += 37 {
			b := bytes.Clone(v)
			b[bit/8] ^= 1 << (bit % 8)
			add(b)
		}
		add(make([]byte, len(v)))
		add(v[:len(v)-1])
	default:
		panic(fmt.Sprintf("%s.%s is a %T", a.name, column, v))
	}
	n := len(out)
	for _, o := range a.rows {
		if len(out) < n+3 {
			add(o[i])
		}
	}
	return out[:min(len(out), figure.Of(3, len(out)))]
}
