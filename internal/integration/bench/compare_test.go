package bench

import (
	"slices"
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

// limit reports a ratio, and fails when it is beyond its limit and was measured long enough.
func limit(b *testing.B, n int, value float64, unit string, within func(float64) bool) {
	b.Helper()
	b.ReportMetric(value, unit)
	b.Logf("%.2f %s", value, unit)
	if n >= enough && !within(value) {
		b.Errorf("%.2f %s is beyond the limit", value, unit)
	}
}

func atLeast(l float64) func(float64) bool { return func(v float64) bool { return v >= l } }
func atMost(l float64) func(float64) bool  { return func(v float64) bool { return v <= l } }

// cpuTime is how long this process has computed: what is bounded by that is compared by it, because others do not disturb it.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
