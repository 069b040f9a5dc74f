package trouble

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/quittance/quittance/payment/sqlstore"
)

// damage is how one row is spoilt, with $1 the payment; bytes are written as the database writes them.
type damage struct {
	name, spoil, repair string
	says                string // the cause names it
	row                 bool   // the payment's own row: it is not asked about any more; else its changes are not delivered
	entries, unreadable int    // of its journal, in the end
}

var damages = []damage{
	{"session_fields", "UPDATE quittance_payment SET session_fields = 'token=%zz secret' WHERE id = $1",
		"UPDATE quittance_payment SET session_fields = '' WHERE id = $1", "session_fields", true, 2, 0},
	{"head", "UPDATE quittance_payment SET head = BYTES WHERE id = $1",
		"UPDATE quittance_payment SET head = (SELECT hash FROM quittance_entry WHERE payment = $1 ORDER BY version DESC LIMIT 1) WHERE id = $1", "head", true, 2, 0},
	{"a change's snapshot", "UPDATE quittance_change SET snapshot = '{ secret' || snapshot WHERE payment = $1 AND version = 1",
		"UPDATE quittance_change SET snapshot = substr(snapshot, 9) WHERE payment = $1 AND version = 1", "snapshot", false, 3, 0},
	{"a column of a change's snapshot", `UPDATE quittance_change SET snapshot = replace(snapshot, '"cents":', '"cents":"secret","cent":') WHERE payment = $1 AND version = 1`,
		`UPDATE quittance_change SET snapshot = replace(snapshot, '"cents":"secret","cent":', '"cents":') WHERE payment = $1 AND version = 1`, "cents", false, 3, 0},
	{"an entry", "UPDATE quittance_entry SET hash = BYTES WHERE payment = $1 AND version = 1", "", "entry 1: the column hash", false, 3, 1},
	{"an entry that is missing", "DELETE FROM quittance_entry WHERE payment = $1 AND version = 1", "", "entry 1: it is missing", false, 2, 0},
}

// One row of sixty could not be read: on SQLite nothing due was found any more and every list ended there, on PostgreSQL its page stayed; and
// a damaged change or entry held up fifteen other payments' letters.
func TestM2OneDamagedRowStopsNoOther(t *testing.T) {
	for _, d := range damages {
		t.Run("SQLite/"+d.name, func(t *testing.T) {
			t.Parallel()
			db := open(t, "sqlite", sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")))
			damagedRow(t, db, sqlstore.SQLite, d, strings.NewReplacer("BYTES", "x'00'", "$1", "?1"))
		})
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgres.Shared(t)
		for _, d := range damages {
			t.Run(d.name, func(t *testing.T) {
				damagedRow(t, server.Database(t), sqlstore.PostgreSQL, d, strings.NewReplacer("BYTES", `'\x00'::bytea`))
			})
		}
	})
}

func damagedRow(t *testing.T, db *sql.DB, open func(*sql.DB, sqlstore.Options) (*sqlstore.Store, error), d damage, words *strings.Replacer) {
	store, err := open(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	delivered := map[payment.ID]int{}
	var log bytes.Buffer
	w := paymenttest.New(t, paymenttest.Options{Store: store, Config: func(c *payment.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&guardedWriter{w: &log, mu: &mu}, nil))
		c.Deliver = func(_ context.Context, c payment.Change) error {
			mu.Lock()
			defer mu.Unlock()
			delivered[c.Payment.ID]++
			return nil
		}
	}})
	w.Bank.Notify = func(acquirer.Callback) {} // nobody notifies: Work has to ask
	svc, pass, work := w.Service, w.Clock.Add, w.Work
	const n = 60
	ids := make([]payment.ID, n)
	for i := range ids {
		p, session := w.Begin(fmt.Sprint(i))
		w.VisitAndReturn(session, mock.Behaviour{Abandon: true})
		ids[i] = p.ID
		pass(time.Second)
	}
	bad := ids[7]
	exec := func(statement string) {
		t.Helper()
		if r, err := db.Exec(words.Replace(statement), string(bad)); err != nil {
			t.Fatal(err)
		} else if n, _ := r.RowsAffected(); n != 1 {
			t.Fatalf("%d rows were spoilt", n)
		}
	}
	exec(d.spoil)

	work()
	pass(time.Hour)
	work()
	pass(time.Minute)
	work()
	for _, id := range ids {
		p, err := store.Find(t.Context(), payment.Lookup{ID: id})
		switch {
		case id == bad && d.row:
			var damaged *payment.DamagedError
			if !errors.As(err, &damaged) || damaged.ID != bad || !strings.Contains(err.Error(), d.says) || p.Reference == "" || p.State != payment.Redirected {
				t.Errorf("the damaged one: %v (%s), %v", p, p.State, err)
			}
			if delivered[bad] != 2 { // its own changes are sound
				t.Errorf("%d changes of the damaged one are delivered, want 2", delivered[bad])
			}
		case err != nil || p.State != payment.Paid:
			t.Errorf("%v, %v; want it paid", p, err)
		case id == bad && delivered[bad] != 0:
			t.Errorf("%d changes of the damaged one are delivered, past the one that cannot be read", delivered[bad])
		case id != bad && delivered[id] != 3:
			t.Errorf("%d changes of %v are delivered, want 3", delivered[id], p)
		}
	}
	inspect := func(what string, f payment.Filter, want int) {
		t.Helper()
		got, damaged := 0, 0
		for p, err := range store.List(t.Context(), f) {
			got++
			if d := (*payment.DamagedError)(nil); errors.As(err, &d) && d.ID == bad && p.ID == bad {
				damaged++
			} else if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		if got != want || (damaged == 1) != d.row {
			t.Errorf("%s: %d payments, %d of them damaged; want %d", what, got, damaged, want)
		}
	}
	inspect("all", payment.Filter{}, n)
	inspect("the stuck ones", payment.Filter{Stuck: true}, 1)
	entries, unreadable := 0, 0
	for _, err := range store.Journal(t.Context(), bad) {
		if entries++; err != nil {
			unreadable++
		}
	}
	if entries != d.entries || unreadable != d.unreadable {
		t.Errorf("the damaged one has %d entries, of which %d cannot be read; want %d and %d", entries, unreadable, d.entries, d.unreadable)
	}
	heads, damagedHeads := 0, 0
	for h, err := range store.Heads(t.Context(), time.Time{}, w.Clock.Now().Add(time.Hour)) {
		heads++
		if err != nil && h.Payment == bad {
			damagedHeads++
		}
	}
	if want := 3*(n-1) + d.entries; heads != want || damagedHeads != d.unreadable {
		t.Errorf("%d heads of which %d cannot be read, want %d and %d", heads, damagedHeads, want, d.unreadable)
	}

	for range 3 { // it is looked at again, and not told of again
		pass(7 * time.Hour)
		work()
	}
	mu.Lock()
	told := log.String()
	mu.Unlock()
	if n := strings.Count(told, "damaged row"); n != 1 || !strings.Contains(told, string(bad)) || !strings.Contains(told, d.says) {
		t.Errorf("it is logged %d times, want once, with %q:\n%s", n, d.says, told)
	}
	if strings.Contains(told, "secret") {
		t.Error("the log shows what is in the row")
	}
	if d.repair == "" {
		return
	}
	exec(d.repair)
	if err := svc.Restart(t.Context(), bad); err != nil {
		t.Fatal(err)
	}
	work()
	if p, err := store.Find(t.Context(), payment.Lookup{ID: bad}); err != nil || p.State != payment.Paid || delivered[bad] < 3 {
		t.Errorf("repaired: %v, %d delivered, %v", p, delivered[bad], err)
	}
	inspectNone := 0
	for range store.List(t.Context(), payment.Filter{Stuck: true}) {
		inspectNone++
	}
	if inspectNone > 0 {
		t.Errorf("%d are stuck after the repair", inspectNone)
	}
}

// guardedWriter is a writer that several may use.
type guardedWriter struct {
	w  *bytes.Buffer
	mu *sync.Mutex
}

func (l *guardedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
