package letters

import (
	"database/sql"
	"fmt"
	"github.com/quittance/quittance/payment/audit"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/testparallel"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnvironment) != "" {
		serve()
		return
	}
	testparallel.Raise(6)
	os.Exit(m.Run())
}

// place is a database that any number of processes open.
type place struct {
	driver, dsn string
	folder      string // the database writes below it, and nowhere else
}

func (p place) open(tb testing.TB) *sql.DB {
	tb.Helper()
	db, err := sql.Open(p.driver, p.dsn)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	return db
}

func (p place) sqlite() bool { return p.driver == "sqlite" }

// on opens store and mailbox; nothing is migrated.
func (p place) on(db *sql.DB) (*sqlstore.Store, *sqlmailbox.Mailbox, error) {
	openStore, openMailbox := sqlstore.PostgreSQL, sqlmailbox.PostgreSQL
	if p.sqlite() {
		openStore, openMailbox = sqlstore.SQLite, sqlmailbox.SQLite
	}
	store, err := openStore(db, sqlstore.Options{})
	if err != nil {
		return nil, nil, err
	}
	box, err := openMailbox(db)
	return store, box, err
}

func (p place) migrated(tb testing.TB, db *sql.DB) (*sqlstore.Store, *sqlmailbox.Mailbox) {
	tb.Helper()
	store, box, err := p.on(db)
	if err != nil {
		tb.Fatal(err)
	}
	if err := store.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	if err := box.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return store, box
}

func sqliteIn(t *testing.T) place {
	folder := t.TempDir()
	return place{"sqlite", sqlstore.DSN(filepath.Join(folder, "quittance.db")), folder}
}

func postgresOn(t *testing.T, s *postgres.Server) place {
	t.Helper()
	var name string
	if err := s.Database(t).QueryRow("SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	return place{"pgx", s.DSN(name), s.Folder}
}

// tests run on a new, empty database of each kind.
var tests = []struct {
	name string
	run  func(*testing.T, place)
}{
	{"migrate at once", migrateAtOnce},
	{"newer schema", newerSchema},
	{"failed migration", failedMigration},
	{"several processes", severalProcesses},
	{"one connection", oneConnection},
	{"write fails", writeFails},
	{"deleted after six months", letterIsDeletedAfterSixMonths},
	{"killed between letter and record", killedBetweenLetterAndRecord},
	{"mailbox times out after delivery", mailboxTimesOutAfterDelivery},
}

func TestSQLite(t *testing.T) { all(t, sqliteIn) }

func TestPostgreSQL(t *testing.T) {
	server := postgres.Shared(t)
	all(t, func(t *testing.T) place { return postgresOn(t, server) })
}

func all(t *testing.T, open func(*testing.T) place) {
	t.Parallel()
	t.Run("mailbox", func(t *testing.T) {
		t.Parallel()
		conformance(t, open)
	})
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, open(t))
		})
	}
}

// morning is when the source's own letter came: 05/07/18 08:52 in Paris. It is deleted on 05/01/19 (S68).
var morning = time.Date(2018, time.July, 5, 6, 52, 0, 0, time.UTC)

// fund is a portal with its bank. The clock is everybody's.
type fund struct {
	*payment.Service
	*audit.Books
	clock *paymenttest.Clock
	bank  *mock.Acquirer
	t     *testing.T
}

// newFund wires a portal; with changes its configuration.
func newFund(t *testing.T, store payment.Store, box inbox.Mailbox, with ...func(*payment.Config)) *fund {
	t.Helper()
	f := &fund{clock: paymenttest.NewClock(morning), t: t}
	f.bank = &mock.Acquirer{Now: f.clock.Now, Notify: func(acquirer.Callback) {}}
	c := payment.Config{
		Store: store, Acquirer: f.bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: f.clock.Now,
		Deliver: deliverer(box, f.clock.Now), Chores: chores(box),
	}
	for _, change := range with {
		change(&c)
	}
	var err error
	if f.Service, err = payment.New(c); err != nil {
		t.Fatal(err)
	}
	f.Books = books.Of(store, f.clock.Now)
	return f
}

// pay takes one payment to what the payer does.
func (f *fund) pay(r payment.BeginRequest, b mock.Behaviour) payment.Payment {
	f.t.Helper()
	_, session, err := f.Begin(f.t.Context(), r)
	if err != nil {
		f.t.Fatal(err)
	}
	cb, err := f.bank.Visit(session, b)
	if err != nil {
		f.t.Fatal(err)
	}
	p, _, err := f.Receive(f.t.Context(), cb)
	if err != nil {
		f.t.Fatal(err)
	}
	return p
}

// settle works until nothing is due.
func (f *fund) settle() {
	f.t.Helper()
	for {
		n, err := f.WorkOnce(f.t.Context())
		if err != nil {
			f.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func request(i int) payment.BeginRequest {
	return payment.BeginRequest{Key: fmt.Sprintf("key-%d", i), Debt: creance.Debt{
		ID: fmt.Sprintf("D-%d", i), Debtor: fmt.Sprintf("A-%d", i),
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2017, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: fmt.Sprintf("N-%d", i), Channel: creance.Paper},
	}}
}

// letters are the debtor's.
func letters(t *testing.T, box inbox.Mailbox, debtor string) (out []inbox.Letter) {
	t.Helper()
	for l, err := range box.Letters(t.Context(), debtor) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, l)
	}
	return out
}
