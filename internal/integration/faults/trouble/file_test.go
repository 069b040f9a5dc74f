package trouble

import (
	"database/sql"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// What cannot be opened as a database says what to look at.
func TestNoFile(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is a letter and no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ file, cause string }{
		"a folder that is missing": {filepath.Join(dir, "missing", "payments.db"), "unable to open"},
		"a folder":                 {dir, "unable to open"},
		"a file that is a letter":  {text, "not a database"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sqlstore.SQLite(open(t, "sqlite", sqlstore.DSN(c.file)), sqlstore.Options{})
			says(t, name, err, "is its folder there", "is it an SQLite database?", c.cause)
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "missing")); err == nil {
		t.Error("the folder was made")
	}
	if b, err := os.ReadFile(text); err != nil || !strings.HasPrefix(string(b), "this is a letter") {
		t.Errorf("the letter was written to: %v", err)
	}
}

// A file that may only be read, as after a restore by another user: Migrate says so when the process starts, every payment says so, and
// nothing is written. What was stored can be read.
func TestReadOnlyFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "payments.db")
	dsn := sqlstore.DSN(file)
	before := newPortal(t, place{func(t *testing.T) *sql.DB { return open(t, "sqlite", dsn) }, sqlstore.SQLite}, sqlstore.Options{}, true)
	_, cb := before.accepted("1")
	before.db.Close()
	for _, way := range []struct { // in this order: the first leaves the log, without which the second could not even open the file
		name string
		run  func(t *testing.T, f func(dsn string))
	}{
		{"by the DSN", func(_ *testing.T, f func(string)) { f(dsn + "&mode=ro") }},
		{"by its permissions", func(t *testing.T, f func(string)) {
			if err := os.Chmod(file, 0o444); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(file, 0o644)
			asAnybody(t, file, func() { f(dsn) })
		}},
	} {
		t.Run(way.name, func(t *testing.T) {
			way.run(t, func(dsn string) {
				p := newPortal(t, place{func(t *testing.T) *sql.DB { return open(t, "sqlite", dsn) }, sqlstore.SQLite}, sqlstore.Options{}, false)
				p.serve(before.bank)
				says(t, "Migrate", p.store.Migrate(t.Context()), "migrate", "readonly")
				_, _, err := p.Receive(t.Context(), cb)
				says(t, "Receive", err, "readonly")
				_, _, err = p.Begin(t.Context(), p.request("2"))
				says(t, "Begin", err, "readonly")
				says(t, "Work", p.work(), "readonly")
				p.n = 0
				p.at("1", payment.Redirected)
				p.at("2", "")
				p.whole()
				p.db.Close()
			})
		})
	}
	after := newPortal(t, place{func(t *testing.T) *sql.DB { return open(t, "sqlite", dsn) }, sqlstore.SQLite}, sqlstore.Options{}, true)
	after.serve(before.bank)
	if _, _, err := after.Receive(t.Context(), cb); err != nil {
		t.Error(err)
	}
	after.at("1", payment.Paid)
	after.whole()
}

// asAnybody runs f without the rights of root: on a thread of its own, which ends with it.
func asAnybody(t *testing.T, file string, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	for dir := filepath.Dir(file); len(dir) > len(os.TempDir()); dir = filepath.Dir(dir) {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan struct{})
	go func() { // the thread is not unlocked, so that it ends and nobody else gets it
		defer close(done)
		runtime.LockOSThread()
		if err := syscall.Setfsuid(65534); err != nil {
			t.Error(err)
			return
		}
		f()
	}()
	<-done
}
