//go:build !race

// Package restore proves that a service comes back to the truth after its database was restored from an older backup: what it has forgotten is
// learned again from the bank, by notifications that are sent again and by questions, or kept as an orphan for a person.
package restore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
)

// database is one that can be backed up and restored.
type database interface {
	open(t *testing.T) *sqlstore.Store // what was open before is closed
	backUp(t *testing.T)               // while it is open, or not
	restore(t *testing.T)              // in place of what is there
	end(t *testing.T)                  // there are many runs: it takes no room any more
}

// file is a database of SQLite. Its backup is made by VACUUM INTO while others write.
type file struct {
	path string
	db   *sql.DB
}

func (f *file) open(t *testing.T) *sqlstore.Store {
	t.Helper()
	f.close()
	db, err := sql.Open("sqlite", sqlstore.DSN(f.path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	f.db = db
	return migrated(t, db, sqlstore.SQLite)
}

func (f *file) close() {
	if f.db != nil {
		f.db.Close()
	}
}

func (f *file) end(*testing.T) { f.close() }

func (f *file) backUp(t *testing.T) {
	t.Helper()
	if _, err := f.db.Exec("VACUUM INTO ?", f.path+".backup"); err != nil {
		t.Fatal(err)
	}
}

func (f *file) restore(t *testing.T) {
	t.Helper()
	f.close()
	for _, tail := range []string{"", "-wal", "-shm"} { // a write-ahead log of another database must not stay
		if err := os.Remove(f.path + tail); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.Rename(f.path+".backup", f.path); err != nil {
		t.Fatal(err)
	}
}

// cluster has a database of PostgreSQL. Its backup is a copy made by the server.
type cluster struct {
	server *postgres.Server
	name   string
	db     *sql.DB
}

func (c *cluster) open(t *testing.T) *sqlstore.Store {
	t.Helper()
	c.close()
	db, err := sql.Open("pgx", c.server.DSN(c.name))
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(20)
	t.Cleanup(func() { db.Close() })
	c.db = db
	return migrated(t, db, sqlstore.PostgreSQL)
}

func (c *cluster) close() {
	if c.db != nil {
		c.db.Close()
	}
}

func (c *cluster) end(t *testing.T) {
	t.Helper()
	c.admin(t, "DROP DATABASE "+c.name)
}

func (c *cluster) backUp(t *testing.T) {
	t.Helper()
	c.admin(t, "CREATE DATABASE "+c.name+"_backup TEMPLATE "+c.name)
}

func (c *cluster) restore(t *testing.T) {
	t.Helper()
	c.admin(t, "DROP DATABASE "+c.name)
	c.admin(t, "ALTER DATABASE "+c.name+"_backup RENAME TO "+c.name)
}

// admin runs a statement for which nobody may be connected to the database.
func (c *cluster) admin(t *testing.T, statement string) {
	t.Helper()
	c.close()
	db, err := sql.Open("pgx", c.server.DSN("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if _, err = db.Exec(statement); err == nil {
			break
		}
		if time.Now().After(deadline) { // a session takes a moment to end
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func migrated(t *testing.T, db *sql.DB, open func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error)) *sqlstore.Store {
	t.Helper()
	s, err := open(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

// databases runs a test on both kinds; next makes a new database.
func databases(t *testing.T, run func(t *testing.T, next func(t *testing.T) database)) {
	t.Run("SQLite", func(t *testing.T) {
		run(t, func(t *testing.T) database { return &file{path: filepath.Join(t.TempDir(), "payments.db")} })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgres.Shared(t)
		run(t, func(t *testing.T) database {
			db := server.Database(t)
			defer db.Close()
			c := &cluster{server: server}
			if err := db.QueryRow("SELECT current_database()").Scan(&c.name); err != nil {
				t.Fatal(err)
			}
			return c
		})
	})
}

// morning is when a run begins: 2 March 2026, 9:30 in Paris.
var morning = time.Date(2026, time.March, 2, 8, 30, 0, 0, time.UTC)

// world is a portal, its database and its bank.
type world struct {
	*testing.T
	*payment.Service
	random *rand.Rand
	db     database
	store  *sqlstore.Store
	bank   *mock.Acquirer

	clock *paymenttest.Clock

	mu        sync.Mutex
	sent      []acquirer.Callback // every notification that the bank has sent
	down      bool                // notifications are lost
	delivered map[string]bool     // changes that the host has taken, by key
	begun     int
}

func newWorld(t *testing.T, db database, random *rand.Rand) *world {
	w := &world{T: t, random: random, db: db, clock: paymenttest.NewClock(morning), delivered: map[string]bool{}}
	w.bank = &mock.Acquirer{Now: w.clock.Now, Notify: func(cb acquirer.Callback) {
		w.mu.Lock()
		w.sent = append(w.sent, cb)
		lost := w.down
		w.mu.Unlock()
		if !lost {
			w.receive(cb)
		}
	}}
	w.start()
	return w
}

// start opens the database as it is, and puts the service on it.
func (w *world) start() {
	w.Helper()
	w.store = w.db.open(w.T)
	svc, err := payment.New(payment.Config{
		Store: w.store, Acquirer: w.bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: w.clock.Now,
		Deliver: func(_ context.Context, c payment.Change) error {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.delivered[c.Key] = true
			return nil
		},
	})
	w.must(err)
	w.Service = svc
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// receive takes a notification. One about a payment that is not known is no fault here: that is what orphans are for.
func (w *world) receive(cb acquirer.Callback) {
	w.Helper()
	if _, _, err := w.Receive(w.Context(), cb); err != nil && !errors.Is(err, payment.ErrNotFound) {
		w.Errorf("Receive: %v", err)
	}
}

// pass moves the clock on and does what is due.
func (w *world) pass(d time.Duration) {
	w.Helper()
	w.clock.Add(d)
	w.bank.Tick()
	for range 1000 {
		n, err := w.WorkOnce(w.Context())
		w.must(err)
		if n == 0 {
			return
		}
	}
	w.Fatal("the work does not end")
}

func debt(i int) creance.Debt {
	return creance.Debt{
		ID: fmt.Sprint("D-", i), Debtor: fmt.Sprint("A-", i),
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(60_00+int64(i), -2)}},
		Notice: &creance.Notice{Number: fmt.Sprint("N-", i), Channel: creance.Paper},
	}
}

// begin sends a debtor to the kiosk. A debt that is held is not paid again.
func (w *world) begin(i int) (acquirer.Session, bool) {
	w.Helper()
	w.begun++
	_, session, err := w.Begin(w.Context(), payment.BeginRequest{Key: fmt.Sprint("key ", w.begun), Debt: debt(i)})
	if errors.Is(err, payment.ErrHeld) {
		return session, false
	}
	w.must(err)
	return session, true
}

// live lets n payers come, who pay, do not, or leave, while notifications and browsers get lost; and lets the clerks and the clock work.
func (w *world) live(first, n int) {
	w.Helper()
	for i := range n {
		session, ok := w.begin(first + i)
		w.pass(time.Duration(w.random.IntN(180)) * time.Second)
		if !ok {
			continue
		}
		w.mu.Lock()
		w.down = w.random.IntN(3) == 0
		w.mu.Unlock()
		outcome := []acquirer.Outcome{
			acquirer.Accepted, acquirer.Accepted, acquirer.Accepted, acquirer.Accepted, acquirer.Refused, acquirer.Cancelled, acquirer.Pending, "",
		}[w.random.IntN(8)]
		if outcome != "" {
			cb, err := w.bank.Visit(session, mock.Behaviour{Outcome: outcome})
			w.must(err)
			if w.random.IntN(3) > 0 {
				w.receive(cb)
			}
		}
		w.acts(4)
	}
	w.mu.Lock()
	w.down = false
	w.mu.Unlock()
}

// acts are those of the host, the clerks and the bank: each with a chance of one in n for each payment.
func (w *world) acts(n int) {
	w.Helper()
	for _, p := range w.payments() {
		if w.random.IntN(n) > 0 {
			continue
		}
		switch p.State {
		case payment.Paid:
			_, err := w.Record(w.Context(), p.ID)
			w.must(err)
		case payment.Recorded:
			if w.random.IntN(3) == 0 {
				if w.random.IntN(2) == 0 {
					w.must(w.bank.Inject(acquirer.OpCancel, mock.Timeout))
				}
				_, err := w.Refund(w.Context(), payment.Command{ID: p.ID, Version: p.Version, By: "a clerk", Why: "paid elsewhere"})
				w.must(err)
			}
		}
	}
	for _, t := range w.bank.Book() {
		if t.Code == "60" && w.random.IntN(n) == 0 {
			w.must(w.bank.Decide(t.Reference, mock.Behaviour{Outcome: []acquirer.Outcome{acquirer.Accepted, acquirer.Refused}[w.random.IntN(2)]}))
		}
	}
}

func (w *world) payments() (all []payment.Payment) {
	w.Helper()
	for p, err := range w.List(w.Context(), payment.Filter{}) {
		w.must(err)
		all = append(all, p)
	}
	return all
}

// advance sets the sequence of each day past the last reference that the bank knows of it, as the doc of sqlstore says.
func (w *world) advance() {
	w.Helper()
	last := map[string]int{}
	for _, t := range w.bank.Book() {
		ref, err := payment.ParseReference(t.Reference)
		w.must(err)
		day := ref.Day.Format(time.DateOnly)
		last[day] = max(last[day], ref.Sequence)
	}
	for day, n := range last {
		w.must(w.store.Advance(w.Context(), day, n))
	}
}

// replay sends again what the bank has to say of everything, and what it has said before, in any order, some of it twice.
func (w *world) replay() {
	w.Helper()
	w.mu.Lock()
	again := slices.Clone(w.sent)
	w.mu.Unlock()
	for _, t := range w.bank.Book() {
		if cb, err := w.bank.Notification(t.Reference); err == nil {
			again = append(again, cb)
		}
	}
	for range len(again) / 3 {
		again = append(again, again[w.random.IntN(len(again))])
	}
	w.random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
	for i, cb := range again {
		w.receive(cb)
		if i%8 == 0 {
			w.pass(time.Second)
		}
	}
}

// settle lets four days pass, in which all questions are answered and the host takes into account what is paid.
func (w *world) settle() {
	w.Helper()
	for range 12 {
		w.pass(10 * time.Minute)
	}
	for _, t := range w.bank.Book() {
		if t.Code == "60" {
			w.must(w.bank.Decide(t.Reference, mock.Behaviour{Outcome: acquirer.Accepted}))
		}
	}
	for range 24 {
		w.pass(4 * time.Hour)
		for _, p := range w.payments() {
			if p.State == payment.Paid {
				_, err := w.Record(w.Context(), p.ID)
				w.must(err)
			}
		}
	}
}

// converged compares with the bank's book: all money that it took is recorded, given back, in review, or an orphan that was delivered; no
// payment is for money that it did not take; nothing is open.
func (w *world) converged() {
	w.Helper()
	w.must(books.Of(w.store, w.clock.Now).Verify(w.Context(), nil))
	byID := map[string]payment.Payment{}
	claims := map[string]bool{}
	for _, p := range w.payments() {
		byID[string(p.ID)] = p
		if !p.State.Ended() && p.State != payment.Review {
			w.Errorf("%s is still %s: %s", p.Reference, p.State, w.story(p))
		}
		if p.State == payment.Recorded {
			if claims[p.Claim] {
				w.Errorf("claim %s is recorded twice", p.Claim)
			}
			claims[p.Claim] = true
		}
	}
	orphans := map[string]bool{}
	for o, err := range w.store.Orphans(w.Context()) {
		w.must(err)
		orphans[o.Result.OrderID] = true
		if key := payment.OrphanChange(o.Result, o.At).Key; !w.delivered[key] {
			w.Errorf("%s was not delivered", key)
		}
		if p, known := byID[o.Result.OrderID]; known {
			w.Errorf("%s is an orphan and a payment", p.Reference)
		}
	}
	for _, t := range w.bank.Book() {
		p, known := byID[t.OrderID]
		delete(byID, t.OrderID)
		delete(orphans, t.OrderID)
		took, left := t.Total(mock.Authorised), t.Remaining()
		switch {
		case known && p.Reference != t.Reference:
			w.Errorf("%s is %s at the bank", p.Reference, t.Reference)
		case took > 0 && !known:
			if !w.orphan(t.OrderID) {
				w.Errorf("the bank took %d cents for %s, and nobody knows of it", took, t.Reference)
			}
		case took > 0 && left > 0 && p.State != payment.Recorded && p.State != payment.Review:
			w.Errorf("the bank took %d cents for %s, which is %s: %s", took, t.Reference, p.State, w.story(p))
		case took > 0 && left == 0 && p.State != payment.Refunded && p.State != payment.Review:
			w.Errorf("the bank gave back what it took for %s, which is %s: %s", t.Reference, p.State, w.story(p))
		case took == 0 && known && (p.State.Money() || p.State == payment.Refunded || p.State == payment.Review && !p.PaidAt.IsZero()):
			w.Errorf("%s is %s, and the bank took nothing: %s", t.Reference, p.State, w.story(p))
		}
	}
	for id, p := range byID {
		if p.State != payment.Failed {
			w.Errorf("the bank knows nothing of %s (%s), which is %s", p.Reference, id, p.State)
		}
	}
	for id := range orphans {
		w.Errorf("the bank knows nothing of the orphan of order %s", id)
	}
}

func (w *world) orphan(order string) bool {
	w.Helper()
	for o, err := range w.store.Orphans(w.Context()) {
		w.must(err)
		if o.Result.OrderID == order && o.Result.Outcome == acquirer.Accepted {
			return true
		}
	}
	return false
}

// story is a payment's journal in one line.
func (w *world) story(p payment.Payment) (s string) {
	w.Helper()
	for e, err := range w.Journal(w.Context(), p.ID) {
		w.must(err)
		s += fmt.Sprintf("%s/%s ", e.Event, e.To)
	}
	return s
}

func TestRestore(t *testing.T) {
	figure.Long(t)
	seed := figure.Seed(t)
	databases(t, func(t *testing.T, next func(*testing.T) database) {
		t.Run("converges", func(t *testing.T) { converges(t, seed, next) })
		t.Run("without setting the sequence", func(t *testing.T) { withoutAdvance(t, next(t)) })
	})
}

// A backup is taken while payers come, life goes on, the database is lost and the backup restored. The sequence is set past the bank's last
// reference; some of the payers whose payment is forgotten come again; the bank sends its notifications again.
func converges(t *testing.T, seed uint64, next func(*testing.T) database) {
	lost, orphans := 0, 0
	for run := range figure.Of(5, 200) {
		w := newWorld(t, next(t), rand.New(rand.NewPCG(seed, uint64(run))))
		w.live(0, 8)
		if _, online := w.db.(*file); online {
			done := make(chan struct{})
			go func() { defer close(done); w.live(8, 3) }()
			w.db.backUp(t)
			<-done
		} else {
			w.live(8, 3)
			w.db.backUp(t)
		}
		w.start() // another process: it takes the numbers that the one after the restore would take too
		w.live(11, 8)
		w.acts(2)
		w.pass(time.Hour)
		before := len(w.payments())
		w.db.restore(t)
		w.start()
		lost += before - len(w.payments())
		w.advance()
		w.live(14, 4) // three of them were here before, and are forgotten
		w.replay()
		w.live(19, 3)
		w.settle()
		w.replay()
		w.pass(time.Hour)
		w.converged()
		for o, err := range w.store.Orphans(t.Context()) {
			w.must(err)
			if o.Result.Outcome == acquirer.Accepted {
				orphans++
			}
		}
		w.db.end(t)
		if t.Failed() {
			t.Fatalf("run %d", run)
		}
	}
	t.Logf("%d payments were forgotten, %d of them came back as orphans", lost, orphans)
	if lost == 0 || orphans == 0 {
		t.Errorf("%d payments were forgotten and %d came back as orphans: nothing was tried", lost, orphans)
	}
}

// Whoever forgets to set the sequence does no harm: the bank knows the references, so the payments fail before anybody pays, and what the bank
// says of the forgotten ones is not taken for theirs.
func withoutAdvance(t *testing.T, db database) {
	w := newWorld(t, db, rand.New(rand.NewPCG(1, 1)))
	w.db.backUp(t)
	w.start()
	session, _ := w.begin(1)
	_, err := w.bank.Visit(session, mock.Behaviour{})
	w.must(err)
	w.db.restore(t)
	w.start()
	_, session, err = w.Begin(t.Context(), payment.BeginRequest{Key: "again", Debt: debt(1)})
	if !errors.Is(err, acquirer.ErrReferenceUsed) || !session.IsZero() {
		t.Errorf("Begin: %v, session %v", err, session)
	}
	w.replay()
	w.settle()
	p, err := w.store.Find(t.Context(), payment.Lookup{Debtor: "A-1", Key: "again"})
	if err != nil || p.State != payment.Failed {
		t.Errorf("%v, %v: another payment's money was taken for its own", p, err)
	}
	if book := w.bank.Book(); len(book) != 1 || !w.orphan(book[0].OrderID) {
		t.Errorf("the forgotten payment is no orphan")
	}
	w.must(books.Of(w.store, w.clock.Now).Verify(t.Context(), nil))
}
