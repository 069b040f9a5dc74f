package riverwork

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
)

// Options are the settings of [New]; the zero value is right for most hosts.
type Options struct {
	// Queue is River's queue of all these jobs; empty: River's default queue. With one of their own, payments do not wait
	// behind the host's other jobs.
	Queue string

	// SweepEvery is how often a sweep gives a job to due work that has none; zero: 30 seconds. At least a second, and equal
	// in all processes.
	SweepEvery time.Duration
}

// Jobs is the due work of payments as River jobs, in one process.
type Jobs struct {
	config *river.Config // the host's
	client *river.Client[*sql.Tx]
	o      Options
}

// New returns the jobs of this process. db is the database of payments and of River's tables; config is that of the
// host's own River client. What an inserting client needs is taken from it now (schema, fetch cooldown, hooks, middleware,
// logger); [Jobs.AddWorkers] adds to it later. Every problem is reported at once.
func New(db *sql.DB, config *river.Config, o Options) (*Jobs, error) {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf("riverwork: "+format, a...)) }
	o.Queue, o.SweepEvery = cmp.Or(o.Queue, river.QueueDefault), cmp.Or(o.SweepEvery, 30*time.Second)
	if db == nil {
		bad("the database is nil")
	}
	if o.SweepEvery < time.Second {
		bad("Options.SweepEvery is %v: at least a second", o.SweepEvery)
	}
	if config == nil {
		bad("the river.Config is nil")
		return nil, errors.Join(errs...)
	}
	cooldown := cmp.Or(config.FetchCooldown, river.FetchCooldownDefault)
	if own := config.Queues[o.Queue].FetchCooldown; own != 0 && own != cooldown {
		bad("queue %q has a FetchCooldown of %v, and the client that inserts into it %v: leave that of the queue out", o.Queue, own, cooldown)
	}
	inserts := *config
	inserts.ID, inserts.Queues, inserts.Workers, inserts.PeriodicJobs = "", nil, nil, nil
	client, err := river.NewClient(riverdatabasesql.New(db), &inserts)
	if err != nil {
		bad("the river.Config: %w", err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return &Jobs{config: config, client: client, o: o}, nil
}

// InTx inserts the jobs of a change into the change's own transaction: one that delivers it, and one for when the
// payment is next due to be looked at. It is for sqlstore.Options. An error undoes the change.
func (j *Jobs) InTx(ctx context.Context, tx *sql.Tx, c payment.Change) error {
	p := c.Payment
	id := cmp.Or(p.ID, payment.ID(c.Key)) // an orphan's change belongs to no payment
	jobs := []river.InsertManyParams{j.insertParams(payment.Due{Kind: payment.WorkDelivery, Payment: id, Version: p.Version}, 0)}
	if !p.AttentionAt.IsZero() {
		look := j.insertParams(payment.Due{Kind: payment.WorkAttention, Payment: id, Version: p.Version}, 0)
		if p.AttentionAt.After(time.Now()) {
			look.InsertOpts.ScheduledAt = p.AttentionAt
		}
		jobs = append(jobs, look)
	}
	if _, err := j.client.InsertManyTx(ctx, tx, jobs); err != nil {
		return fmt.Errorf("riverwork: the jobs of %s: %w", c.Key, err)
	}
	return nil
}

// insertParams returns what River inserts for a piece of work; insteadOf is the job that it replaces, or zero.
func (j *Jobs) insertParams(d payment.Due, insteadOf int64) river.InsertManyParams {
	return river.InsertManyParams{Args: argsOf(d, insteadOf), InsertOpts: &river.InsertOpts{Queue: j.o.Queue}}
}

// AddWorkers adds the workers and the periodic jobs to the config that [New] was given. Call it once, before
// river.NewClient. It is an error when the config has no such queue, or a worker of these kinds already.
func (j *Jobs) AddWorkers(s *payment.Service) error {
	if s == nil {
		return errors.New("riverwork: the payment service is nil")
	}
	if _, ok := j.config.Queues[j.o.Queue]; !ok {
		return fmt.Errorf("riverwork: river.Config.Queues has no %q, so that nobody would work the jobs", j.o.Queue)
	}
	if j.config.Workers == nil {
		j.config.Workers = river.NewWorkers()
	}
	w, log := j.config.Workers, j.workLog()
	err := errors.Join(
		river.AddWorkerSafely(w, &worker[Attention]{workLog: log, service: s}),
		river.AddWorkerSafely(w, &worker[Delivery]{workLog: log, service: s}),
		river.AddWorkerSafely(w, &sweeper{workLog: log, jobs: j, service: s}),
		river.AddWorkerSafely(w, &cleaner{workLog: log, service: s}),
	)
	if err != nil {
		return fmt.Errorf("riverwork: %w", err)
	}
	j.config.PeriodicJobs = append(j.config.PeriodicJobs, j.PeriodicJobs()...)
	return nil
}

// PeriodicJobs are the sweep and the chores, for the config of a client that works other queues on the same schema: as
// long as it leads, it enqueues them. [Jobs.AddWorkers] has added them already.
func (j *Jobs) PeriodicJobs() []*river.PeriodicJob {
	every := func(d time.Duration, args river.JobArgs) *river.PeriodicJob {
		construct := func() (river.JobArgs, *river.InsertOpts) { return args, perPeriod(d, j.o.Queue) }
		return river.NewPeriodicJob(river.PeriodicInterval(d), construct, &river.PeriodicJobOpts{ID: args.Kind(), RunOnStart: true})
	}
	return []*river.PeriodicJob{every(j.o.SweepEvery, Sweep{}), every(time.Hour, Chores{})}
}
