package trouble

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Each setting that would lose or block something is named, with what to put into the DSN; the ones that are right are not.
func TestSettingsOfSQLite(t *testing.T) {
	const wal, full, busy = "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=busy_timeout(10000)"
	for name, c := range map[string]struct {
		query string
		want  []string
	}{
		"none of a journal in WAL mode": {full + "&" + busy, []string{"journal_mode is delete", "journal_mode(WAL)"}},
		"memory":                        {"_pragma=journal_mode(MEMORY)&" + full + "&" + busy, []string{"journal_mode is memory"}},
		"synchronous NORMAL":            {wal + "&_pragma=synchronous(NORMAL)&" + busy, []string{"synchronous is 1", "synchronous(FULL)"}},
		"synchronous OFF":               {wal + "&_pragma=synchronous(OFF)&" + busy, []string{"synchronous is 0", "synchronous(FULL)"}},
		"no busy_timeout":               {wal + "&" + full, []string{"busy_timeout is 0", "busy_timeout(10000)"}},
		"a short busy_timeout":          {wal + "&" + full + "&_pragma=busy_timeout(999)", []string{"busy_timeout is 999"}},
		"all at once":                   {"_pragma=synchronous(OFF)", []string{"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(10000)"}},
		"EXTRA is more than FULL":       {wal + "&_pragma=synchronous(EXTRA)&" + busy, nil},
		"the least":                     {wal + "&" + full + "&_pragma=busy_timeout(1000)", nil},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "payments.db")+"?"+c.query)
			_, err := sqlstore.SQLite(db, sqlstore.Options{})
			if c.want == nil && err != nil {
				t.Errorf("error %v", err)
			}
			says(t, name, err, c.want...)
		})
	}
}

// A PRAGMA that is executed reaches one connection of the pool; the next one has the driver's own settings.
func TestSettingsOfOneConnection(t *testing.T) {
	for _, most := range []int{0, 2, 1} { // a pool of one connection has no other
		db := open(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "payments.db"))
		db.SetMaxOpenConns(most)
		for _, pragma := range []string{"journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"} {
			if _, err := db.Exec("PRAGMA " + pragma); err != nil {
				t.Fatal(err)
			}
		}
		_, err := sqlstore.SQLite(db, sqlstore.Options{})
		if most != 1 {
			says(t, "executed", err, "busy_timeout is 0 on a new connection", "into the DSN")
		} else if err != nil {
			t.Errorf("one connection: %v", err)
		}
	}
}

func wrongSettings(t *testing.T, server *postgres.Server) {
	admin := open(t, "pgx", server.DSN("postgres"))
	if _, err := admin.Exec("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		database, query string
		want            []string
	}{
		"nothing wrong":               {"postgres", "", nil},
		"synchronous_commit is local": {"postgres", "&synchronous_commit=local", nil},
		"synchronous_commit is off":   {"postgres", "&synchronous_commit=off", []string{"synchronous_commit is off", "set it on"}},
		"read only":                   {"postgres", "&default_transaction_read_only=on", []string{"transaction_read_only is on", "connect to the primary"}},
		"serializable":                {"postgres", "&default_transaction_isolation=serializable", []string{"transaction_isolation is serializable", "read committed"}},
		"another encoding":            {"ascii", "", []string{"server_encoding is SQL_ASCII", "UTF8"}},
		"all at once": {"ascii", "&synchronous_commit=off&default_transaction_read_only=on&default_transaction_isolation=repeatable%20read",
			[]string{"synchronous_commit", "transaction_read_only", "transaction_isolation is repeatable read", "server_encoding"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sqlstore.PostgreSQL(open(t, "pgx", server.DSN(c.database)+c.query), sqlstore.Options{})
			if c.want == nil && err != nil {
				t.Errorf("error %v", err)
			}
			says(t, name, err, c.want...)
		})
	}
	_, err := sqlstore.PostgreSQL(open(t, "pgx", server.DSN("nowhere")), sqlstore.Options{})
	says(t, "a database that is not there", err, "cannot be asked", "nowhere")
	_, err = sqlstore.SQLite(open(t, "pgx", server.DSN("postgres")), sqlstore.Options{})
	says(t, "PostgreSQL taken for SQLite", err, "is it an SQLite database?")
	_, err = sqlstore.PostgreSQL(open(t, "sqlite", sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db"))), sqlstore.Options{})
	says(t, "SQLite taken for PostgreSQL", err, "is it a PostgreSQL database?")
}

// A version that is too old is refused, and says from which one on it is trusted.
func TestTooOld(t *testing.T) {
	for _, c := range []struct {
		version string
		old     bool
	}{
		{"3.51.2", true}, {"3.9.0", true}, {"3.45.1", true}, {"2.99.99", true}, {"3.51", true},
		{"3.51.3", false}, {"3.51.10", false}, {"3.52.0", false}, {"4.0", false},
	} {
		db := open(t, "told", "")
		tell(t, db, map[string]string{
			"SELECT sqlite_version()": c.version, "PRAGMA journal_mode": "wal", "PRAGMA synchronous": "2", "PRAGMA busy_timeout": "10000",
		})
		if _, err := sqlstore.SQLite(db, sqlstore.Options{}); !c.old && err != nil {
			t.Errorf("SQLite %s: %v", c.version, err)
		} else if c.old {
			says(t, "SQLite "+c.version, err, "SQLite "+c.version+" is too old", "3.51.3")
		}
	}
	for _, c := range []struct {
		version int
		old     bool
	}{{120022, true}, {90624, true}, {130000, false}, {180001, false}} {
		db := open(t, "told", "")
		tell(t, db, map[string]string{
			"SELECT current_setting('server_version_num')::int": fmt.Sprint(c.version), "SELECT current_setting('synchronous_commit')": "on",
			"SELECT current_setting('transaction_read_only')": "off", "SELECT current_setting('transaction_isolation')": "read committed",
			"SELECT current_setting('server_encoding')": "UTF8",
		})
		if _, err := sqlstore.PostgreSQL(db, sqlstore.Options{}); !c.old && err != nil {
			t.Errorf("PostgreSQL %d: %v", c.version, err)
		} else if c.old {
			says(t, "PostgreSQL", err, fmt.Sprintf("PostgreSQL %d is too old: 130000 or later", c.version))
		}
	}
}
