package riverwork

import (
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// The kinds of jobs. The strings are stored and frozen.
const (
	kindAttention = "quittance_attention"
	kindDelivery  = "quittance_delivery"
	kindSweep     = "quittance_sweep"
	kindChores    = "quittance_chores"
)

// Attention are the arguments of a job that looks at a payment.
type Attention struct {
	Payment   payment.ID `json:"payment" river:"unique"`
	Version   int        `json:"version" river:"unique"`              // at which it was due
	InsteadOf int64      `json:"instead_of,omitempty" river:"unique"` // the job that it replaces, which does not get on; zero: none
}

// Delivery are the arguments of a job that delivers the changes of a payment.
type Delivery struct {
	Payment   payment.ID `json:"payment" river:"unique"`              // or the key of an orphan's change
	Version   int        `json:"version" river:"unique"`              // of the change that was due; zero for an orphan's
	InsteadOf int64      `json:"instead_of,omitempty" river:"unique"` // the job that it replaces, which does not get on; zero: none
}

// Sweep has no arguments: it gives a job to everything that is due.
type Sweep struct{}

// Chores has no arguments: it runs Config.Chores.
type Chores struct{}

// Kind implements [river.JobArgs].
func (Attention) Kind() string { return kindAttention }

// Kind implements [river.JobArgs].
func (Delivery) Kind() string { return kindDelivery }

// Kind implements [river.JobArgs].
func (Sweep) Kind() string { return kindSweep }

// Kind implements [river.JobArgs].
func (Chores) Kind() string { return kindChores }

// InsertOpts implements [river.JobArgsWithInsertOpts]: unique by payment, kind and version, and tried once.
func (Attention) InsertOpts() river.InsertOpts { return triedOnce() }

// InsertOpts implements [river.JobArgsWithInsertOpts]: unique by payment, kind and version, and tried once.
func (Delivery) InsertOpts() river.InsertOpts { return triedOnce() }

// triedOnce returns the options of a job that River tries once: the payment's row says when the work is due again. A job that has ended
// does not keep another from being inserted.
func triedOnce() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

// perPeriod returns the options of a periodic job: one in each period, also when two leaders overlap. A job that hangs on a dead worker
// no longer counts in the next period.
func perPeriod(d time.Duration, queue string) *river.InsertOpts {
	return &river.InsertOpts{MaxAttempts: 1, Queue: queue, UniqueOpts: river.UniqueOpts{ByPeriod: d}}
}

// pieceOfWork are the arguments of a job for one payment.
type pieceOfWork interface {
	river.JobArgs
	dueWork() payment.Due
}

func (a Attention) dueWork() payment.Due {
	return payment.Due{Kind: payment.WorkAttention, Payment: a.Payment, Version: a.Version}
}

func (d Delivery) dueWork() payment.Due {
	return payment.Due{Kind: payment.WorkDelivery, Payment: d.Payment, Version: d.Version}
}

// argsOf returns the arguments of the job for a piece of work; insteadOf is the job that it replaces, or zero.
func argsOf(d payment.Due, insteadOf int64) river.JobArgs {
	if d.Kind == payment.WorkDelivery {
		return Delivery{Payment: d.Payment, Version: d.Version, InsteadOf: insteadOf}
	}
	return Attention{Payment: d.Payment, Version: d.Version, InsteadOf: insteadOf}
}
