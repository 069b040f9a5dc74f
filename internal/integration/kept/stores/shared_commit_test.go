package stores

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// crowd is a store and a mailbox on one SQLite file, whose first writer is inside a transaction while others wait.
type crowd struct {
	*testing.T
	listener *listener
	store    *sqlstore.Store
	box      *sqlmailbox.Mailbox
	goOn     chan bool // the first writer's
	waiting  sync.WaitGroup
}

// crowdIn opens the file, and lets the first writer in. inTx is what the host does inside the transaction of everyone who comes after him.
func crowdIn(t *testing.T, inTx func(payment.Change) error) *crowd {
	lender, err := sql.Open("sqlite", "")
	if err != nil {
		t.Fatal(err)
	}
	lender.Close() // only its driver is wanted
	c := &crowd{T: t, goOn: make(chan bool)}
	c.listener = &listener{sqlite: lender.Driver(), dsn: sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")), heard: map[string]bool{}}
	db := sql.OpenDB(c.listener)
	t.Cleanup(func() { db.Close() })
	first := true
	c.store = migrated(t, db, sqlstore.SQLite, sqlstore.Options{InTx: func(_ context.Context, _ *sql.Tx, change payment.Change) error {
		if first {
			first = false
			<-c.goOn
			return nil
		}
		return inTx(change)
	}})
	if c.box, err = sqlmailbox.SQLite(db); err == nil {
		err = c.box.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	c.pay(nil)
	synctest.Wait()
	c.listener.begun = 0
	return c
}

// pay has a payer come, whose payment ends with the error.
func (c *crowd) pay(want error) (id payment.ID) {
	p, e := specimen.New()
	c.waiting.Go(func() {
		if err := c.store.Create(c.Context(), p, e); !errors.Is(err, want) {
			c.Errorf("create: %v, want %v", err, want)
		}
	})
	return p.ID
}

// deliver has a letter come, and calls then when it is there.
func (c *crowd) deliver(n int, then func()) {
	c.waiting.Go(func() {
		l := inbox.Letter{Key: fmt.Sprintf("%d/acknowledgement", n), Debtor: "A", ReceivedAt: time.Unix(1, 0), DeleteAt: time.Unix(2, 0),
			Message: inbox.Message{Subject: "S", Text: "T", Language: "fr"}}
		if err := c.box.Deliver(c.Context(), l); err != nil {
			c.Error(err)
		}
		then()
	})
}

// Who comes while a transaction runs shares it, of whichever package he is.
func TestCommitOfThoseWhoComeMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := crowdIn(t, func(payment.Change) error { return nil })
		c.deliver(1, func() {})
		c.pay(nil)
		synctest.Wait()
		close(c.goOn)
		c.waiting.Wait()
		if c.listener.begun > 0 {
			t.Errorf("%d transactions were begun after the first", c.listener.begun)
		}
	})
}

// Payers and letters that wait at one time share a transaction. When a payer has to be undone, neither the other payers nor the letters are.
func TestUndoneForOneOfTwoPackages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := errors.New("the host's queue is full")
		var bad payment.ID
		c := crowdIn(t, func(change payment.Change) error {
			if change.Payment.ID == bad {
				return full
			}
			return nil
		})
		const each = 5
		delivered := make(chan bool, each)
		for n := range each {
			c.deliver(n, func() { delivered <- true })
			c.pay(nil)
		}
		bad = c.pay(full)
		synctest.Wait()
		close(c.goOn)
		c.waiting.Wait()
		const most = 3 // undone, again in savepoints, and whoever waited behind
		if c.listener.begun > most || len(delivered) != each {
			t.Errorf("%d transactions, want at most %d; %d letters of %d", c.listener.begun, most, len(delivered), each)
		}
		if n, err := c.store.Count(t.Context(), payment.Filter{}); n != each+1 || err != nil { // with the first
			t.Errorf("%d payments, %v, want %d", n, err, each+1)
		}
	})
}

// A line whose writes take long has a turn in a transaction, and no more: who waits in another line does not wait for all of it.
func TestEveryLineHasATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var paid, before atomic.Int64
		c := crowdIn(t, func(payment.Change) error {
			paid.Add(1)
			time.Sleep(time.Millisecond)
			return nil
		})
		const many = 40
		for range many {
			c.pay(nil)
		}
		synctest.Wait()
		c.deliver(1, func() { before.Store(paid.Load()) })
		synctest.Wait()
		close(c.goOn)
		c.waiting.Wait()
		if n := before.Load(); n < 1 || n > 4 { // a turn, and whoever has begun the next one
			t.Errorf("%d payers were served before a letter that waited beside %d", n, many)
		}
		if n := paid.Load(); n != many {
			t.Errorf("%d payers were served, want %d", n, many)
		}
	})
}
