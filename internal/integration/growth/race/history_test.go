package race

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"golang.org/x/sys/unix"

	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
)

// register is what a payment is to those who race for it: a version, and the head that it was given.
type register struct {
	Version int
	Head    [32]byte
}

// op is a look at a payment, or a commit to it. Instants are tick's.
type op struct {
	Commit bool
	Write  register // what a commit would make of it
	Read   register // what a look found
	End    ending   // what came of a commit

	Client           int
	Called, Returned int64
}

type ending string

const (
	written ending = "written"
	refused ending = "the version had moved on"
	unknown ending = "unknown"
)

// compareAndSet is what a store promises of one payment: a commit of version n is written if and only if the version is n-1 at some instant
// between its call and its return; a look returns what was written last. A commit with an unknown end was written or was not.
func compareAndSet(first register) porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{first} },
		Step: func(state, input, _ any) []any {
			now, o := state.(register), input.(op)
			fits := now.Version == o.Write.Version-1
			switch {
			case !o.Commit && o.Read != now,
				o.Commit && o.End == written && !fits,
				o.Commit && o.End == refused && fits:
				return nil
			case !o.Commit, o.End == refused, o.End == unknown && !fits:
				return []any{now}
			case o.End == written:
				return []any{o.Write}
			}
			return []any{now, o.Write}
		},
		DescribeOperation: func(input, _ any) string {
			o := input.(op)
			if o.Commit {
				return fmt.Sprintf("commit %d (%x): %s", o.Write.Version, o.Write.Head[:3], o.End)
			}
			return fmt.Sprintf("version %d (%x)", o.Read.Version, o.Read.Head[:3])
		},
	}
	return m.ToModel()
}

// forever is the return of a commit whose end is unknown: it may still be written.
const forever = 1<<63 - 1

func operations(history []op) (ops []porcupine.Operation) {
	for _, o := range history {
		if o.End == unknown {
			o.Returned = forever
		}
		ops = append(ops, porcupine.Operation{ClientId: o.Client, Input: o, Call: o.Called, Return: o.Returned})
	}
	return ops
}

// linearizable checks a history of one payment, and says how many commits were written and refused.
func linearizable(t *testing.T, p payment.Payment, history []op) (tally map[ending]int) {
	t.Helper()
	tally = map[ending]int{}
	for _, o := range history {
		if o.Commit {
			tally[o.End]++
		}
	}
	ops := operations(history)
	model := compareAndSet(register{p.Version, p.Head})
	if result := porcupine.CheckOperationsTimeout(model, ops, 2*time.Minute); result != porcupine.Ok {
		t.Errorf("payment %s: a history of %d operations is %s", p.ID, len(ops), result)
		for _, o := range history {
			t.Logf("client %d, %d to %d: %s", o.Client, o.Called, o.Returned, model.DescribeOperation(o, nil))
		}
	}
	return tally
}

// tick is an instant that all processes of this machine agree about.
func tick() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic(err)
	}
	return ts.Nano()
}

// client looks at a payment and commits to it, n times, and returns what it saw. It looks before it commits, but not each time, so that it
// often commits at a version that has moved on.
func client(ctx context.Context, s payment.Store, id payment.ID, number, n int, random *rand.Rand) (seen []op, err error) {
	p, err := s.Find(ctx, payment.Lookup{ID: id})
	if err != nil {
		return nil, err
	}
	for range n {
		runtime.Gosched() // to the others: the store in memory is too quick to race for otherwise
		o := op{Client: number, Called: tick()}
		if random.IntN(3) == 0 {
			if p, err = s.Find(ctx, payment.Lookup{ID: id}); err != nil {
				return seen, err
			}
			o.Read = register{p.Version, p.Head}
		} else {
			q, e := specimen.Moved(p, payment.OnPending, payment.Unknown)
			o.Commit, o.Write = true, register{q.Version, q.Head}
			switch err := s.Commit(ctx, q, e); {
			case err == nil:
				o.End, p = written, q
			case errors.Is(err, payment.ErrVersion):
				o.End = refused
			default:
				o.End = unknown
			}
		}
		o.Returned = tick()
		seen = append(seen, o)
	}
	return seen, nil
}

// Random looks and commits of several clients at one payment: each history is one of a compare-and-set register.
func TestHistoriesAreLinearizable(t *testing.T) {
	figure.Long(t)
	const clients, each = 6, 12
	histories := float64(figure.Of(200, 10_000))
	seed := figure.Seed(t)
	stores(t, func(t *testing.T, s payment.Store, share float64) {
		total := map[ending]int{}
		for i := range int(histories * max(share, 0.1)) {
			p, e := specimen.New()
			if err := s.Create(t.Context(), p, e); err != nil {
				t.Fatal(err)
			}
			seen := make([][]op, clients)
			var wg sync.WaitGroup
			for c := range clients {
				wg.Go(func() {
					random := rand.New(rand.NewPCG(seed, uint64(i*clients+c)))
					var err error
					if seen[c], err = client(t.Context(), s, p.ID, c, each, random); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			var history []op
			for _, ops := range seen {
				history = append(history, ops...)
			}
			for k, n := range linearizable(t, p, history) {
				total[k] += n
			}
			if t.Failed() {
				t.Fatalf("history %d", i+1)
			}
		}
		if total[written] == 0 || total[refused] == 0 || total[unknown] > 0 {
			t.Errorf("commits: %v", total)
		}
		t.Logf("commits: %v", total)
	})
}

// The model itself: what it must not take for a compare-and-set register.
func TestModelFindsWhatIsWrong(t *testing.T) {
	p, _ := specimen.New()
	at := func(version int, head byte) register { return register{version, [32]byte{head}} }
	p.Head = at(1, 1).Head
	for name, c := range map[string]struct {
		history []op
		want    bool
	}{
		"two commits of one version": {[]op{
			{Commit: true, Write: at(2, 2), End: written, Called: 1, Returned: 4},
			{Commit: true, Write: at(2, 3), End: written, Client: 1, Called: 2, Returned: 3},
		}, false},
		"an old version after a new one": {[]op{
			{Commit: true, Write: at(2, 2), End: written, Called: 1, Returned: 2},
			{Read: at(1, 1), Client: 1, Called: 3, Returned: 4},
		}, false},
		"refused although nobody else came": {[]op{{Commit: true, Write: at(2, 2), End: refused, Called: 1, Returned: 2}}, false},
		"refused, and written all the same": {[]op{
			{Commit: true, Write: at(2, 2), End: refused, Called: 1, Returned: 4},
			{Read: at(2, 2), Client: 1, Called: 2, Returned: 3},
		}, false},
		"somebody else's was written": {[]op{
			{Commit: true, Write: at(2, 2), End: written, Called: 1, Returned: 4},
			{Commit: true, Write: at(2, 3), End: refused, Client: 1, Called: 2, Returned: 3},
			{Read: at(2, 2), Client: 2, Called: 5, Returned: 6},
		}, true},
		"unknown, and written later": {[]op{
			{Commit: true, Write: at(2, 2), End: unknown, Called: 1, Returned: 2},
			{Read: at(1, 1), Client: 1, Called: 3, Returned: 4},
			{Read: at(2, 2), Client: 1, Called: 5, Returned: 6},
		}, true},
	} {
		if got := porcupine.CheckOperations(compareAndSet(register{p.Version, p.Head}), operations(c.history)); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
