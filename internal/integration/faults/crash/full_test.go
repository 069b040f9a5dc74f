//go:build !race

package crash

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// smallDisk is a file system in memory with a file that takes up room.
type smallDisk struct {
	*testing.T
	dir, filler string
	taken       int64
}

// mountSmall mounts it, or skips the test.
func mountSmall(t *testing.T, mib int) *smallDisk {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", mib))
	if errors.Is(err, syscall.EPERM) {
		t.Skip("needs to mount a tmpfs: run as root, in a container with CAP_SYS_ADMIN")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return &smallDisk{T: t, dir: dir, filler: filepath.Join(dir, "filler")}
}

// enlarge makes the disk one of so many MiB.
func (d *smallDisk) enlarge(mib int) {
	d.Helper()
	if err := syscall.Mount("tmpfs", d.dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%dm", mib)); err != nil {
		d.Fatal(err)
	}
}

// free is how many bytes there is room for.
func (d *smallDisk) free() int64 {
	d.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(d.dir, &s); err != nil {
		d.Fatal(err)
	}
	return int64(s.Bavail) * int64(s.Bsize)
}

// leave takes up room, or gives it back, until so many bytes are free, but for what others wrote meanwhile.
func (d *smallDisk) leave(free int64) {
	d.Helper()
	d.taken = max(d.taken+d.free()-free, 0)
	f, err := os.OpenFile(d.filler, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		d.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(d.taken); err != nil {
		d.Fatal(err)
	}
	const block = 4096
	page := make([]byte, block)
	for at := int64(0); at < d.taken; at += block { // a hole takes no room
		if _, err := f.WriteAt(page[:min(block, d.taken-at)], at); err != nil && !errors.Is(err, syscall.ENOSPC) {
			d.Fatal(err)
		}
	}
}

// isFull reports whether an error says that there is no room.
func isFull(err error) bool {
	return err != nil && strings.Contains(err.Error(), "database or disk is full")
}

// Row 6 of the faults: the disk fills up, again and again, each time at another commit. The error says so, what is there can still be read,
// nothing that was acknowledged is lost, and all goes on when there is room again.
func TestDiskFull(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	program := rig.Program(t)
	seed := figure.Seed(t)
	for _, mib := range []int{4, 8, 16} {
		for n := range figure.Of(1, 100) {
			t.Run(fmt.Sprintf("%d MiB %d", mib, n), func(t *testing.T) {
				fillUp(t, program, mib, rand.New(rand.NewPCG(seed, uint64(mib*1000+n))))
			})
		}
	}
}

// times is how often one disk fills up.
const times = 12

func fillUp(t *testing.T, program string, mib int, rng *rand.Rand) {
	disk := mountSmall(t, mib)
	w := rig.New(t, rig.SQLite(filepath.Join(disk.dir, "payments.db")))
	begin := func() *rig.Child { return w.Start(rig.Recording, rig.By(program)) }
	c := begin()
	// On 4 MiB the log fills the disk before it is first copied into the database, which is at 4 MB; on the others after that.
	disk.leave(1<<19 + rng.Int64N(min(int64(2*mib-6), 9)<<19))
	var first payment.Payment
	checked, n, full := 0, 0, 0
	for round := range times {
		var err error
		for trips := 0; ; trips++ { // until something finds no room
			id := fmt.Sprint(n)
			n++
			var p payment.Payment
			var session acquirer.Session
			if p, session, err = c.Begin("K"+id, "D"+id); err != nil {
				break
			}
			if first.ID == "" {
				first = p
			}
			w.Visit(session, outcomes[rng.IntN(4)])
			if _, err = c.Work(); err != nil {
				break
			}
			if trips == 5000 {
				t.Fatal("the disk does not fill up")
			}
		}
		if !isFull(err) {
			t.Fatalf("round %d: error %v%s", round, err, c.Said())
		}
		full++
		if p, err := c.Get(first.ID); err != nil || p.ID != first.ID {
			t.Errorf("round %d: what is there cannot be read: %v", round, err)
		}
		facts := w.Facts()
		if lost, err := c.Missing(facts[checked:]); err != nil || len(lost) > 0 {
			t.Fatalf("round %d: acknowledged and lost: %+v; %v", round, lost, err)
		}
		checked = len(facts)
		if rng.IntN(3) == 0 { // the portal is killed while there is no room, and may not be able to start
			c.Kill()
			var err error
			if c, err = w.TryStart(rig.Recording, rig.By(program)); err != nil {
				if c.Said() == "" {
					t.Errorf("round %d: the portal does not start, and does not say why", round)
				}
				t.Logf("round %d: a portal on a full disk says %q", round, strings.TrimSpace(c.Said()))
				disk.leave(1 << 17)
				c = begin()
			}
		}
		disk.leave(int64(1 + rng.IntN(1<<17))) // a little room
		if rng.IntN(4) == 0 {
			w.Advance(time.Duration(rng.IntN(30)) * time.Minute)
		}
	}
	// There is room again. On the smallest disk the database and its log can take all there is, before the log is long enough to be copied back.
	disk.enlarge(2 * mib)
	disk.leave(int64(mib) << 20)
	id := fmt.Sprint(n - 1)
	if _, _, err := c.Begin("K"+id, "D"+id); err != nil && !errors.Is(err, payment.ErrInProgress) && !errors.Is(err, payment.ErrHeld) {
		t.Errorf("there is room again: %v", err)
	}
	w.Converge(c)
	if err := c.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	w.Check(rig.Rules{Recorded: true})
	t.Logf("full %d times; %d payments, %d acknowledged facts", full, len(w.Platform.Book()), len(w.Facts()))
}

// A full disk can be read from, also by a process with one connection, and is written to when there is room again.
func TestReadingFromAFullDisk(t *testing.T) {
	t.Parallel()
	disk := mountSmall(t, 4)
	open := func(name string) *sql.DB {
		db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(disk.dir, name)))
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(1)
		t.Cleanup(func() { db.Close() })
		return db
	}
	store, err := sqlstore.SQLite(open("payments.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	box, err := sqlmailbox.SQLite(open("letters.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.Migrate(t.Context()), box.Migrate(t.Context())); err != nil {
		t.Fatal(err)
	}
	for what, do := range map[string]struct {
		write func(int) error
		read  func(int) error
	}{
		"payments": {
			func(i int) error { p, e := created(i); return store.Create(t.Context(), p, e) },
			func(i int) error {
				p, _ := created(i)
				_, err := store.Find(t.Context(), payment.Lookup{ID: p.ID})
				return err
			},
		},
		"letters": {
			func(i int) error {
				return box.Deliver(t.Context(), inbox.Letter{Key: fmt.Sprint(i), Debtor: "A", ReceivedAt: time.Unix(1, 0), DeleteAt: time.Unix(2, 0)})
			},
			func(i int) error { _, err := box.Letter(t.Context(), "A", fmt.Sprint(i)); return err },
		},
	} {
		disk.leave(1 << 18)
		last := 0
		var err error
		for ; err == nil && last < 10_000; last++ {
			err = do.write(last + 1)
		}
		if !isFull(err) {
			t.Fatalf("%s: %d written, error %v", what, last, err)
		}
		last--
		disk.leave(0)
		for range 3 {
			if err := do.write(last + 1); !isFull(err) {
				t.Errorf("%s: there is no room: %v", what, err)
			}
			disk.leave(0) // what was given back, others take
			for _, i := range []int{1, last} {
				if err := do.read(i); err != nil {
					t.Errorf("%s: number %d of %d: %v", what, i, last, err)
				}
			}
		}
		disk.leave(1 << 20)
		if err := errors.Join(do.write(last+1), do.read(last+1)); err != nil {
			t.Errorf("%s: there is room again: %v", what, err)
		}
	}
}

// A transaction that did not fit into the cache of SQLite, on a disk without room: SQLite undid it in the middle, that there was nothing left to
// undo was taken for doubt, and then nothing could be read.
func TestFullInTheMiddleOfATransaction(t *testing.T) {
	t.Parallel()
	disk := mountSmall(t, 4)
	db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(disk.dir, "payments.db"))+"&_pragma=cache_size(10)") // what 2 MB are for a large table
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	store, err := sqlstore.SQLite(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	write := func(n int) error { p, e := created(n); return store.Create(t.Context(), p, e) }
	for n := range 20 {
		if err := write(n); err != nil {
			t.Fatal(err)
		}
	}
	for _, writers := range []int{1, 8} { // alone, and each in a savepoint of its own
		for round := range 3 {
			disk.leave(0)
			failed := make(chan error, writers)
			for n := range writers {
				go func() { failed <- write(1000 + 100*round + n) }()
			}
			full := 0
			for range writers {
				if isFull(<-failed) {
					full++
				}
			}
			if full == 0 {
				t.Errorf("%d writers: nobody lacks room", writers)
			}
			disk.leave(0)
			if _, err := find(t.Context(), store, 1); err != nil {
				t.Errorf("%d writers: what is there cannot be read: %v", writers, err)
			}
		}
	}
	disk.leave(1 << 20)
	if err := write(5000); err != nil {
		t.Errorf("there is room again: %v", err)
	}
}
