package outage

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// The connection is cut around a commit: before it is sent, in the middle, before the answer, in the answer. What the store says of it is
// true: nil, it is written; an error of the contract, it is not and never will be; any other error, nobody knows. In each case all of it
// is written or nothing. When the store can reach its database again it does know, also when another process has moved the payment on
// meanwhile, and writes what was not written. The same commit again leads to one entry.
func TestAmbiguousCommit(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	server := postgres.Start(t)
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			w := newWorld(t, server, mode.options)
			random := rand.New(rand.NewPCG(figure.Seed(t), 4))
			told := map[string]int{}
			for i := range figure.Of(100, 2500) {
				b := postgres.Breaks[random.IntN(len(postgres.Breaks))]
				create, overtaken, blind := random.IntN(3) == 0, random.IntN(3) == 0, random.IntN(4) == 0
				name := fmt.Sprintf("trial %d: %s (create %t, overtaken %t, blind %t)", i, b, create, overtaken, blind)
				w.ambiguous(t, name, b, create, overtaken, blind, mode.options.InTx != nil, told)
				if t.Failed() {
					return
				}
			}
			t.Logf("what the store said, and what was true: %v", told)
		})
	}
}

func (w *world) ambiguous(t *testing.T, name string, b postgres.Break, create, overtaken, blind, hooked bool, told map[string]int) {
	t.Helper()
	ctx := t.Context()
	p, e := specimen.New()
	write := w.broken.Create
	if !create {
		if err := w.direct.Create(ctx, p, e); err != nil {
			t.Fatal(err)
		}
		p, e = specimen.Moved(p, payment.OnOpened, payment.Redirected)
		write = w.broken.Commit
	}
	later := payment.Entry{}
	w.proxy.During(func(postgres.Request) {
		if overtaken {
			var q payment.Payment
			q, later = specimen.Moved(p, payment.OnCancelled, payment.Cancelled)
			if err := w.direct.Commit(ctx, q, later); err != nil {
				t.Errorf("%s: the other process: %v", name, err)
			}
		}
	})
	struck := w.once(b, commits)
	if blind { // it cannot read again either
		first := struck
		w.proxy.Plan(func(r postgres.Request) postgres.Break {
			switch {
			case first.Load():
				return postgres.Unsent
			case commits(r):
				first.Store(true)
				return b
			}
			return postgres.Whole
		})
	}
	err := write(ctx, p, e)
	w.proxy.Settle()
	w.proxy.Plan(nil)
	if !struck.Load() { // else the test tests nothing
		t.Fatalf("%s: nothing was broken", name)
	}

	is := w.written(t, e)
	done, undone := b.Certain()
	verdict := "unknown"
	switch {
	case err == nil:
		verdict = "written"
	case classified(err):
		verdict = "not written"
	}
	told[fmt.Sprintf("%s/%t", verdict, is)]++
	switch {
	case done && !is, undone && is && blind:
		t.Errorf("%s: the test itself is wrong: written %t", name, is)
	case verdict == "written" && !is:
		t.Errorf("%s: the store says that it is written, and it is not", name)
	case verdict == "not written" && is:
		t.Errorf("%s: the store says %v, and it is written", name, err)
	case !blind && verdict != "written":
		t.Errorf("%s: one connection was lost, and the store says %v", name, err)
	}
	w.whole(t, p.ID, hooked)

	// The same again: one entry, whatever was true before.
	if err := write(ctx, p, e); err != nil {
		t.Errorf("%s: the same again: %v", name, err)
	}
	if !w.written(t, e) {
		t.Errorf("%s: the same again did not write it", name)
	}
	w.whole(t, p.ID, hooked)
	if later.Version > 0 && !w.written(t, later) {
		t.Errorf("%s: what the other process wrote is lost", name)
	}
}

// What was written, and overtaken by another process before the store could look, was reported as a conflict: ErrVersion of a commit,
// ErrKeyReused of a creation. Both say that nothing was written.
func TestWrittenAndOvertakenIsNoConflict(t *testing.T) {
	server := postgres.Start(t)
	for _, mode := range modes {
		w := newWorld(t, server, mode.options)
		for name, create := range map[string]bool{"create": true, "commit": false} {
			t.Run(mode.name+"/"+name, func(t *testing.T) {
				w.ambiguous(t, name, postgres.Unread, create, true, false, mode.options.InTx != nil, map[string]int{})
			})
		}
	}
}

// A restart of the server, or an administrator, leaves a pool of dead connections. Each of them failed one call, although the server was there.
// (The driver itself looks at those that have been idle for a second, so a slow machine proves less.)
func TestPoolOfDeadConnections(t *testing.T) {
	const pool = 8
	server := postgres.Start(t)
	name := server.Create(t)
	db := server.Open(t, server.DSN(name))
	db.SetMaxIdleConns(pool)
	s, err := sqlstore.PostgreSQL(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	box, err := sqlmailbox.PostgreSQL(db)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Migrate(t.Context()), box.Migrate(t.Context())); err != nil {
		t.Fatal(err)
	}
	p, e := specimen.New()
	if err := s.Create(t.Context(), p, e); err != nil {
		t.Fatal(err)
	}
	letter := inbox.Letter{Key: "L", Debtor: "A", ReceivedAt: time.Unix(1, 0), DeleteAt: time.Unix(2, 0)}
	calls := map[string]func() error{
		"Commit": func() error {
			q, e := specimen.Moved(p, payment.OnPending, payment.Unknown)
			p = q
			return s.Commit(t.Context(), q, e)
		},
		"Deliver":  func() error { return box.Deliver(t.Context(), letter) },
		"MarkRead": func() error { return box.MarkRead(t.Context(), letter.Debtor, letter.Key) },
		"Unread":   func() error { _, err := box.Unread(t.Context(), letter.Debtor); return err },
		"Letter":   func() error { _, err := box.Letter(t.Context(), letter.Debtor, letter.Key); return err },
		"Letters": func() error {
			for _, err := range box.Letters(t.Context(), letter.Debtor) {
				return err
			}
			return inbox.ErrNotFound
		},
	}
	if err := calls["Deliver"](); err != nil {
		t.Fatal(err)
	}
	for how, end := range map[string]func() error{
		"crash":      server.Crash,
		"shutdown":   func() error { server.Stop(syscall.SIGINT); return server.Run() },
		"terminated": func() error { return server.TerminateAll(name) },
	} {
		for what, call := range calls {
			if how != "terminated" && what != "Commit" {
				continue // the mailbox sees the same dead connections, and ending the server takes its time
			}
			t.Run(how+"/"+what, func(t *testing.T) {
				for range 2 { // the driver looks at a connection that it takes for the second time
					var all []*sql.Conn
					for range pool {
						c, err := db.Conn(t.Context())
						if err != nil {
							t.Fatal(err)
						}
						all = append(all, c)
					}
					for _, c := range all {
						c.Close()
					}
				}
				if err := end(); err != nil {
					t.Fatal(err)
				}
				if err := call(); err != nil {
					t.Errorf("the first call afterwards: %v", err)
				}
			})
		}
	}
}
