package trouble

import (
	"errors"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// Migrate was not called: each error names the table that is missing, and a migration mends it without a restart.
func notMigrated(t *testing.T, at place) {
	p := newPortal(t, at, sqlstore.Options{}, false)
	_, _, err := p.Begin(t.Context(), p.request("1"))
	says(t, "Begin", err, "quittance_sequence")
	says(t, "Work", p.work(), "lease", "quittance_")
	_, err = p.store.Sequence(t.Context(), "2026-03-02")
	says(t, "Sequence", err, "quittance_sequence")
	says(t, "Verify", books.Of(p.store, nil).Verify(t.Context(), nil), "quittance_")
	if err := p.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.n = 0
	p.accepted("1")
	p.at("1", payment.Redirected)
	p.whole()
}

// One of the statements of a change fails: the others leave nothing. Both ways of writing on PostgreSQL are tried.
func halfASchema(t *testing.T, at place) {
	for name, o := range map[string]sqlstore.Options{"plain": {}, "with a hook": {InTx: hook}} {
		for _, table := range []string{"quittance_entry", "quittance_change"} {
			p := newPortal(t, at, o, true)
			id := name + table
			_, cb := p.accepted("old" + id)
			execute(t, p.db, "ALTER TABLE "+table+" RENAME TO hidden")
			_, _, err := p.Begin(t.Context(), p.request("new"+id))
			says(t, "Begin", err, table)
			_, _, err = p.Receive(t.Context(), cb)
			says(t, "Receive", err, table)
			execute(t, p.db, "ALTER TABLE hidden RENAME TO "+table)
			p.at("old"+id, payment.Redirected)
			p.at("new"+id, "")
			p.whole()
			if _, _, err := p.Receive(t.Context(), cb); err != nil {
				t.Error(err)
			}
			p.accepted("new" + id)
			p.at("old"+id, payment.Paid)
			p.whole()
		}
	}
}

// A role that may not do all of it learns which table it is.
func withoutPrivileges(t *testing.T, server *postgres.Server) {
	at := on(t, server)
	owner := newPortal(t, at, sqlstore.Options{}, true)
	execute(t, owner.db, "CREATE ROLE portal LOGIN")
	execute(t, owner.db, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
	execute(t, owner.db, "GRANT USAGE ON SCHEMA public TO portal")
	as := place{asRole(server, owner.db, "portal"), sqlstore.PostgreSQL}
	p := newPortal(t, as, sqlstore.Options{}, false)
	says(t, "Migrate", p.store.Migrate(t.Context()), "migrate", "permission denied")
	_, _, err := p.Begin(t.Context(), p.request("1"))
	says(t, "Begin", err, "permission denied", "quittance_sequence")
	execute(t, owner.db, "GRANT SELECT, INSERT, UPDATE ON quittance_payment, quittance_entry, quittance_sequence, quittance_closed TO portal")
	_, _, err = p.Begin(t.Context(), p.request("1"))
	says(t, "Begin without the last table", err, "permission denied", "quittance_change")
	owner.at("1", "")
	owner.whole()
	execute(t, owner.db, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal") // what the doc says
	if err := p.store.Migrate(t.Context()); err != nil {                                                  // as at every start; there is nothing to do
		t.Errorf("Migrate of a role that may create no table, where none is missing: %v", err)
	}
	_, cb := p.accepted("1")
	if _, _, err := p.Receive(t.Context(), cb); err != nil {
		t.Error(err)
	}
	if err := p.work(); err != nil {
		t.Error(err)
	}
	owner.n = 1
	owner.at("1", payment.Paid)
	owner.whole()
}

// The server takes no writes for a while, as when the primary has become a standby.
func readOnly(t *testing.T, server *postgres.Server) {
	p := newPortal(t, on(t, server), sqlstore.Options{}, true)
	_, cb := p.accepted("1")
	execute(t, p.db, "ALTER SYSTEM SET default_transaction_read_only = on")
	reload := func(want string) {
		execute(t, p.db, "SELECT pg_reload_conf()")
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) { // each session sees it when it comes to it
			var mode string
			if err := p.db.QueryRow("SHOW transaction_read_only").Scan(&mode); err != nil || time.Now().After(deadline) {
				t.Fatalf("%q, %v", mode, err)
			}
			if mode == want {
				return
			}
		}
	}
	p.db.SetMaxOpenConns(1)
	reload("on")
	_, _, err := p.Receive(t.Context(), cb)
	says(t, "Receive", err, "read-only transaction")
	_, _, err = p.Begin(t.Context(), p.request("2"))
	says(t, "Begin", err, "read-only transaction")
	if answer := p.notify(cb); answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" {
		t.Errorf("a notification is answered with %d and Retry-After %q", answer.StatusCode, answer.Header.Get("Retry-After"))
	}
	says(t, "Migrate", p.store.Migrate(t.Context()), "migrate", "read-only transaction")
	p.at("1", payment.Redirected)
	p.at("2", "")
	p.whole()
	execute(t, p.db, "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
	execute(t, p.db, "ALTER SYSTEM RESET default_transaction_read_only")
	reload("off")
	if answer := p.notify(cb); answer.StatusCode != 200 {
		t.Errorf("the notification again is answered with %d", answer.StatusCode)
	}
	p.accepted("2")
	p.at("1", payment.Paid)
	p.whole()
}

// A pool that was closed is an error everywhere, at once; nobody waits for ever and nothing is thought to be written.
func closed(t *testing.T, at place) {
	p := newPortal(t, at, sqlstore.Options{}, true)
	q, cb := p.accepted("1")
	tasks, err := p.store.Lease(t.Context(), payment.WorkDelivery, payment.Serving{}, time.Now().Add(time.Hour), time.Minute, 1)
	if err != nil || len(tasks) != 1 {
		t.Fatalf("%v %v", tasks, err)
	}
	p.db.Close()
	const writers = 8
	errs := make(chan error, 9*writers)
	for i := range writers {
		go func() {
			_, _, err := p.Begin(t.Context(), p.request("2"))
			errs <- err
			_, _, err = p.Receive(t.Context(), cb)
			errs <- err
			_, err = p.WorkOnce(t.Context())
			errs <- err
			_, err = p.store.Sequence(t.Context(), []string{"2026-03-02", "2026-03-03"}[i%2])
			errs <- err
			errs <- p.store.Advance(t.Context(), "2026-03-02", 9)
			errs <- p.store.Release(t.Context(), tasks[0], time.Time{}, "")
			_, err = p.store.Erase(t.Context(), "A-1", time.Now())
			errs <- err
			errs <- p.store.Migrate(t.Context())
			errs <- p.store.Restart(t.Context(), q.ID, time.Now())
		}()
	}
	for range cap(errs) {
		says(t, "an act on a closed pool", <-errs, "database is closed")
	}
	again := newPortal(t, at, sqlstore.Options{}, true)
	again.serve(p.bank)
	again.at("1", payment.Redirected)
	again.at("2", "")
	again.whole()
	if _, _, err := again.Receive(t.Context(), cb); err != nil {
		t.Error(err)
	}
	if err := again.store.Release(t.Context(), tasks[0], time.Time{}, ""); err != nil {
		t.Error(err)
	}
	if _, _, err := p.Receive(t.Context(), cb); err == nil || errors.Is(err, payment.ErrNotFound) {
		t.Errorf("error %v: that the store is down says nothing about the payment", err)
	}
}
