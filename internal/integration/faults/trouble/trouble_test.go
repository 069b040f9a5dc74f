// Package trouble proves what happens when the database cannot do its work: each trouble is named in an error that says what to do, nothing is
// half-written, and what can be tried again works when the trouble is over.
package trouble

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/payment/paymenttest"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

func TestMain(m *testing.M) {
	if file := os.Getenv(lockVariable); file != "" {
		holdLock(file)
		return
	}
	os.Exit(m.Run())
}

func open(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// place is where a database is, on one of the two kinds: open opens it once more.
type place struct {
	open  func(t *testing.T) *sql.DB
	store func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error)
}

// troubles are those that both kinds can have.
var troubles = []struct {
	name string
	run  func(t *testing.T, at place)
}{
	{"Migrate was not called", notMigrated},
	{"one statement of several fails", halfASchema},
	{"the pool is closed", closed},
	{"cancelled inside the transaction", cancelledInside},
	{"cancelled at any moment", cancelledAtAnyMoment},
}

func TestSQLite(t *testing.T) {
	for _, c := range troubles {
		t.Run(c.name, func(t *testing.T) {
			dsn := sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db"))
			c.run(t, place{func(t *testing.T) *sql.DB { return open(t, "sqlite", dsn) }, sqlstore.SQLite})
		})
	}
}

func TestPostgreSQL(t *testing.T) {
	server := postgres.Start(t)
	for _, c := range troubles {
		t.Run(c.name, func(t *testing.T) { c.run(t, on(t, server)) })
	}
	for name, run := range map[string]func(*testing.T, *postgres.Server){
		"wrong settings": wrongSettings, "a role without privileges": withoutPrivileges, "read only for a while": readOnly,
		"cancelled while it waits": cancelledWhileItWaits, "the deadline of another": deadlineOfAnother,
	} {
		t.Run(name, func(t *testing.T) { run(t, server) })
	}
}

// on is a new database of a server.
func on(t *testing.T, server *postgres.Server) place {
	t.Helper()
	first := server.Database(t)
	var name string
	if err := first.QueryRow("SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	return place{func(t *testing.T) *sql.DB { return open(t, "pgx", server.DSN(name)) }, sqlstore.PostgreSQL}
}

// portal is a service on a database, with a bank in the process.
type portal struct {
	*testing.T
	*payment.Service
	world *paymenttest.World
	db    *sql.DB
	store *sqlstore.Store
	bank  *mock.Acquirer
	n     int
}

// newPortal opens the place; migrated says whether it brings the schema up to date.
func newPortal(t *testing.T, p place, o sqlstore.Options, migrated bool) *portal {
	t.Helper()
	db := p.open(t)
	s, err := p.store(db, o)
	if err != nil {
		t.Fatal(err)
	}
	if migrated {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	q := &portal{T: t, db: db, store: s}
	q.serve(&mock.Acquirer{Notify: func(acquirer.Callback) {}, Now: func() time.Time { return paymenttest.Noon }})
	return q
}

// serve puts a service between the store and a bank. It is noon all the time.
func (p *portal) serve(bank *mock.Acquirer) {
	p.Helper()
	p.world = paymenttest.New(p.T, paymenttest.Options{Store: p.store, Config: func(c *payment.Config) {
		c.Acquirer, c.Deliver = bank, func(context.Context, payment.Change) error { return nil }
	}})
	p.Service, p.bank = p.world.Service, bank
}

func (p *portal) request(id string) payment.BeginRequest {
	return payment.BeginRequest{Key: "k-" + id, Debt: p.world.Debt(id)}
}

// accepted begins a payment, and pays it at the bank: what the browser would bring back is not received yet.
func (p *portal) accepted(id string) (payment.Payment, acquirer.Callback) {
	p.Helper()
	q, session, err := p.Begin(p.Context(), p.request(id))
	if err != nil {
		p.Fatal(err)
	}
	cb, err := p.bank.Visit(session, mock.Behaviour{})
	if err != nil {
		p.Fatal(err)
	}
	return q, cb
}

// notify posts what the bank says to the handler, and returns the answer.
func (p *portal) notify(cb acquirer.Callback) *http.Response {
	r := httptest.NewRequest("POST", "/notification", strings.NewReader(cb.Form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	p.NotifyHandler().ServeHTTP(w, r)
	return w.Result()
}

// whole fails unless row, journal and outgoing changes agree: each payment has as many entries as its version says, no entry and no change
// is of a payment that is not there, and every journal verifies.
func (p *portal) whole() {
	p.Helper()
	for what, query := range map[string]string{
		"payments without their entries": "SELECT count(*) FROM quittance_payment p WHERE version <> (SELECT count(*) FROM quittance_entry e WHERE e.payment = p.id)",
		"entries without a payment":      "SELECT count(*) FROM quittance_entry WHERE payment NOT IN (SELECT id FROM quittance_payment)",
		"changes without an entry":       "SELECT count(*) FROM quittance_change c WHERE payment <> '' AND NOT EXISTS (SELECT 1 FROM quittance_entry e WHERE e.payment = c.payment AND e.version = c.version)",
		"entries without a change":       "SELECT count(*) FROM quittance_entry e WHERE NOT EXISTS (SELECT 1 FROM quittance_change c WHERE c.payment = e.payment AND c.version = e.version)",
	} {
		if strings.HasPrefix(what, "entries without a change") && p.n > 0 {
			continue // some were delivered
		}
		var n int
		if err := p.db.QueryRow(query).Scan(&n); err != nil || n != 0 {
			p.Errorf("%s: %d, %v", what, n, err)
		}
	}
	if err := books.Of(p.store, nil).Verify(p.Context(), nil); err != nil {
		p.Error(err)
	}
}

// work does what is due, and remembers that changes have gone out.
func (p *portal) work() error {
	p.n++
	for {
		if n, err := p.WorkOnce(p.Context()); n == 0 || err != nil {
			return err
		}
	}
}

// at fails unless the payment of a debt is in a state, or there is none when the state is empty.
func (p *portal) at(id string, want payment.State) {
	p.Helper()
	var got payment.State
	q, err := p.store.Find(p.Context(), payment.Lookup{Debtor: "A-" + id, Key: "k-" + id})
	if err == nil {
		got = q.State
	} else if !errors.Is(err, payment.ErrNotFound) {
		p.Fatal(err)
	}
	if got != want {
		p.Errorf("the payment of %s is %q, want %q", id, got, want)
	}
}

// says fails unless the error has all of the texts in it.
func says(t *testing.T, what string, err error, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: error %v, want %q in it", what, err, text)
		}
	}
}
