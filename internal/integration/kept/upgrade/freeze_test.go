//go:build !race

package upgrade

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"github.com/quittance/quittance/payment/audit"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// freeze writes what a release leaves behind in users' databases, for all later versions to read:
//
//	go test ./upgrade -run TestFreeze -freeze schema-3
//
// It is run when the schema or the form of an entry has changed, and before a release. What was frozen is never written again.
var freeze = flag.String("freeze", "", "name of the form to freeze")

// Where the frozen forms are, each in a folder of its name.
const (
	journals  = "../../../../payment/testdata/journals"
	databases = "../../../../payment/sqlstore/testdata/databases"
)

// tables are those of the schema, with the columns by which their rows are in order.
var tables = []struct{ name, order string }{
	{"quittance_payment", "reference"}, {"quittance_entry", "payment, version"}, {"quittance_change", "key"}, {"quittance_sequence", "day"},
	{"quittance_orphan", "fingerprint"}, {"quittance_closed", "day"}, {"quittance_schema", "version"},
}

// record is a row of a table, by column: int64, string or []byte. NULL is left out.
type record map[string]any

// MarshalJSON writes bytes in hexadecimal.
func (r record) MarshalJSON() ([]byte, error) {
	m := make(map[string]any, len(r))
	for k, v := range r {
		if b, ok := v.([]byte); ok {
			v = hex.EncodeToString(b)
		}
		m[k] = v
	}
	return json.Marshal(m)
}

// rows reads a query's rows, whatever they are.
func rows(t testing.TB, db *sql.DB, query string, args ...any) []record {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []record
	for rows.Next() {
		values := make([]any, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		r := record{}
		for i, c := range columns {
			if n, ok := values[i].(int32); ok {
				values[i] = int64(n)
			}
			if values[i] != nil {
				r[c] = values[i]
			}
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// literal is a value in SQL; bytes are how bytes begin there.
func literal(v any, bytes string) string {
	switch v := v.(type) {
	case []byte:
		return bytes + hex.EncodeToString(v) + "'"
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	}
	return fmt.Sprint(v)
}

// insert is the statement that writes a row.
func insert(table string, r record, bytes string) string {
	var columns, values []string
	for _, c := range sorted(r) {
		columns, values = append(columns, c), append(values, literal(r[c], bytes))
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s);\n", table, strings.Join(columns, ", "), strings.Join(values, ", "))
}

func sorted(r record) []string {
	var names []string
	for c := range r {
		names = append(names, c)
	}
	slices.Sort(names)
	return names
}

// TestFreeze tells every story, which must come to what it is meant to be, and freezes what is left of it if it is asked to.
func TestFreeze(t *testing.T) {
	dir := t.TempDir()
	all := map[string][]record{} // by table
	for i, story := range stories {
		file := filepath.Join(dir, story.name+".db")
		story.tell(newWorld(t, file, i+1))
		db := open(t, "sqlite", sqlstore.DSN(file))
		for _, table := range tables {
			all[table.name] = append(all[table.name], rows(t, db, "SELECT * FROM "+table.name+" ORDER BY "+table.order)...)
		}
		if *freeze != "" {
			keep(t, filepath.Join(journals, *freeze, story.name+".json"), told(t, db))
		}
	}
	// One database has all of it: the last number of the day is the highest.
	last := slices.MaxFunc(all["quittance_sequence"], func(a, b record) int { return int(a["last"].(int64) - b["last"].(int64)) })
	all["quittance_sequence"] = []record{last}
	kinds := []kind{sqlite}
	if *freeze != "" {
		kinds = append(kinds, postgresql(t))
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			dump := k.dump(t, all)
			db, s := k.restored(t, dump)
			seals := sealed(t, s)
			if err := books.Of(s, later).Verify(t.Context(), slices.Values(seals)); err != nil {
				t.Error(err)
			}
			if n := len(rows(t, db, "SELECT id FROM quittance_payment")); n != len(stories)+1 { // twice is two
				t.Errorf("%d payments, want %d", n, len(stories)+1)
			}
			if *freeze == "" {
				return
			}
			keep(t, filepath.Join(databases, *freeze, k.name+".sql"), []byte(dump))
			var b strings.Builder
			for _, seal := range seals {
				fmt.Fprintf(&b, "%x\n", seal)
			}
			if k.name == "sqlite" {
				keep(t, filepath.Join(databases, *freeze, "seals"), []byte(b.String()))
			}
		})
	}
}

// told are the payments of a database with their journals, in JSON, by column.
func told(t *testing.T, db *sql.DB) []byte {
	t.Helper()
	var out []map[string]any
	for _, p := range rows(t, db, "SELECT * FROM quittance_payment ORDER BY reference") {
		for _, c := range []string{"lease_token", "lease_until", "tries", "cause"} { // the store's own
			delete(p, c)
		}
		out = append(out, map[string]any{
			"payment": p, "journal": rows(t, db, "SELECT * FROM quittance_entry WHERE payment = ? ORDER BY version", p["id"]),
		})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	if err := e.Encode(out); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// dump is a whole database as text: the schema by its migrations, then the rows.
func (k kind) dump(t *testing.T, all map[string][]record) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("CREATE TABLE quittance_schema (version INTEGER NOT NULL);\n")
	files := k.migrations(t)
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		script, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(script)
	}
	for _, table := range tables {
		list := all[table.name]
		if table.name == "quittance_schema" { // the other database may be at another number
			list = []record{{"version": int64(len(names))}}
		}
		for _, r := range list {
			b.WriteString(insert(table.name, r, k.bytes))
		}
	}
	return b.String()
}

// sealed are the seals of the days of the stories.
func sealed(t *testing.T, s *sqlstore.Store) []audit.Seal {
	t.Helper()
	var seals []audit.Seal
	for _, day := range []string{"2026-03-02", "2026-03-03", "2026-03-05"} {
		seal, err := books.Of(s, later).Export(t.Context(), day, &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		seals = append(seals, seal)
	}
	return seals
}

// service is one on a restored database, long after the stories.
func service(t *testing.T, s payment.Store) *payment.Service {
	t.Helper()
	svc, err := payment.New(payment.Config{
		Store: s, Acquirer: &bank{}, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: later,
		Deliver: func(context.Context, payment.Change) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return svc
}

// keep writes a file that is not there yet.
func keep(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		t.Fatalf("what is frozen is not written again: %v", err)
	}
	defer f.Close()
	if _, err := f.Write(b); err != nil {
		t.Fatal(err)
	}
}
