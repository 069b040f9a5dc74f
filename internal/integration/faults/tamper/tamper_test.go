//go:build !race

package tamper

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment/audit"
	"io"
	"iter"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
)

// start is the day of the payments.
var start = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// record is a database with payments that have ended in several ways, and what was kept outside.
type record struct {
	t      *testing.T
	db     *sql.DB // for edits
	number func(int) string
	svc    *payment.Service
	store  payment.Store
	bank   *mock.Acquirer
	seals  []audit.Seal
	clock  *paymenttest.Clock
}

// tests run on a record of their own, in each kind of database.
var tests = []struct {
	name string
	run  func(*testing.T, *record)
}{
	{"edited column", editedColumn},
	{"entries dropped, swapped, inserted", entriesDroppedSwappedInserted},
	{"payments deleted and rewritten", paymentsDeletedAndRewritten},
	{"another life", anotherLife},
	{"other tables are work", otherTablesAreWork},
}

// Edits have a connection of their own, which waits for no disk.

func TestSQLite(t *testing.T) {
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			dsn := sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db"))
			quick := strings.Replace(dsn, url.QueryEscape("synchronous(FULL)"), url.QueryEscape("synchronous(OFF)"), 1)
			r := &record{t: t, db: connect(t, "sqlite", quick), number: func(n int) string { return fmt.Sprintf("?%d", n) }}
			r.begin(connect(t, "sqlite", dsn), sqlstore.SQLite)
			c.run(t, r)
		})
	}
}

func TestPostgreSQL(t *testing.T) {
	figure.Long(t)
	server := postgres.Shared(t)
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			dsn := server.DSN(server.Create(t))
			quick := dsn + "&synchronous_commit=off"
			r := &record{t: t, db: connect(t, "pgx", quick), number: func(n int) string { return fmt.Sprintf("$%d", n) }}
			r.begin(connect(t, "pgx", dsn), sqlstore.PostgreSQL)
			c.run(t, r)
		})
	}
}

func connect(t *testing.T, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// begin opens the service and makes its payments.
func (r *record) begin(db *sql.DB, open func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error)) {
	t := r.t
	t.Helper()
	r.clock = paymenttest.NewClock(start)
	store, err := open(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.store = store
	r.bank = &mock.Acquirer{Now: r.clock.Now, Notify: func(acquirer.Callback) {}}
	r.svc, err = payment.New(payment.Config{
		Store: store, Acquirer: r.bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: r.clock.Now,
		KeepFor: time.Hour, // so that there is an erased payment on the day
	})
	if err != nil {
		t.Fatal(err)
	}
	r.fill()
}

// pay takes a payment to what the payer does, and returns the browser's message too.
func (r *record) pay(id string, b mock.Behaviour) (payment.Payment, acquirer.Callback) {
	r.t.Helper()
	_, session, err := r.svc.Begin(r.t.Context(), payment.BeginRequest{Key: "key-" + id, Debt: creance.Debt{
		ID: "D-" + id, Debtor: "A-" + id, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: "N-" + id, Channel: creance.Paper},
	}})
	r.must(err)
	cb, err := r.bank.Visit(session, b)
	r.must(err)
	p, _, err := r.svc.Receive(r.t.Context(), cb)
	r.must(err)
	r.clock.Add(time.Minute)
	return p, cb
}

func (r *record) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *record) work() {
	for {
		n, err := r.svc.WorkOnce(r.t.Context())
		r.must(err)
		if n == 0 {
			return
		}
	}
}

// fill makes the payments of the day: recorded, kept after a clerk's look, refused, given back, erased; and an orphan.
func (r *record) fill() {
	ctx := r.t.Context()
	clerk := func(p payment.Payment) payment.Command {
		return payment.Command{ID: p.ID, Version: p.Version, By: "clerk " + p.Debt, Why: "because of " + p.Debt}
	}
	erased, _ := r.pay("erased", mock.Behaviour{})
	_, err := r.svc.Record(ctx, erased.ID)
	r.must(err)
	r.work()
	r.clock.Add(2 * time.Hour)
	if e, err := r.svc.Erase(ctx, erased.Debtor); len(e.Erased) != 1 || err != nil {
		r.t.Fatal(e, err)
	}

	lost, cb := r.pay("lost", mock.Behaviour{}) // it is taken out of the database: what the acquirer says of it again makes an orphan
	r.work()
	for _, name := range []string{"quittance_entry WHERE payment", "quittance_payment WHERE id"} {
		_, err := r.db.Exec("DELETE FROM " + name + " = '" + string(lost.ID) + "'")
		r.must(err)
	}
	if _, _, err := r.svc.Receive(ctx, cb); !errors.Is(err, payment.ErrNotFound) {
		r.t.Fatal(err)
	}
	r.clock.Add(time.Minute)

	p, _ := r.pay("recorded", mock.Behaviour{})
	_, err = r.svc.Record(ctx, p.ID)
	r.must(err)
	p, _ = r.pay("questioned", mock.Behaviour{})
	p, err = r.svc.Question(ctx, clerk(p))
	r.must(err)
	_, err = r.svc.Resolve(ctx, payment.Resolution{Command: clerk(p), Verdict: payment.VerdictKeep})
	r.must(err)
	r.pay("refused", mock.Behaviour{Outcome: acquirer.Refused})
	p, _ = r.pay("back", mock.Behaviour{})
	_, err = r.svc.Refund(ctx, clerk(p))
	r.must(err)
	for range 4 {
		r.work()
		r.clock.Add(20 * time.Minute)
	}
	r.work()

	r.clock.Add(24 * time.Hour)
	seal, err := books.Of(r.store, r.clock.Now).Export(ctx, start.Format(time.DateOnly), io.Discard)
	r.must(err)
	r.seals = []audit.Seal{seal}
	if err := r.verify(r.outside()); err != nil {
		r.t.Fatalf("nothing was altered yet: %v", err)
	}
}

func (r *record) outside() iter.Seq[audit.Seal] { return slices.Values(r.seals) }

func (r *record) verify(seals iter.Seq[audit.Seal]) error {
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	return books.Of(r.store, r.clock.Now).Verify(ctx, seals)
}

func (r *record) read(name string, keys ...string) *table {
	r.t.Helper()
	return read(r.t, r.db, r.number, name, keys...)
}

func (r *record) payments() *table { return r.read("quittance_payment", "id") }
func (r *record) entries() *table  { return r.read("quittance_entry", "payment", "version") }

// Who finds an edit.
type finder string

const (
	alone  finder = "found by Verify alone"
	sealed finder = "found by Verify with the seals that were kept outside"
	nobody finder = "not found"
)

// who says who finds what was just done to the record.
func (r *record) who() finder {
	switch {
	case r.verify(nil) != nil:
		return alone
	case r.verify(r.outside()) != nil:
		return sealed
	}
	return nobody
}

// Each column, and who finds a single edit of it, in any row. What is not found has its reason.
var columns = map[string]map[string]finder{
	"quittance_payment": {
		// The session ends with the attempt, and is nothing of what happened.
		"session_url": nobody, "session_method": nobody, "session_fields": nobody, "session_expires": nobody,
		// An answer tells it, without an entry, and only of the trip whose session is committed to.
		"handle_payment": nobody,
		// The masked number goes with an erasure, which must not break the chain; it decides nothing.
		"masked_pan": nobody,
		// The means of payment decides nothing; the code and the brand, which are found, tell it too.
		"means": nobody,
		// When somebody looks next, who is at it, how often it failed: work, which changes without an entry. A payment that is
		// taken out of work still stands in its state, and in no list of what has ended.
		"attention_at": nobody, "lease_token": nobody, "lease_until": nobody, "tries": nobody, "cause": nobody,
	},
	"quittance_entry": {}, // every column is found
	"quittance_orphan": {
		// What decides is in the fingerprint, which the day's seal has; an orphan has no journal.
		"reference": sealed, "order_id": sealed, "merchant": sealed, "cents": sealed, "returned": sealed, "currency": sealed,
		"outcome": sealed, "code": sealed, "acquirer_code": sealed, "authorisation": sealed, "found_at": sealed,
		// The fingerprint is computed from the columns; the one that is stored only keeps an orphan from being written twice.
		"fingerprint": nobody,
		// These are not in the fingerprint.
		"decline": nobody, "brand": nobody, "masked_pan": nobody, "means": nobody, "accepted_at": nobody,
	},
}

// Every single edit of any column is found, or the column is listed.
func editedColumn(t *testing.T, r *record) {
	edits := 0
	for _, a := range []*table{r.payments(), r.entries(), r.read("quittance_orphan", "fingerprint")} {
		want, got := map[string]finder{}, map[string]finder{}
		for _, column := range a.columns {
			if want[column] = columns[a.name][column]; want[column] == "" {
				want[column] = alone
			}
			worst := finder("")
			for _, row := range a.rows {
				for _, v := range a.others(row, column) {
					who := alone // the database itself may refuse it
					if err := a.set(row, column, v); err == nil {
						who = r.who()
						edits++
						if back := a.with(row, map[string]cell{column: v}); a.set(back, column, row[a.column(column)]) != nil {
							t.Fatalf("%s.%s cannot be set back", a.name, column)
						}
					}
					if who != want[column] && who != alone {
						t.Errorf("%s.%s from %v to %v is %s", a.name, column, row[a.column(column)], v, who)
					}
					if worst == "" || who == nobody || who == sealed && worst == alone {
						worst = who
					}
				}
			}
			got[column] = worst
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", a.name, diff)
		}
		for column := range columns[a.name] {
			if !slices.Contains(a.columns, column) {
				t.Errorf("%s has no column %s", a.name, column)
			}
		}
	}
	if err := r.verify(r.outside()); err != nil {
		t.Errorf("the test left the record altered: %v", err)
	}
	t.Logf("%d edits", edits)
}

// Whole entries are dropped, doubled, swapped, moved and invented: each is found without seals.
func entriesDroppedSwappedInserted(t *testing.T, r *record) {
	a := r.entries()
	tried := 0
	check := func(name string, do func() error) {
		t.Helper()
		tried++
		if err := do(); err == nil {
			if who := r.who(); who != alone {
				t.Errorf("%s: %s", name, who)
			}
		}
		a.restore(t)
	}
	version := a.column("version")
	of := map[any][][]cell{}
	for _, row := range a.rows {
		id := row[a.column("payment")]
		of[id] = append(of[id], row)
	}
	var ids []string
	for id := range of {
		ids = append(ids, id.(string))
	}
	slices.Sort(ids)
	for n, id := range ids {
		mine, other := of[id], of[ids[(n+1)%len(ids)]]
		for i, row := range mine {
			name := fmt.Sprintf("entry %d of %d of payment %d", i+1, len(mine), n+1)
			later := mine[i+1:]
			closed := func() error { // the gap is closed
				for _, l := range later {
					if err := a.set(l, "version", l[version].(int64)-1); err != nil {
						return err
					}
				}
				return nil
			}
			check(name+" dropped", func() error { return a.delete(row) })
			check(name+" dropped, and the gap closed", func() error { return errors.Join(a.delete(row), closed()) })
			check(name+" and all later ones dropped", func() error {
				for _, l := range mine[i:] {
					if err := a.delete(l); err != nil {
						return err
					}
				}
				return nil
			})
			opened := func() error { // there is room for one before it
				for _, l := range slices.Backward(mine[i:]) {
					if err := a.set(l, "version", l[version].(int64)+1); err != nil {
						return err
					}
				}
				return nil
			}
			check(name+" doubled", func() error { return errors.Join(opened(), a.insert(row)) })
			check(name+" appended once more", func() error {
				return a.insert(a.with(row, map[string]cell{"version": int64(len(mine) + 1)}))
			})
			foreign := other[i%len(other)]
			check("an entry of another payment before "+name, func() error {
				return errors.Join(opened(), a.insert(a.with(foreign, map[string]cell{"payment": id, "version": row[version]})))
			})
			check("an entry of another payment in the place of "+name, func() error {
				return errors.Join(a.delete(row), a.insert(a.with(foreign, map[string]cell{"payment": id, "version": row[version]})))
			})
			if i > 0 {
				check(name+" swapped with the one before", func() error {
					before := mine[i-1]
					return errors.Join(a.delete(before), a.set(row, "version", before[version]),
						a.insert(a.with(before, map[string]cell{"version": row[version]})))
				})
			}
		}
		check(fmt.Sprintf("all entries of payment %d given to another", n+1), func() error {
			for _, row := range mine {
				if err := a.set(row, "payment", id[1:]+"x"); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := r.verify(r.outside()); err != nil {
		t.Errorf("the test left the record altered: %v", err)
	}
	t.Logf("%d alterations", tried)
}

// A payment that is taken out whole, set back to an earlier moment of its life, or given another life, fits together in itself:
// only the seals find it.
func paymentsDeletedAndRewritten(t *testing.T, r *record) {
	payments, entries := r.payments(), r.entries()
	id, head, hash := payments.column("id"), payments.column("head"), entries.column("hash")
	check := func(name string, want finder, do func() error) {
		t.Helper()
		r.must(do())
		if who := r.who(); who != want {
			t.Errorf("%s: %s, want %s", name, who, want)
		}
		payments.restore(t)
		entries.restore(t)
	}
	for n, row := range payments.rows {
		var mine [][]cell
		for _, e := range entries.rows {
			if e[0] == row[id] {
				mine = append(mine, e)
			}
		}
		gone := func() error {
			for _, e := range mine {
				if err := entries.delete(e); err != nil {
					return err
				}
			}
			return nil
		}
		name := fmt.Sprintf("payment %d", n+1)
		check(name+" deleted whole", sealed, func() error { return errors.Join(payments.delete(row), gone()) })
		check(name+" deleted, its journal left", sealed, func() error { return payments.delete(row) })
		check(name+" without its journal", alone, gone)
		if string(row[head].([]byte)) != string(mine[len(mine)-1][hash].([]byte)) {
			t.Errorf("%s: the head is not the last entry's hash", name)
		}
	}
	for i, row := range payments.rows {
		for j, other := range payments.rows {
			if i == j {
				continue
			}
			check("a payment in the place of another", alone, func() error {
				return errors.Join(payments.delete(row), payments.delete(other),
					payments.insert(payments.with(other, map[string]cell{"id": row[id]})))
			})
		}
	}
}

// A payment is given a life that it did not have, with every hash as it must be: what the database held at an earlier moment, and
// went on from there differently.
func anotherLife(t *testing.T, r *record) {
	ctx := t.Context()
	p, session, err := r.svc.Begin(ctx, payment.BeginRequest{Key: "key", Debt: creance.Debt{
		ID: "D-two-lives", Debtor: "A-two-lives", Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: "N-two-lives", Channel: creance.Paper},
	}})
	r.must(err)
	earlier := []*table{r.payments(), r.entries()}
	r.clock.Add(time.Minute)
	cb, err := r.bank.Visit(session, mock.Behaviour{})
	r.must(err)
	p, _, err = r.svc.Receive(ctx, cb)
	r.must(err)
	r.work()
	day := r.clock.Now().Format(time.DateOnly)
	r.clock.Add(24 * time.Hour)
	seal, err := books.Of(r.store, r.clock.Now).Export(ctx, day, io.Discard)
	r.must(err)
	r.seals = append(r.seals, seal)
	if err := r.verify(r.outside()); err != nil {
		t.Fatal(err)
	}

	for _, a := range earlier {
		a.restore(t)
	}
	if who := r.who(); who != sealed {
		t.Errorf("a payment set back to before it was paid: %s", who)
	}
	q, effect, err := r.svc.Refresh(ctx, p.ID) // the acquirer knows the truth
	if err != nil || effect != payment.EffectChanged || q.State != payment.Paid {
		t.Errorf("%v %s %v", q, effect, err)
	}
	if who := r.who(); who != sealed {
		t.Errorf("a payment that was paid on another day: %s", who)
	}
}

// Every table is known: it is verified, or it is work, which is emptied as it is done.
func otherTablesAreWork(t *testing.T, r *record) {
	query := "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
	if strings.HasPrefix(r.number(1), "?") {
		query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
	}
	rows, err := r.db.Query(query)
	r.must(err)
	defer rows.Close()
	var got []string
	for rows.Next() {
		var name string
		r.must(rows.Scan(&name))
		got = append(got, name)
	}
	r.must(rows.Err())
	slices.Sort(got)
	want := []string{
		"quittance_change",   // what still goes out; a change that is taken away is not delivered
		"quittance_closed",   // the days whose export was made; where one is taken away, nothing is lost that was exported
		"quittance_entry",    // verified
		"quittance_orphan",   // verified with seals
		"quittance_payment",  // verified
		"quittance_schema",   // the version of the tables
		"quittance_sequence", // the last number of each day; the unique reference keeps a number from serving twice
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a table that this package does not know (-want +got):\n%s", diff)
	}
}
