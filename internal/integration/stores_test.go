package integration

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/integration/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/quittance/quittance/payment/storetest"
	"github.com/shopspring/decimal"
)

// openFile opens a store on an SQLite file.
func openFile(t testing.TB, file string, o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	db, err := sql.Open("sqlite", sqlstore.DSN(file))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return migrated(t, db, sqlstore.SQLite, o)
}

func migrated(t testing.TB, db *sql.DB, open func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error), o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	s, err := open(db, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// hook does nothing, inside the transaction.
func hook(context.Context, *sql.Tx, payment.Change) error { return nil }

func TestSQLiteStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) payment.Store {
		return openFile(t, filepath.Join(t.TempDir(), "payments.db"), sqlstore.Options{})
	})
}

func TestPostgreSQLStore(t *testing.T) {
	server := postgres.Start(t)
	for name, o := range map[string]sqlstore.Options{"one statement": {}, "with a hook": {InTx: hook}} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) payment.Store {
				return migrated(t, server.Database(t), sqlstore.PostgreSQL, o)
			})
		})
	}
}

// databases runs a test on both: open returns a new connection to the same database at each call.
func databases(t *testing.T, run func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store)) {
	t.Run("SQLite", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "payments.db")
		run(t, func(o sqlstore.Options) *sqlstore.Store { return openFile(t, file, o) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgres.Start(t)
		first := server.Database(t)
		var name string
		if err := first.QueryRow("SELECT current_database()").Scan(&name); err != nil {
			t.Fatal(err)
		}
		run(t, func(o sqlstore.Options) *sqlstore.Store {
			db, err := sql.Open("pgx", server.DSN(name))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			return migrated(t, db, sqlstore.PostgreSQL, o)
		})
	})
}

// Ten processes start at once on an empty database.
func TestMigrateAtOnce(t *testing.T) {
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		var wg sync.WaitGroup
		for range 10 {
			s := sync.OnceValue(func() *sqlstore.Store { return open(sqlstore.Options{}) })
			wg.Go(func() { s() })
		}
		wg.Wait()
	})
}

func TestNewerSchema(t *testing.T) {
	file := filepath.Join(t.TempDir(), "payments.db")
	s := openFile(t, file, sqlstore.Options{})
	db, err := sql.Open("sqlite", sqlstore.DSN(file))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE quittance_schema SET version = 9999"); err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "9999") {
		t.Errorf("error %v", err)
	}
}

// Wrong settings are named, with what to put into the DSN.
func TestSettings(t *testing.T) {
	for dsn, want := range map[string][]string{
		"file:" + filepath.Join(t.TempDir(), "payments.db"): {"journal_mode(WAL)", "busy_timeout("},
		"file:" + filepath.Join(t.TempDir(), "payments.db") + "?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=busy_timeout(5000)": {"synchronous(FULL)"},
	} {
		db, err := sql.Open("sqlite", dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		_, err = sqlstore.SQLite(db, sqlstore.Options{})
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: error %v does not say %s", dsn, err, w)
			}
		}
		if _, err := sqlstore.PostgreSQL(db, sqlstore.Options{}); err == nil {
			t.Error("an SQLite file was taken for PostgreSQL")
		}
	}
}

// An error of the hook undoes the change: no row, no entry, no outgoing change.
func TestHookFails(t *testing.T) {
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		errHook := errors.New("the queue is full")
		for name, f := range map[string]func() error{
			"error": func() error { return errHook },
		} {
			s := open(sqlstore.Options{InTx: func(context.Context, *sql.Tx, payment.Change) error { return f() }})
			svc, _ := service(t, s)
			if _, _, err := svc.Begin(t.Context(), request("k-"+name, "D-"+name)); !errors.Is(err, errHook) {
				t.Errorf("%s: error %v", name, err)
			}
			for p, err := range s.List(t.Context(), payment.Filter{}) {
				t.Errorf("%s: %v %v was kept", name, p, err)
			}
			if tasks, err := s.Lease(t.Context(), payment.Delivery, time.Now().Add(time.Hour), time.Minute, 9); len(tasks) > 0 || err != nil {
				t.Errorf("%s: %d changes go out, %v", name, len(tasks), err)
			}
		}
	})
}

func service(t testing.TB, s payment.Store) (*payment.Service, *mock.Acquirer) {
	t.Helper()
	bank := &mock.Acquirer{Notify: func(acquirer.Callback) {}}
	svc, err := payment.New(payment.Config{
		Store: s, Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
	})
	if err != nil {
		t.Fatal(err)
	}
	return svc, bank
}

func request(key, id string) payment.BeginRequest {
	return payment.BeginRequest{Key: key, Debt: creance.Debt{
		ID: id, Debtor: "A-" + id, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: "N-" + id, Channel: creance.Paper},
	}}
}

// Several processes on one database: begun in one, notified in another, worked on in all. Every accepted payment is found paid, each change is
// delivered, and every journal verifies.
func TestManyProcesses(t *testing.T) {
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		bank := &mock.Acquirer{Notify: func(acquirer.Callback) {}}
		var mu sync.Mutex
		delivered := map[string]int{}
		versions := map[payment.ID]int{}
		var svcs []*payment.Service
		for range 3 {
			svc, err := payment.New(payment.Config{
				Store: open(sqlstore.Options{}), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
				Deliver: func(_ context.Context, c payment.Change) error {
					mu.Lock()
					defer mu.Unlock()
					delivered[c.Key]++
					if c.Entry.Version < versions[c.Payment.ID] {
						t.Errorf("%s came after version %d", c.Key, versions[c.Payment.ID])
					}
					versions[c.Payment.ID] = c.Entry.Version
					return nil
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			svcs = append(svcs, svc)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var workers, payers sync.WaitGroup
		for _, svc := range svcs {
			workers.Go(func() { svc.Work(ctx) })
		}
		const n = 60
		for i := range n {
			payers.Go(func() {
				id := fmt.Sprint(i)
				p, session, err := svcs[i%3].Begin(ctx, request("k", id))
				if err != nil {
					t.Error(err)
					return
				}
				cb, err := bank.Visit(session, mock.Behaviour{})
				if err != nil {
					t.Error(err)
					return
				}
				for _, svc := range []*payment.Service{svcs[(i+1)%3], svcs[(i+2)%3]} {
					if _, _, err := svc.Receive(ctx, cb); err != nil {
						t.Error(err)
					}
				}
				if _, err := svcs[i%3].Record(ctx, p.ID); err != nil {
					t.Error(err)
				}
			})
		}
		payers.Wait()
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			mu.Lock()
			done := len(delivered)
			mu.Unlock()
			if done == 4*n {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d changes were delivered, want %d", done, 4*n)
			}
		}
		cancel()
		workers.Wait()
		for p, err := range svcs[0].List(t.Context(), payment.Filter{}) {
			if err != nil || p.State != payment.Recorded || p.Version != 4 {
				t.Errorf("%v at version %d, %v", p, p.Version, err)
			}
		}
		if err := svcs[0].Verify(t.Context(), nil); err != nil {
			t.Error(err)
		}
	})
}

// A process ends and another opens the file: nothing is missing.
func TestReopened(t *testing.T) {
	file := filepath.Join(t.TempDir(), "payments.db")
	svc, bank := service(t, openFile(t, file, sqlstore.Options{}))
	p, session, err := svc.Begin(t.Context(), request("k", "D"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bank.Visit(session, mock.Behaviour{}); err != nil {
		t.Fatal(err)
	}
	other, err := payment.New(payment.Config{
		Store: openFile(t, file, sqlstore.Options{}), Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
	})
	if err != nil {
		t.Fatal(err)
	}
	q, effect, err := other.Reconcile(t.Context(), p.ID)
	if err != nil || effect != payment.Changed || q.State != payment.Paid {
		t.Errorf("%v %s %v", q, effect, err)
	}
	again, effect, err := svc.Reconcile(t.Context(), p.ID)
	if err != nil || effect != payment.Duplicate || again.Version != q.Version {
		t.Errorf("%v %s %v", again, effect, err)
	}
}

// After a restore the sequence is set past the acquirer's last reference.
func TestAdvance(t *testing.T) {
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		s := open(sqlstore.Options{})
		for _, c := range []struct{ past, want int }{{120, 121}, {7, 171}} { // never back
			if err := s.Advance(t.Context(), "2026-03-02", c.past); err != nil {
				t.Fatal(err)
			}
			if n, err := s.Sequence(t.Context(), "2026-03-02"); err != nil || n != c.want {
				t.Errorf("past %d: %d %v, want %d", c.past, n, err, c.want)
			}
		}
	})
}
