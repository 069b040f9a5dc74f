// Package sqldb is what the packages that keep rows in the host's SQLite or PostgreSQL have in common: which databases can be trusted, how
// a schema is brought up to date, and one queue of writers, one way to read and one way to retry for one *sql.DB. It imports no driver.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The first versions that can be trusted.
const (
	oldestSQLite     = "3.51.3"
	oldestPostgreSQL = 130000
)

// patience is how long a database may take to answer what it is.
const patience = 10 * time.Second

// checkSQLite asks an SQLite for its version and its settings, and returns every problem at once, with what to put into the DSN. name is the
// package that asks.
func checkSQLite(db *sql.DB, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var version string
	first, err := connectPatiently(ctx, db)
	if err == nil {
		err = first.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version)
		first.Close()
	}
	if err != nil {
		return fmt.Errorf("%s: SQLite: it cannot be opened: is its folder there, may this user write to it, is there room, is it an SQLite database? %w", name, err)
	}
	problems := map[string]error{} // once each, although two connections may have it
	found := func(format string, a ...any) {
		err := fmt.Errorf(name+": SQLite"+format, a...)
		problems[err.Error()] = err
	}
	if isOlderVersion(version, oldestSQLite) {
		found(" %.20s is too old: below %s its write-ahead log can be corrupted; use a newer driver", version, oldestSQLite)
	}
	// The settings are each connection's own. Two that are open at once show whether they come from the DSN: a PRAGMA that was executed has
	// reached one of them.
	words := wordsOf(db.Driver())
	look := 2
	if stats := db.Stats(); stats.MaxOpenConnections > 0 && stats.MaxOpenConnections-stats.InUse < look {
		look = 1
	}
	for range look {
		conn, err := connectPatiently(ctx, db)
		if err != nil {
			found(": a connection: %w", err)
			break
		}
		defer conn.Close()
		for _, s := range sqliteSettings {
			var v string
			if err := conn.QueryRowContext(ctx, "PRAGMA "+s.pragma).Scan(&v); err != nil {
				found(": PRAGMA %s: %w", s.pragma, err)
			} else if !s.good(v) {
				found(": %s is %.20s on a new connection: %s", s.pragma, v, words.settingAdvice(s.pragma, s.want))
			}
		}
	}
	return errors.Join(inOrder(problems)...)
}

// connectPatiently opens a connection to an SQLite. Processes that start together on a new file all turn it to WAL, and SQLite, whatever the
// busy_timeout, refuses this at once to those who come while another does it: they try again, until ctx ends.
func connectPatiently(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	for {
		conn, err := db.Conn(ctx)
		if !isBusy(err) {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(rivalPause):
		}
	}
}

func inOrder(problems map[string]error) (out []error) {
	for _, text := range slices.Sorted(maps.Keys(problems)) {
		out = append(out, problems[text])
	}
	return out
}

var sqliteSettings = []struct {
	pragma string
	good   func(string) bool
	want   string
}{
	{"journal_mode", func(v string) bool { return strings.EqualFold(v, "wal") }, "WAL"},
	{"synchronous", func(v string) bool { return v == "2" || v == "3" }, "FULL"},
	{"busy_timeout", func(v string) bool { n, _ := strconv.Atoi(v); return n >= 1000 }, "10000"},
}

// checkPostgreSQL asks a PostgreSQL for its version and its settings, and returns every problem at once. name is the package that asks.
func checkPostgreSQL(db *sql.DB, name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var version int
	err := db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version)
	switch pooled := namePooler(err); {
	case errors.Is(pooled, errPooler):
		return fmt.Errorf("%s: PostgreSQL: %w", name, pooled)
	case err != nil:
		return fmt.Errorf("%s: PostgreSQL: it cannot be asked: does it run, may this role connect, is it a PostgreSQL database? %w", name, err)
	case version < oldestPostgreSQL:
		return fmt.Errorf("%s: PostgreSQL %d is too old: %d or later is needed", name, version, oldestPostgreSQL)
	}
	if err := checkPooler(ctx, db); err != nil {
		return fmt.Errorf("%s: PostgreSQL: %w", name, err)
	}
	var problems []error
	for _, s := range postgresqlSettings {
		var v string
		if err := db.QueryRowContext(ctx, "SELECT current_setting('"+s.name+"')").Scan(&v); err != nil {
			problems = append(problems, fmt.Errorf("%s: PostgreSQL: %s: %w", name, s.name, err))
		} else if !s.good(v) {
			problems = append(problems, fmt.Errorf("%s: PostgreSQL: %s is %.20s: %s", name, s.name, v, s.why))
		}
	}
	return errors.Join(problems...)
}

var postgresqlSettings = []struct {
	name string
	good func(string) bool
	why  string
}{
	{"synchronous_commit", func(v string) bool { return v != "off" }, "what was acknowledged could be lost; set it on"},
	{"transaction_read_only", func(v string) bool { return v == "off" },
		"it is a standby, or default_transaction_read_only is set; connect to the primary, with target_session_attrs=read-write in the DSN"},
	{"transaction_isolation", func(v string) bool { return v == "read committed" },
		"writers at once would fail instead of waiting; set default_transaction_isolation to read committed for this role"},
	{"server_encoding", func(v string) bool { return v == "UTF8" }, "not every name and letter can be stored; make a database with ENCODING 'UTF8'"},
}

// isOlderVersion compares versions such as "3.51.3" by their numbers.
func isOlderVersion(a, b string) bool {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range y {
		n, m := 0, 0
		if i < len(x) {
			n, _ = strconv.Atoi(x[i])
		}
		m, _ = strconv.Atoi(y[i])
		if n != m {
			return n < m
		}
	}
	return false
}
