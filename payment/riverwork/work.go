package riverwork

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/riverqueue/river"
)

const (
	jobTimeout         = 25 * time.Second // of a job, below half of the lease
	beginFurtherWithin = 5 * time.Second  // in which a job begins a further piece: each has 20 seconds
)

// worker does the due work of one payment and one kind, until nothing is due.
type worker[T pieceOfWork] struct {
	river.WorkerDefaults[T]
	workLog
	service *payment.Service
}

// Timeout implements [river.Worker].
func (*worker[T]) Timeout(*river.Job[T]) time.Duration { return jobTimeout }

// Work implements [river.Worker].
func (w *worker[T]) Work(ctx context.Context, job *river.Job[T]) error {
	for d, began := job.Args.dueWork(), time.Now(); ; {
		n, err := w.service.WorkOn(ctx, d.Kind, d.Payment)
		switch {
		case err != nil || n == 0:
			return w.unlessStopped(ctx, err)
		case time.Since(began) > beginFurtherWithin:
			return river.JobSnooze(0) // more may be due: another run has the whole time for it
		}
	}
}

// cleaner runs the chores.
type cleaner struct {
	river.WorkerDefaults[Chores]
	workLog
	service *payment.Service
}

// Timeout implements [river.Worker].
func (*cleaner) Timeout(*river.Job[Chores]) time.Duration { return 10 * time.Minute }

// Work implements [river.Worker].
func (c *cleaner) Work(ctx context.Context, _ *river.Job[Chores]) error {
	_, err := c.service.Chores(ctx)
	return c.unlessStopped(ctx, err)
}

// workLog is where a job that fails says so, as package payment does: River since 0.33.0 writes it at level INFO only, and into the job.
type workLog struct{ *slog.Logger }

// workLog returns the logger of the host's River client.
func (j *Jobs) workLog() workLog { return workLog{j.config.Logger} }

// unlessStopped returns the error of a job. When the client stops in the middle of it, that is no failure: what the job had leased is given back,
// and the job is there for the next client.
func (l workLog) unlessStopped(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return river.JobSnooze(0)
	}
	if err != nil {
		cmp.Or(l.Logger, slog.Default()).LogAttrs(ctx, slog.LevelError, "payment: work", slog.Any("error", err))
	}
	return err
}
