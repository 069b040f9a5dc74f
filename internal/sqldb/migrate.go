package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// Schema is a set of tables with a version of its own.
type Schema struct {
	Table string // where the version is kept: a single row
	Files fs.FS  // "0001_name.sql" and so on: statements that end with ";\n"

	// Lock is the number of an advisory lock of PostgreSQL. Zero: the database is SQLite, where the transaction itself is the lock.
	Lock int64

	// Before are steps that statements cannot take, by the number of the file that they come before, in the same transaction.
	Before map[int]func(ctx context.Context, conn *sql.Conn) error

	distrust func(conn *sql.Conn, why error) // takes away a connection whose transaction could not be ended; nil: discardConnection
}

// Migrate brings the schema up to date in one transaction. Any number of processes may call it at once: one applies what is missing, and the
// others wait. A schema that is newer than the files is an error, and nothing is changed. On PostgreSQL it is for [AwaitLocks].
func (s Schema) Migrate(ctx context.Context, db *sql.DB) error {
	begin := "BEGIN IMMEDIATE" // whatever the DSN says: a transaction that reads first could not write later
	if s.Lock != 0 {
		begin = "BEGIN"
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, begin); err != nil {
		discardConnection(conn) // it may have begun all the same
		return err
	}
	distrust := s.distrust
	if distrust == nil {
		distrust = func(conn *sql.Conn, _ error) { discardConnection(conn) } // its transaction may still be open
	}
	return commitOrRollBack(ctx, conn, s.applyMissing(ctx, conn), distrust)
}

func (s Schema) applyMissing(ctx context.Context, conn *sql.Conn) error {
	if s.Lock != 0 {
		for _, statement := range []string{fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", s.Lock), BriefLocks} { // another that migrates is waited for
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
	}
	if err := s.createVersionTable(ctx, conn); err != nil {
		return err
	}
	// A write before anything is read: who may only read learns it now, and not when something is to be kept.
	if _, err := conn.ExecContext(ctx, "UPDATE "+s.Table+" SET version = version"); err != nil {
		return err
	}
	var have int
	if err := conn.QueryRowContext(ctx, "SELECT COALESCE(MAX(version), 0) FROM "+s.Table).Scan(&have); err != nil {
		return err
	}
	files, err := fs.Glob(s.Files, "*.sql")
	if err != nil {
		return err
	}
	last := 0
	for _, name := range files { // in the order of their names
		if last, err = strconv.Atoi(name[:min(4, len(name))]); err != nil {
			return fmt.Errorf("%s does not begin with four digits", name)
		}
		if last <= have {
			continue
		}
		if step := s.Before[last]; step != nil {
			if err := step(ctx, conn); err != nil {
				return fmt.Errorf("before %s: %w", name, err)
			}
		}
		script, err := fs.ReadFile(s.Files, name)
		if err != nil {
			return err
		}
		for _, statement := range strings.Split(string(script), ";\n") {
			if strings.TrimSpace(statement) == "" {
				continue
			}
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if have > last {
		return fmt.Errorf("the schema is at %d and this code knows %d: run the newer code, or restore the backup from before it", have, last)
	}
	if have == last {
		return nil
	}
	if _, err := conn.ExecContext(ctx, "DELETE FROM "+s.Table); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO %s (version) VALUES (%d)", s.Table, last))
	return err
}

// createVersionTable makes the table of the version if it is missing. PostgreSQL asks for the right to create tables before IF NOT EXISTS looks for
// the table, and the role of a service has no such right; so there the table is looked for, in the schema in which it would be made.
func (s Schema) createVersionTable(ctx context.Context, conn *sql.Conn) error {
	if s.Lock != 0 {
		var exists bool
		query := "SELECT to_regclass(quote_ident(current_schema()) || '." + s.Table + "') IS NOT NULL"
		if err := conn.QueryRowContext(ctx, query).Scan(&exists); err != nil || exists {
			return err
		}
	}
	_, err := conn.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS "+s.Table+" (version INTEGER NOT NULL)")
	return err
}
