// Package sqlstore keeps payments in SQLite or PostgreSQL, through database/sql. It imports no driver: the host opens
// the database, with the driver that it trusts, and hands it over.
//
//	db, err := sql.Open("sqlite", sqlstore.DSN("payments.db")) // modernc.org/sqlite
//	store, err := sqlstore.SQLite(db, sqlstore.Options{})
//	err = store.Migrate(ctx)
//
// Limits first. SQLite is for one machine: any number of processes may open the file, never over a network file
// system, and one of them writes at a time. PostgreSQL is for many machines. Clocks of machines may differ by less than
// 15 seconds. All times are UTC microseconds, all amounts integer cents. A day has 9 999 999 references, taken in blocks
// of 50 by each process; what is left of a block when a process ends is never used.
//
// # SQLite
//
// Version 3.51.3 or later: the write-ahead log of older ones can be corrupted when a checkpoint races a reset. [SQLite]
// looks at the version and at the settings of two connections, and returns everything that is wrong:
//
//	journal_mode   WAL
//	synchronous    FULL or EXTRA; NORMAL would lose the last commits when the power fails
//	busy_timeout   at least 1000, in milliseconds; [DSN] says 10000
//
// They are settings of a connection, so they belong into the DSN: a PRAGMA that is executed reaches one of the pool's
// connections. The user of the process must be able to write to the file and to its folder, where -wal and -shm stand
// beside it.
//
// Writes of one process wait in one queue, those of this store, of a mailbox of package sqlmailbox and of the host ([Store.Write]) on one
// *sql.DB alike: one transaction comes after the other, those that wait share the next one and its fsync, and
// letters and payments have each their turn in it. A write of the host
// that goes past the queue waits at SQLite's own lock, which serves nobody in turn. A transaction's first statement is a write, so
// it never has to be repeated for a reader's sake. While another
// process holds the write lock for longer than busy_timeout, writes fail with "database is locked" and may be tried
// again as they are: a notification is answered with 503, Work tries again by itself. Reading goes on.
//
// # The pool
//
// database/sql keeps two idle connections unless it is told otherwise, and closes the others after each use; each has parsed some dozens of
// statements. [SQLite] and [PostgreSQL] look for that, and have such a pool keep 16. A pool that keeps more, or that may have no more than
// two, stays as it is, and sql.DB.SetMaxIdleConns afterwards has the last word.
//
// What a host does not want it need not pay for: see [Options].
//
// # PostgreSQL
//
// Version 13 or later. [PostgreSQL] asks the server, and returns everything that is wrong:
//
//	synchronous_commit      not off
//	transaction_read_only   off: connect to the primary, with target_session_attrs=read-write where there are several
//	transaction_isolation   read committed, the server's own default
//	server_encoding         UTF8
//
// It does not look at fsync and full_page_writes, which must stay on, nor at data_sync_retry, which must stay off. Give
// the pool a limit below the server's max_connections (sql.DB.SetMaxOpenConns): without one, many payers at once are
// refused connections instead of waiting for one.
//
// A connection pooler must keep a session for each client: PgBouncer with pool_mode session works. With pool_mode transaction or statement
// prepared statements are missing or another client's; [PostgreSQL] compares the sessions of two connections (of one that it opens several
// times, where the pool may have only one), and refuses that by name. PgBouncer 1.18 is what this is tested with.
//
// A transition is one statement: it updates the row if the version fits, and inserts the entry and the change, in one
// round trip and one fsync. Due work is leased with SKIP LOCKED.
//
// When a connection is lost, as all are that wait in the pool while the server restarts, the call is made again on
// another one; what was written before is not written twice. A server that cannot be reached is an error at once, and
// Work tries again. A process that stands still in a transaction (with Options.InTx each change is one; without, an
// orphan's, an erasure, a restart) holds its rows for ten seconds; then the server ends the transaction, and nothing of it
// is written; when the process goes on, it makes the call again.
//
// Migrate needs a role that owns the tables and may create some, where one is missing. The service needs less, and so does Migrate where nothing is
// missing:
//
//	GRANT USAGE ON SCHEMA public TO portal;
//	GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal;
//
// The second line is about the tables that are there: run it again after an upgrade that adds one.
//
// # Drivers
//
// The suites of this package and of sqlmailbox pass with these, on a disk without room too, and the settings go into the DSN so:
//
//	modernc.org/sqlite 1.55            DSN; no cgo
//	github.com/mattn/go-sqlite3        _journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_txlock=immediate; needs cgo
//	    1.14.53
//	github.com/ncruces/go-sqlite3      _pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate;
//	    0.35.2                         no cgo; without room on the disk a commit is "disk I/O error", so nothing can be read until there is room
//	github.com/jackc/pgx/v5 5.9        stdlib
//	github.com/lib/pq 1.11.2
//
// In production take ncruces/go-sqlite3 from 0.36.0 on: before, a loss of power could take a new log away. Take pgx from 5.12.0 on: before, a
// statement can get « i/o timeout » because the context of an earlier one on its connection ended; the stores ask again, your own statements
// do not.
//
// # Upgrades
//
// [Store.Migrate] comes before everything else, at every start. Migrations only add tables, indexes and columns that are
// empty or have a default, so the version before goes on with its work while processes are exchanged one by one. It does
// not start again afterwards, if a file was added to [Store.Migrations]: Migrate refuses a schema that is newer than the
// code, and names both versions. The way back is a backup from before the upgrade, with the steps of a restore. If no file
// was added, the version before starts as it did. On a large table a new index takes its time. Writers wait for it, on
// SQLite and on PostgreSQL, where readers wait too if the same upgrade adds a column: upgrade when few pay.
//
// # Errors
//
// What the interface does not name (see [payment.Store]) is the driver's own error. A commit that returns one is
// unknown, not failed: the service reads again before it decides, and a host that uses the store alone must do so too. A
// row, its entry and its change are one commit, whatever happens in between.
//
// "database or disk is full": nothing was written, and what is there can be read (for ncruces see above). Make room; no restart is needed.
//
// A row that cannot be read, as after a disk that lost something or a hand that slipped, is a [*payment.DamagedError], and stops no other
// row: lists and journals go on behind it, and [Store.Lease] sets it aside. It is stuck then, with the damage as its cause: see
// payment.Filter. Repair it from a backup, or by its journal, and call Restart. A page of the file that SQLite or PostgreSQL itself cannot
// read is an error of the whole query: restore.
//
// "disk I/O error", "input/output error", or any other commit of SQLite that cannot be ended: the kernel may show what the
// disk does not have. The store closes its connections, opens the file anew, takes the write lock, writes the log once more
// as it is, and copies it into the database before it reads or writes again. Until that works it returns errors, and so does
// a mailbox of package sqlmailbox on the same *sql.DB. If it does not, stop every process that has the file open, and look
// at the disk before anything else. Then, on a disk that works:
//
//  1. copy the file together with its -wal, and keep that copy as it is;
//  2. open the copy's copy: PRAGMA integrity_check must say ok, and audit.Books.Verify with the seals that you keep must
//     return nil;
//  3. if so, go on with it, and treat it as a restore, as below: commits may be missing; otherwise restore the last
//     backup.
//
// PostgreSQL itself stops after an fsync that failed, and recovers from its log: nothing is to be done here.
//
// # Backup
//
// SQLite: install -m 600 /dev/null FILE, then VACUUM INTO 'FILE', while the service runs, then fsync or copy that file to
// another machine. A file that VACUUM INTO makes itself has the umask's mode, not the database's: others could read it.
// Give it a backup's name when it is whole: an empty file, restored, is an empty database. Never copy the file alone: what
// is in its log would be missing, or half of it. PostgreSQL: as any other database, with its log (pg_basebackup and
// archives), so that little is lost; pg_dump is consistent, and loses what came after it.
//
// Keep the seal of each day's export outside the database (audit.Books.Export). A backup holds what was erased since:
// delete backups in time.
//
// # Restore
//
// The acquirer goes on from where it is, the database from where it was. Step by step:
//
//  1. Stop every process that uses the database: each has numbers of the day in hand, and leases.
//  2. Keep what is there, then restore. SQLite: put the backup in the file's place, remove its -wal and -shm, and give it
//     to the user of the service.
//  3. Set the sequence past the acquirer's last reference of today. It is in the acquirer's list of transactions, in its
//     back office or in its report of the day: of those that begin with your prefix, the year in two digits and the day
//     of the year in three (PCLCB26061 is 2 March 2026), the highest. Its last seven digits are the number: after Migrate,
//     call store.Advance(ctx, "2026-03-02", 417) with the day in Paris. When the list cannot be had, a number that is
//     certainly higher does as well: gaps cost nothing. Without this step nobody pays for another: Sips refuses a
//     reference that it knows (code 94), the payment fails, and the payer has to try again; Worldline Direct and PayFiP
//     take it, and two payments of their lists and of the exports have one reference.
//  4. Start the service, closed for new payments (payment.Config.Acquirer is nil, and Others has it): who paid since the
//     backup would be let pay once more. Work asks about every payment that was open in the backup. What was
//     waiting to go out then goes out again; and since versions are counted again, the key of a change may come back
//     with another content: a host that remembers keys must forget those that it took since the backup. What was
//     recorded since the backup is to be recorded again.
//  5. Have the acquirer send its notifications since the backup again. What they say of payments that are known brings
//     them up to date, in any order and as often as they come. An acceptance of a payment that is gone becomes an orphan:
//     delivered to the host, listed by [Store.Orphans], in the export. A person gives that money back, or takes it into
//     account by hand. Where notifications cannot be sent again, and with PayFiP, whose notifications name no reference
//     and make no orphan, compare the acquirer's list with the exports: money that is in the one and not in the others
//     is such a payment. Then open for new payments.
//  6. After UnknownLimit (72 hours, see [payment.Config]) nothing is open any more but what is in review. Verify the seals
//     up to the day of the backup; those that were exported after it speak of payments that are gone, and are kept
//     with a note of why.
//
// # After an erasure
//
// What was erased, or delivered and deleted, can still stand in pages that the database has not used again, in its
// write-ahead log, in its statistics, and in backups. To be rid of all but the backups:
//
//	store.Compact(ctx)                                            // SQLite; with another tool:
//	ANALYZE; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);             -- while nobody reads; the first number that it returns must be 0
//	VACUUM (FULL, ANALYZE); VACUUM FULL pg_statistic; CHECKPOINT; -- PostgreSQL, as a superuser; it locks the tables
//
// PostgreSQL keeps segments of its log for as long as archives and replicas need them, and uses them again as they are
// unless wal_recycle is off.
package sqlstore
