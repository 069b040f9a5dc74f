// Package drivers tries the stores with every driver that their documentation names. Each driver has a folder of its own: two of SQLite
// register one name.
package drivers

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/mailboxtest"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/quittance/quittance/payment/storetest"
)

// SQLite is a driver of SQLite.
type SQLite struct {
	Name     string // as it is registered
	Settings string // of a DSN: what the documentation says to put into it

	// FullIsIOError says that a commit without room is "disk I/O error" as that of a broken disk is: the driver shows no more, so the disk is
	// doubted, and nothing is read until there is room.
	FullIsIOError bool
}

func (d SQLite) open(t *testing.T, file, settings string) *sql.DB {
	t.Helper()
	dsn := "file:" + file
	if settings != "" {
		dsn += "?" + settings
	}
	db, err := sql.Open(d.Name, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func (d SQLite) store(t *testing.T, file string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.SQLite(d.open(t, file, d.Settings), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// Run tries everything that the documentation promises of the driver.
func (d SQLite) Run(t *testing.T) {
	t.Run("store", func(t *testing.T) {
		storetest.RunReopened(t, func(t *testing.T) (payment.Store, storetest.Reopen) {
			file := filepath.Join(t.TempDir(), "payments.db")
			return d.store(t, file), func() (payment.Store, error) { return d.store(t, file), nil }
		})
	})
	t.Run("mailbox", func(t *testing.T) {
		mailboxtest.Run(t, func(t *testing.T) inbox.Mailbox {
			box, err := sqlmailbox.SQLite(d.open(t, filepath.Join(t.TempDir(), "letters.db"), d.Settings))
			if err != nil {
				t.Fatal(err)
			}
			if err := box.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			return box
		})
	})
	t.Run("M20 the error says what to put into the DSN", d.settings)
	t.Run("M19 what is there can be read from a full disk", d.fullDisk)
}

// settings: the check said « put _pragma=… into the DSN » to each driver, which one of them ignores without a word.
func (d SQLite) settings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "payments.db")
	var words []string // of the advice, as it stands in the errors
	for range 3 {      // one setting in the DSN may take away a default of the driver's
		_, err := sqlstore.SQLite(d.open(t, file, strings.Join(words, "&")), sqlstore.Options{})
		if err == nil {
			break
		}
		for line := range strings.Lines(err.Error()) {
			if _, advice, ok := strings.Cut(line, "put "); ok {
				word, whole, _ := strings.Cut(advice, " into the DSN")
				words = append(words, word)
				if !strings.Contains(whole, "sqlstore.DSN") && !strings.Contains(whole, d.Settings) {
					t.Errorf("the advice names no complete DSN of this driver: %s", line)
				}
			}
		}
	}
	if _, err := sqlstore.SQLite(d.open(t, file, strings.Join(words, "&")), sqlstore.Options{}); err != nil || len(words) == 0 {
		t.Errorf("with what the errors say, %q: %v", words, err)
	}
}

// fullDisk: a driver that says « full » in its own way was doubted, and then nothing could be read either.
func (d SQLite) fullDisk(t *testing.T) {
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m")
	if errors.Is(err, syscall.EPERM) {
		t.Skip("needs to mount a tmpfs: run as root, in a container with CAP_SYS_ADMIN")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	filler := filepath.Join(dir, "filler")
	takeAll := func() {
		f, err := os.OpenFile(filler, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for size := 1 << 16; size > 0; size /= 2 {
			for {
				if _, err := f.Write(make([]byte, size)); err != nil {
					break
				}
			}
		}
	}
	s := d.store(t, filepath.Join(dir, "payments.db"))
	box, err := sqlmailbox.SQLite(d.open(t, filepath.Join(dir, "letters.db"), d.Settings))
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, e := specimen.New()
	if err := s.Create(t.Context(), first, e); err != nil {
		t.Fatal(err)
	}
	letter := func(n int) inbox.Letter {
		return inbox.Letter{
			Key: fmt.Sprint(n), Debtor: "A", ReceivedAt: time.Unix(1, 0), DeleteAt: time.Unix(2, 0), Message: inbox.Message{Text: strings.Repeat("x", 9000)},
		}
	}
	if err := box.Deliver(t.Context(), letter(0)); err != nil {
		t.Fatal(err)
	}
	takeAll()
	full := 0
	for n := range 60 {
		p, e := specimen.New()
		failed := s.Create(t.Context(), p, e)
		if failed == nil {
			failed = box.Deliver(t.Context(), letter(n+1))
		}
		if failed != nil {
			full++
		}
		takeAll() // what was given back, others take
		_, row := s.Find(t.Context(), payment.Lookup{ID: first.ID})
		_, words := box.Letter(t.Context(), "A", "0")
		for what, err := range map[string]error{"a payment": row, "a letter": words} {
			if err != nil && !(d.FullIsIOError && strings.Contains(err.Error(), "cannot be trusted yet")) {
				t.Fatalf("after %v: %s that is there cannot be read: %v", failed, what, err)
			}
		}
		if full > 3 {
			break
		}
	}
	if full == 0 {
		t.Fatal("the disk does not fill up")
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	p, e := specimen.New()
	_, read := s.Find(t.Context(), payment.Lookup{ID: first.ID})
	if err := errors.Join(read, s.Create(t.Context(), p, e), box.Deliver(t.Context(), letter(1000))); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}
