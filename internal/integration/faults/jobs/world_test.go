package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/internal/integration/rig"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/quittance/quittance/payment/riverwork"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/shopspring/decimal"
)

// queue is where the jobs of payments are.
const queue = "payments"

// patience is for a loaded machine: nothing is asserted about how long anything takes.
const patience = 2 * time.Minute

// world is one database with payments and jobs, one bank with its book, one mailbox, and any number of machines.
type world struct {
	*testing.T
	ctx     context.Context
	dsn     string
	db      *sql.DB
	ahead   atomic.Int64 // how far the clock of payments and of the bank is ahead of the machine's; River's is the machine's
	bank    *counting
	mailbox inbox.Mailbox
	letters func(context.Context, payment.Change) error
	dice    *rand.Rand
	portal  *machine // where payers come
	sweep   time.Duration

	mu     sync.Mutex
	lost   map[string]bool // references whose notifications never come
	handed map[string]int  // changes by key: how often they were handed over
	slow   time.Duration   // how long the host takes a change
	flaky  bool            // the host fails at first, with every fifth change
}

func newWorld(t *testing.T, server *postgres.Server, seed uint64, sweep time.Duration) *world {
	t.Helper()
	w := &world{
		T: t, ctx: t.Context(), dice: rand.New(rand.NewPCG(seed, 14)), mailbox: inbox.NewMemoryMailbox(),
		sweep: sweep, lost: map[string]bool{}, handed: map[string]int{},
	}
	w.db = server.Database(t)
	var name string
	w.must("current_database", w.db.QueryRow("SELECT current_database()").Scan(&name))
	w.dsn = server.DSN(name)
	m, err := rivermigrate.New(riverdatabasesql.New(w.db), nil)
	w.must("rivermigrate", err)
	_, err = m.Migrate(w.ctx, rivermigrate.DirectionUp, nil)
	w.must("Migrate", err)
	store, err := sqlstore.PostgreSQL(w.db, sqlstore.Options{})
	w.must("PostgreSQL", err)
	w.must("Migrate", store.Migrate(w.ctx))

	catalog, err := inbox.NewCatalog()
	w.must("NewCatalog", err)
	w.letters = inbox.Deliverer(w.mailbox, catalog, inbox.Sender{Fund: "CPAM de test", PostalAddress: "1 rue de la Paix\n75000 Paris", Now: w.now})
	w.bank = &counting{Acquirer: &mock.Acquirer{Now: w.now, Notify: w.notified}, asked: map[string]int{}}
	w.portal = w.machine(w.bank)
	return w
}

func (w *world) must(what string, err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%s: %v", what, err)
	}
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

// notified brings a notification to the portal, or loses it.
func (w *world) notified(cb acquirer.Callback) {
	r, err := w.bank.Parse(cb)
	if err != nil {
		w.Error(err)
		return
	}
	w.mu.Lock()
	lost := w.lost[r.Reference]
	w.mu.Unlock()
	if lost {
		return
	}
	if _, _, err := w.portal.Receive(w.ctx, cb); err != nil {
		w.Errorf("Receive of %s: %v", r.Reference, err)
	}
}

// counting is a bank that counts questions.
type counting struct {
	*mock.Acquirer
	mu    sync.Mutex
	asked map[string]int // by reference
}

func (c *counting) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	c.mu.Lock()
	c.asked[q.Reference]++
	c.mu.Unlock()
	return c.Acquirer.Status(ctx, q)
}

// deliver is the host: its mailbox, and the payer's account.
func (w *world) deliver(ctx context.Context, c payment.Change) error {
	w.mu.Lock()
	w.handed[c.Key]++
	slow := w.slow
	fails := w.flaky && w.handed[c.Key] == 1 && crc32.ChecksumIEEE([]byte(c.Key))%5 == 0
	w.mu.Unlock()
	if fails {
		return errors.New("the mailbox is down")
	}
	select {
	case <-time.After(slow):
	case <-ctx.Done():
		return ctx.Err()
	}
	return w.letters(ctx, c)
}

// machine is one process of the fund: a service with the hook, and River's client if it works.
type machine struct {
	*payment.Service
	*audit.Books
	w      *world
	db     *sql.DB
	config *river.Config
	jobs   *riverwork.Jobs
	stop   func(context.Context) error
}

func (w *world) machine(bank acquirer.Client) *machine {
	w.Helper()
	m, err := newMachine(w.dsn, bank, w.now, w.deliver, queue, w.sweep)
	w.must("machine", err)
	w.Cleanup(func() { m.db.Close() })
	m.w = w
	return m
}

// newMachine is for the test's own process and for its children. works is the queue that it works.
func newMachine(dsn string, bank acquirer.Client, now func() time.Time, deliver func(context.Context, payment.Change) error, works string, sweep time.Duration) (*machine, error) {
	db, err := postgres.Open(dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(8)
	m := &machine{db: db, config: &river.Config{
		FetchCooldown: 20 * time.Millisecond, FetchPollInterval: 100 * time.Millisecond, TestOnly: true,
		Logger: slog.New(slog.DiscardHandler),
		Queues: map[string]river.QueueConfig{works: {MaxWorkers: 16}},
	}}
	if m.jobs, err = riverwork.New(db, m.config, riverwork.Options{Queue: queue, SweepEvery: sweep}); err != nil {
		return nil, err
	}
	store, err := sqlstore.PostgreSQL(db, sqlstore.Options{InTx: m.jobs.InTx})
	if err != nil {
		return nil, err
	}
	m.Books = books.Of(store, now)
	m.Service, err = payment.New(payment.Config{
		Store: store, Acquirer: bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
		NotifyURL: "https://portail.example/notification", Now: now, Deliver: deliver,
	})
	return m, err
}

// work starts River's client, with the driver of database/sql, which polls, or with pgx's, which listens.
func (m *machine) work(listens bool) {
	w := m.w
	w.Helper()
	w.must("AddWorkers", m.jobs.AddWorkers(m.Service))
	var start func(context.Context) error
	if listens {
		pool, err := pgxpool.New(w.ctx, w.dsn+"&pool_max_conns=8")
		w.must("pgxpool", err)
		w.Cleanup(pool.Close)
		c, err := river.NewClient(riverpgxv5.New(pool), m.config)
		w.must("NewClient", err)
		start, m.stop = c.Start, c.StopAndCancel
	} else {
		c, err := river.NewClient(riverdatabasesql.New(m.db), m.config)
		w.must("NewClient", err)
		start, m.stop = c.Start, c.StopAndCancel
	}
	w.must("Start", start(context.Background()))
	w.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := m.stop(ctx); err != nil {
			w.Errorf("the client does not stop: %v", err)
		}
	})
}

// workers starts two machines, one with each driver.
func (w *world) workers() {
	w.Helper()
	for _, listens := range []bool{false, true} {
		w.machine(w.bank).work(listens)
	}
}

func (w *world) exec(query string, args ...any) int {
	w.Helper()
	r, err := w.db.ExecContext(w.ctx, query, args...)
	w.must(query, err)
	n, err := r.RowsAffected()
	w.must(query, err)
	return int(n)
}

func (w *world) count(query string, args ...any) (n int) {
	w.Helper()
	w.must(query, w.db.QueryRowContext(w.ctx, query, args...).Scan(&n))
	return n
}

// until waits.
func (w *world) until(what string, is func() bool) {
	w.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatalf("waited in vain until %s; jobs:\n%s", what, w.story())
		}
	}
}

// story is what River knows.
func (w *world) story() (s string) {
	rows, err := w.db.Query("SELECT id, kind, state, args, attempted_at, coalesce(errors[1]->>'error', '') FROM river_job WHERE kind <> 'quittance_sweep' ORDER BY id")
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var kind, state, args, failed string
		var at sql.NullTime
		if err := rows.Scan(&id, &kind, &state, &args, &at, &failed); err != nil {
			return err.Error()
		}
		s += fmt.Sprintf("%d %s %s %s %v %s\n", id, kind, state, args, at.Time.Format(time.TimeOnly), failed)
	}
	return s
}

// settled waits until nothing is due at the present time, by the rows.
func (w *world) settled() {
	w.Helper()
	w.until("nothing is due", func() bool {
		n, err := rig.CountDue(w.ctx, w.db, w.now())
		w.must("CountDue", err)
		return n == 0
	})
}

// pass lets time pass for payments and the bank.
func (w *world) pass(d time.Duration) {
	w.ahead.Add(int64(d))
	w.bank.Tick()
}

func request(id string) payment.BeginRequest {
	return payment.BeginRequest{Key: "k", Debt: creance.Debt{
		ID: id, Debtor: "A-" + id, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: "N-" + id, Channel: creance.Paper},
	}}
}

// begin sends n debtors to the kiosk. They pay or not, and some notifications never come.
func (w *world) begin(n int) (all []payment.ID) {
	w.Helper()
	outcomes := []acquirer.Outcome{acquirer.Accepted, acquirer.Accepted, acquirer.Accepted, acquirer.Refused, acquirer.Cancelled}
	for i := range n {
		p, session, err := w.portal.Begin(w.ctx, request(fmt.Sprint(i)))
		w.must("Begin", err)
		all = append(all, p.ID)
		w.mu.Lock()
		w.lost[p.Reference] = w.dice.IntN(3) == 0 || i == 0
		w.mu.Unlock()
		if i > 0 && w.dice.IntN(8) == 0 {
			continue // never seen again
		}
		outcome := outcomes[w.dice.IntN(len(outcomes))]
		if i == 0 {
			outcome = acquirer.Accepted
		}
		if _, err := w.bank.Visit(session, mock.Behaviour{Outcome: outcome, Abandon: true}); err == nil {
			w.Fatal("an abandoned visit brings something back")
		}
	}
	return all
}

// host takes what is paid into account, or gives it back, or is questioned.
func (w *world) host() {
	w.Helper()
	for p, err := range w.portal.List(w.ctx, payment.Filter{States: []payment.State{payment.Paid}}) {
		w.must("List", err)
		person := payment.Command{ID: p.ID, Version: p.Version, By: "clerk", Why: "asked to"}
		switch w.dice.IntN(5) {
		case 0, 1:
			_, err = w.portal.Refund(w.ctx, person)
		case 2:
			_, err = w.portal.Question(w.ctx, person)
		default:
			_, err = w.portal.Record(w.ctx, p.ID)
		}
		w.must("the host", err)
	}
}

// days are two of them, in which everything comes to its end. meanwhile is called after each step of time.
func (w *world) days(meanwhile func()) {
	w.Helper()
	for _, d := range []time.Duration{0, 17 * time.Minute, time.Minute, 80 * time.Minute, 25 * time.Hour, 24 * time.Hour} {
		w.pass(d)
		meanwhile()
		w.settled()
		if d == time.Minute {
			w.host()
			meanwhile()
			w.settled()
		}
	}
	w.host() // whom the second look found
	for w.settled(); w.count("SELECT count(*) FROM quittance_change") > 0; w.settled() {
		w.pass(2 * time.Minute)
		meanwhile()
	}
}

// converged compares payments, letters and the bank's book.
func (w *world) converged() {
	w.Helper()
	w.must("Verify", w.portal.Verify(w.ctx, nil))
	book := map[string]mock.Transaction{}
	money := 0
	for _, t := range w.bank.Book() {
		book[t.Reference] = t
	}
	for p, err := range w.portal.List(w.ctx, payment.Filter{}) {
		w.must("List", err)
		t, known := book[p.Reference]
		if !known {
			w.Errorf("%s: the bank does not know it", p.Reference)
		}
		took := t.Total(mock.Authorised) > 0
		switch p.State {
		case payment.Recorded:
			known = took && t.Remaining() == t.Total(mock.Authorised)
		case payment.Refunded:
			known = took && t.Remaining() == 0
		case payment.Review:
			known = took
		case payment.Refused, payment.Cancelled, payment.Expired, payment.Failed:
			known = !took
		default:
			known = false
		}
		if !known {
			w.Errorf("%s ends as %s; the bank took %d and has %d", p.Reference, p.State, t.Total(mock.Authorised), t.Remaining())
		}
		acknowledged := 0
		for l, err := range w.mailbox.Letters(w.ctx, p.Debtor) {
			w.must("Letters", err)
			if l.Key == string(p.ID)+"/acknowledgement" {
				acknowledged++
			}
		}
		if want := map[bool]int{true: 1}[took]; acknowledged != want {
			w.Errorf("%s: %d acknowledgements, want %d", p.Reference, acknowledged, want)
		}
		for v := 1; v <= p.Version; v++ {
			key := fmt.Sprintf("%s/%d", p.ID, v)
			w.mu.Lock()
			if w.handed[key] == 0 {
				w.Errorf("change %s was never handed over", key)
			}
			w.mu.Unlock()
		}
		if took {
			money++
		}
	}
	if money == 0 {
		w.Error("nobody paid")
	}
}
