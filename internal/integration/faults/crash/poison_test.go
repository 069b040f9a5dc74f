//go:build !race

package crash

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// badDisk is SQLite on a disk that fails when it is told to. It numbers its connections and notes what they are used for.
type badDisk struct {
	sqlite driver.Driver
	dsn    string

	mu     sync.Mutex
	n      int
	story  []string
	commit func() (stored bool, err error) // how the next commit ends; nil: as it does
	check  func() error                    // how a checkpoint ends; nil: as it does
}

// codeError is an error of SQLite.
type codeError int

func (e codeError) Error() string { return fmt.Sprintf("SQLite says %d", int(e)) }

func (e codeError) Code() int { return int(e) }

const (
	fsyncFailed codeError = 1034
	diskFull    codeError = 13
)

func (d *badDisk) Connect(context.Context) (driver.Conn, error) {
	c, err := d.sqlite.Open(d.dsn)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n++
	return &badConn{c, d, d.n}, nil
}

// note keeps what was done by which connection, but for reads.
func (d *badDisk) note(format string, a ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.story = append(d.story, fmt.Sprintf(format, a...))
}

// told returns what happened since it was asked last.
func (d *badDisk) told() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.story
	d.story = nil
	return s
}

func (d *badDisk) set(commit func() (bool, error), check func() error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.commit, d.check = commit, check
}

// end is how a commit ends.
func (d *badDisk) end() (stored bool, err error) {
	d.mu.Lock()
	how := d.commit
	d.mu.Unlock()
	if how == nil {
		return true, nil
	}
	return how()
}

// badConn shows what database/sql needs of a connection; statements are prepared.
type badConn struct {
	driver.Conn
	disk *badDisk
	n    int
}

func (c *badConn) Close() error {
	c.disk.note("%d closed", c.n)
	return c.Conn.Close()
}

func (c *badConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
	return badTx{tx, c}, err
}

func (c *badConn) PrepareContext(ctx context.Context, q string) (driver.Stmt, error) {
	if strings.Contains(q, "wal_checkpoint") {
		c.disk.note("%d checkpoint", c.n)
		c.disk.mu.Lock()
		check := c.disk.check
		c.disk.mu.Unlock()
		if check != nil {
			return nil, check()
		}
	}
	st, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, q)
	if err == nil && q == "COMMIT" {
		st = badStmt{st, c}
	}
	return st, err
}

// badStmt is a commit that is a statement.
type badStmt struct {
	driver.Stmt
	c *badConn
}

func (s badStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (r driver.Result, err error) {
	s.c.disk.note("%d commit", s.c.n)
	stored, failed := s.c.disk.end()
	st := s.Stmt
	if !stored {
		if st, err = s.c.Prepare("ROLLBACK"); err != nil {
			return nil, err
		}
		defer st.Close()
	}
	r, err = st.(driver.StmtExecContext).ExecContext(ctx, args)
	return r, errors.Join(err, failed)
}

type badTx struct {
	driver.Tx
	c *badConn
}

func (t badTx) Commit() error {
	t.c.disk.note("%d commit", t.c.n)
	stored, err := t.c.disk.end()
	if stored {
		if err := t.Tx.Commit(); err != nil {
			return err
		}
	} else if err := t.Tx.Rollback(); err != nil {
		return err
	}
	return err
}

// once is a commit that fails, and then no more.
func (d *badDisk) once(stored bool, err error) {
	d.set(func() (bool, error) { d.set(nil, nil); return stored, err }, nil)
}

func newBadDisk(t *testing.T, most int) (*badDisk, *sql.DB, *sqlstore.Store) {
	t.Helper()
	d, db, store := openBadDisk(t, most)
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d, db, store
}

func openBadDisk(t *testing.T, most int) (*badDisk, *sql.DB, *sqlstore.Store) {
	t.Helper()
	d, db := onBadDisk(t)
	db.SetMaxOpenConns(most)
	store, err := sqlstore.SQLite(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d, db, store
}

func onBadDisk(t *testing.T) (*badDisk, *sql.DB) {
	t.Helper()
	lender, err := sql.Open("sqlite", "")
	if err != nil {
		t.Fatal(err)
	}
	lender.Close() // it has opened nothing: only its driver is wanted
	d := &badDisk{sqlite: lender.Driver(), dsn: sqlstore.DSN(filepath.Join(t.TempDir(), "payments.db"))}
	db := sql.OpenDB(connector{d})
	t.Cleanup(func() { db.Close() })
	return d, db
}

type connector struct{ *badDisk }

func (c connector) Driver() driver.Driver { return c.sqlite }

// created is a payment that has just begun, with its entry. The store believes their hashes.
func created(n int) (payment.Payment, payment.Entry) {
	id := fmt.Sprintf("%026d", n)
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	p := payment.Payment{
		ID: payment.ID(id), Version: 1, State: payment.Created, Reference: "R" + id, Merchant: "M", Claim: "C" + id, Debt: "D" + id,
		Notice: "N" + id, Debtor: "A" + id, Key: "K" + id, Policy: "P", Language: "fr", Currency: "EUR",
		CreatedAt: now, AttentionAt: now, Head: [32]byte{byte(n), byte(n >> 8), 1},
	}
	return p, payment.Entry{
		Payment: p.ID, Version: 1, Event: payment.OnCreated, Effect: payment.EffectChanged, To: payment.Created, At: now, Hash: p.Head, Salt: [16]byte{1},
	}
}

// A commit whose fsync failed: its connection and all others are closed, the file is opened anew and what its log shows is made
// sure of, and only then is anything read or written. What was stored is found, what was not is an error.
func TestFailedSyncPoisonsTheHandle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		stored bool
		err    error
		fails  bool
		want   []string
	}{
		{"not stored", false, fsyncFailed, true, []string{"1 commit", "1 closed", "2 closed", "3 checkpoint"}},
		{"stored", true, fsyncFailed, false, []string{"1 commit", "1 closed", "2 closed", "3 checkpoint"}},
		{"an error that says nothing", false, errors.New("something"), true, []string{"1 commit", "1 closed", "2 closed", "3 checkpoint"}},
		{"no room: nothing is in doubt", false, diskFull, true, []string{"1 commit"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			disk, db, store := newBadDisk(t, 0)
			first, second := conn(t, db), conn(t, db) // two in the pool; what is given back last is taken first
			second.Close()
			first.Close()
			disk.told()
			disk.once(c.stored, c.err)
			p, e := created(1)
			err := store.Create(t.Context(), p, e)
			if (err != nil) != c.fails || c.fails && !errors.Is(err, c.err) {
				t.Errorf("error %v", err)
			}
			if _, err := store.Find(t.Context(), payment.Lookup{ID: p.ID}); errors.Is(err, payment.ErrNotFound) != c.fails {
				t.Errorf("it is looked for: %v", err)
			}
			if d := cmp.Diff(c.want, byFirstUse(disk.told())); d != "" {
				t.Errorf("what was done (-want +got):\n%s", d)
			}
			if p, e := created(2); store.Create(t.Context(), p, e) != nil {
				t.Error("the next payment is not taken")
			}
		})
	}
}

// byFirstUse numbers the connections of a story as they come in it, whichever of a pool they were.
func byFirstUse(story []string) (out []string) {
	numbers := map[string]int{}
	for _, s := range story {
		n, what, _ := strings.Cut(s, " ")
		if numbers[n] == 0 {
			numbers[n] = len(numbers) + 1
		}
		out = append(out, fmt.Sprint(numbers[n], " ", what))
	}
	return out
}

func conn(t *testing.T, db *sql.DB) *sql.Conn {
	t.Helper()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A portal that starts makes sure of what the one before left in the log: it may have been killed after an fsync had failed. A full disk does not
// keep it from starting.
func TestMigrateMakesSureOfTheLog(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err   error
		fails bool
	}{{nil, false}, {codeError(266), true}, {diskFull, false}} {
		disk, _, store := openBadDisk(t, 0)
		disk.set(nil, func() error { return c.err })
		if c.err == nil {
			disk.set(nil, nil)
		}
		if err := store.Migrate(t.Context()); (err != nil) != c.fails || c.fails && !errors.Is(err, c.err) {
			t.Errorf("checkpoint %v: error %v", c.err, err)
		}
		// A pool may close what it keeps no more; the first that is done to the file is the checkpoint.
		done := slices.DeleteFunc(disk.told(), func(s string) bool { return strings.HasSuffix(s, " closed") })
		if len(done) == 0 || !strings.HasSuffix(done[0], " checkpoint") {
			t.Errorf("checkpoint %v: %q", c.err, done)
		}
	}
}

// As long as the file cannot be trusted nothing is read from it and nothing written to it, and the error says why; afterwards all is well.
func TestDoubtLastsAsLongAsTheDisk(t *testing.T) {
	t.Parallel()
	for _, most := range []int{0, 1} {
		disk, _, store := newBadDisk(t, most)
		disk.set(func() (bool, error) { return false, fsyncFailed }, func() error { return codeError(266) })
		p, e := created(1)
		for what, f := range map[string]func() error{
			"write": func() error { return store.Create(t.Context(), p, e) },
			"read":  func() error { _, err := store.Find(t.Context(), payment.Lookup{ID: p.ID}); return err },
			"list": func() error {
				for _, err := range store.List(t.Context(), payment.Filter{}) {
					return err
				}
				return nil
			},
		} {
			if what != "write" {
				store.Create(t.Context(), p, e)
			}
			if err := f(); err == nil || !errors.Is(err, codeError(266)) && !errors.Is(err, fsyncFailed) {
				t.Errorf("%s: error %v", what, err)
			}
		}
		_, err := store.Find(t.Context(), payment.Lookup{ID: p.ID})
		if err == nil || !strings.Contains(err.Error(), "cannot be trusted yet: SQLite says 266") {
			t.Errorf("error %v", err)
		}
		disk.set(nil, nil)
		if err := store.Create(t.Context(), p, e); err != nil {
			t.Errorf("the disk is well again: %v", err)
		}
		if _, err := store.Find(t.Context(), payment.Lookup{ID: p.ID}); err != nil {
			t.Errorf("the disk is well again: %v", err)
		}
	}
}

// Many write and read while commits fail at random: nobody waits for ever, what was acknowledged is there, and of what was not only what was stored.
func TestManyUseABadDisk(t *testing.T) {
	t.Parallel()
	seed := figure.Seed(t)
	for _, most := range []int{0, 1, 4} {
		r := rand.New(rand.NewPCG(seed, uint64(most)))
		disk, _, store := newBadDisk(t, most)
		var mu sync.Mutex
		commits, failed := 0, 0
		disk.set(func() (bool, error) {
			mu.Lock()
			defer mu.Unlock()
			// One fails for certain: many writes share a commit, so that there may be few.
			if commits++; commits != 2 && r.IntN(8) > 0 {
				return true, nil
			}
			failed++
			return r.IntN(2) == 0, fsyncFailed
		}, nil)
		const writers, each = 8, 25
		var acknowledged sync.Map
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				for k := range each {
					p, e := created(i*each + k)
					if err := store.Create(t.Context(), p, e); err == nil {
						acknowledged.Store(p.ID, true)
					} else if !errors.Is(err, fsyncFailed) {
						t.Errorf("error %v", err)
					}
					if _, err := store.Find(t.Context(), payment.Lookup{ID: p.ID}); err != nil && !errors.Is(err, payment.ErrNotFound) {
						t.Errorf("error %v", err)
					}
				}
			})
		}
		wg.Wait()
		disk.set(nil, nil)
		there := 0
		for p, err := range store.List(t.Context(), payment.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			there++
			acknowledged.Delete(p.ID)
		}
		acknowledged.Range(func(id, _ any) bool { t.Errorf("%v was acknowledged and is not there", id); return true })
		t.Logf("at most %d connections: %d commits failed, %d of %d payments are there", most, failed, there, writers*each)
		if failed == 0 {
			t.Error("no commit failed")
		}
	}
}

// A letter whose fsync failed: every connection is closed, and what the file shows is made sure of before anything is delivered again, for
// a letter that is found there is not written once more. As long as that cannot be done nothing is taken.
func TestMailboxOnABadDisk(t *testing.T) {
	t.Parallel()
	for _, stored := range []bool{false, true} {
		disk, db := onBadDisk(t)
		box, err := sqlmailbox.SQLite(db)
		if err != nil {
			t.Fatal(err)
		}
		if err := box.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		letter := func(key string) inbox.Letter {
			return inbox.Letter{Key: key, Debtor: "A", ReceivedAt: time.Unix(1, 0), DeleteAt: time.Unix(2, 0)}
		}
		deliver := func(key string) error { return box.Deliver(t.Context(), letter(key)) }
		if err := deliver("before"); err != nil {
			t.Fatal(err)
		}
		conn(t, db).Close() // somebody reads
		disk.told()
		disk.once(false, diskFull) // nothing is in doubt, and a connection that were closed might find no room to open the file anew
		if err := deliver("L"); !errors.Is(err, diskFull) {
			t.Errorf("no room: error %v", err)
		}
		if d := cmp.Diff([]string{"1 commit"}, byFirstUse(disk.told())); d != "" {
			t.Errorf("no room: what was done (-want +got):\n%s", d)
		}
		disk.once(stored, fsyncFailed)
		if err := deliver("L"); !errors.Is(err, fsyncFailed) {
			t.Errorf("stored %t: error %v", stored, err)
		}
		if d := cmp.Diff([]string{"1 commit", "1 closed"}, byFirstUse(disk.told())); d != "" { // nobody reads through it either
			t.Errorf("stored %t: what was done (-want +got):\n%s", stored, d)
		}
		disk.set(nil, func() error { return codeError(266) })
		for range 2 {
			if err := deliver("L"); !errors.Is(err, codeError(266)) {
				t.Errorf("stored %t, the disk is still bad: error %v", stored, err)
			}
		}
		disk.set(nil, nil)
		if err := deliver("L"); err != nil {
			t.Errorf("stored %t, the disk is well again: %v", stored, err)
		}
		want := []string{"1 closed", "2 checkpoint", "2 closed", "3 checkpoint", "3 closed", "4 checkpoint", "4 commit"}
		if d := cmp.Diff(want, byFirstUse(disk.told())); d != "" {
			t.Errorf("stored %t: what was done (-want +got):\n%s", stored, d)
		}
		var keys []string
		for l, err := range box.Letters(t.Context(), "A") {
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, l.Key)
		}
		if d := cmp.Diff([]string{"L", "before"}, keys); d != "" {
			t.Errorf("stored %t: letters (-want +got):\n%s", stored, d)
		}
	}
}
