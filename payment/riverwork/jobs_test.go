package riverwork

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// nowhere is a database that is never reached: what is tested here needs none.
type nowhere struct{}

func (nowhere) Connect(context.Context) (driver.Conn, error) {
	return nil, errors.New("there is no server")
}
func (nowhere) Driver() driver.Driver { return nil }

func open(t *testing.T) *sql.DB {
	db := sql.OpenDB(nowhere{})
	t.Cleanup(func() { db.Close() })
	return db
}

func service(t *testing.T) *payment.Service {
	t.Helper()
	return paymenttest.New(t, paymenttest.Options{}).Service
}

// What River stores is frozen.
func TestStoredStrings(t *testing.T) {
	got := map[string]string{}
	for _, a := range []river.JobArgs{
		Attention{Payment: "p", Version: 3}, Delivery{Payment: "p", Version: 3, InsteadOf: 7}, Sweep{}, Chores{},
	} {
		b, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		got[a.Kind()] = string(b)
	}
	if d := cmp.Diff(map[string]string{
		"quittance_attention": `{"payment":"p","version":3}`,
		"quittance_delivery":  `{"payment":"p","version":3,"instead_of":7}`,
		"quittance_sweep":     `{}`,
		"quittance_chores":    `{}`,
	}, got); d != "" {
		t.Error(d)
	}
}

// keep collects what would be inserted.
type keep struct {
	river.JobInsertMiddlewareDefaults
	params []*rivertype.JobInsertParams
}

var errKept = errors.New("kept")

func (k *keep) InsertMany(_ context.Context, p []*rivertype.JobInsertParams, _ func(context.Context) ([]*rivertype.JobInsertResult, error)) ([]*rivertype.JobInsertResult, error) {
	k.params = append(k.params, p...)
	return nil, errKept
}

// A job is unique by payment, kind and version, as long as it is not finished. The host's middleware sees it.
func TestUnique(t *testing.T) {
	k := &keep{}
	jobs, err := New(open(t), &river.Config{Middleware: []rivertype.Middleware{k}}, Options{Queue: "payments"})
	if err != nil {
		t.Fatal(err)
	}
	soon := time.Now().Add(time.Hour)
	for _, c := range []payment.Change{
		{Key: "a/1", Payment: payment.Payment{ID: "a", Version: 1, AttentionAt: soon}},
		{Key: "a/1", Payment: payment.Payment{ID: "a", Version: 1, AttentionAt: soon}},
		{Key: "a/2", Payment: payment.Payment{ID: "a", Version: 2, AttentionAt: time.Now()}},
		{Key: "b/2", Payment: payment.Payment{ID: "b", Version: 2}},
		{Key: "orphan/x"},
	} {
		if err := jobs.InTx(t.Context(), &sql.Tx{}, c); !errors.Is(err, errKept) {
			t.Fatal(err)
		}
	}
	type job struct{ Kind, Args, State string }
	var got []job
	keys := map[string][]job{}
	for _, p := range k.params {
		j := job{p.Kind, string(p.EncodedArgs), string(p.State)}
		got = append(got, j)
		keys[string(p.UniqueKey)] = append(keys[string(p.UniqueKey)], j)
		if p.Queue != "payments" || p.MaxAttempts != 1 || len(p.UniqueKey) == 0 {
			t.Errorf("%v: queue %q, %d attempts, unique by %d bytes", j, p.Queue, p.MaxAttempts, len(p.UniqueKey))
		}
	}
	if d := cmp.Diff([]job{
		{"quittance_delivery", `{"payment":"a","version":1}`, "available"},
		{"quittance_attention", `{"payment":"a","version":1}`, "scheduled"},
		{"quittance_delivery", `{"payment":"a","version":1}`, "available"},
		{"quittance_attention", `{"payment":"a","version":1}`, "scheduled"},
		{"quittance_delivery", `{"payment":"a","version":2}`, "available"},
		{"quittance_attention", `{"payment":"a","version":2}`, "available"},
		{"quittance_delivery", `{"payment":"b","version":2}`, "available"},
		{"quittance_delivery", `{"payment":"orphan/x","version":0}`, "available"},
	}, got); d != "" {
		t.Error(d)
	}
	if len(keys) != 6 {
		t.Errorf("%d different keys, want 6: %v", len(keys), keys)
	}
	for _, same := range keys {
		for _, j := range same[1:] {
			if j != same[0] {
				t.Errorf("%v and %v have one key", j, same[0])
			}
		}
	}
	if at := k.params[1].ScheduledAt; at == nil || !at.Equal(soon) {
		t.Errorf("the look is at %v, want %v", at, soon)
	}
}

// Finished jobs keep no other from being inserted; those of River that it demands, do.
func TestUniqueStates(t *testing.T) {
	for _, o := range []river.InsertOpts{Attention{}.InsertOpts(), Delivery{}.InsertOpts()} {
		want := []rivertype.JobState{"available", "pending", "running", "scheduled"}
		if d := cmp.Diff(want, o.UniqueOpts.ByState); d != "" || !o.UniqueOpts.ByArgs || o.UniqueOpts.ByPeriod != 0 || o.MaxAttempts != 1 {
			t.Errorf("%+v\n%s", o, d)
		}
	}
}

func TestNewNamesEveryMistake(t *testing.T) {
	for name, c := range map[string]struct {
		db     *sql.DB
		config *river.Config
		o      Options
		want   []string
	}{
		"nothing": {nil, nil, Options{}, []string{"database is nil", "river.Config is nil"}},
		"everything wrong": {nil, &river.Config{
			FetchCooldown: time.Second, JobTimeout: -2,
			Queues: map[string]river.QueueConfig{"payments": {MaxWorkers: 1, FetchCooldown: 2 * time.Second}},
		}, Options{Queue: "payments", SweepEvery: time.Millisecond}, []string{
			"database is nil", "SweepEvery is 1ms", `queue "payments" has a FetchCooldown of 2s, and the client that inserts into it 1s`, "JobTimeout",
		}},
		"another queue's cooldown is its own": {open(t), &river.Config{
			Queues: map[string]river.QueueConfig{"mail": {MaxWorkers: 1, FetchCooldown: time.Second}},
		}, Options{}, nil},
		"the same cooldown, said twice": {open(t), &river.Config{
			Queues: map[string]river.QueueConfig{"default": {MaxWorkers: 1, FetchCooldown: river.FetchCooldownDefault}},
		}, Options{}, nil},
	} {
		_, err := New(c.db, c.config, c.o)
		if (err == nil) != (c.want == nil) {
			t.Errorf("%s: error %v", name, err)
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: error %v does not say %q", name, err, w)
			}
		}
	}
}

func TestAddWorkers(t *testing.T) {
	config := &river.Config{Queues: map[string]river.QueueConfig{"payments": {MaxWorkers: 1}}}
	elsewhere, err := New(open(t), config, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := elsewhere.AddWorkers(service(t)); err == nil || !strings.Contains(err.Error(), `"default"`) {
		t.Errorf("no such queue: %v", err)
	}
	jobs, err := New(open(t), config, Options{Queue: "payments"})
	if err != nil {
		t.Fatal(err)
	}
	if err := jobs.AddWorkers(nil); err == nil {
		t.Error("no service: no error")
	}
	if config.Workers != nil || config.PeriodicJobs != nil {
		t.Error("a failed AddWorkers has changed the config")
	}
	if err := jobs.AddWorkers(service(t)); err != nil {
		t.Fatal(err)
	}
	if config.Workers == nil || len(config.PeriodicJobs) != 2 {
		t.Errorf("%d periodic jobs, workers %v", len(config.PeriodicJobs), config.Workers)
	}
	if err := jobs.AddWorkers(service(t)); err == nil || len(config.PeriodicJobs) != 2 {
		t.Errorf("twice: %v, %d periodic jobs", err, len(config.PeriodicJobs))
	}
}

// What stands in the way of a piece of work is replaced; what will run soon is not.
func TestInTheWay(t *testing.T) {
	now := time.Now()
	at := func(d time.Duration) *time.Time { t := now.Add(d); return &t }
	for _, c := range []struct {
		why  string
		job  rivertype.JobRow
		want bool
	}{
		{"a backlog", rivertype.JobRow{State: "available", ScheduledAt: now.Add(-time.Hour)}, false},
		{"running", rivertype.JobRow{State: "running", AttemptedAt: at(-jobTimeout)}, false},
		{"running on a dead worker", rivertype.JobRow{State: "running", AttemptedAt: at(-payment.LeaseDuration - time.Second)}, true},
		{"soon", rivertype.JobRow{State: "scheduled", ScheduledAt: now.Add(30 * time.Second)}, false},
		{"put off by hand", rivertype.JobRow{State: "scheduled", ScheduledAt: now.Add(time.Hour)}, true},
		{"waiting for a person", rivertype.JobRow{State: "pending"}, true},
	} {
		if got := isBlocking(&c.job, now); got != c.want {
			t.Errorf("%s: %v", c.why, got)
		}
	}
}

// A job ends before half of the lease under which it works, and leaves each piece the time of a question.
func TestTimes(t *testing.T) {
	if jobTimeout >= payment.LeaseDuration/2 || jobTimeout-beginFurtherWithin < 20*time.Second {
		t.Errorf("timeout %v, begin %v, lease %v", jobTimeout, beginFurtherWithin, payment.LeaseDuration)
	}
	if d := (&worker[Attention]{}).Timeout(nil); d != jobTimeout {
		t.Errorf("Timeout is %v", d)
	}
}

// A client that stops in the middle of a job has not failed: the next one finds the job.
func TestStoppedIsNoFailure(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	s := service(t)
	for name, work := range map[string]func() error{
		kindAttention: func() error {
			return (&worker[Attention]{service: s}).Work(ctx, &river.Job[Attention]{Args: Attention{Payment: "p", Version: 1}})
		},
		kindDelivery: func() error {
			return (&worker[Delivery]{service: s}).Work(ctx, &river.Job[Delivery]{Args: Delivery{Payment: "p", Version: 1}})
		},
		kindSweep:  func() error { return (&sweeper{service: s}).Work(ctx, &river.Job[Sweep]{}) },
		kindChores: func() error { return (&cleaner{service: s}).Work(ctx, &river.Job[Chores]{}) },
	} {
		var snooze *river.JobSnoozeError
		if err := work(); !errors.As(err, &snooze) || snooze.Duration != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	late, end := context.WithTimeout(t.Context(), 0)
	defer end()
	failed := errors.New("failed")
	if err := (workLog{}).unlessStopped(late, failed); err != failed {
		t.Errorf("a job whose time is over: %v", err)
	}
}

// Since 0.33.0 River writes the error of a job at level INFO, which its own logger does not show: that no acknowledgement went out, an error of a chore, was in
// no log.
func TestFailureIsLogged(t *testing.T) {
	var log bytes.Buffer
	config := &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}}, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	}
	jobs, err := New(open(t), config, Options{})
	if err != nil {
		t.Fatal(err)
	}
	unacknowledged := errors.New("a payment without an acknowledgement")
	s := paymenttest.New(t, paymenttest.Options{Config: func(c *payment.Config) {
		c.Chores = []payment.Chore{func(context.Context, time.Time) (int, error) { return 0, unacknowledged }}
	}}).Service
	c := &cleaner{workLog: jobs.workLog(), service: s}
	if err := c.Work(t.Context(), nil); !errors.Is(err, unacknowledged) {
		t.Errorf("error %v", err)
	}
	if line := log.String(); !strings.Contains(line, `level=ERROR msg="payment: work"`) || !strings.Contains(line, unacknowledged.Error()) {
		t.Errorf("the log is %q", line)
	}
	log.Reset()
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := c.Work(stopped, nil); err == nil || log.Len() > 0 {
		t.Errorf("a job that was stopped: %v, %s", err, &log)
	}
}
