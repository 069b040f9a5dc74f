//go:build !race

package crash

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// find looks for the payment of a number.
func find(ctx context.Context, store *sqlstore.Store, n int) (payment.Payment, error) {
	p, _ := created(n)
	return store.Find(ctx, payment.Lookup{ID: p.ID})
}

// The log had a hole where its fsync had failed, behind a beginning that was on the disk: copying it into the database did not fill it, and a
// power failure brought the beginning back. So it is written again as it is; somebody else has it open, and it is not deleted.
func TestLogIsWrittenAgainAfterAFailedSync(t *testing.T) {
	t.Parallel()
	disk, _, store := newBadDisk(t, 0)
	other, err := sql.Open("sqlite", disk.dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	if _, err := other.ExecContext(t.Context(), "PRAGMA schema_version"); err != nil {
		t.Fatal(err)
	}
	c := conn(t, other)
	defer c.Close()
	if p, e := created(1); store.Create(t.Context(), p, e) != nil {
		t.Fatal("a good disk")
	}
	disk.set(func() (bool, error) { return true, fsyncFailed }, func() error { return codeError(266) })
	if p, e := created(2); store.Create(t.Context(), p, e) == nil {
		t.Fatal("a bad disk")
	}
	disk.set(nil, nil)
	var file string
	if err := c.QueryRowContext(t.Context(), "SELECT file FROM pragma_database_list").Scan(&file); err != nil {
		t.Fatal(err)
	}
	log := file + "-wal"
	before, err := os.ReadFile(log)
	if err != nil || len(before) == 0 {
		t.Fatalf("a log of %d bytes, %v", len(before), err)
	}
	long := time.Unix(1, 0)
	if err := os.Chtimes(log, long, long); err != nil {
		t.Fatal(err)
	}
	if _, err := find(t.Context(), store, 2); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(log)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the log is another one: %v", err)
	}
	if i, err := os.Stat(log); err != nil || i.ModTime().Equal(long) {
		t.Errorf("the log was not written: %v", err)
	}
}

// A letter's fsync failed, its connection was the last, and the store on the same sql.DB read and wrote behind the hole. What one doubts all
// who use the pool doubt.
func TestDoubtIsSharedByAllOfAPool(t *testing.T) {
	t.Parallel()
	disk, db, store := newBadDisk(t, 1)
	boxes := make([]*sqlmailbox.Mailbox, 2)
	for i := range boxes {
		box, err := sqlmailbox.SQLite(db)
		if err != nil {
			t.Fatal(err)
		}
		boxes[i] = box
	}
	if err := boxes[0].Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	letter := inbox.Letter{Key: "L", Debtor: "A", ReceivedAt: time.Unix(1, 0), DeleteAt: time.Unix(2, 0)}
	if err := boxes[0].Deliver(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	letter.Key = "M"
	disk.set(func() (bool, error) { return true, fsyncFailed }, func() error { return codeError(266) })
	if err := boxes[0].Deliver(t.Context(), letter); !errors.Is(err, fsyncFailed) {
		t.Fatalf("error %v", err)
	}
	p, e := created(1)
	uses := map[string]func() error{
		"a payment is written": func() error { return store.Create(t.Context(), p, e) },
		"a payment is read": func() error {
			if _, err := find(t.Context(), store, 1); !errors.Is(err, payment.ErrNotFound) {
				return err
			}
			return nil
		},
		"a letter is read":  func() error { _, err := boxes[0].Letter(t.Context(), "A", "M"); return err },
		"letters are read":  func() error { _, err := boxes[1].Unread(t.Context(), "A"); return err },
		"a letter is taken": func() error { return boxes[1].Deliver(t.Context(), letter) },
	}
	for what, use := range uses {
		if err := use(); !errors.Is(err, codeError(266)) {
			t.Errorf("%s: error %v", what, err)
		}
	}
	disk.set(nil, nil)
	for _, what := range []string{"a payment is read", "a letter is read", "letters are read", "a letter is taken", "a payment is written"} {
		if err := uses[what](); err != nil {
			t.Errorf("the disk is well again, %s: %v", what, err)
		}
	}
}

// A reader that stood in line for the only connection, while a commit on it failed, read the file that nobody could trust yet.
func TestReaderInLineReadADoubtedFile(t *testing.T) {
	t.Parallel()
	disk, db := onBadDisk(t)
	db.SetMaxOpenConns(1)
	p, e := created(1)
	got := make(chan error, 1)
	var store *sqlstore.Store
	var once sync.Once
	store, err := sqlstore.SQLite(db, sqlstore.Options{InTx: func(context.Context, *sql.Tx, payment.Change) error {
		once.Do(func() {
			go func() { _, err := find(t.Context(), store, 1); got <- err }()
			for db.Stats().WaitCount == 0 {
				time.Sleep(time.Millisecond)
			}
		})
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	disk.set(func() (bool, error) { return true, fsyncFailed }, func() error { return codeError(266) })
	if err := store.Create(t.Context(), p, e); err == nil {
		t.Error("the commit failed, and there is no error")
	}
	if err := <-got; !errors.Is(err, codeError(266)) {
		t.Errorf("the reader in line: error %v", err)
	}
}

// A read was deaf to its context while another one had the file opened anew.
func TestReadIsNotDeafWhileTheFileIsOpened(t *testing.T) {
	t.Parallel()
	disk, db, store := newBadDisk(t, 1)
	disk.set(func() (bool, error) { return false, fsyncFailed }, func() error { return codeError(266) })
	if p, e := created(1); store.Create(t.Context(), p, e) == nil {
		t.Fatal("a bad disk")
	}
	disk.set(nil, nil)
	host := conn(t, db) // the host has the only connection for a while
	waits := db.Stats().WaitCount
	first := make(chan error, 1)
	go func() { _, err := find(t.Context(), store, 1); first <- err }()
	for db.Stats().WaitCount == waits {
		time.Sleep(time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := find(ctx, store, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	select {
	case err := <-first:
		t.Errorf("the first did not wait for the host: %v", err)
	default:
	}
	host.Close()
	if err := <-first; !errors.Is(err, payment.ErrNotFound) {
		t.Errorf("the first: error %v", err)
	}
}

// A hook that ended its goroutine, as t.FailNow does, ended all writing. Who shared its transaction is told that nothing was written.
func TestHookThatEndsItsGoroutine(t *testing.T) {
	t.Parallel()
	db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	inside, enough := make(chan bool), make(chan bool)
	calls := 0
	store, err := sqlstore.SQLite(db, sqlstore.Options{InTx: func(context.Context, *sql.Tx, payment.Change) error {
		calls++
		switch calls {
		case 1: // the others gather meanwhile
			inside <- true
			<-enough
		case 3:
			runtime.Goexit()
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	answers := make(chan error, 4)
	write := func(n int) {
		wg.Go(func() { p, e := created(n); answers <- store.Create(t.Context(), p, e) })
	}
	write(1)
	<-inside
	for n := range 3 {
		write(n + 2)
	}
	time.Sleep(50 * time.Millisecond)
	close(enough)
	wg.Wait()
	close(answers)
	good, told := 0, 0
	for err := range answers {
		switch {
		case err == nil:
			good++
		case strings.Contains(err.Error(), "ended its goroutine"):
			told++
		default:
			t.Errorf("error %v", err)
		}
	}
	there := 0
	for n := range 4 {
		if _, err := find(t.Context(), store, n+1); err == nil {
			there++
		}
	}
	if there != good || good+told != 3 {
		t.Errorf("%d are acknowledged, %d are there, %d learn that nothing was written", good, there, told)
	}
	if p, e := created(5); store.Create(t.Context(), p, e) != nil {
		t.Error("the next writer cannot write")
	}
}
