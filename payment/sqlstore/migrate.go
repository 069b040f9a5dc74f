package sqlstore

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/quittance/quittance/internal/sqldb"
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
	schema := sqldb.Schema{Table: "quittance_schema", Files: s.Migrations(), Lock: s.d.lock}
	if s.d.oneWriter { // what a process left behind that was killed may be in the cache and not on the disk
		if err := s.disk.Settle(ctx, s.db); err != nil && !sqldb.Full(err) {
			return fmt.Errorf("sqlstore: migrate: %w", err)
		}
		schema.Distrust = s.disk.Distrust
	}
	leave, err := s.trusted(ctx)
	if err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	defer leave()
	if err := s.again(ctx, func() error { return schema.Migrate(ctx, s.db) }); err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	return nil
}
