package trouble

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

func hook(context.Context, *sql.Tx, payment.Change) error { return nil }

func execute(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// asRole opens the database of db as another role.
func asRole(server *postgres.Server, db *sql.DB, role string) func(t *testing.T) *sql.DB {
	return func(t *testing.T) *sql.DB {
		t.Helper()
		var name string
		if err := db.QueryRow("SELECT current_database()").Scan(&name); err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(server.DSN(name))
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.User(role)
		return open(t, "pgx", u.String())
	}
}

// settled fails unless what the caller was told fits with what is stored: no error means that it was written. Whatever it was told, the same
// message again brings the payment to where it must be, with one entry for it.
func (p *portal) settled(id string, told error, again func() error) {
	p.Helper()
	q, err := p.store.Find(p.Context(), payment.Lookup{Debtor: "A-" + id, Key: "k-" + id})
	if err != nil {
		p.Fatal(err)
	}
	if told == nil && q.State != payment.Paid {
		p.Errorf("no error, and the payment of %s is %s", id, q.State)
	}
	if err := again(); err != nil {
		p.Errorf("the same again: %v", err)
	}
	p.at(id, payment.Paid)
	n := 0
	for e, err := range p.Journal(p.Context(), q.ID) {
		if err != nil {
			p.Fatal(err)
		}
		if e.Event == payment.OnAccepted {
			n++
		}
	}
	if n != 1 {
		p.Errorf("the journal of %s has the acceptance %d times", id, n)
	}
}

// The caller goes away in the middle of the transaction, after the rows were written and before the commit.
func cancelledInside(t *testing.T, at place) {
	var cancel atomic.Pointer[context.CancelFunc]
	p := newPortal(t, at, sqlstore.Options{InTx: func(context.Context, *sql.Tx, payment.Change) error {
		if f := cancel.Swap(nil); f != nil {
			(*f)()
		}
		return nil
	}}, true)
	_, cb := p.accepted("1")
	ctx, stop := context.WithCancel(t.Context())
	cancel.Store((*context.CancelFunc)(&stop))
	_, _, err := p.Receive(ctx, cb)
	if ctx.Err() == nil {
		t.Fatal("the hook was not called")
	}
	p.whole()
	p.settled("1", err, func() error { _, _, err := p.Receive(t.Context(), cb); return err })

	ctx, stop = context.WithCancel(t.Context())
	cancel.Store((*context.CancelFunc)(&stop))
	_, session, err := p.Begin(ctx, p.request("2")) // in the commit of its creation, as with the first of two clicks
	if ctx.Err() == nil {
		t.Fatal("the hook was not called")
	}
	if err != nil || session.IsZero() {
		t.Errorf("the session was not opened: %v, %v", session, err)
	}
	p.whole()
	if q, again, err := p.Begin(t.Context(), p.request("2")); err != nil || again.URL != session.URL || q.State != payment.Redirected {
		t.Errorf("the second click: %v, %v, %v, want the same session", q, again, err)
	}
}

// The caller goes away while the statement waits for another transaction's row.
func cancelledWhileItWaits(t *testing.T, server *postgres.Server) {
	p := newPortal(t, on(t, server), sqlstore.Options{}, true)
	q, cb := p.accepted("1")
	tx, err := p.db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("SELECT 1 FROM quittance_payment WHERE id = $1 FOR UPDATE", string(q.ID)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, _, err := p.Receive(ctx, cb)
		done <- err
	}()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		var waiting int
		if err := p.db.QueryRow("SELECT count(*) FROM pg_locks WHERE NOT granted").Scan(&waiting); err != nil || time.Now().After(deadline) {
			t.Fatalf("%d sessions wait, %v", waiting, err)
		}
		if waiting > 0 {
			break
		}
	}
	cancel()
	err = <-done
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	p.whole()
	p.settled("1", err, func() error { _, _, err := p.Receive(t.Context(), cb); return err })
	p.whole()
}

// The caller goes away at any moment of a commit.
func cancelledAtAnyMoment(t *testing.T, at place) {
	seed := figure.Seed(t)
	random := rand.New(rand.NewPCG(seed, 4))
	for name, o := range map[string]sqlstore.Options{"plain": {}, "with a hook": {InTx: hook}} {
		p := newPortal(t, at, o, true)
		longest := time.Millisecond
		for i := range figure.Of(30, 1000) {
			id := fmt.Sprint(name, i)
			_, cb := p.accepted(id)
			begun := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.Int64N(int64(longest))))
			_, _, err := p.Receive(ctx, cb)
			cancel()
			if err == nil { // it was quicker: cut within that time from now on
				longest = max(time.Since(begun), 50*time.Microsecond)
			} else {
				longest = longest * 5 / 4
			}
			p.settled(id, err, func() error { _, _, err := p.Receive(t.Context(), cb); return err })
		}
		p.whole()
	}
}
