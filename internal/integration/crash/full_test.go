package crash

import (
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
	"github.com/quittance/quittance/internal/integration/figure"
	"github.com/quittance/quittance/internal/integration/rig"
	"github.com/quittance/quittance/payment"
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
	t.Parallel()
	program, err := portal()
	if err != nil {
		t.Fatal(err)
	}
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
