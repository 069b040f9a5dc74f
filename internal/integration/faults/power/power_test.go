package power

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/ncruces/go-sqlite3/driver" // the driver "sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/quittance/quittance/payment/sqlstore"
)

// fact is a change that the store acknowledged.
type fact struct {
	id      payment.ID
	version int
	hash    [32]byte
}

// place is a machine that loses its power again and again, while the bank and the clock go on.
type place struct {
	*paymenttest.World
	t    testing.TB
	rng  *rand.Rand
	disk *disk

	mu      sync.Mutex
	facts   []fact
	numbers map[string]bool // of references that were given out
	letters map[string]string
	lost    []string
}

// keeper notes what the store has acknowledged.
type keeper struct {
	*sqlstore.Store
	p *place
}

func (k keeper) note(p payment.Payment, e payment.Entry, err error) error {
	if err == nil {
		k.p.mu.Lock()
		defer k.p.mu.Unlock()
		k.p.facts = append(k.p.facts, fact{p.ID, p.Version, e.Hash})
	}
	return err
}

func (k keeper) Create(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return k.note(p, e, k.Store.Create(ctx, p, e))
}

func (k keeper) Commit(ctx context.Context, p payment.Payment, e payment.Entry) error {
	return k.note(p, e, k.Store.Commit(ctx, p, e))
}

func (k keeper) Sequence(ctx context.Context, day string) (int, error) {
	n, err := k.Store.Sequence(ctx, day)
	if err == nil {
		k.p.mu.Lock()
		defer k.p.mu.Unlock()
		if name := fmt.Sprint(day, "/", n); k.p.numbers[name] {
			k.p.lost = append(k.p.lost, "number "+name+" was given out twice")
		} else {
			k.p.numbers[name] = true
		}
	}
	return n, err
}

// post notes the letters that the mailbox has acknowledged.
type post struct {
	*sqlmailbox.Mailbox
	p *place
}

func (b post) Deliver(ctx context.Context, l inbox.Letter) error {
	err := b.Mailbox.Deliver(ctx, l)
	if err == nil {
		b.p.mu.Lock()
		defer b.p.mu.Unlock()
		b.p.letters[l.Key] = l.Debtor
	}
	return err
}

var serial atomic.Int64 // of a VFS's name: they are global

// life is from the power's return to the next cut, which comes with the given change of the disk from now, or, when all that was acknowledged
// has been looked for, from then.
func (p *place) life(changes int, early bool) {
	if early {
		p.disk.cutAfter(changes)
	}
	db := p.plugIn([]int{1000, 30, 4}[p.rng.IntN(3)])
	defer db.Close()
	err := p.open(p.t.Context(), db)
	if err == nil {
		if !early {
			p.disk.cutAfter(changes)
		}
		p.serve()
	}
	if err != nil && !p.disk.isDead() {
		p.lost = append(p.lost, err.Error())
	}
	p.disk.cutAfter(1) // a disk that is not dead yet dies while the database is closed
}

// plugIn is the database on the disk as it is now. The log is copied into the database when it has so many pages.
func (p *place) plugIn(pages int) *sql.DB {
	name := fmt.Sprint("power", serial.Add(1))
	vfs.Register(name, p.disk)
	p.t.Cleanup(func() { vfs.Unregister(name) })
	db, err := sql.Open("sqlite3", fmt.Sprintf("file:/payments.db?vfs=%s&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"+
		"&_pragma=busy_timeout(10000)&_pragma=wal_autocheckpoint(%d)&_txlock=immediate", name, pages))
	if err != nil {
		p.t.Fatal(err)
	}
	return db
}

// open begins a process on what is there, and looks whether everything is.
func (p *place) open(ctx context.Context, db *sql.DB) error {
	store, err := sqlstore.SQLite(db, sqlstore.Options{})
	if err != nil {
		return err
	}
	box, err := sqlmailbox.SQLite(db)
	if err != nil {
		return err
	}
	if err := errors.Join(store.Migrate(ctx), box.Migrate(ctx)); err != nil {
		return err
	}
	p.Mailbox = post{box, p}
	p.Restart(func(c *payment.Config) { c.Store = keeper{store, p} })
	return p.check(ctx, db)
}

// serve serves a crowd until the power is cut.
func (p *place) serve() {
	ctx, cancel := context.WithCancel(p.t.Context())
	defer cancel()
	var crowd sync.WaitGroup
	crowd.Go(func() {
		<-p.disk.cut
		cancel() // the process is gone with the power
	})
	for range 3 {
		rng := rand.New(rand.NewPCG(p.rng.Uint64(), 0))
		crowd.Go(func() {
			for ctx.Err() == nil {
				p.payer(ctx, rng)
			}
		})
	}
	crowd.Go(func() {
		for ctx.Err() == nil {
			p.Clock.Add(time.Second)
			if n, err := p.Service.WorkOnce(ctx); n == 0 && err == nil {
				p.Clock.Add(time.Minute) // what was leased by those who are gone becomes free
			}
		}
	})
	crowd.Wait()
}

var debts atomic.Int64

// payer is one who pays, or not, and sometimes gets his money back.
func (p *place) payer(ctx context.Context, rng *rand.Rand) {
	id := fmt.Sprint("D", debts.Add(1))
	_, session, err := p.Service.Begin(ctx, payment.BeginRequest{Key: "K" + id, Debt: p.Debt(id)})
	if err != nil || session.IsZero() {
		return
	}
	outcome := []acquirer.Outcome{acquirer.Accepted, acquirer.Accepted, acquirer.Accepted, acquirer.Refused, acquirer.Cancelled}[rng.IntN(5)]
	back, err := p.Bank.Visit(session, mock.Behaviour{Outcome: outcome})
	if err != nil {
		return
	}
	paid, _, err := p.Service.Receive(ctx, back)
	if err == nil && paid.State.Money() && rng.IntN(4) == 0 {
		p.Service.Refund(ctx, payment.Command{ID: paid.ID, Version: paid.Version, By: "office", Why: "test"})
	}
}

// check looks for everything that was ever acknowledged.
func (p *place) check(ctx context.Context, db *sql.DB) error {
	var words string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&words); err != nil {
		return err
	}
	if words != "ok" {
		return fmt.Errorf("integrity_check: %s", words)
	}
	if err := p.Books.Verify(ctx, nil); err != nil {
		return fmt.Errorf("Verify: %w", err)
	}
	p.mu.Lock()
	facts, letters := p.facts, p.letters
	p.mu.Unlock()
	found := map[payment.ID]map[int][32]byte{}
	for _, f := range facts {
		if found[f.id] == nil {
			found[f.id] = map[int][32]byte{}
			for e, err := range p.Store.Journal(ctx, f.id) {
				if err != nil {
					return err
				}
				found[f.id][e.Version] = e.Hash
			}
		}
		if found[f.id][f.version] != f.hash {
			return fmt.Errorf("version %d of payment %s was acknowledged, and is not there", f.version, f.id)
		}
	}
	for key, debtor := range letters {
		if _, err := p.Mailbox.(post).Letter(ctx, debtor, key); err != nil {
			return fmt.Errorf("letter %s was acknowledged: %w", key, err)
		}
	}
	return nil
}

// perDisk is how many cuts one disk lives through.
const perDisk = 25

// world lets one disk live through cuts until something is lost, and returns what, or how much was kept.
func world(t testing.TB, rng *rand.Rand, h habits, cuts int) (*place, int) {
	p := &place{
		World: paymenttest.New(t, paymenttest.Options{}), t: t, rng: rng, disk: newDisk(t.TempDir(), rng, h),
		numbers: map[string]bool{}, letters: map[string]string{},
	}
	for n := range cuts {
		if p.life(1+rng.IntN(1200), rng.IntN(3) == 0); len(p.lost) > 0 {
			return p, n + 1
		}
		p.disk = p.disk.after(t.TempDir())
	}
	// The last time the power stays: everything comes to its end, and the bank's book and the payments say the same.
	db := p.plugIn(1000)
	t.Cleanup(func() { db.Close() })
	if err := p.open(t.Context(), db); err != nil {
		p.lost = append(p.lost, err.Error())
		return p, cuts
	}
	if h.forgetsSync == nil && !h.forgetsDirectory {
		p.PassInSteps(5*24*time.Hour, time.Hour)
		p.CheckSettled()
	}
	return p, cuts
}

// The power is cut at a random change of the disk, under load and in the recovery from the cut before: no commit that was acknowledged is
// lost, no number is given out twice, no letter is gone, every journal verifies, and in the end the payments are what the bank's book says.
func TestNothingAcknowledgedIsLostWithThePower(t *testing.T) {
	figure.Long(t)
	seed := figure.Seed(t)
	kept, letters, cuts := 0, 0, figure.Of(perDisk, 1000)
	for n := range cuts / perDisk {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			p, _ := world(t, rand.New(rand.NewPCG(seed, uint64(n))), habits{}, perDisk)
			for _, l := range p.lost {
				t.Error(l)
			}
			kept, letters = kept+len(p.facts), letters+len(p.letters)
		})
		if t.Failed() {
			return
		}
	}
	if kept < cuts {
		t.Errorf("only %d commits were acknowledged between %d cuts: that shows nothing", kept, cuts)
	}
	t.Logf("%d cuts, %d acknowledged commits and %d letters, all there", cuts, kept, letters)
}

// The test sees what it is for: a disk that does not do what it was asked to loses something.
func TestADiskThatLiesIsFound(t *testing.T) {
	figure.Long(t)
	seed := figure.Seed(t)
	for name, h := range map[string]habits{
		"synchronous=OFF": {forgetsSync: func(string) bool { return true }},
		"the log is not synced, as with synchronous=NORMAL":       {forgetsSync: func(name string) bool { return strings.HasSuffix(name, "-wal") }},
		"the database is not synced before the log is used again": {forgetsSync: func(name string) bool { return !strings.HasSuffix(name, "-wal") }},
		"the folder is not synced, so that a new log has no name": {forgetsDirectory: true},
	} {
		t.Run(name, func(t *testing.T) {
			for n := range 300 { // what is lost in the first lives of a disk, most of all
				if p, cuts := world(t, rand.New(rand.NewPCG(seed, uint64(n))), h, 3); len(p.lost) > 0 {
					t.Logf("disk %d, cut %d: %s", n, cuts, p.lost[0])
					return
				}
			}
			t.Error("nothing was lost")
		})
	}
}
