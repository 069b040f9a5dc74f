package letters

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/mailboxtest"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/sqldb"
)

// conformance is the suite of mailboxes; each case opens a database of its own.
func conformance(t *testing.T, another func(*testing.T) place) {
	mailboxtest.Run(t, func(t *testing.T) inbox.Mailbox {
		p := another(t)
		_, box := p.migrated(t, p.open(t))
		return box
	})
}

// Ten processes start at once on an empty database, and then ten more on what they left.
func migrateAtOnce(t *testing.T, p place) {
	for range 2 {
		var wg sync.WaitGroup
		for range 10 {
			db := p.open(t)
			wg.Go(func() {
				_, box, err := p.on(db)
				if err == nil {
					err = box.Migrate(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	db := p.open(t)
	_, box := p.migrated(t, db)
	files, err := fs.Glob(box.Migrations(), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var rows, version int
	if err := db.QueryRow("SELECT count(*), max(version) FROM quittance_mailbox_schema").Scan(&rows, &version); err != nil {
		t.Fatal(err)
	}
	if rows != 1 || version != len(files) {
		t.Errorf("the schema has %d rows and is at %d, with %d files", rows, version, len(files))
	}
}

// A schema of newer code is left alone.
func newerSchema(t *testing.T, p place) {
	db := p.open(t)
	_, box := p.migrated(t, db)
	if _, err := db.Exec("UPDATE quittance_mailbox_schema SET version = 9999"); err != nil {
		t.Fatal(err)
	}
	if err := box.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "9999") {
		t.Errorf("error %v", err)
	}
}

// A migration that fails leaves nothing behind, and can be tried again: by the same process too.
func failedMigration(t *testing.T, p place) {
	db := p.open(t)
	db.SetMaxOpenConns(1) // a transaction that stayed open would block what follows
	s := sqldb.Schema{Table: "quittance_trial_schema", Lock: 1}
	if p.sqlite() {
		s.Lock = 0
	}
	once := &fstest.MapFile{Data: []byte("CREATE TABLE trial (a INTEGER);\n")}
	bad := fstest.MapFS{"0001_a.sql": once, "0002_b.sql": once}
	s.Files = bad
	if err := s.Migrate(t.Context(), db); err == nil || !strings.Contains(err.Error(), "0002_b.sql") {
		t.Errorf("error %v", err)
	}
	delete(bad, "0002_b.sql")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Migrate(ctx, db); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if err := s.Migrate(t.Context(), db); err != nil {
		t.Error(err)
	}
	if _, err := db.Exec("INSERT INTO trial (a) VALUES (1)"); err != nil {
		t.Error(err)
	}
	s.Files = fstest.MapFS{"1_a.sql": {}}
	if err := s.Migrate(t.Context(), db); err == nil || !strings.Contains(err.Error(), "four digits") {
		t.Errorf("error %v", err)
	}
}

// Wrong settings are named, with what to put into the DSN.
func TestSettings(t *testing.T) {
	for settings, want := range map[string][]string{
		"": {"sqlmailbox: SQLite: journal_mode", "journal_mode(WAL)", "busy_timeout(", "sqlstore.DSN"},
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(5000)": {"synchronous(FULL)"},
	} {
		dsn := "file:" + filepath.Join(t.TempDir(), "a.db") + settings
		db, err := sql.Open("sqlite", dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		_, err = sqlmailbox.SQLite(db)
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: error %v does not say %s", dsn, err, w)
			}
		}
		if _, err := sqlmailbox.PostgreSQL(db); err == nil {
			t.Error("an SQLite file was taken for PostgreSQL")
		}
	}
	p := postgresOn(t, postgres.Shared(t))
	if _, err := sqlmailbox.SQLite(p.open(t)); err == nil {
		t.Error("a PostgreSQL was taken for SQLite")
	}
	p.dsn += "&synchronous_commit=off"
	if _, err := sqlmailbox.PostgreSQL(p.open(t)); err == nil || !strings.Contains(err.Error(), "synchronous_commit") {
		t.Errorf("error %v", err)
	}
}

// Several handles on one database, as several processes have: one letter of a key, each deleted and counted once.
func severalProcesses(t *testing.T, p place) {
	var boxes []*sqlmailbox.Mailbox
	for range 4 {
		_, box := p.migrated(t, p.open(t))
		boxes = append(boxes, box)
	}
	const n = 300
	letter := func(i int) inbox.Letter {
		return inbox.Letter{Key: fmt.Sprintf("%d/x", i), Debtor: "one", ReceivedAt: morning, DeleteAt: inbox.DeletionDate(morning, 0)}
	}
	var wg sync.WaitGroup
	for _, box := range boxes {
		wg.Go(func() {
			for i := range n {
				if err := box.Deliver(t.Context(), letter(i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := letters(t, boxes[0], "one"); len(got) != n {
		t.Errorf("%d letters, want %d", len(got), n)
	}
	var deleted [4]int
	for i, box := range boxes {
		wg.Go(func() {
			var err error
			if deleted[i], err = box.DeleteDue(t.Context(), letter(0).DeleteAt); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if sum := deleted[0] + deleted[1] + deleted[2] + deleted[3]; sum != n {
		t.Errorf("%v letters were deleted, %d in all, want %d", deleted, sum, n)
	}
}

// The words of a deleted letter are overwritten in the SQLite file itself: no VACUUM is needed for what lay there.
func TestDeletedLetterIsOverwritten(t *testing.T) {
	p := sqliteIn(t)
	db := p.open(t)
	_, box := p.migrated(t, db)
	const word, young = "canary-of-the-text", "canary-that-stays"
	for i, w := range []string{word, young} {
		at := morning.AddDate(0, i, 0)
		l := inbox.Letter{Key: fmt.Sprint(i), Debtor: "debtor-" + w, ReceivedAt: at, DeleteAt: inbox.DeletionDate(at, 0)}
		l.Text = strings.Repeat(w+" ", 1000) // on pages of its own
		l.Subject = w
		if err := box.Deliver(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	checkpoint := func() []byte {
		if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			t.Fatal(err)
		}
		return everything(t, p.folder)
	}
	if b := checkpoint(); bytes.Count(b, []byte(word)) < 900 {
		t.Fatal("the words are not in the file to begin with")
	}
	if n, err := box.DeleteDue(t.Context(), inbox.DeletionDate(morning, 0)); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	b := checkpoint()
	if bytes.Contains(b, []byte(word)) {
		t.Error("words of a deleted letter are still in the file")
	}
	if !bytes.Contains(b, []byte(young)) {
		t.Error("a letter that is not due is gone")
	}
}

// A list under way holds no connection: with a single one, a reader can act on what it reads.
func oneConnection(t *testing.T, p place) {
	db := p.open(t)
	db.SetMaxOpenConns(1)
	_, box := p.migrated(t, db)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for _, c := range mailboxtest.Cases() {
		if c.Name == "a reader may stop, and may act" {
			if err := c.Check(ctx, box); err != nil {
				t.Error(err)
			}
		}
	}
}

// A write that fails takes its connection with it, and the next one does what it left undone: on SQLite after making sure of what
// is there.
func writeFails(t *testing.T, p place) {
	db := p.open(t)
	db.SetMaxOpenConns(1)
	_, box := p.migrated(t, db)
	l := inbox.Letter{Key: "a/x", Debtor: "one", ReceivedAt: morning, DeleteAt: inbox.DeletionDate(morning, 0)}
	rename := func(from, to string) {
		t.Helper()
		if _, err := db.Exec("ALTER TABLE " + from + " RENAME TO " + to); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		rename("quittance_letter", "elsewhere")
		if err := box.Deliver(t.Context(), l); err == nil || !strings.Contains(err.Error(), "sqlmailbox: deliver a/x") {
			t.Errorf("Deliver: error %v", err)
		}
		if err := box.MarkRead(t.Context(), "one", "a/x"); err == nil || errors.Is(err, inbox.ErrNotFound) {
			t.Errorf("MarkRead: error %v", err)
		}
		if n, err := box.DeleteDue(t.Context(), morning); n != 0 || err == nil {
			t.Errorf("DeleteDue: %d, %v", n, err)
		}
		_, errLetter := box.Letter(t.Context(), "one", "a/x")
		_, errUnread := box.Unread(t.Context(), "one")
		errList := error(nil)
		for _, err := range box.Letters(t.Context(), "one") {
			errList = err
		}
		for _, err := range []error{errLetter, errUnread, errList} {
			if err == nil || errors.Is(err, inbox.ErrNotFound) || !strings.HasPrefix(err.Error(), "sqlmailbox: ") {
				t.Errorf("error %v", err)
			}
		}
		rename("elsewhere", "quittance_letter")
		if err := box.Deliver(t.Context(), l); err != nil {
			t.Errorf("Deliver: error %v", err)
		}
	}
	if got := letters(t, box, "one"); len(got) != 1 {
		t.Errorf("%d letters", len(got))
	}
}
