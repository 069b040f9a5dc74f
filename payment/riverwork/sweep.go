package riverwork

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// sweepLimit is how many pieces of work of each kind a sweep looks at. A later sweep finds the others, when these are done.
const sweepLimit = 2000

// sweeper works the sweep: it gives a job to all due work that has none.
type sweeper struct {
	river.WorkerDefaults[Sweep]
	workLog
	jobs    *Jobs
	service *payment.Service
}

// Timeout implements [river.Worker].
func (*sweeper) Timeout(*river.Job[Sweep]) time.Duration { return jobTimeout }

// Work implements [river.Worker].
func (s *sweeper) Work(ctx context.Context, _ *river.Job[Sweep]) error {
	var errs []error
	for _, k := range []payment.WorkKind{payment.WorkAttention, payment.WorkDelivery} {
		due, err := s.service.Due(ctx, k, sweepLimit)
		if err == nil {
			err = s.jobs.enqueueMissing(ctx, due)
		}
		errs = append(errs, err)
	}
	return s.unlessStopped(ctx, errors.Join(errs...))
}

// enqueueMissing inserts the jobs that due work does not have. A job that isBlocking is replaced by another one for the same work, and
// that one in turn if it blocks too.
func (j *Jobs) enqueueMissing(ctx context.Context, due []payment.Due) error {
	// All sweeps insert in one order: two that ran in different orders could wait for each other's locks.
	slices.SortFunc(due, func(a, b payment.Due) int {
		return cmp.Or(cmp.Compare(a.Payment, b.Payment), cmp.Compare(a.Version, b.Version))
	})
	jobs := make([]river.InsertManyParams, 0, len(due))
	for _, d := range due {
		jobs = append(jobs, j.insertParams(d, 0))
	}
	for len(jobs) > 0 {
		results, err := j.client.InsertMany(ctx, jobs)
		if err != nil {
			return fmt.Errorf("riverwork: sweep: %w", err)
		}
		jobs = jobs[:0]
		for _, r := range results {
			if !r.UniqueSkippedAsDuplicate || !isBlocking(r.Job, time.Now()) {
				continue
			}
			d, err := dueOf(r.Job)
			if err != nil {
				return fmt.Errorf("riverwork: sweep: job %d: %w", r.Job.ID, err)
			}
			jobs = append(jobs, j.insertParams(d, r.Job.ID))
		}
	}
	return nil
}

// isBlocking reports whether an unfinished job will not do its work soon: it has been running for longer than a lease, so that its
// worker is gone; it is scheduled for later than a lease from now, although the work is due; or it is pending.
func isBlocking(job *rivertype.JobRow, now time.Time) bool {
	switch job.State {
	case rivertype.JobStateRunning:
		return job.AttemptedAt != nil && now.Sub(*job.AttemptedAt) > payment.LeaseDuration
	case rivertype.JobStateScheduled:
		return job.ScheduledAt.Sub(now) > payment.LeaseDuration
	case rivertype.JobStatePending:
		return true
	}
	return false
}

// dueOf returns the piece of work that a job is for.
func dueOf(job *rivertype.JobRow) (payment.Due, error) {
	if job.Kind == kindDelivery {
		var d Delivery
		err := json.Unmarshal(job.EncodedArgs, &d)
		return d.dueWork(), err
	}
	var a Attention
	err := json.Unmarshal(job.EncodedArgs, &a)
	return a.dueWork(), err
}
