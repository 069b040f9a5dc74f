// Package outage takes PostgreSQL away from the store and from the service: in the middle of a statement, of a transaction, of a commit,
// and as a whole. It is tests only.
package outage

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// modes are the two ways in which a transition is written.
var modes = []struct {
	name    string
	options sqlstore.Options
}{
	{"one statement", sqlstore.Options{}},
	{"a transaction", sqlstore.Options{InTx: hook}},
}

// jobs is the table of a host's own queue, which the hook fills inside the transaction.
const jobs = "CREATE TABLE jobs (change TEXT PRIMARY KEY)"

func hook(ctx context.Context, tx *sql.Tx, c payment.Change) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO jobs (change) VALUES ($1)", c.Key)
	return err
}

// world is one database, seen directly and through a proxy.
type world struct {
	server *postgres.Server
	proxy  *postgres.Proxy
	name   string  // of the database
	raw    *sql.DB // direct
	direct *sqlstore.Store
	broken *sqlstore.Store // through the proxy
}

func newWorld(t *testing.T, server *postgres.Server, o sqlstore.Options) *world {
	t.Helper()
	w := &world{server: server, proxy: server.Proxy(t), name: server.Create(t)}
	w.raw = server.Open(t, server.DSN(w.name))
	open := func(db *sql.DB) *sqlstore.Store {
		s, err := sqlstore.PostgreSQL(db, o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	w.direct = open(w.raw)
	if err := w.direct.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.raw.Exec(jobs); err != nil {
		t.Fatal(err)
	}
	w.broken = open(server.Open(t, w.proxy.DSN(w.name)))
	return w
}

// once breaks the first request that fits. struck tells whether there was one.
func (w *world) once(b postgres.Break, fits func(postgres.Request) bool) (struck *atomic.Bool) {
	struck = new(atomic.Bool)
	w.proxy.Plan(func(r postgres.Request) postgres.Break {
		if fits(r) && struck.CompareAndSwap(false, true) {
			return b
		}
		return postgres.Whole
	})
	return struck
}

// commits reports whether a request is the one after which a transition is durable.
func commits(r postgres.Request) bool {
	return r.Runs && (strings.HasPrefix(r.SQL, "WITH p AS (") || r.SQL == "commit")
}

// classified reports whether a store says that nothing was written.
func classified(err error) bool {
	for _, known := range []error{
		payment.ErrVersion, payment.ErrHeld, payment.ErrClaimPaid, payment.ErrKeyReused, payment.ErrReference, payment.ErrNotFound,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// written reports whether an entry is in the journal.
func (w *world) written(t *testing.T, e payment.Entry) bool {
	t.Helper()
	for old, err := range w.direct.Journal(t.Context(), e.Payment) {
		if err != nil {
			t.Fatal(err)
		}
		if old.Hash == e.Hash {
			return true
		}
	}
	return false
}

// whole checks that nothing of a payment is half-written: version, entries, outgoing changes and the host's jobs are equally many. None of
// the changes was delivered.
func (w *world) whole(t *testing.T, id payment.ID, hooked bool) {
	t.Helper()
	var version, entries, changes, queued int
	err := w.raw.QueryRow("SELECT COALESCE((SELECT version FROM quittance_payment WHERE id = $1), 0), "+
		"(SELECT count(*) FROM quittance_entry WHERE payment = $1), (SELECT count(*) FROM quittance_change WHERE payment = $1), "+
		"(SELECT count(*) FROM jobs WHERE change LIKE $1 || '/%')", string(id)).Scan(&version, &entries, &changes, &queued)
	if err != nil {
		t.Fatal(err)
	}
	if !hooked {
		queued = changes
	}
	if entries != version || changes != version || queued != version {
		t.Fatalf("version %d with %d entries, %d changes and %d jobs", version, entries, changes, queued)
	}
}
