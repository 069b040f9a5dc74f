//go:build !race

// Package upgrade proves that what a release leaves in a database is read by every later version, and that versions which follow one
// another can share a database.
package upgrade

import (
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"github.com/quittance/quittance/payment/audit"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// kind is one of the two databases.
type kind struct {
	name  string
	bytes string // how bytes begin in SQL
	store func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error)
	empty func(t *testing.T) *sql.DB
}

var sqlite = kind{"sqlite", "x'", sqlstore.SQLite, func(t *testing.T) *sql.DB {
	return open(t, "sqlite", sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")))
}}

// postgresql has a server that ends with the test.
func postgresql(t *testing.T) kind {
	server := postgres.Shared(t)
	return kind{"postgresql", `'\x`, sqlstore.PostgreSQL, func(t *testing.T) *sql.DB { return server.Database(t) }}
}

func TestSQLite(t *testing.T)     { upgrades(t, sqlite) }
func TestPostgreSQL(t *testing.T) { upgrades(t, postgresql(t)) }

func upgrades(t *testing.T, k kind) {
	for _, folder := range frozen(t, databases) {
		t.Run(filepath.Base(folder)+" is opened", func(t *testing.T) { oldDatabase(t, k, folder, true, k.restored) })
		t.Run(filepath.Base(folder)+" still writes", func(t *testing.T) { oldDatabase(t, k, folder, false, k.shared) })
	}
	t.Run("additions do not disturb", func(t *testing.T) { additions(t, k) })
}

// later is long after the stories: all of their days are over.
func later() time.Time { return time.Date(2032, time.April, 1, 12, 0, 0, 0, time.UTC) }

func open(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func migrate(t *testing.T, db *sql.DB, store func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error)) *sqlstore.Store {
	t.Helper()
	s, err := store(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// migrations are those of the code.
func (k kind) migrations(t *testing.T) fs.FS {
	t.Helper()
	files, err := fs.Sub(os.DirFS("../../../../payment/sqlstore/migrations"), k.name)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// restored loads a dump into an empty database, and opens it with the code as it is.
func (k kind) restored(t *testing.T, dump string) (*sql.DB, *sqlstore.Store) {
	t.Helper()
	db := k.empty(t)
	load(t, db, dump, "")
	return db, migrate(t, db, k.store)
}

// shared is a database of the code as it is, into which the version of the dump has written: while processes are exchanged one by one, both
// are at work.
func (k kind) shared(t *testing.T, dump string) (*sql.DB, *sqlstore.Store) {
	t.Helper()
	db := k.empty(t)
	s := migrate(t, db, k.store)
	load(t, db, dump, "INSERT INTO quittance_")
	return db, s
}

// load runs the statements of a dump that begin with a text. The version of the schema is left as it is when it is there.
func load(t *testing.T, db *sql.DB, dump, begin string) {
	t.Helper()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for _, statement := range strings.Split(dump, ";\n") {
		if strings.TrimSpace(statement) == "" || !strings.HasPrefix(statement, begin) || begin != "" && strings.Contains(statement, "quittance_schema") {
			continue
		}
		if _, err := tx.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v in %.200s", err, statement)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// frozen are the folders of frozen forms, one for each schema or release.
func frozen(t *testing.T, in string) []string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(in, "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("nothing is frozen in %s: %v", in, err)
	}
	return folders
}

func read(t *testing.T, elem ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A database that an earlier version left is migrated, opened and read equal: nothing that is stored changes, every journal and every seal
// verifies, and the work goes on where it stood.
func oldDatabase(t *testing.T, k kind, folder string, migrated bool, load func(t *testing.T, dump string) (*sql.DB, *sqlstore.Store)) {
	db, s := load(t, string(read(t, folder, k.name+".sql")))
	svc := service(t, s)
	var seals []audit.Seal
	kept, err := os.ReadFile(filepath.Join(folder, "seals"))
	if err != nil && !errors.Is(err, os.ErrNotExist) { // those of schema-1 were of another form, and nobody kept any
		t.Fatal(err)
	}
	for line := range strings.Lines(string(kept)) {
		b, err := hex.DecodeString(strings.TrimSpace(line))
		if err != nil || len(b) != 32 {
			t.Fatalf("seal %q: %v", line, err)
		}
		seals = append(seals, audit.Seal(b))
	}
	if err := books.Of(s, later).Verify(t.Context(), slices.Values(seals)); err != nil {
		t.Error(err)
	}
	sameRows(t, db, folder)
	files, err := fs.Glob(k.migrations(t), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]record{{"version": int64(len(files))}}, rows(t, db, "SELECT * FROM quittance_schema")); d != "" {
		t.Errorf("the schema's version (-want +got):\n%s", d)
	}
	goesOn(t, s, svc, folder, migrated)
	if err := books.Of(s, later).Verify(t.Context(), slices.Values(seals)); err != nil {
		t.Errorf("after some more work: %v", err)
	}
}

// sameRows compares the payments and their journals with those frozen in JSON: every column that there was is there, and as it was.
func sameRows(t *testing.T, db *sql.DB, folder string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(journals, filepath.Base(folder), "*.json"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d journals in %s, %v; want one for each story that was told then", len(files), folder, err)
	}
	for _, file := range files {
		var want []struct {
			Payment map[string]any
			Journal []map[string]any
		}
		d := json.NewDecoder(strings.NewReader(string(read(t, file))))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			id := w.Payment["id"]
			got := rows(t, db, "SELECT * FROM quittance_payment WHERE id = $1", id)
			if len(got) != 1 {
				t.Fatalf("%s: payment %v is gone", file, id)
			}
			equal(t, file, got[0], w.Payment)
			lines := rows(t, db, "SELECT * FROM quittance_entry WHERE payment = $1 ORDER BY version", id)
			if len(lines) != len(w.Journal) {
				t.Fatalf("%s: %d entries, want %d", file, len(lines), len(w.Journal))
			}
			for i := range lines {
				equal(t, file, lines[i], w.Journal[i])
			}
		}
	}
}

// equal compares a row with a frozen one. It may have columns that the frozen one has not.
func equal(t *testing.T, file string, got record, want map[string]any) {
	t.Helper()
	for c, w := range want {
		g := got[c]
		if b, ok := g.([]byte); ok {
			g = hex.EncodeToString(b)
		}
		if fmt.Sprint(g) != fmt.Sprint(w) {
			t.Errorf("%s: %s of %v is %v, want %v", filepath.Base(file), c, want["id"], g, w)
		}
	}
}

// goesOn takes up what the stories left open.
func goesOn(t *testing.T, s *sqlstore.Store, svc *payment.Service, folder string, migrated bool) {
	t.Helper()
	held := &payment.HeldError{}
	if _, _, err := svc.Begin(t.Context(), request("redirected")); err != nil {
		t.Errorf("the same request as before the upgrade: %v", err)
	}
	other := request("redirected")
	other.Key = "another"
	if _, _, err := svc.Begin(t.Context(), other); !errors.As(err, &held) || held.By.State != payment.Redirected {
		t.Errorf("a second attempt of a held debt: %v", err)
	}
	n, err := s.Sequence(t.Context(), "2026-03-02")
	told, gerr := filepath.Glob(filepath.Join(journals, filepath.Base(folder), "*.json"))
	if err != nil || gerr != nil || n <= 100*len(told) {
		t.Errorf("number %d %v: it was given before", n, err)
	}
	var orphans []string
	for o, err := range s.Orphans(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		orphans = append(orphans, fmt.Sprintf("%s %s %s", o.Result.Reference, o.Result.Amount.StringFixed(2), o.Result.Outcome))
	}
	if d := cmp.Diff([]string{"PCLCB260610009999 75.30 accepted"}, orphans); d != "" {
		t.Errorf("orphans (-want +got):\n%s", d)
	}
	tasks, err := s.Lease(t.Context(), payment.WorkAttention, payment.Serving{Merchants: []string{(*bank)(nil).Merchant()}}, begun.Add(time.Hour), time.Minute, 100)
	if err != nil {
		t.Fatal(err)
	}
	var leased []string
	for _, task := range tasks {
		leased = append(leased, fmt.Sprintf("%s, %s, tries %d %q", task.Payment.Debt, task.Payment.State, task.Tries, task.Cause))
	}
	slices.Sort(leased)
	want := []string{
		`D-created, created, tries 0 ""`, `D-leased, redirected, tries 0 ""`, `D-redirected, redirected, tries 0 ""`,
		`D-refunding, refunding, tries 0 ""`, `D-unknown, unknown, tries 0 ""`,
	}
	if name := filepath.Base(folder); migrated && (name == "schema-1" || name == "schema-2") { // in which nobody looked at a review
		want = append(want, `D-overdue, review, tries 0 ""`, `D-returned, review, tries 0 ""`, `D-unknown-absent, review, tries 0 ""`)
		slices.Sort(want)
	}
	if d := cmp.Diff(want, leased); d != "" {
		t.Errorf("payments to look at (-want +got):\n%s", d)
	}
	var out []string
	tries := map[string]int{}
	for range 200 {
		tasks, err := s.Lease(t.Context(), payment.WorkDelivery, payment.Serving{}, later(), time.Minute, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(tasks) == 0 {
			break
		}
		for _, task := range tasks {
			name := task.Payment.Debt + " " + string(task.Change.Entry.Event)
			out, tries[name] = append(out, name), task.Tries
			if err := s.Release(t.Context(), task, time.Time{}, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, want := range []string{"D-undelivered created", "D-undelivered opened", "D-undelivered accepted", " accepted"} { // the last is the orphan's
		if !slices.Contains(out, want) {
			t.Errorf("change %q was not delivered, of %q", want, out)
		}
	}
	if tries["D-undelivered created"] != 1 || tries[" accepted"] != 1 {
		t.Errorf("failures before the upgrade are forgotten: %v", tries)
	}
	for p, err := range svc.List(t.Context(), payment.Filter{Debt: "D-paid"}) {
		if err != nil {
			t.Fatal(err)
		}
		if q, err := svc.Record(t.Context(), p.ID); err != nil || q.State != payment.Recorded {
			t.Errorf("%v, %v", q, err)
		}
	}
}

// Versions that follow one another share a database while they are exchanged. What a migration may add is a column, a table, an index: the
// code before it goes on, and does not touch what it does not know.
func additions(t *testing.T, k kind) {
	db := k.empty(t)
	s := migrate(t, db, k.store)
	w := on(t, s)
	before := w.begin("before")
	var version int
	w.must(db.QueryRow("SELECT version FROM quittance_schema").Scan(&version))
	for _, statement := range []string{
		"ALTER TABLE quittance_payment ADD COLUMN tomorrow TEXT NOT NULL DEFAULT 'new'",
		"ALTER TABLE quittance_payment ADD COLUMN after_tomorrow TEXT",
		"ALTER TABLE quittance_entry ADD COLUMN tomorrow INTEGER NOT NULL DEFAULT 7",
		"ALTER TABLE quittance_change ADD COLUMN tomorrow TEXT",
		"CREATE TABLE quittance_tomorrow (id TEXT PRIMARY KEY)",
		"CREATE INDEX quittance_payment_tomorrow ON quittance_payment (tomorrow)",
		"UPDATE quittance_payment SET tomorrow = 'mine'",
		fmt.Sprintf("UPDATE quittance_schema SET version = %d", version+1),
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	during := w.begin("during")
	for _, p := range []payment.Payment{before, during} {
		if p = w.record(w.hear(p, acquirer.Accepted)); p.State != payment.Recorded {
			t.Errorf("%v", p)
		}
	}
	w.work()
	w.must(books.Of(s, later).Verify(t.Context(), nil))
	var kept, added string
	w.must(db.QueryRow("SELECT tomorrow FROM quittance_payment WHERE id = $1", string(before.ID)).Scan(&kept))
	w.must(db.QueryRow("SELECT tomorrow FROM quittance_payment WHERE id = $1", string(during.ID)).Scan(&added))
	if kept != "mine" || added != "new" {
		t.Errorf("the column of the next version is %q and %q, want mine and new", kept, added)
	}
	// Once stopped, the older code does not start again: it says which versions these are.
	late, err := k.store(db, sqlstore.Options{})
	w.must(err)
	err = late.Migrate(t.Context())
	if want := fmt.Sprintf("the schema is at %d and this code knows %d", version+1, version); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q in it", err, want)
	}
	var now int
	w.must(db.QueryRow("SELECT version FROM quittance_schema").Scan(&now))
	if now != version+1 {
		t.Errorf("the schema is at %d after the older code was started, want %d", now, version+1)
	}
}
