package jobs

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
)

// What the hook and the workers do by themselves: the sweep runs once, at the start.
func TestJobs(t *testing.T) {
	figure.Long(t)
	server := postgres.Shared(t)
	seed := figure.Seed(t)
	for name, run := range map[string]func(*world){
		"delivered and looked at in time":        inTime,
		"an orphan is delivered":                 orphan,
		"a client that stops puts its jobs back": stopped,
		"no job, no payment":                     noTable,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(newWorld(t, server, seed, time.Hour))
		})
	}
}

// swept waits for the sweep and the chores of the start.
func (w *world) swept() {
	w.Helper()
	w.until("the first sweep and the chores are over", func() bool {
		return w.count("SELECT count(DISTINCT kind) FROM river_job WHERE kind IN ('quittance_sweep', 'quittance_chores') AND state = 'completed'") == 2
	})
}

// The jobs of a change are those that the hook inserted, and they do it.
func inTime(w *world) {
	w.workers()
	w.swept()
	all := w.begin(1) // whose notification never comes
	w.settled()
	type row struct {
		Kind, Args, State string
	}
	jobs := func() (got []row) {
		rows, err := w.db.Query("SELECT kind, args::text, state FROM river_job WHERE queue = $1 AND kind IN ('quittance_attention', 'quittance_delivery')"+
			" ORDER BY kind, args->>'version'", queue)
		w.must("the jobs", err)
		defer rows.Close()
		for rows.Next() {
			var r row
			w.must("the jobs", rows.Scan(&r.Kind, &r.Args, &r.State))
			r.Args = strings.ReplaceAll(r.Args, string(all[0]), "ID")
			got = append(got, r)
		}
		return got
	}
	one, two := `{"payment": "ID", "version": 1}`, `{"payment": "ID", "version": 2}`
	want := []row{
		{"quittance_attention", one, "scheduled"}, {"quittance_attention", two, "scheduled"},
		{"quittance_delivery", one, "completed"}, {"quittance_delivery", two, "completed"},
	}
	w.until("the deliveries are over", func() bool { return cmp.Diff(want, jobs()) == "" })

	d := 17 * time.Minute
	w.pass(d)
	w.exec("UPDATE river_job SET scheduled_at = scheduled_at - $1 * interval '1 microsecond' WHERE state = 'scheduled'", d.Microseconds())
	w.settled()
	if p, err := w.portal.Get(w.ctx, all[0]); err != nil || p.State != payment.Paid {
		w.Errorf("%v, %v; want paid, found by asking", p, err)
	}
	if n := w.count("SELECT count(*) FROM river_job WHERE kind = 'quittance_sweep'"); n != 1 {
		w.Errorf("%d sweeps; want the one of the start", n)
	}
}

// Money without a payment, as after a restore from a backup: its change has a job as any other.
func orphan(w *world) {
	w.workers()
	w.swept()
	w.begin(1)
	w.settled()
	for _, table := range []string{"quittance_payment", "quittance_entry"} {
		w.exec("DELETE FROM " + table)
	}
	cb, err := w.bank.Notification(w.bank.Book()[0].Reference)
	w.must("Notification", err)
	if _, _, err := w.portal.Receive(w.ctx, cb); err == nil {
		w.Error("a payment that is gone was found")
	}
	w.settled()
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for key := range w.handed {
		if strings.HasPrefix(key, "orphan/") {
			n++
		}
	}
	if n != 1 {
		w.Errorf("%d orphans were delivered, want 1", n)
	}
}

// A client that is stopped in the middle of a delivery: it was no failure, and its job is there for the next client.
func stopped(w *world) {
	w.slow = time.Hour
	w.begin(1)
	m := w.machine(w.bank)
	m.work(false)
	w.until("the host has been called", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.handed) > 0
	})
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	w.must("StopAndCancel", m.stop(ctx))
	w.until("its jobs are put back", func() bool { // River writes that beside its stop
		return w.count("SELECT count(*) FROM river_job WHERE state IN ('running', 'retryable', 'discarded')") == 0
	})
	if n := w.count("SELECT count(*) FROM quittance_change WHERE tries > 0"); n != 0 {
		w.Errorf("%d deliveries failed, because the client was stopped", n)
	}
	w.mu.Lock()
	w.slow = 0
	w.mu.Unlock()
	w.pass(2 * time.Minute) // the lease is over
	w.exec("UPDATE river_job SET scheduled_at = scheduled_at - interval '2 minutes' WHERE state = 'scheduled'")
	w.machine(w.bank).work(true)
	w.settled()
}

// Without River's tables a change is undone: there is no payment whose jobs are missing.
func noTable(w *world) {
	w.exec("ALTER TABLE river_job RENAME TO gone")
	_, _, err := w.portal.Begin(w.ctx, request("0"))
	if err == nil || !strings.Contains(err.Error(), "riverwork: the jobs of ") {
		w.Errorf("error %v", err)
	}
	w.exec("ALTER TABLE gone RENAME TO river_job")
	if n := w.count("SELECT count(*) FROM quittance_payment") + w.count("SELECT count(*) FROM river_job"); n != 0 {
		w.Errorf("%d payments and jobs were kept", n)
	}
}
