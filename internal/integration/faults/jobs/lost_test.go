package jobs

import (
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/internal/testparallel"
	"github.com/quittance/quittance/payment"
)

func TestMain(m *testing.M) {
	if os.Getenv(childOf) != "" {
		runChild()
		return
	}
	testparallel.Raise(6)
	os.Exit(m.Run())
}

// faults are what can happen to a job engine. Each ends with every accepted payment recorded, refunded or in review, and acknowledged once.
var faults = []struct {
	name string
	run  func(*world)
}{
	{"nothing happens", nothing},
	{"all jobs deleted", deleted},
	{"all jobs doubled", doubled},
	{"one job 16 times at once", sixteen},
	{"leader killed", leaderKilled},
	{"running on a dead worker", deadWorker},
}

func TestJobEngineLost(t *testing.T) {
	figure.Long(t)
	server := postgres.Shared(t)
	seed := figure.Seed(t)
	for _, f := range faults {
		for i := range uint64(figure.Of(1, 100)) {
			t.Run(fmt.Sprintf("%s/%d", f.name, i), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, server, seed+i, time.Second)
				f.run(w)
				w.converged()
			})
		}
	}
}

// The host fails now and then, and nothing else does.
func nothing(w *world) {
	w.flaky = true
	w.workers()
	w.begin(8)
	w.days(func() {})
	if n := w.count("SELECT count(*) FROM river_job WHERE kind IN ('quittance_delivery', 'quittance_attention') AND unique_key IS NULL"); n != 0 {
		w.Errorf("%d jobs are not unique", n)
	}
	if n := w.count("SELECT count(*) FROM river_job WHERE state = 'discarded'"); n != 0 {
		w.Errorf("%d jobs failed:\n%s", n, w.story())
	}
}

// All jobs are deleted again and again, at any moment, also those that run.
func deleted(w *world) {
	w.flaky = true
	w.workers()
	dice := rand.New(rand.NewPCG(w.dice.Uint64(), 1))
	done := make(chan struct{})
	var gone atomic.Int64
	var deleting sync.WaitGroup
	deleting.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(time.Duration(100+dice.IntN(1500)) * time.Millisecond):
				r, err := w.db.Exec("DELETE FROM river_job")
				if err != nil {
					w.Error(err)
					return
				}
				n, _ := r.RowsAffected()
				gone.Add(n)
			}
		}
	})
	defer deleting.Wait()
	defer close(done)
	w.begin(8)
	w.days(func() { gone.Add(int64(w.exec("DELETE FROM river_job"))) })
	if n := gone.Load(); n == 0 {
		w.Error("there was no job to delete")
	}
}

// copies inserts jobs once more, ready to run. Copies are not unique.
const copies = "INSERT INTO river_job (args, kind, max_attempts, priority, queue, state, scheduled_at) " +
	"SELECT args, kind, max_attempts, priority, queue, 'available', now() FROM river_job WHERE kind <> 'quittance_sweep'"

// All jobs are doubled before anybody works, and again after each step of time.
func doubled(w *world) {
	w.begin(8)
	if n := w.exec(copies); n < 16 {
		w.Errorf("%d jobs were doubled", n)
	}
	w.workers()
	w.days(func() { w.exec(copies + " AND id % 2 = 0 LIMIT 500") })
	w.once()
}

// once fails unless each change was handed over once.
func (w *world) once() {
	w.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for key, n := range w.handed {
		if n != 1 {
			w.Errorf("change %s was handed over %d times", key, n)
		}
	}
}

// One delivery and one look are there 16 times, and run at the same time: the host takes its time. The change goes out once, and the bank
// is asked once.
func sixteen(w *world) {
	all := w.begin(4)
	w.slow = 300 * time.Millisecond
	w.pass(17 * time.Minute)
	for kind, version := range map[string]string{"quittance_delivery": "1", "quittance_attention": "2"} {
		n := w.exec("INSERT INTO river_job (args, kind, max_attempts, queue, scheduled_at) SELECT args, kind, max_attempts, queue, now() "+
			"FROM river_job, generate_series(1, 16) WHERE kind = $1 AND args->>'payment' = $2 AND args->>'version' = $3",
			kind, string(all[0]), version)
		if n != 16 {
			w.Fatalf("%d jobs of %s", n, kind)
		}
	}
	w.workers()
	w.settled()
	p, err := w.portal.Get(w.ctx, all[0])
	w.must("Get", err)
	w.bank.mu.Lock()
	if n := w.bank.asked[p.Reference]; n != 1 || p.State != payment.Paid {
		w.Errorf("%s is %s, and the bank was asked %d times", p.Reference, p.State, n)
	}
	w.bank.mu.Unlock()
	w.mu.Lock()
	w.slow = 0
	w.mu.Unlock()
	w.days(func() {})
	w.once()
}

// The leader is killed. It had all to itself what makes sweeps; nobody else has the jobs of what happens meanwhile.
func leaderKilled(w *world) {
	w.flaky = true
	leader := w.startChild("leads")
	w.until("the child leads", func() bool {
		return w.count("SELECT count(*) FROM river_leader WHERE leader_id = $1 AND expires_at > now()", leader.name) == 1
	})
	w.workers()
	w.begin(4)
	time.Sleep(time.Duration(w.dice.IntN(1500)) * time.Millisecond) // at any moment of its sweeps
	leader.kill()
	if figure.Release() { // else its term ends by itself, after 15 seconds
		w.exec("UPDATE river_leader SET expires_at = now() WHERE leader_id = $1", leader.name)
	}
	w.exec("DELETE FROM river_job")
	w.days(func() { w.exec("DELETE FROM river_job WHERE state <> 'running'") })
	if w.count("SELECT count(*) FROM river_leader WHERE leader_id = $1", leader.name) != 0 {
		w.Error("the dead still leads")
	}
}

// A worker is killed in the middle of its jobs. They stay "running" for an hour, until River rescues them; the work does not wait for it.
func deadWorker(w *world) {
	w.ahead.Store(int64(-20 * time.Minute)) // what is begun is due to be looked at in the child, which has the machine's clock
	w.begin(8)
	dead := w.startChild("hangs")
	running := "SELECT count(*) FROM river_job WHERE state = 'running' AND kind = $1 AND $2 = ANY(attempted_by)"
	for _, kind := range []string{"quittance_delivery", "quittance_attention"} {
		w.until("the child has begun "+kind, func() bool { return w.count(running, kind, dead.name) > 0 })
	}
	dead.kill()
	w.until("the server has carried out what the child said last", func() bool {
		return w.count("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND state <> 'idle' AND pid <> pg_backend_pid()") == 0
	})
	stuck := w.count("SELECT count(*) FROM river_job WHERE state = 'running' AND kind <> 'quittance_sweep'")
	w.exec("UPDATE river_job SET attempted_at = attempted_at - interval '2 minutes' WHERE state = 'running'")
	w.exec("UPDATE river_leader SET expires_at = now() WHERE leader_id = $1", dead.name)
	w.ahead.Store(int64(2 * time.Minute)) // the leases are over
	w.workers()
	w.days(func() {})
	still := w.count("SELECT count(*) FROM river_job WHERE state = 'running' AND kind <> 'quittance_sweep' AND $1 = ANY(attempted_by)", dead.name)
	if stuck == 0 || still != stuck {
		w.Errorf("%d of %d jobs are still running on the dead worker: they were rescued, and this test shows nothing", still, stuck)
	}
	if n := w.count("SELECT count(DISTINCT kind) FROM river_job WHERE args ? 'instead_of'"); n != 2 {
		w.Errorf("jobs of %d kinds took the place of those that are stuck, want 2", n)
	}
}
