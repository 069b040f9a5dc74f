package sqlstore

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the list of migrations")

// scripts are the files of one of the databases, by name.
func scripts(t *testing.T, dialect string) map[string]string {
	t.Helper()
	names, err := fs.Glob(migrations, "migrations/"+dialect+"/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("no migrations of %s: %v", dialect, err)
	}
	out := map[string]string{}
	for i, name := range names {
		if want := fmt.Sprintf("%04d_", i+1); !strings.HasPrefix(path.Base(name), want) {
			t.Errorf("%s: its number is not %s: two have one, or one is missing", name, want)
		}
		b, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		out[path.Base(name)] = string(b)
	}
	return out
}

// A migration that was released never changes: databases that have it would stay as they are, and new ones would differ from them. One that was not
// released yet may be listed again with -update.
func TestMigrationsAreFrozen(t *testing.T) {
	var b strings.Builder
	for _, dialect := range []string{sqlite.name, postgresql.name} {
		names, err := fs.Glob(migrations, "migrations/"+dialect+"/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			script, err := fs.ReadFile(migrations, name)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(script), name)
		}
	}
	const list = "testdata/migrations.sha256"
	if *update {
		if err := os.WriteFile(list, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
		t.Errorf("migrations (-listed +there):\n%s", d)
	}
}

// withoutTuning is a script without its comments and what only tunes a database.
func withoutTuning(script string) string {
	statements := strings.Split(comment.ReplaceAllString(script, ""), ";\n")
	statements = slices.DeleteFunc(statements, func(s string) bool { return tuning.MatchString(strings.TrimSpace(s)) })
	return strings.TrimSpace(strings.Join(statements, ";\n"))
}

// Both databases have one schema: the files differ in the names of types, in how SQLite keeps a table, and in what only tunes it.
func TestMigrationsAreAlike(t *testing.T) {
	same := strings.NewReplacer("BIGINT", "INTEGER", "BYTEA", "BLOB")
	got := scripts(t, postgresql.name)
	for name, s := range got {
		got[name] = same.Replace(s)
	}
	want := scripts(t, sqlite.name)
	for name, s := range want {
		want[name] = strings.ReplaceAll(s, ") STRICT, WITHOUT ROWID;", ");")
	}
	for _, files := range []map[string]string{got, want} {
		for name, script := range files {
			files[name] = withoutTuning(script)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-sqlite +postgresql):\n%s", d)
	}
}

var (
	comment     = regexp.MustCompile(`--[^\n]*`)
	createTable = regexp.MustCompile(`^CREATE TABLE (quittance_\w+) \(`)
	createIndex = regexp.MustCompile(`^CREATE (UNIQUE )?INDEX quittance_\w+ ON (quittance_\w+) \(`)
	tuning      = regexp.MustCompile(`^ALTER TABLE quittance_\w+ (ALTER COLUMN (\w+ SET STATISTICS \d+|(snapshot|cause) TYPE TEXT)(, )?)+$`) // texts stay texts
	addColumn   = regexp.MustCompile(`^ALTER TABLE quittance_\w+ ADD COLUMN \w+ (TEXT|INTEGER|BIGINT|BLOB|BYTEA)( NOT NULL DEFAULT \S+)?$`)
)

// deliberate are statements that touch what is stored, or forbid what the version before may write, each with its reason.
var deliberate = map[string]string{
	"UPDATE quittance_payment SET attention_at = created_at WHERE state = 'review' AND attention_at IS NULL":                  "nobody looked at a review before; the version before looks once and does nothing",
	"CREATE UNIQUE INDEX quittance_payment_handle ON quittance_payment (merchant, handle_session) WHERE handle_session <> ''": "the version before writes no handle",
	"CREATE UNIQUE INDEX quittance_payment_paid ON quittance_payment (debt) WHERE state = 'paid' AND debt <> ''":              "two payments of one debt must not both be paid, whoever writes; the version before then gets an error and asks again later",
}

// disturbs says what a statement would do to the version before, which may still run on the same database, or to what is stored. fresh are
// the tables that the same file has made.
func disturbs(statement string, fresh map[string]bool) error {
	statement = strings.TrimSpace(comment.ReplaceAllString(statement, ""))
	switch m := createIndex.FindStringSubmatch(statement); {
	case deliberate[statement] != "":
	case statement == "" || addColumn.MatchString(statement) || tuning.MatchString(statement):
	case createTable.MatchString(statement):
		fresh[createTable.FindStringSubmatch(statement)[1]] = true
	case m != nil && m[1] != "" && !fresh[m[2]]:
		return fmt.Errorf("it forbids what the version before may write: %.80s", statement)
	case m != nil:
	default:
		return fmt.Errorf("it is neither a table, nor an index, nor a column that is empty or has a default: %.80s", statement)
	}
	return nil
}

// Migrations only add, so the version before goes on while the next one starts, and nothing that is stored is touched.
func TestMigrationsOnlyAdd(t *testing.T) {
	for _, dialect := range []string{sqlite.name, postgresql.name} {
		for name, script := range scripts(t, dialect) {
			fresh := map[string]bool{}
			for _, statement := range strings.Split(script, ";\n") {
				if err := disturbs(statement, fresh); err != nil {
					t.Errorf("%s/%s: %v", dialect, name, err)
				}
			}
			if !strings.HasSuffix(script, ";\n") {
				t.Errorf("%s/%s: the last statement does not end with a semicolon and a new line", dialect, name)
			}
		}
	}
	for _, bad := range []string{
		"DROP TABLE quittance_entry", "DROP INDEX quittance_payment_due", "ALTER TABLE quittance_payment DROP COLUMN cause",
		"ALTER TABLE quittance_payment RENAME TO quittance_paid", "ALTER TABLE quittance_payment RENAME COLUMN cause TO why",
		"ALTER TABLE quittance_payment ALTER COLUMN tries TYPE INTEGER",
		"ALTER TABLE quittance_payment ALTER COLUMN head TYPE TEXT", "ALTER TABLE quittance_payment ADD COLUMN x TEXT NOT NULL",
		"ALTER TABLE quittance_payment ADD COLUMN x TEXT UNIQUE", "ALTER TABLE quittance_payment ADD COLUMN x TEXT, DROP COLUMN cause",
		"UPDATE quittance_payment SET state = 'paid'", "DELETE FROM quittance_entry", "TRUNCATE quittance_entry", "-- gone\nDROP TABLE quittance_entry",
		"CREATE UNIQUE INDEX quittance_one ON quittance_entry (why)", "CREATE TRIGGER t BEFORE INSERT ON quittance_entry", "VACUUM", "COMMIT",
		"INSERT INTO quittance_schema VALUES (9)",
	} {
		if disturbs(bad, map[string]bool{}) == nil {
			t.Errorf("%q is let through", bad)
		}
	}
}
