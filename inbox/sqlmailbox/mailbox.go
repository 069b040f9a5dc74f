package sqlmailbox

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"iter"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/internal/sqldb"
)

// Mailbox is an [inbox.Mailbox]. It is safe for concurrent use, by any number of processes on one database.
type Mailbox struct {
	db *sqldb.DB

	// overwriting is the last transaction that was told to overwrite what it deletes. Only who is inside a transaction of the queue looks at it.
	overwriting *sql.Tx
}

// SQLite returns a mailbox in a database that a driver of SQLite opened. It asks the database for its version and its
// settings, and returns every problem at once, with what to put into the DSN.
func SQLite(db *sql.DB) (*Mailbox, error) {
	d, err := sqldb.SQLite(db, "sqlmailbox")
	if err != nil {
		return nil, err
	}
	return &Mailbox{db: d}, nil
}

// PostgreSQL returns a mailbox in a database that a driver of PostgreSQL opened, such as pgx's stdlib. It asks the
// server for its version and its settings, and returns every problem at once.
func PostgreSQL(db *sql.DB) (*Mailbox, error) {
	d, err := sqldb.PostgreSQL(db, "sqlmailbox")
	if err != nil {
		return nil, err
	}
	return &Mailbox{db: d}, nil
}

// ErrNotMigrated is in the error of every method on a database whose tables are missing or older than this code: call
// [Mailbox.Migrate], or apply [Mailbox.Migrations], before anything else.
var ErrNotMigrated = sqldb.ErrNotMigrated

//go:embed migrations
var migrations embed.FS

// migrationSchema has a version of its own: a mailbox may be in another database than the payments.
func (m *Mailbox) migrationSchema() sqldb.Schema {
	s := sqldb.Schema{Table: "quittance_mailbox_schema", Files: m.Migrations()}
	if !m.db.OnSQLite() {
		s.Lock = 7315502310962
	}
	return s
}

// Migrations are the files that [Mailbox.Migrate] applies, by number, for hosts whose own tool applies them:
// "0001_letters.sql" and so on. They only go forward, and one that was released never changes. A tool of the host
// must also fill the table quittance_mailbox_schema, which Migrate makes: a single row with the number of the last one.
func (m *Mailbox) Migrations() fs.FS {
	name := "postgresql"
	if m.db.OnSQLite() {
		name = "sqlite"
	}
	sub, err := fs.Sub(migrations, "migrations/"+name)
	if err != nil {
		panic(err) // the folder is embedded
	}
	return sub
}

// Migrate brings the schema up to date. It may be called at every start, by any number of processes at once: one
// applies what is missing, in one transaction, and the others wait. A schema that is newer than this code is an
// error, and nothing is changed.
func (m *Mailbox) Migrate(ctx context.Context) error {
	if err := m.db.Migrate(ctx, m.migrationSchema()); err != nil {
		return fmt.Errorf("sqlmailbox: migrate: %w", err)
	}
	return nil
}

// Every write is one statement, and one commit.
const (
	insert = "INSERT INTO quittance_letter (key, debtor, received_at, delete_at, is_read, subject, body, html, language)" +
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"
	markRead = "UPDATE quittance_letter SET is_read = 1 WHERE key = $1 AND debtor = $2"
	forget   = "UPDATE quittance_letter SET debtor = NULL, received_at = NULL, delete_at = NULL, is_read = NULL," +
		" subject = NULL, body = NULL, html = NULL, language = NULL WHERE "
	findDue      = "SELECT key FROM quittance_letter WHERE delete_at <= $1 ORDER BY delete_at, key LIMIT $2"
	forgetDebtor = forget + "debtor = $1"
)

// How many letters are read, and deleted, at once: between two batches others have their turn.
const (
	pageSize  = 200
	batchSize = 500
)

// write runs one statement that writes, in the queue of all who write to this *sql.DB, and returns how many rows it changed.
func (m *Mailbox) write(ctx context.Context, statement string, args ...any) (n int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if !m.db.OnSQLite() {
		return m.db.Exec(ctx, statement, args...)
	}
	overwrite, err := m.db.Prepare(ctx, "PRAGMA secure_delete = ON")
	if err != nil {
		return 0, err
	}
	one, err := m.db.Prepare(ctx, statement)
	if err != nil {
		return 0, err
	}
	err = m.db.Write(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if tx != m.overwriting { // what is deleted is overwritten; it holds for the connection of this transaction from now on
			if _, err := overwrite.Exec(ctx, tx); err != nil {
				return err
			}
			m.overwriting = tx
		}
		r, err := one.Exec(ctx, tx, args...)
		if err == nil {
			n, err = r.RowsAffected()
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Deliver implements [inbox.Mailbox]. An error leaves it open whether the letter is there: deliver it again.
func (m *Mailbox) Deliver(ctx context.Context, l inbox.Letter) error {
	if err := l.Validate(); err != nil {
		return err
	}
	_, err := m.write(ctx, insert, l.Key, l.Debtor, l.ReceivedAt.UnixMicro(), l.DeleteAt.UnixMicro(), zeroOrOne(l.Read),
		l.Subject, l.Text, l.HTML, l.Language)
	if err != nil {
		return fmt.Errorf("sqlmailbox: deliver %s: %w", l.Key, err)
	}
	return nil
}

func zeroOrOne(b bool) int {
	if b {
		return 1
	}
	return 0
}

const columns = "key, debtor, received_at, delete_at, is_read, subject, body, html, language"

func scanLetter(rows *sql.Rows) (l inbox.Letter, err error) {
	var received, until int64
	err = rows.Scan(&l.Key, &l.Debtor, &received, &until, &l.Read, &l.Subject, &l.Text, &l.HTML, &l.Language)
	l.ReceivedAt, l.DeleteAt = time.UnixMicro(received).UTC(), time.UnixMicro(until).UTC()
	return l, err
}

func scanCount(rows *sql.Rows) (n int, err error) {
	err = rows.Scan(&n)
	return n, err
}

// Letters implements [inbox.Mailbox]. It reads in pages, and holds no connection while the caller looks at one; a letter that
// comes meanwhile may be missing.
func (m *Mailbox) Letters(ctx context.Context, debtor string) iter.Seq2[inbox.Letter, error] {
	return func(yield func(inbox.Letter, error) bool) {
		where, args := "debtor = $1", []any{debtor}
		for {
			letters, err := m.readPage(ctx, where, args)
			if err != nil {
				yield(inbox.Letter{}, fmt.Errorf("sqlmailbox: letters: %w", err))
				return
			}
			for _, l := range letters {
				if err := ctx.Err(); err != nil {
					yield(inbox.Letter{}, err)
					return
				}
				if !yield(l, nil) {
					return
				}
			}
			if len(letters) < pageSize {
				return
			}
			last := letters[len(letters)-1]
			where = "debtor = $1 AND (received_at < $2 OR received_at = $2 AND key > $3)"
			args = []any{debtor, last.ReceivedAt.UnixMicro(), last.Key}
		}
	}
}

func (m *Mailbox) readPage(ctx context.Context, where string, args []any) ([]inbox.Letter, error) {
	return sqldb.Rows(ctx, m.db, scanLetter,
		fmt.Sprintf("SELECT %s FROM quittance_letter WHERE %s ORDER BY received_at DESC, key LIMIT %d", columns, where, pageSize), args...)
}

// Letter implements [inbox.Mailbox].
func (m *Mailbox) Letter(ctx context.Context, debtor, key string) (inbox.Letter, error) {
	found, err := sqldb.Rows(ctx, m.db, scanLetter, "SELECT "+columns+" FROM quittance_letter WHERE key = $1 AND debtor = $2", key, debtor)
	switch {
	case err != nil:
		return inbox.Letter{}, fmt.Errorf("sqlmailbox: letter: %w", err)
	case len(found) == 0:
		return inbox.Letter{}, inbox.ErrNotFound
	}
	return found[0], nil
}

// Unread implements [inbox.Mailbox].
func (m *Mailbox) Unread(ctx context.Context, debtor string) (int, error) {
	counts, err := sqldb.Rows(ctx, m.db, scanCount,
		"SELECT count(*) FROM quittance_letter WHERE debtor = $1 AND is_read = 0", debtor)
	if err != nil {
		return 0, fmt.Errorf("sqlmailbox: unread: %w", err)
	}
	return counts[0], nil
}

// MarkRead implements [inbox.Mailbox].
func (m *Mailbox) MarkRead(ctx context.Context, debtor, key string) error {
	n, err := m.write(ctx, markRead, sqldb.Sought(key, debtor)...)
	switch {
	case err != nil:
		return fmt.Errorf("sqlmailbox: mark read: %w", err)
	case n == 0:
		return inbox.ErrNotFound
	}
	return nil
}

// DeleteDue implements [inbox.Mailbox]. It deletes in batches, each a commit of its own; after an error the number says how
// many letters are gone already.
func (m *Mailbox) DeleteDue(ctx context.Context, now time.Time) (int, error) {
	forgetDue := forget + "delete_at <= $1 AND key " + m.db.InQuery(findDue) // several processes share the work
	total := 0
	for {
		n, err := m.write(ctx, forgetDue, now.UnixMicro(), batchSize)
		total += int(n)
		if err != nil {
			return total, fmt.Errorf("sqlmailbox: delete: %w", err)
		}
		if n < batchSize {
			return total, nil
		}
	}
}

// Erase implements [inbox.Mailbox].
func (m *Mailbox) Erase(ctx context.Context, debtor string) (int, error) {
	n, err := m.write(ctx, forgetDebtor, sqldb.Sought(debtor)...)
	if err != nil {
		return 0, fmt.Errorf("sqlmailbox: erase: %w", err)
	}
	return int(n), nil
}

// WasDeleted implements [inbox.DeletionRecord].
func (m *Mailbox) WasDeleted(ctx context.Context, key string) (bool, error) {
	counts, err := sqldb.Rows(ctx, m.db, scanCount, "SELECT count(*) FROM quittance_letter WHERE key = $1 AND debtor IS NULL", key)
	if err != nil {
		return false, fmt.Errorf("sqlmailbox: was deleted: %w", err)
	}
	return counts[0] > 0, nil
}

var (
	_ inbox.Mailbox        = (*Mailbox)(nil)
	_ inbox.DeletionRecord = (*Mailbox)(nil)
)
