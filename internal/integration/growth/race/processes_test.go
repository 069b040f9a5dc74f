package race

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/dialogue"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/integration/rig/specimen"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// workerDSN makes a worker of this binary, on that database.
const workerDSN = "QUITTANCE_RACE_DSN"

// errand is a line to a worker, found one from it.
type errand struct {
	Look    payment.ID // a history of this payment …
	Seed    uint64
	Client  int // … with clients numbered from here
	Clients int
	Each    int

	Lease   payment.WorkKind // work is leased and done until none is due
	Numbers int              // of the sequence, to take
}

type found struct {
	Ops     []op
	Done    []string // what was leased: payments, or changes
	Numbers []int
	Error   string
}

// work does errands until there are no more.
func work(in io.Reader, out io.Writer) {
	s, err := open(os.Getenv(workerDSN))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var e errand
		if err := lines.Decode(&e); err != nil {
			return
		}
		f, err := e.run(s)
		if err != nil {
			f.Error = err.Error()
		}
		if err := answers.Encode(f); err != nil {
			return
		}
	}
}

func open(dsn string) (*sqlstore.Store, error) {
	db, err := postgres.Open(dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxIdleConns(8)
	return sqlstore.PostgreSQL(db, sqlstore.Options{})
}

func (e errand) run(s payment.Store) (f found, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for c := range e.Clients {
		wg.Go(func() {
			var ops []op
			var done []string
			var ownErr error
			if e.Look != "" {
				ops, ownErr = client(ctx, s, e.Look, e.Client+c, e.Each, rand.New(rand.NewPCG(e.Seed, uint64(e.Client+c))))
			}
			if e.Lease != "" {
				done, ownErr = drain(ctx, s, e.Lease)
			}
			mu.Lock()
			defer mu.Unlock()
			f.Ops, f.Done, err = append(f.Ops, ops...), append(f.Done, done...), errors.Join(err, ownErr)
		})
	}
	wg.Wait()
	for range e.Numbers {
		n, nerr := s.Sequence(ctx, "2026-03-02")
		f.Numbers, err = append(f.Numbers, n), errors.Join(err, nerr)
	}
	return f, err
}

// drain leases and does work until nothing is due.
func drain(ctx context.Context, s payment.Store, k payment.WorkKind) (done []string, err error) {
	now := specimen.Morning.AddDate(1, 0, 0)
	for {
		tasks, err := s.Lease(ctx, k, payment.Serving{}, now, time.Minute, 5)
		if err != nil || len(tasks) == 0 {
			return done, err
		}
		for _, t := range tasks {
			if k == payment.WorkDelivery {
				done = append(done, t.Change.Key)
				err = s.Release(ctx, t, time.Time{}, "")
			} else {
				done = append(done, string(t.Payment.ID))
				q, e := specimen.Moved(t.Payment, payment.OnNotOpened, payment.Failed)
				q.AttentionAt = time.Time{}
				err = s.Commit(ctx, q, e)
			}
			if err != nil {
				return done, err
			}
		}
	}
}

// worker is a process.
type worker struct {
	in  *json.Encoder
	out *json.Decoder
}

// hire starts n workers on a database, which end with the test.
func hire(t *testing.T, n int, dsn string) (workers []worker) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		in, out := dialogue.Start(t, time.Hour, []string{self}, func(c *exec.Cmd) { c.Env = append(os.Environ(), workerDSN+"="+dsn) })
		workers = append(workers, worker{json.NewEncoder(in), json.NewDecoder(bufio.NewReader(out))})
	}
	return workers
}

// all sends every worker an errand at once, and waits for what they find.
func all(t *testing.T, workers []worker, e errand) []found {
	t.Helper()
	for i, w := range workers {
		e.Client = i * e.Clients
		if err := w.in.Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	answers := make([]found, len(workers))
	for i, w := range workers {
		if err := w.out.Decode(&answers[i]); err != nil {
			t.Fatalf("worker %d: %v", i+1, err)
		}
		if answers[i].Error != "" {
			t.Fatalf("worker %d: %s", i+1, answers[i].Error)
		}
	}
	return answers
}

// Four processes on one PostgreSQL: their histories of one payment are those of a compare-and-set register, a due row and an outgoing change
// are done once and none is forgotten, and no number of the sequence comes twice.
func TestFourProcesses(t *testing.T) {
	figure.Long(t)
	server := postgres.Shared(t)
	name := server.Create(t)
	s := migrated(t, server.Open(t, server.DSN(name)), sqlstore.PostgreSQL)
	workers := hire(t, 4, server.DSN(name))
	seed := figure.Seed(t)
	create := func(n int) (list []payment.Payment) {
		for range n {
			p, e := specimen.New()
			if err := s.Create(t.Context(), p, e); err != nil {
				t.Fatal(err)
			}
			list = append(list, p)
		}
		return list
	}

	t.Run("histories", func(t *testing.T) {
		total := map[ending]int{}
		for i := range figure.Of(40, 1_000) {
			p := create(1)[0]
			var history []op
			for _, f := range all(t, workers, errand{Look: p.ID, Seed: seed + uint64(i), Clients: 2, Each: 8}) {
				history = append(history, f.Ops...)
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

	n := figure.Of(300, 20_000)
	fresh := map[string]bool{}
	for _, p := range create(n) {
		fresh[string(p.ID)] = true
	}
	t.Run("due rows", func(t *testing.T) {
		times := map[string]int{}
		for _, f := range all(t, workers, errand{Lease: payment.WorkAttention, Clients: 4}) {
			for _, id := range f.Done {
				times[id]++
			}
		}
		for id := range fresh {
			if times[id] != 1 {
				t.Errorf("payment %s was done %d times", id, times[id])
			}
		}
	})
	t.Run("outgoing changes", func(t *testing.T) {
		times := map[string]int{}
		for range 2 { // a worker that found nothing due went home while another held back a payment's next change
			for _, f := range all(t, workers, errand{Lease: payment.WorkDelivery, Clients: 4}) {
				for _, key := range f.Done {
					times[key]++
				}
			}
		}
		for id := range fresh {
			for version := 1; version <= 2; version++ {
				if key := fmt.Sprint(id, "/", version); times[key] != 1 {
					t.Errorf("change %s went out %d times", key, times[key])
				}
			}
		}
	})
	t.Run("sequence", func(t *testing.T) {
		taken := map[int]bool{}
		for _, f := range all(t, workers, errand{Numbers: 130}) {
			for _, number := range f.Numbers {
				if taken[number] {
					t.Errorf("number %d was given out twice", number)
				}
				taken[number] = true
			}
		}
		if len(taken) != 4*130 {
			t.Errorf("%d numbers", len(taken))
		}
	})
}
