// Package sqlmailbox keeps the letters of payers in SQLite or PostgreSQL, through database/sql: in the database that package
// sqlstore has the payments in, or in another one. It imports no driver: the host opens the database and hands it over.
//
//	box, err := sqlmailbox.SQLite(db) // or PostgreSQL(db)
//	err = box.Migrate(ctx)
//	config := payment.Config{
//		Deliver: inbox.Deliverer(box, catalog, sender),
//		Chores:  []payment.Chore{box.DeleteDue},
//		…
//	}
//
// Limits first. SQLite is for one machine: any number of processes may open the file, never over a network file system.
// PostgreSQL is for many machines. All times are UTC microseconds. The databases must be as package sqlstore wants them: the
// versions, the settings, the drivers and sqlstore.DSN are the same. For one SQLite file hand over one *sql.DB: all who use it write
// in one queue, and after an error of the disk look again together.
//
// # What stays of a letter
//
// When a letter is deleted its row keeps the key, and nothing else, for good: a change that is delivered once more writes no
// second letter, however late it comes. A key is a payment's ID and a kind, and names no person.
//
// Where the words were, SQLite writes zeroes (secure_delete). What a database wrote before it was asked to forget, it can still
// hold elsewhere: in pages that it moved, in its write-ahead log, in its statistics. The comment of package sqlstore says
// how to be rid of that too.
package sqlmailbox
