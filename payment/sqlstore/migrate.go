package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the files that [Store.Migrate] applies, by number, for hosts whose own tool applies them:
// "0001_payments.sql" and so on. They only go forward, and one that was released never changes. A tool of the host
// must also fill the table quittance_schema, which Migrate makes: a single row with the number of the last one.
func (s *Store) Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations/"+s.d.name)
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}

// Migrate brings the schema up to date. It may be called at every start, by any number of processes at once: one
// applies what is missing, in one transaction, and the others wait. A schema that is newer than this code is an
// error, and nothing is changed.
func (s *Store) Migrate(ctx context.Context) error {
	err := s.within(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if s.d.lock != "" {
			if _, err := tx.ExecContext(ctx, s.d.lock); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS quittance_schema (version INTEGER NOT NULL)"); err != nil {
			return err
		}
		var have int
		if err := tx.QueryRowContext(ctx, "SELECT COALESCE(MAX(version), 0) FROM quittance_schema").Scan(&have); err != nil {
			return err
		}
		files, err := fs.Glob(s.Migrations(), "*.sql")
		if err != nil {
			return err
		}
		last := 0
		for _, name := range files { // in the order of their names
			if last, err = strconv.Atoi(name[:4]); err != nil {
				return fmt.Errorf("%s does not begin with four digits", name)
			}
			if last <= have {
				continue
			}
			script, err := fs.ReadFile(s.Migrations(), name)
			if err != nil {
				return err
			}
			for _, statement := range strings.Split(string(script), ";\n") {
				if strings.TrimSpace(statement) == "" {
					continue
				}
				if _, err := tx.ExecContext(ctx, statement); err != nil {
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
		if _, err := tx.ExecContext(ctx, "DELETE FROM quittance_schema"); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, s.d.q("INSERT INTO quittance_schema (version) VALUES ($1)"), last)
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	return nil
}
