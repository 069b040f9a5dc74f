//go:build !race

package crash

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Three queues stood at one SQLite file: the store's, the mailbox's and the host's, and behind them SQLite's own lock, which serves nobody in
// turn. Now whoever comes while one writes waits in one queue, in a line for the store and the host and one for the mailbox, and all share its
// commit.
func TestM17OneQueueForAllWriters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disk, db, store := newBadDisk(t, 0)
		box, err := sqlmailbox.SQLite(db)
		if err != nil {
			t.Fatal(err)
		}
		if err := box.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		second, err := sqlstore.SQLite(db, sqlstore.Options{}) // another one of the same process, on the same *sql.DB
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("CREATE TABLE host (name TEXT PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
		disk.told()

		inside, goOn := make(chan bool), make(chan bool)
		done := make(chan error, 100)
		go func() {
			done <- store.Write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
				_, err := tx.ExecContext(ctx, "INSERT INTO host (name) VALUES ('first')")
				close(inside)
				<-goOn
				return err
			})
		}()
		<-inside
		writers := 1
		begin := func(write func() error) {
			writers++
			go func() { done <- write() }()
		}
		for i := range 8 {
			p, e := created(i + 1)
			begin(func() error { return store.Create(context.WithoutCancel(t.Context()), p, e) })
			begin(func() error {
				return box.Deliver(t.Context(), inbox.Letter{Key: fmt.Sprint(i), Debtor: "A", ReceivedAt: time.Unix(1, 0), DeleteAt: time.Unix(2, 0)})
			})
			begin(func() error {
				return second.Write(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
					_, err := tx.ExecContext(ctx, "INSERT INTO host (name) VALUES (?)", fmt.Sprint(i))
					return err
				})
			})
		}
		gone, cancel := context.WithCancel(t.Context())
		go func() {
			_, err := box.DeleteDue(gone, time.Unix(3, 0))
			if !errors.Is(err, context.Canceled) {
				err = fmt.Errorf("it waited for its turn although its context ended: %v", err)
			} else {
				err = nil
			}
			done <- err
		}()
		writers++
		synctest.Wait() // all wait in the queue
		cancel()
		synctest.Wait()
		close(goOn)
		for range writers {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		commits := slices.DeleteFunc(disk.told(), func(s string) bool { return !strings.HasSuffix(s, " commit") })
		if len(commits) != 1 {
			t.Errorf("%d commits (%v), want 1: the first writer's, which the payments, the host and the letters share", len(commits), commits)
		}
		var hosts, letters int
		if err := store.Read(t.Context(), func() error {
			return db.QueryRow("SELECT (SELECT count(*) FROM host), (SELECT count(*) FROM quittance_letter WHERE debtor = 'A')").Scan(&hosts, &letters)
		}); err != nil || hosts != 9 || letters != 8 {
			t.Errorf("%d rows of the host's and %d letters, %v; want 9 and 8", hosts, letters, err)
		}
	})
}
