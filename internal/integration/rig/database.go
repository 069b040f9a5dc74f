package rig

import (
	"database/sql"
	"fmt"
	"path/filepath"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"

	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Database names a database that every process of a world opens.
type Database struct {
	Driver, DSN string
	Letters     string // the DSN of the portals' own mailbox
}

// SQLite is a file. The letters are in one of their own beside it, so that a test sees whose a call of the disk is.
func SQLite(file string) Database {
	return Database{"sqlite", sqlstore.DSN(file), sqlstore.DSN(filepath.Join(filepath.Dir(file), "letters.db"))}
}

// PostgreSQL is a database of a server, with the letters in it.
func PostgreSQL(dsn string) Database { return Database{"pgx", dsn, dsn} }

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

// OpenMailbox opens the portals' own mailbox. Nothing is migrated.
func (d Database) OpenMailbox() (*sql.DB, *sqlmailbox.Mailbox, error) {
	db, err := sql.Open(d.Driver, d.Letters)
	if err != nil {
		return nil, nil, err
	}
	open := sqlmailbox.SQLite
	if d.Driver == "pgx" {
		open = sqlmailbox.PostgreSQL
	}
	box, err := open(db)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	return db, box, nil
}
