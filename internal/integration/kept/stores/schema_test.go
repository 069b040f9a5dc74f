package stores

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/sqldb"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// kindOfDatabase is what a database administrator has: an empty database, the folder of its SQL files, and a look at what is in it.
type kindOfDatabase struct {
	folder  string
	empty   func(*testing.T) *sql.DB
	store   func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error)
	mailbox func(*sql.DB) (*sqlmailbox.Mailbox, error)
	content string // a query: one row for each table, column and index
}

var kindsOfDatabase = []kindOfDatabase{
	{"sqlite", func(t *testing.T) *sql.DB {
		db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(t.TempDir(), "empty.db")))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}, sqlstore.SQLite, sqlmailbox.SQLite, `SELECT name || ': ' || COALESCE(sql, '') FROM sqlite_master ORDER BY 1`},
	{"postgresql", func(t *testing.T) *sql.DB { return postgres.Shared(t).Database(t) }, sqlstore.PostgreSQL, sqlmailbox.PostgreSQL, `
		SELECT table_name || '.' || column_name || ': ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '') FROM information_schema.columns
		WHERE table_schema = 'public' UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`},
}

// Before Migrate every method says what is to be done.
func TestNotMigrated(t *testing.T) {
	for _, k := range kindsOfDatabase {
		t.Run(k.folder, func(t *testing.T) {
			db := k.empty(t)
			store, err := k.store(db, sqlstore.Options{})
			if err != nil {
				t.Fatal(err)
			}
			letters, err := k.mailbox(db)
			if err != nil {
				t.Fatal(err)
			}
			_, of := store.Find(t.Context(), payment.Lookup{ID: "a"})
			_, ofCount := store.Count(t.Context(), payment.Filter{})
			_, ofNumber := store.Sequence(t.Context(), "2026-03-02")
			_, ofLease := store.Lease(t.Context(), payment.WorkAttention, payment.Serving{}, time.Now(), time.Minute, 1)
			_, ofUnread := letters.Unread(t.Context(), "assure-17")
			for name, x := range map[string]struct {
				err, want error
				of        string
			}{
				"Find": {of, sqlstore.ErrNotMigrated, "sqlstore: "}, "Count": {ofCount, sqlstore.ErrNotMigrated, "sqlstore: "},
				"Sequence": {ofNumber, sqlstore.ErrNotMigrated, "sqlstore: "}, "Lease": {ofLease, sqlstore.ErrNotMigrated, "sqlstore: "},
				"Unread": {ofUnread, sqlmailbox.ErrNotMigrated, "sqlmailbox: "},
			} {
				if !errors.Is(x.err, x.want) || !strings.Contains(x.err.Error(), "call Migrate") || !strings.HasPrefix(x.err.Error(), x.of) {
					t.Errorf("%s: %v", name, x.err)
				}
			}
			if err := errors.Join(store.Migrate(t.Context()), letters.Migrate(t.Context())); err != nil {
				t.Fatal(err)
			}
			if n, err := store.Count(t.Context(), payment.Filter{}); n != 0 || err != nil {
				t.Errorf("after Migrate: %d, %v", n, err)
			}
			if n, err := letters.Unread(t.Context(), "assure-17"); n != 0 || err != nil {
				t.Errorf("after Migrate: %d, %v", n, err)
			}
		})
	}
}

// The SQL files in the module are the whole schema: an administrator who runs them by hand, in the order of their names, and notes the last
// number, has the database that Migrate makes, and Migrate finds nothing left to do.
func TestMigrationFilesAreTheWhole(t *testing.T) {
	root := filepath.Join("..", "..", "..", "..")
	for _, k := range kindsOfDatabase {
		t.Run(k.folder, func(t *testing.T) {
			byHand, byCode := k.empty(t), k.empty(t)
			for _, db := range []*sql.DB{byHand, byCode} {
				store, err := k.store(db, sqlstore.Options{})
				if err != nil {
					t.Fatal(err)
				}
				letters, err := k.mailbox(db)
				if err != nil {
					t.Fatal(err)
				}
				if db == byHand {
					for _, s := range []struct {
						table, folder string
						embedded      fs.FS
					}{
						{"quittance_schema", "payment/sqlstore", store.Migrations()},
						{"quittance_mailbox_schema", "inbox/sqlmailbox", letters.Migrations()},
					} {
						applyByHand(t, db, s.table, filepath.Join(root, filepath.FromSlash(s.folder), "migrations", k.folder), s.embedded)
					}
				}
				if err := errors.Join(store.Migrate(t.Context()), letters.Migrate(t.Context())); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(texts(t, byCode, k.content), texts(t, byHand, k.content)); diff != "" {
				t.Errorf("(-Migrate +by hand):\n%s", diff)
			}
		})
	}
}

// applyByHand does what docs/guides/operate.md tells an administrator to do.
func applyByHand(t *testing.T, db *sql.DB, table, folder string, embedded fs.FS) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatal(folder, files, err)
	}
	var names []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		same, err := fs.ReadFile(embedded, filepath.Base(f))
		if err != nil || string(same) != string(text) {
			t.Errorf("%s is not what Migrate applies: %v", f, err)
		}
		if _, err := db.Exec(string(text)); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		names = append(names, filepath.Base(f))
	}
	all, err := fs.Glob(embedded, "*")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all, names); diff != "" {
		t.Errorf("(-embedded +files):\n%s", diff)
	}
	for _, s := range []string{"CREATE TABLE " + table + " (version INTEGER NOT NULL)", "INSERT INTO " + table + " VALUES (" + strings.TrimLeft(names[len(names)-1][:4], "0") + ")"} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

// texts are the rows of a query of one column. SQLite writes "IF NOT EXISTS" of a statement as it was; that is left out.
func texts(t *testing.T, db *sql.DB, query string) (out []string) {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.Replace(s, "IF NOT EXISTS ", "", 1))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// A migration that cannot have its tables, because a backup reads them, holds up nobody meanwhile: it waits two seconds at a time.
func TestMigratingBesideABackupHoldsUpNobody(t *testing.T) {
	server := postgres.Shared(t)
	db := server.Open(t, server.DSN(server.Create(t)))
	d, err := sqldb.PostgreSQL(db, "hold")
	if err != nil {
		t.Fatal(err)
	}
	schema := sqldb.Schema{Table: "hold_schema", Lock: 17, Files: fstest.MapFS{"0001_one.sql": {Data: []byte("CREATE TABLE hold (a INTEGER);\n")}}}
	if err := d.Migrate(t.Context(), schema); err != nil {
		t.Fatal(err)
	}
	backup, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer backup.Rollback()
	if _, err := backup.Exec("SELECT * FROM hold"); err != nil {
		t.Fatal(err)
	}
	schema.Files = fstest.MapFS{
		"0001_one.sql": {}, "0002_two.sql": {Data: []byte("ALTER TABLE hold ADD b INTEGER;\nALTER TABLE hold ADD c INTEGER;\n")},
	}
	impatient, cancel := context.WithCancel(t.Context())
	done, given := make(chan error, 1), make(chan error, 1)
	go func() { done <- d.Migrate(t.Context(), schema) }()
	go func() { given <- d.Migrate(impatient, schema) }()
	for range 2 {
		for waits := 0; waits == 0; {
			if err := db.QueryRow("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'hold'::regclass").Scan(&waits); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		if _, err := db.ExecContext(ctx, "INSERT INTO hold VALUES (1)"); err != nil {
			t.Errorf("a write beside a backup and a migration: %v", err)
		}
		cancel()
	}
	cancel()
	if err := <-given; !errors.Is(err, context.Canceled) {
		t.Errorf("a migration that nobody waits for any more: %v", err)
	}
	if err := backup.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("the migration, after the backup: %v", err)
	}
	if _, err := db.Exec("INSERT INTO hold (b, c) VALUES (2, 3)"); err != nil {
		t.Error(err)
	}
}
