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

// most is how many pieces of each kind a sweep looks at. What is beyond comes with a later one, when these are done.
const most = 2000

// sweeper gives a job to everything that is due.
type sweeper struct {
	river.WorkerDefaults[Sweep]
	jobs    *Jobs
	service *payment.Service
}

// Timeout implements [river.Worker].
func (*sweeper) Timeout(*river.Job[Sweep]) time.Duration { return timeout }

// Work implements [river.Worker].
func (s *sweeper) Work(ctx context.Context, _ *river.Job[Sweep]) error {
	var errs []error
	for _, k := range []payment.WorkKind{payment.WorkAttention, payment.WorkDelivery} {
		due, err := s.service.Due(ctx, k, most)
		if err == nil {
			err = s.jobs.enqueue(ctx, due)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// enqueue inserts the jobs that are missing. Where a job is in the way that will not do the work soon, another one takes
// its place; and so on, should that one not get on either.
func (j *Jobs) enqueue(ctx context.Context, due []payment.Due) error {
	// In one order, so that two sweeps do not wait for one another crosswise.
	slices.SortFunc(due, func(a, b payment.Due) int {
		return cmp.Or(cmp.Compare(a.Payment, b.Payment), cmp.Compare(a.Version, b.Version))
	})
	jobs := make([]river.InsertManyParams, 0, len(due))
	for _, d := range due {
		jobs = append(jobs, j.params(d, 0))
	}
	for len(jobs) > 0 {
		results, err := j.client.InsertMany(ctx, jobs)
		if err != nil {
			return fmt.Errorf("riverwork: sweep: %w", err)
		}
		jobs = jobs[:0]
		for _, r := range results {
			if !r.UniqueSkippedAsDuplicate || !inTheWay(r.Job, time.Now()) {
				continue
			}
			d, err := dueOf(r.Job)
			if err != nil {
				return fmt.Errorf("riverwork: sweep: job %d: %w", r.Job.ID, err)
			}
			jobs = append(jobs, j.params(d, r.Job.ID))
		}
	}
	return nil
}

// inTheWay reports whether a job that is not finished will not run soon: it has been running for longer than a job
// may, so that its worker is gone; or it waits for a time that is no longer the row's.
func inTheWay(job *rivertype.JobRow, now time.Time) bool {
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

// dueOf is the piece of work that a job is for.
func dueOf(job *rivertype.JobRow) (payment.Due, error) {
	if job.Kind == kindDelivery {
		var d Delivery
		err := json.Unmarshal(job.EncodedArgs, &d)
		return d.due(), err
	}
	var a Attention
	err := json.Unmarshal(job.EncodedArgs, &a)
	return a.due(), err
}
