//go:build !race

package bench

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	rounds = 5
	enough = 100 // operations in a round: with fewer a limit says nothing
)

// contender does n operations and returns how long they took.
type contender func(n int) time.Duration

// times are the nanoseconds per operation of each contender in each round. All take turns, every round in another order.
func times(n int, all ...contender) [][rounds]float64 {
	out := make([][rounds]float64, len(all))
	for r := range rounds {
		for i := range all {
			k := (i + r) % len(all)
			out[k][r] = float64(all[k](n)) / float64(n)
		}
	}
	return out
}

// onlyRun reports whether this is the run that measures what is done once however many operations are asked for: package testing first runs
// a benchmark with one. It is the first line of such a benchmark.
func onlyRun(b *testing.B) bool {
	asked := flag.Lookup("test.benchtime").Value.String()
	if n, found := strings.CutSuffix(asked, "x"); found {
		return strconv.Itoa(b.N) == n
	}
	return b.N == 1
}

// ratio is the median over the rounds of f.
func ratio(f func(round int) float64) float64 {
	var v []float64
	for r := range rounds {
		v = append(v, f(r))
	}
	slices.Sort(v)
	return v[rounds/2]
}

func median(v [rounds]float64) float64 { return ratio(func(r int) float64 { return v[r] }) }

// limit reports a ratio, and fails when it is beyond its bound and was measured long enough.
func limit(b *testing.B, n int, value float64, unit string, within bound) {
	b.Helper()
	b.ReportMetric(value, unit)
	b.Logf("%.2f %s", value, unit)
	measured.note(row{b.Name(), unit, value, within})
	if n >= enough && !within.holds(value) {
		b.Errorf("%.2f %s is beyond the limit", value, unit)
	}
}

// bound is what a ratio must keep to.
type bound struct {
	least bool
	value float64
}

func atLeast(l float64) bound { return bound{true, l} }
func atMost(l float64) bound  { return bound{false, l} }

func (l bound) holds(v float64) bool {
	if l.least {
		return v >= l.value
	}
	return v <= l.value
}

func (l bound) String() string {
	if l.least {
		return fmt.Sprintf("at least %.4g", l.value)
	}
	return fmt.Sprintf("at most %.4g", l.value)
}

// table collects the figures of a benchmark, and prints them for people.
type table struct {
	mu   sync.Mutex
	rows []row
}

type row struct {
	name, unit string
	value      float64
	within     bound
}

var measured table

// note keeps the last value of each: a benchmark is run once before it is measured.
func (t *table) note(r row) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.name = strings.TrimPrefix(r.name, "Benchmark")
	i := slices.IndexFunc(t.rows, func(o row) bool { return o.name == r.name && o.unit == r.unit })
	if i < 0 {
		t.rows = append(t.rows, r)
		return
	}
	t.rows[i] = r
}

// print writes the table as docs/performance.md has it.
func (t *table) print(w io.Writer) {
	if len(t.rows) == 0 {
		return
	}
	fmt.Fprint(w, "\n| what | measured | target |\n|---|---|---|\n")
	for _, r := range t.rows {
		fmt.Fprintf(w, "| %s | %.4g %s | %s |\n", r.name, r.value, r.unit, r.within)
	}
}

// cpuTime is how long this process has computed: what is bounded by that is compared by it, because others do not disturb it.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
