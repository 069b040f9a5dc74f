package trouble

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// lockVariable makes this test binary a process that holds the write lock of the file that it names.
const lockVariable = "QUITTANCE_TROUBLE_LOCK"

// holdLock takes the write lock, says so, and lets go when its input ends.
func holdLock(file string) {
	db, err := sql.Open("sqlite", sqlstore.DSN(file))
	if err == nil {
		_, err = db.Exec("UPDATE quittance_schema SET version = version") // the file is there and may be written
	}
	if err == nil {
		db.SetMaxOpenConns(1)
		_, err = db.Exec("BEGIN IMMEDIATE")
	}
	fmt.Println(err)
	io.Copy(io.Discard, os.Stdin)
	if err == nil {
		db.Exec("ROLLBACK")
	}
}

// locked starts another process that holds the write lock, until the function that is returned is called.
func locked(t *testing.T, file string) (letGo func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), lockVariable+"="+file)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	gone := false
	letGo = func() {
		if !gone {
			gone = true
			in.Close()
			c.Wait()
		}
	}
	t.Cleanup(letGo)
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || strings.TrimSpace(line) != "<nil>" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	return letGo
}

// Another process holds the write lock for longer than busy_timeout: each write says that the file is locked, a notification is answered
// with 503 and when to come again, nothing is half-written, and reading goes on. When it lets go, the same again works.
func TestLockedFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "payments.db")
	dsn := strings.Replace(sqlstore.DSN(file), "busy_timeout%2810000%29", "busy_timeout%281000%29", 1)
	if dsn == sqlstore.DSN(file) {
		t.Fatalf("no busy_timeout in %s", dsn)
	}
	p := newPortal(t, place{func(t *testing.T) *sql.DB { return open(t, "sqlite", dsn) }, sqlstore.SQLite}, sqlstore.Options{}, true)
	_, cb := p.accepted("1")
	letGo := locked(t, file)
	answer := p.notify(cb)
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("a notification is answered with %d and Retry-After %q, want 503 and some", answer.StatusCode, answer.Header.Get("Retry-After"))
	}
	_, _, err := p.Begin(t.Context(), p.request("2"))
	says(t, "Begin", err, "database is locked")
	_, err = p.WorkOnce(t.Context())
	says(t, "Work", err, "database is locked")
	says(t, "Migrate", p.store.Migrate(t.Context()), "migrate", "database is locked")
	p.at("1", payment.Redirected)
	p.at("2", "")
	p.whole()
	letGo()
	if answer := p.notify(cb); answer.StatusCode != http.StatusOK {
		t.Errorf("the notification again is answered with %d", answer.StatusCode)
	}
	if _, session, err := p.Begin(t.Context(), p.request("2")); err != nil || session.IsZero() {
		t.Errorf("the same request again: %v with session %v", err, session)
	}
	p.at("1", payment.Paid)
	p.at("2", payment.Redirected)
	p.whole()
	if err := p.work(); err != nil {
		t.Error(err)
	}
}

// A lock that is held for less than busy_timeout is waited for.
func TestBrieflyLockedFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "payments.db")
	dsn := strings.Replace(sqlstore.DSN(file), "busy_timeout%2810000%29", "busy_timeout%28600000%29", 1)
	p := newPortal(t, place{func(t *testing.T) *sql.DB { return open(t, "sqlite", dsn) }, sqlstore.SQLite}, sqlstore.Options{}, true)
	_, cb := p.accepted("1")
	letGo := locked(t, file)
	done := make(chan error, 1)
	go func() {
		_, _, err := p.Receive(t.Context(), cb)
		done <- err
	}()
	letGo()
	if err := <-done; err != nil {
		t.Error(err)
	}
	p.at("1", payment.Paid)
	p.whole()
}
