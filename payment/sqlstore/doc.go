// Package sqlstore keeps payments in SQLite or PostgreSQL, through database/sql. It imports no driver: the host opens
// the database, with the driver that it trusts, and hands it over.
//
//	db, err := sql.Open("sqlite", sqlstore.DSN("payments.db")) // modernc.org/sqlite
//	store, err := sqlstore.SQLite(db, sqlstore.Options{})
//	err = store.Migrate(ctx)
//
// Limits first. SQLite is for one machine: any number of processes may open the file, never over a network file
// system. PostgreSQL is for many machines. Clocks of machines may differ by less than 15 seconds. All times are UTC
// microseconds, all amounts integer cents.
//
// # SQLite
//
// The file must be in WAL mode with synchronous FULL, and a connection must wait for the writer (busy_timeout):
// [SQLite] looks at the settings and says what to put into the DSN. An SQLite older than 3.51.3 is refused: its
// write-ahead log can be corrupted when a checkpoint races a reset. Writes of one process go through one transaction
// after the other, and those that wait share the next one and its fsync; a transaction's first statement is a write,
// so it never has to be repeated for a reader's sake. After an error of the disk the commit is unknown, and the
// service reads again.
//
// Back up with VACUUM INTO or the driver's backup, never by copying the file alone.
//
// # PostgreSQL
//
// Version 13 or later; synchronous_commit off is refused. A transition is one statement: it updates the row if the
// version fits, and inserts the entry and the change, in one round trip and one fsync. Due work is leased with SKIP
// LOCKED. Back up as any other database, with its write-ahead log.
//
// # After a restore
//
// References repeat: payments begun since the backup are known to the acquirer and not here. Before the service
// starts again, set the sequence past the acquirer's last reference of the day with [Store.Advance]. Notifications
// about payments that are gone become orphans; questions about the others bring them up to date.
package sqlstore
