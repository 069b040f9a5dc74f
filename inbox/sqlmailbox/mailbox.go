package sqlmailbox

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/internal/sqldb"
)

// Mailbox is an [inbox.Mailbox], an [inbox.LetterFinder] and an [inbox.UnreadCounter]. It is safe for concurrent use, by any
// number of processes on one database.
type Mailbox struct {
	db     *sql.DB
	sqlite bool
	turn   chan struct{} // SQLite has one writer: those of this process wait here, in the order in which they come

	disk    *sqldb.Disk // under SQLite's file; nil: it is PostgreSQL
	settled bool        // what SQLite showed at the start is on the disk; for the writer whose turn it is
}

// SQLite returns a mailbox in a database that a driver of SQLite opened. It asks the database for its version and its
// settings, and returns every problem at once, with what to put into the DSN.
func SQLite(db *sql.DB) (*Mailbox, error) {
	if err := sqldb.CheckSQLite(db, "sqlmailbox"); err != nil {
		return nil, err
	}
	return &Mailbox{db: db, sqlite: true, turn: make(chan struct{}, 1), disk: sqldb.DiskOf(db)}, nil
}

// PostgreSQL returns a mailbox in a database that a driver of PostgreSQL opened, such as pgx's stdlib. It asks the
// server for its version and its settings, and returns every problem at once.
func PostgreSQL(db *sql.DB) (*Mailbox, error) {
	if err := sqldb.CheckPostgreSQL(db, "sqlmailbox"); err != nil {
		return nil, err
	}
	return &Mailbox{db: db}, nil
}

//go:embed migrations
var migrations embed.FS

// schema has a version of its own: a mailbox may be in another database than the payments.
func (m *Mailbox) schema() sqldb.Schema {
	s := sqldb.Schema{Table: "quittance_mailbox_schema", Files: m.Migrations()}
	if !m.sqlite {
		s.Lock = 7315502310962
	}
	return s
}

// Migrations are the files that [Mailbox.Migrate] applies, by number, for hosts whose own tool applies them:
// "0001_letters.sql" and so on. They only go forward, and one that was released never changes. A tool of the host
// must also fill the table quittance_mailbox_schema, which Migrate makes: a single row with the number of the last one.
func (m *Mailbox) Migrations() fs.FS {
	name := "postgresql"
	if m.sqlite {
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
	schema := m.schema()
	if m.sqlite {
		schema.Distrust = m.disk.Distrust
	}
	leave, err := m.trusted(ctx)
	if err == nil {
		err = schema.Migrate(ctx, m.db)
		leave()
	}
	if err != nil {
		return fmt.Errorf("sqlmailbox: migrate: %w", err)
	}
	return nil
}

// q writes a statement in the database's own way: parameters are numbered $1, $2 … in PostgreSQL and ?1, ?2 … in SQLite.
func (m *Mailbox) q(s string) string {
	if m.sqlite {
		return strings.ReplaceAll(s, "$", "?")
	}
	return s
}

// Every write is one statement, and one commit.
const (
	insert = "INSERT INTO quittance_letter (key, debtor, received_at, delete_at, is_read, subject, body, html, language)" +
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"
	markRead = "UPDATE quittance_letter SET is_read = 1 WHERE key = $1 AND debtor = $2"
	forget   = "UPDATE quittance_letter SET debtor = NULL, received_at = NULL, delete_at = NULL, is_read = NULL," +
		" subject = NULL, body = NULL, html = NULL, language = NULL WHERE delete_at <= $1 AND key IN" +
		" (SELECT key FROM quittance_letter WHERE delete_at <= $1 ORDER BY delete_at, key LIMIT $2%s)"
)

// How many letters are read, and deleted, at once: between two batches others have their turn.
const (
	page  = 200
	batch = 500
)

// exec runs one statement that writes, once more when PostgreSQL's connection was lost (see [sqldb.Again]), and returns how
// many rows it changed.
func (m *Mailbox) exec(ctx context.Context, statement string, args ...any) (n int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if !m.sqlite {
		err = sqldb.Again(ctx, m.db, func() error {
			n, err = changed(m.db.ExecContext(ctx, statement, args...))
			return err
		})
		return n, err
	}
	if err := m.myTurn(ctx); err != nil {
		return 0, err
	}
	defer func() { <-m.turn }()
	// A letter that is there already is not written again: so it must be on the disk, which at the start is not certain.
	if !m.settled {
		if err := m.disk.Settle(ctx, m.db); err != nil {
			return 0, err
		}
		m.settled = true
	}
	conn, err := m.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	// With the lock in hand it is quick, and a statement that was interrupted would undo the transaction behind our back.
	n, err = changed(conn.ExecContext(context.WithoutCancel(ctx), m.q(statement), args...))
	if err := sqldb.End(ctx, conn, err, m.disk.Distrust); err != nil {
		return 0, err
	}
	return n, nil
}

// begin begins a transaction on a connection that can be trusted. Who cannot have the lock has written nothing, and nothing
// is in doubt.
func (m *Mailbox) begin(ctx context.Context) (*sql.Conn, error) {
	for {
		if err := m.disk.Mend(ctx, m.db); err != nil {
			return nil, err
		}
		conn, err := m.db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		// What is deleted is overwritten. It holds for this connection from now on.
		for _, s := range []string{"PRAGMA secure_delete = ON", "BEGIN IMMEDIATE"} {
			if err == nil {
				_, err = conn.ExecContext(ctx, s)
			}
		}
		if err == nil && !m.disk.Doubted() {
			return conn, nil
		}
		sqldb.Discard(conn) // it may have begun all the same, or others of this pool have failed to commit
		conn.Close()
		if err != nil {
			return nil, err
		}
	}
}

// myTurn waits for the turn of this process's writers, as long as ctx does.
func (m *Mailbox) myTurn(ctx context.Context) error {
	select {
	case m.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// trusted waits until the file can be trusted, and keeps it so until leave is called.
func (m *Mailbox) trusted(ctx context.Context) (leave func(), err error) {
	if !m.sqlite {
		return func() {}, nil
	}
	return m.disk.Trusted(ctx, func(ctx context.Context) error {
		if err := m.myTurn(ctx); err != nil {
			return err
		}
		defer func() { <-m.turn }()
		return m.disk.Mend(ctx, m.db)
	})
}

// read runs f, which reads, on a file that can be trusted, and once more when a commit has failed meanwhile.
func (m *Mailbox) read(ctx context.Context, f func() error) error {
	if !m.sqlite {
		return sqldb.Again(ctx, m.db, f)
	}
	for {
		leave, err := m.trusted(ctx)
		if err != nil {
			return err
		}
		err = f()
		doubted := m.disk.Doubted()
		leave()
		if !doubted {
			return err
		}
	}
}

func changed(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Deliver implements [inbox.Mailbox]. An error leaves it open whether the letter is there: deliver it again.
func (m *Mailbox) Deliver(ctx context.Context, l inbox.Letter) error {
	if err := l.Validate(); err != nil {
		return err
	}
	_, err := m.exec(ctx, insert, l.Key, l.Debtor, l.ReceivedAt.UnixMicro(), l.DeleteAt.UnixMicro(), number(l.Read),
		l.Subject, l.Text, l.HTML, l.Language)
	if err != nil {
		return fmt.Errorf("sqlmailbox: deliver %s: %w", l.Key, err)
	}
	return nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

const columns = "key, debtor, received_at, delete_at, is_read, subject, body, html, language"

func scan(row interface{ Scan(...any) error }) (l inbox.Letter, err error) {
	var received, until int64
	err = row.Scan(&l.Key, &l.Debtor, &received, &until, &l.Read, &l.Subject, &l.Text, &l.HTML, &l.Language)
	l.ReceivedAt, l.DeleteAt = time.UnixMicro(received).UTC(), time.UnixMicro(until).UTC()
	return l, err
}

// Letters implements [inbox.Mailbox]. It reads in pages, and holds no connection while the caller looks at one; a letter that
// comes meanwhile may be missing.
func (m *Mailbox) Letters(ctx context.Context, debtor string) iter.Seq2[inbox.Letter, error] {
	return func(yield func(inbox.Letter, error) bool) {
		where, args := "debtor = $1", []any{debtor}
		for {
			letters, err := m.page(ctx, where, args)
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
			if len(letters) < page {
				return
			}
			last := letters[len(letters)-1]
			where = "debtor = $1 AND (received_at < $2 OR received_at = $2 AND key > $3)"
			args = []any{debtor, last.ReceivedAt.UnixMicro(), last.Key}
		}
	}
}

func (m *Mailbox) page(ctx context.Context, where string, args []any) (letters []inbox.Letter, err error) {
	err = m.read(ctx, func() error {
		letters, err = m.query(ctx, where, args)
		return err
	})
	return letters, err
}

func (m *Mailbox) query(ctx context.Context, where string, args []any) ([]inbox.Letter, error) {
	rows, err := m.db.QueryContext(ctx, m.q(fmt.Sprintf("SELECT %s FROM quittance_letter WHERE %s ORDER BY received_at DESC, key LIMIT %d",
		columns, where, page)), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []inbox.Letter
	for rows.Next() {
		l, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

// Letter implements [inbox.LetterFinder].
func (m *Mailbox) Letter(ctx context.Context, debtor, key string) (l inbox.Letter, err error) {
	err = m.read(ctx, func() error {
		l, err = scan(m.db.QueryRowContext(ctx, m.q("SELECT "+columns+" FROM quittance_letter WHERE key = $1 AND debtor = $2"), key, debtor))
		return err
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return inbox.Letter{}, inbox.ErrNotFound
	case err != nil:
		return inbox.Letter{}, fmt.Errorf("sqlmailbox: letter: %w", err)
	}
	return l, nil
}

// Unread implements [inbox.UnreadCounter].
func (m *Mailbox) Unread(ctx context.Context, debtor string) (int, error) {
	var n int
	err := m.read(ctx, func() error {
		return m.db.QueryRowContext(ctx, m.q("SELECT count(*) FROM quittance_letter WHERE debtor = $1 AND is_read = 0"), debtor).Scan(&n)
	})
	if err != nil {
		return 0, fmt.Errorf("sqlmailbox: unread: %w", err)
	}
	return n, nil
}

// MarkRead implements [inbox.Mailbox].
func (m *Mailbox) MarkRead(ctx context.Context, debtor, key string) error {
	n, err := m.exec(ctx, markRead, key, debtor)
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
	skip := " FOR UPDATE SKIP LOCKED" // several processes share the work
	if m.sqlite {
		skip = ""
	}
	total := 0
	for {
		n, err := m.exec(ctx, fmt.Sprintf(forget, skip), now.UnixMicro(), batch)
		total += int(n)
		if err != nil {
			return total, fmt.Errorf("sqlmailbox: delete: %w", err)
		}
		if n < batch {
			return total, nil
		}
	}
}

var (
	_ inbox.Mailbox       = (*Mailbox)(nil)
	_ inbox.LetterFinder  = (*Mailbox)(nil)
	_ inbox.UnreadCounter = (*Mailbox)(nil)
)
