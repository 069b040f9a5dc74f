package stores

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment/paymenttest"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
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
	if err == nil {
		err = s.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hook does nothing, inside the transaction.
func hook(context.Context, *sql.Tx, payment.Change) error { return nil }

func TestSQLiteStore(t *testing.T) {
	t.Parallel()
	storetest.RunReopened(t, func(t *testing.T) (payment.Store, storetest.Reopen) {
		file := filepath.Join(t.TempDir(), "payments.db")
		again := func() (payment.Store, error) { return openFile(t, file, sqlstore.Options{}), nil }
		return openFile(t, file, sqlstore.Options{}), again
	})
}

func TestPostgreSQLStore(t *testing.T) {
	t.Parallel()
	server := postgres.Shared(t)
	for name, o := range map[string]sqlstore.Options{"one statement": {}, "with a hook": {InTx: hook}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if o.InTx != nil {
				figure.Long(t) // each case has a database of its own
			}
			storetest.RunReopened(t, func(t *testing.T) (payment.Store, storetest.Reopen) {
				name := server.Create(t)
				open := func() payment.Store { return migrated(t, server.Open(t, server.DSN(name)), sqlstore.PostgreSQL, o) }
				return open(), func() (payment.Store, error) { return open(), nil }
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
		server := postgres.Shared(t)
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
	startTen := func(t *testing.T, driver, dsn string, open func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error)) {
		var wg sync.WaitGroup
		for range 10 {
			db, err := sql.Open(driver, dsn)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { db.Close() })
			wg.Go(func() {
				s, err := open(db, sqlstore.Options{})
				if err == nil {
					err = s.Migrate(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	t.Run("SQLite", func(t *testing.T) {
		startTen(t, "sqlite", sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")), sqlstore.SQLite)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgres.Shared(t)
		startTen(t, "pgx", server.DSN(server.Create(t)), sqlstore.PostgreSQL)
	})
}

// An error of the hook, or its panic, undoes the change: no row, no entry, no outgoing change. The next one is not touched by it.
func TestHookFails(t *testing.T) {
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		for name, fail := range map[string]func() error{
			"error": func() error { return errors.New("the queue is full") },
			"panic": func() error { panic("the queue is full") },
		} {
			broken := false
			s := open(sqlstore.Options{InTx: func(context.Context, *sql.Tx, payment.Change) error {
				if broken {
					return fail()
				}
				return nil
			}})
			svc, bank := service(t, s)
			p, session, err := svc.Begin(t.Context(), request("k", "D-"+name))
			if err != nil {
				t.Fatal(err)
			}
			cb, err := bank.Visit(session, mock.Behaviour{})
			if err != nil {
				t.Fatal(err)
			}
			broken = true
			if _, _, err := svc.Begin(t.Context(), request("k", "E-"+name)); err == nil {
				t.Errorf("%s: a payment was begun", name)
			}
			if _, _, err := svc.Receive(t.Context(), cb); err == nil {
				t.Errorf("%s: a notification was taken", name)
			}
			gone := acquirer.Result{Reference: "PCLCB260610009999", OrderID: name, Merchant: p.Merchant, Currency: "EUR", Outcome: acquirer.Accepted}
			if err := s.Orphan(t.Context(), gone, time.Now()); err == nil {
				t.Errorf("%s: an orphan was kept", name)
			}
			broken = false
			for q, err := range s.List(t.Context(), payment.Filter{Debt: "E-" + name}) {
				t.Errorf("%s: %v %v was kept", name, q, err)
			}
			for o, err := range s.Orphans(t.Context()) {
				t.Errorf("%s: %v %v was kept", name, o.Result, err)
			}
			tasks, err := s.Lease(t.Context(), payment.WorkDelivery, payment.Serving{}, time.Now().Add(time.Hour), time.Minute, 9)
			if len(tasks) != 1 || err != nil || tasks[0].Payment.ID != p.ID { // its first change; the second waits
				t.Errorf("%s: %v go out, %v", name, tasks, err)
			}
			if _, effect, err := svc.Receive(t.Context(), cb); err != nil || effect != payment.EffectChanged {
				t.Errorf("%s: the same notification again: %s %v", name, effect, err)
			}
			if err := books.Of(s, nil).Verify(t.Context(), nil); err != nil {
				t.Error(err)
			}
			drain(t, s)
		}
	})
}

// drain delivers everything, whoever leased it.
func drain(t *testing.T, s *sqlstore.Store) {
	t.Helper()
	for {
		tasks, err := s.Lease(t.Context(), payment.WorkDelivery, payment.Serving{}, time.Now().Add(2*time.Hour), time.Minute, 9)
		if err != nil {
			t.Fatal(err)
		}
		if len(tasks) == 0 {
			return
		}
		for _, task := range tasks {
			if err := s.Release(t.Context(), task, time.Time{}, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The hook gets every change, an orphan's too, and sees it in its transaction; nobody else does yet.
func TestHookSeesAll(t *testing.T) {
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		outside := open(sqlstore.Options{})
		var got []string
		s := open(sqlstore.Options{InTx: func(ctx context.Context, tx *sql.Tx, c payment.Change) error {
			var inside int
			if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM quittance_change WHERE key = '"+c.Key+"'").Scan(&inside); err != nil {
				return err
			}
			early := 0
			for e, err := range outside.Journal(ctx, c.Payment.ID) {
				if err != nil {
					return err
				}
				if e.Hash == c.Entry.Hash {
					early++
				}
			}
			got = append(got, fmt.Sprintf("%s to %q: inside %d, outside %d", c.Entry.Event, c.Payment.State, inside, early))
			return nil
		}})
		svc, bank := service(t, s)
		_, session, err := svc.Begin(t.Context(), request("k", "D"))
		if err != nil {
			t.Fatal(err)
		}
		cb, err := bank.Visit(session, mock.Behaviour{})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := svc.Receive(t.Context(), cb); err != nil {
			t.Fatal(err)
		}
		gone := acquirer.Result{Reference: "PCLCB260610009999", OrderID: "zz", Merchant: bank.Merchant(), Currency: "EUR", Outcome: acquirer.Accepted}
		for range 2 {
			if err := s.Orphan(t.Context(), gone, time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		want := []string{
			`created to "created": inside 1, outside 0`, `opened to "redirected": inside 1, outside 0`,
			`accepted to "paid": inside 1, outside 0`, `accepted to "": inside 1, outside 0`,
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("changes in the hook (-want +got):\n%s", d)
		}
	})
}

// service is one on a store, with a bank that notifies nobody. It is noon all the time.
func service(t testing.TB, s payment.Store) (*payment.Service, *mock.Acquirer) {
	t.Helper()
	w := paymenttest.New(t, paymenttest.Options{Store: s, Config: func(c *payment.Config) { c.Deliver = nil }})
	w.Bank.Notify = func(acquirer.Callback) {}
	return w.Service, w.Bank
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
	t.Parallel()
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
		if err := books.Of(open(sqlstore.Options{}), nil).Verify(t.Context(), nil); err != nil {
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
	q, effect, err := other.Refresh(t.Context(), p.ID)
	if err != nil || effect != payment.EffectChanged || q.State != payment.Paid {
		t.Errorf("%v %s %v", q, effect, err)
	}
	again, effect, err := svc.Refresh(t.Context(), p.ID)
	if err != nil || effect != payment.EffectDuplicate || again.Version != q.Version {
		t.Errorf("%v %s %v", again, effect, err)
	}
}

// After a restore the sequence is set past the acquirer's last reference. The last number of a day is given, and none after it.
func TestAdvance(t *testing.T) {
	const day = "2026-03-02"
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		s := open(sqlstore.Options{})
		for _, c := range []struct {
			past, want int
			err        error
		}{
			{120, 121, nil}, {7, 171, nil}, // never back: what is left of a block is given up, and no number of it is given again
			{payment.MaxSequence - 1, payment.MaxSequence, nil},
			{payment.MaxSequence, 0, payment.ErrDayFull}, {9, 0, payment.ErrDayFull},
		} {
			if err := s.Advance(t.Context(), day, c.past); err != nil {
				t.Fatal(err)
			}
			if n, err := s.Sequence(t.Context(), day); !errors.Is(err, c.err) || n != c.want {
				t.Errorf("past %d: %d %v, want %d %v", c.past, n, err, c.want, c.err)
			}
		}
		if _, err := s.Sequence(t.Context(), day); !errors.Is(err, payment.ErrDayFull) {
			t.Errorf("after the last number: %v", err)
		}
		// A person types both: what is no day, or no number of one, would set nothing, or a day that nobody pays on.
		for _, c := range []struct {
			day  string
			past int
		}{{"2026-3-3", 417}, {"03/03/2026", 417}, {"26062", 417}, {"", 417}, {"2026-03-03", -1}, {"2026-03-03", payment.MaxSequence + 1}, {"2026-03-03", 260_620_000_417}} {
			if err := s.Advance(t.Context(), c.day, c.past); !errors.Is(err, payment.ErrInvalid) {
				t.Errorf("Advance of %q past %d: %v", c.day, c.past, err)
			}
		}
		if n, err := s.Sequence(t.Context(), "2026-03-03"); n != 1 || err != nil {
			t.Errorf("the next day begins with %d, %v", n, err)
		}
	})
}

// One process alone leaves no gaps, also not around midnight, when it asks for two days in turn, nor when its clock is set back by some days.
func TestSequenceWithoutGaps(t *testing.T) {
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		s := open(sqlstore.Options{})
		for want := 1; want <= 120; want++ {
			for _, day := range []string{"2026-03-02", "2026-03-03"} {
				if n, err := s.Sequence(t.Context(), day); n != want || err != nil {
					t.Fatalf("%s: %d %v, want %d", day, n, err, want)
				}
			}
		}
		for _, c := range []struct {
			day  string
			want int
		}{{"2026-03-04", 1}, {"2026-03-05", 1}, {"2026-03-06", 1}, {"2026-03-04", 2}, {"2026-03-02", 121}, {"2026-03-06", 2}} {
			if n, err := s.Sequence(t.Context(), c.day); n != c.want || err != nil {
				t.Errorf("%s: %d %v, want %d", c.day, n, err, c.want)
			}
		}
	})
}

// A payment that is being paid is not erased: whoever erases waits for the transaction, and sees what came of it.
func TestEraseWhileItIsPaid(t *testing.T) {
	databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
		other := open(sqlstore.Options{})
		inside, goOn := make(chan bool), make(chan bool)
		s := open(sqlstore.Options{InTx: func(_ context.Context, _ *sql.Tx, c payment.Change) error {
			if c.Entry.Event == payment.OnAccepted {
				close(inside)
				<-goOn
			}
			return nil
		}})
		p, e := specimen.New()
		if err := s.Create(t.Context(), p, e); err != nil {
			t.Fatal(err)
		}
		if p, e = specimen.Moved(p, payment.OnRefused, payment.Refused); s.Commit(t.Context(), p, e) != nil {
			t.Fatal("it was not refused")
		}
		drain(t, s)
		late, e := specimen.Moved(p, payment.OnAccepted, payment.Paid)
		paid, erased := make(chan error, 1), make(chan error, 1)
		go func() { paid <- s.Commit(context.WithoutCancel(t.Context()), late, e) }()
		<-inside
		go func() {
			e, err := other.Erase(context.WithoutCancel(t.Context()), p.Debtor, time.Now().Add(time.Hour))
			erased <- errors.Join(err, e.Err())
		}()
		time.Sleep(100 * time.Millisecond) // it waits by now; if it does not yet, it comes later, to the same end
		close(goOn)
		if err := <-paid; err != nil {
			t.Error(err)
		}
		if err := <-erased; !errors.Is(err, payment.ErrRetained) {
			t.Errorf("error %v, want %v", err, payment.ErrRetained)
		}
		q, err := s.Find(t.Context(), payment.Lookup{ID: p.ID})
		if err != nil || q.State != payment.Paid || q.Debtor != p.Debtor || q.Claim != p.Claim {
			t.Errorf("%v of %q, %v", q, q.Debtor, err)
		}
	})
}
