//go:build !race

package simulation

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
)

func inMemory() (Backend, error) { return Memory(), nil }

// worlds performs the worlds from a seed on until there are enough payments; one that fails is shrunk and told.
func worlds(t *testing.T, seed uint64, payments int, database bool, open func() (Backend, error)) {
	t.Helper()
	var sum Sum
	for n := uint64(0); sum.Payments < payments; n++ {
		r, err := Perform(t.Context(), Draw(seed+n, database), open, Options{})
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(r)
		if len(r.Violations) > 0 {
			t.Fatalf("seed %d: %s: %s\n%s", seed+n, r.Violations[0].Rule, r.Violations[0].Text, Shrink(t.Context(), r, open).Story())
		}
	}
	t.Log(sum)
}

// What must never be is not, what must always be is, and the books are the banks'.
func TestPayments(t *testing.T) {
	t.Parallel()
	n := figure.Of(20_000, 1_000_000)
	if testing.Short() {
		n = 500
	}
	// A second click waits half a minute for the first one, by a timer.
	synctest.Test(t, func(t *testing.T) { worlds(t, figure.Seed(t), n, false, inMemory) })
}

// The same worlds on databases, with rows that are damaged and servers that are restarted.
func TestDatabases(t *testing.T) {
	t.Parallel()
	n := figure.Of(100, 20_000)
	if testing.Short() {
		n = 20
	}
	t.Run("SQLite", func(t *testing.T) {
		folder := t.TempDir()
		worlds(t, figure.Seed(t), n, true, func() (Backend, error) { return SQLite(folder) })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgres.Shared(t)
		worlds(t, figure.Seed(t), n, true, func() (Backend, error) { return PostgreSQL(server.DSN(server.Create(t))) })
	})
}

// A seed is the same again, in memory and in SQLite, down to the hash of every entry.
func TestReplay(t *testing.T) {
	t.Parallel()
	seed := figure.Seed(t)
	folder := t.TempDir()
	inFile := func() (Backend, error) { return SQLite(folder) }
	seeds := figure.Of(3, 100)
	if testing.Short() {
		seeds = 1
	}
	for n := range uint64(seeds) {
		for _, database := range []bool{false, true} {
			var first *Report
			for i, open := range []func() (Backend, error){inMemory, inMemory, inFile, inFile} {
				if database && i < 2 { // memory cannot be damaged
					continue
				}
				r, err := Perform(t.Context(), Draw(seed+n, database), open, Options{Tell: true})
				if err != nil {
					t.Fatal(err)
				}
				if first == nil {
					first = r
				} else if diff := cmp.Diff(first.Lines, r.Lines); diff != "" || first.Digest != r.Digest {
					t.Fatalf("seed %d, run %d differs from the first (digests %x and %x):\n%s", seed+n, i+1, first.Digest, r.Digest, diff)
				}
			}
		}
	}
}

// broken is a backend with a fault, which the simulation must find.
type broken struct {
	Backend
	store func(payment.Store) payment.Store
}

func (b broken) Store() payment.Store { return b.store(b.Backend.Store()) }

type neverCloses struct{ payment.Store }

func (neverCloses) CloseDay(context.Context, string, time.Time) error { return nil }

type forgetsDelivery struct{ payment.Store }

// Release forgets one change in so many.
func (s forgetsDelivery) Release(ctx context.Context, t payment.Task, again time.Time, cause string) error {
	if t.Kind == payment.WorkDelivery {
		again = time.Time{}
	}
	return s.Store.Release(ctx, t, again, cause)
}

// A fault is found, and what is told of it is short.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]struct {
		store func(payment.Store) payment.Store
		rules []string
	}{
		"a day that is not closed":   {func(s payment.Store) payment.Store { return neverCloses{s} }, []string{"export differs", "exports", "verify"}},
		"a change that is forgotten": {func(s payment.Store) payment.Store { return forgetsDelivery{s} }, []string{"order of changes", "acknowledgements", "undelivered"}},
	} {
		t.Run(name, func(t *testing.T) {
			open := func() (Backend, error) { return broken{Memory(), f.store}, nil }
			for seed := uint64(1); seed < 200; seed++ {
				r, err := Perform(t.Context(), Draw(seed, false), open, Options{})
				if err != nil {
					t.Fatal(err)
				}
				if len(r.Violations) == 0 {
					continue
				}
				short := Shrink(t.Context(), r, open)
				t.Logf("of %d steps %d are left", len(r.Script.Steps), len(short.Script.Steps))
				if n := len(short.Script.Steps); n > 8 {
					t.Errorf("the story has %d steps:\n%s", n, short.Story())
				}
				for _, rule := range f.rules {
					if short.Violations[0].Rule == rule {
						return
					}
				}
				t.Fatalf("it breaks the rule %q: %s", short.Violations[0].Rule, short.Violations[0].Text)
			}
			t.Error("no seed finds it")
		})
	}
}
