//go:build !race

package crash

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/integration/rig"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
)

// scripts are the lives that faults strike, by what the payer does.
var scripts = []acquirer.Outcome{acquirer.Accepted, acquirer.Refused, acquirer.Expired}

// tries is how often somebody presses the button again after an error.
const tries = 4

// live plays one life of a payment, from an empty file to a portal that closes it, and stops when the portal is gone. What fails is tried
// again half a minute later, as a payer and a host do: failures counts how often that was.
func live(w *rig.World, c *rig.Child, o acquirer.Outcome) (survived bool, failures int) {
	var gone bool
	again := func(f func() error) bool {
		for range tries {
			err := f()
			switch {
			case err == nil:
				return true
			case errors.Is(err, rig.ErrGone):
				gone = true
				return false
			}
			failures++
			w.Advance(rig.LongAfter)
		}
		return false
	}
	var session acquirer.Session
	begun := again(func() (err error) {
		_, session, err = c.Begin("K", "D")
		return err
	})
	if begun && !session.IsZero() {
		w.Visit(session, o)
	}
	again(func() error { _, err := c.Work(); return err })
	if !gone {
		if err := c.Stop(); errors.Is(err, rig.ErrGone) {
			gone = true
		} else if err != nil {
			failures++
		}
	}
	c.Kill()
	return !gone, failures
}

// reopen starts a portal on what is left, lets the payer try once more, half a minute later, when the first try is not waited for any longer, and
// checks that everything ends as it must.
// It returns how many changes were not known to be written, and how many of those are.
func reopen(t *testing.T, w *rig.World, program string) (unknown, stored int) {
	t.Helper()
	c := w.Start(rig.Recording, rig.By(program))
	facts := w.Facts()
	if lost, err := c.Missing(facts); err != nil || len(lost) > 0 {
		t.Fatalf("acknowledged and lost: %+v; %v", lost, err)
	}
	for _, f := range facts {
		if f.Unknown == "" {
			continue
		}
		unknown++
		f.Unknown = ""
		lost, err := c.Missing([]rig.Fact{f})
		if err != nil {
			t.Fatal(err)
		}
		stored += 1 - len(lost)
	}
	w.Advance(rig.LongAfter)
	if _, _, err := c.Begin("K", "D"); err != nil && !errors.Is(err, payment.ErrHeld) && !errors.Is(err, payment.ErrInProgress) {
		t.Errorf("the same request again: %v", err)
	}
	w.Converge(c)
	if err := c.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	w.Check(rig.Rules{Recorded: true})
	return unknown, stored
}

// calls are the system calls by which SQLite changes a file.
var calls = []string{"pwrite64", "fsync", "fdatasync", "ftruncate", "unlink"}

// injection strikes the Nth call of a name that the database makes; strace counts by thread, so the portal is pinned.
type injection struct {
	call string
	n    int
	what string // kill or eio
}

func (i injection) String() string { return fmt.Sprintf("%s of %s %d", i.what, i.call, i.n) }

// under is the command line of a portal that is struck, and the log of its calls.
func (i injection) under(program, log string) rig.Option {
	args := []string{"strace", "-f", "-qq", "-y", "-s", "0", "-o", log, "-e", "trace=" + strings.Join(calls, ",") + ",open,openat,close",
		"-e", "signal=none", "-e", fmt.Sprintf("inject=%s:%s:when=%d", i.call, i.what, i.n)}
	if i.what != kill { // stops at these calls only: quicker, but it injects no signal
		args = append(args, "--seccomp-bpf")
	}
	return rig.By(append(args, program)...)
}

const (
	kill = "signal=KILL"
	eio  = "error=EIO"
)

// struck reads the log, and reports whether the fault was injected: the last call of the name is said to be, or it never came back.
func (i injection) struck(t *testing.T, log string) (lines []string, struck bool) {
	t.Helper()
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	lines = strings.Split(string(b), "\n")
	last := ""
	for _, l := range lines {
		if strings.Contains(l, " "+i.call) {
			last = l
		}
		struck = struck || strings.HasSuffix(l, "(INJECTED)")
	}
	if i.what == kill {
		struck = strings.HasSuffix(last, "= ?") || strings.HasSuffix(last, "<unfinished ...>")
	}
	return lines, struck
}

// needStrace skips where the tool is missing or not allowed.
func needStrace(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("needs strace: apt-get install strace")
	}
	if out, err := exec.Command("strace", "-qq", "-o", os.DevNull, "true").CombinedOutput(); err != nil {
		t.Skipf("needs to trace a process: %v %s", err, out)
	}
}

// everywhere strikes every call of every name, one run each, until a run is not struck any more: hit plays one run and says whether it was.
func everywhere(t *testing.T, calls []string, hit func(t *testing.T, call string, n int) bool) {
	t.Helper()
	total := 0
	for _, call := range calls {
		var n, points atomic.Int64
		var over atomic.Bool
		var wg sync.WaitGroup
		for range 3 { // two cores, and waiting for a disk
			wg.Go(func() {
				for !over.Load() && !t.Failed() {
					n := int(n.Add(1))
					chosen := false
					t.Run(fmt.Sprintf("%s %d", call, n), func(t *testing.T) {
						chosen = true
						if hit(t, call, n) {
							points.Add(1)
						} else if !t.Failed() {
							over.Store(true)
						}
					})
					if !chosen && n > 1000 { // -run wants only some
						over.Store(true)
					}
				}
			})
		}
		wg.Wait()
		t.Logf("%s: %d points", call, points.Load())
		total += int(points.Load())
	}
	t.Logf("%d points", total)
	if total < 50 && !t.Failed() && flag.Lookup("test.run").Value.String() == "" {
		t.Errorf("only %d calls were struck: the database is written in another way", total)
	}
}

// Row 1 of the faults: kill -9 at every system call that changes a file, of a whole life. A fund that reopens the file finds everything
// that was acknowledged, and the payment ends where the money is.
func TestKillAtEveryCall(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	needStrace(t)
	program := rig.Program(t)
	for _, o := range scripts[:figure.Of(1, len(scripts))] {
		t.Run(string(o), func(t *testing.T) {
			everywhere(t, calls, func(t *testing.T, call string, n int) bool {
				dir := t.TempDir()
				w := rig.New(t, rig.SQLite(filepath.Join(dir, "payments.db")))
				i := injection{call, n, kill}
				survived := false
				if c, err := w.TryStart(rig.Recording, rig.Pinned, i.under(program, filepath.Join(dir, "log"))); err == nil {
					survived, _ = live(w, c, o)
				}
				if _, hit := i.struck(t, filepath.Join(dir, "log")); hit == survived {
					t.Fatalf("%s: struck %v, survived %v", i, hit, survived)
				}
				reopen(t, w, program)
				return !survived
			})
		})
	}
}

// Row 5 of the faults: each write and each fsync fails once with EIO. The portal goes on, or ends with a clear error where it cannot; what
// it acknowledged is there, and no commit goes through a handle that was open when an fsync failed.
func TestErrorAtEveryCall(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	needStrace(t)
	program := rig.Program(t)
	for _, o := range scripts[:figure.Of(1, len(scripts))] {
		t.Run(string(o), func(t *testing.T) {
			var ended, failed, unknown, stored atomic.Int64
			everywhere(t, []string{"pwrite64", "fsync", "fdatasync"}, func(t *testing.T, call string, n int) bool {
				dir := t.TempDir()
				w := rig.New(t, rig.SQLite(filepath.Join(dir, "payments.db")))
				i := injection{call, n, eio}
				c, err := w.TryStart(rig.Recording, rig.Pinned, i.under(program, filepath.Join(dir, "log")))
				if err != nil {
					if said := c.Said(); !strings.Contains(said, "disk I/O error") && !strings.Contains(said, "input/output error") {
						t.Errorf("%s: the portal did not start, and did not say why%s", i, c.Said())
					}
					ended.Add(1)
				} else {
					survived, failures := live(w, c, o)
					if !survived {
						t.Errorf("%s: the portal is gone%s", i, c.Said())
					}
					failed.Add(int64(failures))
				}
				log, hit := i.struck(t, filepath.Join(dir, "log"))
				if err != nil && !hit {
					t.Fatalf("%s: the portal did not start, and nothing was injected%s", i, c.Said())
				}
				for _, l := range throughOldHandles(log) {
					t.Errorf("%s: written through a handle whose fsync had failed: %s", i, l)
				}
				u, s := reopen(t, w, program)
				unknown.Add(int64(u))
				stored.Add(int64(s))
				return hit
			})
			t.Logf("%d portals did not start, %d calls were made again; %d changes were not known to be written, %d of them were",
				ended.Load(), failed.Load(), unknown.Load(), stored.Load())
		})
	}
}

// throughOldHandles are the writes to a log that were made after an fsync of its database had failed, by a handle that was open then.
func throughOldHandles(lines []string) (bad []string) {
	handle := regexp.MustCompile(`^\d+\s+(\w+)\((\d+)<[^>]*/(payments|letters)\.db([^>]*)>`)
	opened := regexp.MustCompile(`^\d+\s+open(?:at)?\(.*= (\d+)<[^>]*/(payments|letters)\.db[^>]*>`)
	open, old := map[string]string{}, map[string]string{} // the database, by the number of the handle
	for _, l := range lines {
		if m := opened.FindStringSubmatch(l); m != nil {
			open[m[1]] = m[2]
			continue
		}
		m := handle.FindStringSubmatch(l)
		switch {
		case m == nil:
		case m[1] == "close":
			delete(open, m[2])
			delete(old, m[2])
		case m[1] == "fsync" && strings.HasSuffix(l, "(INJECTED)"):
			for n, database := range open {
				if database == m[3] {
					old[n] = database
				}
			}
		case m[1] == "pwrite64" && m[4] == "-wal" && slices.Contains(slices.Collect(maps.Values(old)), m[3]):
			bad = append(bad, l)
		}
	}
	return bad
}
