package stores

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/quittance/quittance/payment/storetest"
)

// listener is the driver of SQLite, and keeps the text of every statement.
type listener struct {
	sqlite driver.Driver
	dsn    string
	mu     sync.Mutex
	heard  map[string]bool
	begun  int // transactions
}

func (l *listener) Connect(context.Context) (driver.Conn, error) {
	c, err := l.sqlite.Open(l.dsn)
	return listenedConn{c, l}, err
}

func (l *listener) Driver() driver.Driver { return l.sqlite }

type listenedConn struct {
	driver.Conn
	l *listener
}

func (c listenedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.l.mu.Lock()
	c.l.begun++
	c.l.mu.Unlock()
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c listenedConn) PrepareContext(ctx context.Context, q string) (driver.Stmt, error) {
	c.l.mu.Lock()
	c.l.heard[q] = true
	c.l.mu.Unlock()
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, q)
}

// selective is what few of many payments have in common.
var (
	selective = regexp.MustCompile(`\b((debtor|debt|claim|reference|handle_session|id) = [$?]|(id|payment) IN \(SELECT value)`)
	parameter = regexp.MustCompile(`[$?]\d*`)
)

// goesThroughMany are the lines of a plan of SQLite's that look at all payments, or at all in a state.
func goesThroughMany(plan []string) (out []string) {
	for _, line := range plan {
		if strings.Contains(line, "quittance_payment_state (state=") || line == "SCAN quittance_payment" || line == "SCAN quittance_entry" || line == "SCAN o" {
			out = append(out, line)
		}
	}
	return out
}

// Whatever the suite has the store do about few payments, SQLite finds them by an index of what they have in common: a new payment costs the same
// beside ten and beside a million that were recorded.
func TestPlansAreSelective(t *testing.T) {
	lender, err := sql.Open("sqlite", "")
	if err != nil {
		t.Fatal(err)
	}
	lender.Close() // only its driver is wanted
	l := &listener{sqlite: lender.Driver(), dsn: sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")), heard: map[string]bool{}}
	db := sql.OpenDB(l)
	t.Cleanup(func() { db.Close() })
	s := migrated(t, db, sqlstore.SQLite, sqlstore.Options{})
	for _, c := range storetest.Cases() {
		c.Check(t.Context(), s, nil) // only what it says to the database is wanted: one file for all cases is not what they expect
	}
	for _, f := range []payment.Filter{{Debtor: "A"}, {Debt: "D"}, {Reference: "R"}, {IDs: []payment.ID{"a"}}} {
		for _, state := range payment.States() {
			f.States = []payment.State{state}
			for _, err := range s.List(t.Context(), f) {
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, err := s.Count(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
	}
	looked := 0
	for _, q := range slices.Sorted(maps.Keys(l.heard)) {
		if !selective.MatchString(q) || !strings.Contains(q, "quittance_payment") && !strings.Contains(q, "quittance_entry") {
			continue
		}
		looked++
		if many := goesThroughMany(planOf(t, db, q)); len(many) > 0 {
			t.Errorf("%q in the plan of %s", many, q)
		}
	}
	if looked < 12 {
		t.Errorf("only %d statements were looked at", looked)
	}
	bad := planOf(t, db, "SELECT 1 FROM quittance_payment WHERE claim = $1 AND state = 'recorded'")
	if len(goesThroughMany(bad)) == 0 {
		t.Errorf("a statement that goes through all recorded payments is not found: %q", bad)
	}
}

// A further page of a list in a span of time begins at its cursor. Where SQLite began at the beginning of the span, each page read all before it
// again, and a list of a month cost the square of its length.
func TestFurtherPagesBeginAtTheCursor(t *testing.T) {
	lender, err := sql.Open("sqlite", "")
	if err != nil {
		t.Fatal(err)
	}
	lender.Close() // only its driver is wanted
	l := &listener{sqlite: lender.Driver(), dsn: sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db")), heard: map[string]bool{}}
	db := sql.OpenDB(l)
	t.Cleanup(func() { db.Close() })
	s := migrated(t, db, sqlstore.SQLite, sqlstore.Options{})
	clear(l.heard)
	from := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	for _, newest := range []bool{false, true} {
		for _, f := range []payment.Filter{{}, {From: from}, {To: from}, {From: from, To: from.AddDate(0, 0, 1)}, {From: from, Merchant: "M"}} {
			f.Newest, f.After = newest, "a"
			for _, err := range s.List(t.Context(), f) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	looked := 0
	for _, q := range slices.Sorted(maps.Keys(l.heard)) {
		for _, side := range []struct {
			cursor, index string
			other         *regexp.Regexp // a bound of the filter that the index could serve instead of the cursor
		}{
			{"(created_at, id) > ", "created_at>?", regexp.MustCompile(`[^+]created_at >= `)},
			{"(created_at, id) < ", "created_at<?", regexp.MustCompile(`[^+]created_at < `)},
		} {
			if !strings.Contains(q, side.cursor) {
				continue
			}
			looked++
			if plan := strings.Join(planOf(t, db, q), "\n"); !strings.Contains(plan, side.index) || side.other.MatchString(q) {
				t.Errorf("the page does not begin at the cursor:\n%s\n%s", plan, q)
			}
		}
	}
	if looked != 10 {
		t.Errorf("%d statements were looked at, want 10", looked)
	}
}

// planOf is SQLite's plan of a statement.
func planOf(t *testing.T, db *sql.DB, q string) (out []string) {
	t.Helper()
	rows, err := db.Query("EXPLAIN QUERY PLAN " + parameter.ReplaceAllString(q, "'1'"))
	if err != nil {
		t.Fatalf("%v: %s", err, q)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		out = append(out, detail)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
