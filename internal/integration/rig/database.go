package rig

import (
	"database/sql"
	"fmt"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/quittance/quittance/payment/sqlstore"
)

// Database names a database that every process of a world opens.
type Database struct {
	Driver, DSN string
}

// SQLite is a file.
func SQLite(file string) Database { return Database{"sqlite", sqlstore.DSN(file)} }

// PostgreSQL is a database of a server.
func PostgreSQL(dsn string) Database { return Database{"pgx", dsn} }

// Open opens the store. Nothing is migrated.
func (d Database) Open(o sqlstore.Options) (*sql.DB, *sqlstore.Store, error) {
	db, err := sql.Open(d.Driver, d.DSN)
	if err != nil {
		return nil, nil, err
	}
	open := sqlstore.PostgreSQL
	switch d.Driver {
	case "sqlite", pinnedDriver:
		open = sqlstore.SQLite
	case "pgx":
	default:
		return nil, nil, fmt.Errorf("rig: there is no driver %q", d.Driver)
	}
	store, err := open(db, o)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	return db, store, nil
}
