package stores

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/quittance/quittance/payment/storetest"
)

// unique are the unique indexes of the schema that no primary key makes: what two writers at one moment cannot see of one another, these see.
var unique = map[string]string{
	"quittance_payment_key":     "debtor, key WHERE debtor <> ''",
	"quittance_payment_attempt": "debt WHERE state IN 'created', 'redirected', 'unknown' AND debt <> ''",
	"quittance_payment_money":   "claim WHERE state IN 'paid', 'recorded' AND claim <> ''",
	"quittance_payment_paid":    "debt WHERE state = 'paid' AND debt <> ''",
	"quittance_payment_handle":  "merchant, handle_session WHERE handle_session <> ''",
	"reference":                 "reference",
}

// The database has every unique index, on the columns and for the states that the rules name.
func TestM6UniqueIndexes(t *testing.T) {
	for name, look := range map[string]struct {
		open  func(*testing.T) *sql.DB
		query string
	}{
		"SQLite": {func(t *testing.T) *sql.DB {
			file := filepath.Join(t.TempDir(), "payments.db")
			openFile(t, file, sqlstore.Options{})
			db, err := sql.Open("sqlite", sqlstore.DSN(file))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			return db
		}, `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE%' UNION ALL
			SELECT 'reference', 'CREATE UNIQUE INDEX x ON y (' || i.name || ')' FROM pragma_index_list('quittance_payment') l, pragma_index_info(l.name) i
			WHERE l.origin = 'u' AND l."unique"`},
		"PostgreSQL": {func(t *testing.T) *sql.DB {
			db := postgres.Shared(t).Database(t)
			migrated(t, db, sqlstore.PostgreSQL, sqlstore.Options{})
			return db
		}, `SELECT CASE WHEN x.indexname = 'quittance_payment_reference_key' THEN 'reference' ELSE x.indexname END, x.indexdef FROM pg_indexes x
			JOIN pg_class c ON c.relname = x.indexname JOIN pg_index i ON i.indexrelid = c.oid
			WHERE x.tablename LIKE 'quittance%' AND i.indisunique AND NOT i.indisprimary AND i.indisvalid`},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := look.open(t).Query(look.query)
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			got := map[string]string{}
			for rows.Next() {
				var name, definition string
				if err := rows.Scan(&name, &definition); err != nil {
					t.Fatal(err)
				}
				got[name] = plain(definition)
			}
			if err := rows.Err(); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(unique, got); d != "" {
				t.Errorf("unique indexes (-want +got):\n%s", d)
			}
		})
	}
}

var (
	cast   = regexp.MustCompile(`::text(\[\])?`)
	spaces = regexp.MustCompile(`\s+`)
)

// plain is what an index is on, in the words of both databases.
func plain(definition string) string {
	_, on, _ := strings.Cut(definition, "(")
	s := cast.ReplaceAllString(on, "")
	s = strings.ReplaceAll(s, "= ANY (ARRAY[", "IN (")
	s = strings.NewReplacer("(", "", ")", "", "]", "").Replace(s)
	return strings.TrimSpace(spaces.ReplaceAllString(s, " "))
}

// The suite finds it when PostgreSQL lacks an index: the conditions of a statement do not see what another one is about to write.
func TestM6SuiteNeedsTheIndexes(t *testing.T) {
	server := postgres.Shared(t)
	for index, finds := range map[string]string{
		"quittance_payment_attempt": "many at once: one attempt of a debt",
		"quittance_payment_money":   "many at once: one acceptance of a claim, and of a debt",
		"quittance_payment_paid":    "many at once: one acceptance of a claim, and of a debt",
	} {
		t.Run(index, func(t *testing.T) {
			for _, c := range storetest.Cases() {
				if c.Name != finds {
					continue
				}
				var found error
				for round := 0; round < 12 && found == nil; round++ { // a race is seldom lost in one round on a machine that is busy
					db := server.Database(t)
					s := migrated(t, db, sqlstore.PostgreSQL, sqlstore.Options{})
					if _, err := db.Exec("DROP INDEX " + index); err != nil {
						t.Fatal(err)
					}
					found = c.Check(t.Context(), payment.Store(s), nil)
				}
				if found == nil {
					t.Errorf("without it the case %q passes", finds)
				}
				t.Log(fmt.Sprint(found))
				return
			}
			t.Fatalf("there is no case %q", finds)
		})
	}
}
