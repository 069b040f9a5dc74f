package mock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/fault"
)

// Fault is something that goes wrong between the bank and whoever talks to it.
type Fault = fault.Fault

// Faults of a notification; what the browser brings back is never touched by them.
const (
	Lost      = fault.Lost      // never sent
	Doubled   = fault.Doubled   // sent twice
	Late      = fault.Late      // sent one hour later: by Tick, or by Release
	Reordered = fault.Reordered // overtaken by the next notification, or sent by Release
	Tampered  = fault.Tampered  // its content is changed, the seal is that of the true content
	Forged    = fault.Forged    // sealed with another key
	Unsealed  = fault.Unsealed  // without a seal
)

// Faults of a call.
const (
	Timeout     = fault.Timeout     // carried out, and no answer: ErrUnanswered
	ServerError = fault.ServerError // not carried out, HTTP 503: ErrUnanswered, for the caller cannot know
	Truncated   = fault.Truncated   // carried out, and half an answer: ErrUnanswered
	Slow        = fault.Slow        // carried out, and the right answer after Acquirer.Delay
	Unreachable = fault.Unreachable // not carried out, no connection: ErrUnavailable
)

// Faults of a session.
const (
	RedirectOnce  = fault.RedirectOnce  // it can be visited once
	RedirectTwice = fault.RedirectTwice // it can be visited twice
)

// Faults returns every fault, in a fixed order.
func Faults() []Fault { return fault.Faults() }

// Inject makes something go wrong once. With an op ([acquirer.OpBegin], OpStatus, OpCancel, OpRefund) the faults of a call
// strike the next call of that operation; with an empty op they strike the next call, the faults of a notification the next
// notification, and those of a session the next Begin. The faults of one Inject strike together; those of a second Inject wait
// for the call after. The error names an op or a fault that does not exist, or that do not go together; it is
// ErrUnsupported for Forged and Unsealed where notifications have no seal.
func (a *Acquirer) Inject(op string, faults ...Fault) error {
	a.initialise()
	for _, f := range faults {
		if (f == Forged || f == Unsealed) && !a.dialect.hasSeal {
			return fmt.Errorf("mock: Inject: %s: notifications of this kind have no seal: %w", f, acquirer.ErrUnsupported)
		}
	}
	if err := a.faults.Inject(operations, op, faults...); err != nil {
		return fmt.Errorf("mock: Inject: %w", err)
	}
	return nil
}

// operations are the calls that a fault can strike.
var operations = []string{acquirer.OpBegin, acquirer.OpStatus, acquirer.OpCancel, acquirer.OpRefund}

// faultsOfCall takes the faults that strike one call: those planned, those injected, and those that Visit left for its reference.
func (a *Acquirer) faultsOfCall(op, reference string, planned []Fault) []Fault {
	fs := append(fault.Strikes(fault.OnCall, planned), a.faults.NextCall(op)...)
	a.mu.Lock()
	defer a.mu.Unlock()
	fs = append(fs, a.upcoming[reference]...)
	delete(a.upcoming, reference)
	return fs
}

// refusalKinds is the kind of the error for each code of a refusal.
var refusalKinds = map[string]error{
	"03": acquirer.ErrConfiguration,
	"12": acquirer.ErrInvalid,
	"24": acquirer.ErrConflict,
	"25": acquirer.ErrNotFound,
	"94": acquirer.ErrReferenceUsed,
	"97": acquirer.ErrConflict,
}

// refusalError is the error of a call that the bank refused.
func refusalError(op, reference string, err error) error {
	if e := (*acquirer.Error)(nil); errors.As(err, &e) {
		return e
	}
	e := &acquirer.Error{Op: op, Reference: safeReference(reference), Kind: acquirer.ErrInvalid, Err: err}
	if r := (*bank.Refusal)(nil); errors.As(err, &r) {
		e.Code, e.Field, e.Kind, e.Err = r.Code, r.Field, refusalKinds[r.Code], nil
		if r.Status != "" {
			e.Err = errors.New("the transaction is " + r.Status)
		}
	}
	return e
}

// answerCall carries a call out, with the faults that strike it. With an error the value is zero, also where the call was
// carried out.
func answerCall[T any](a *Acquirer, ctx context.Context, op, reference string, planned []Fault, do func() (T, error)) (T, error) {
	var nothing T
	fail := func(kind, cause error) (T, error) {
		return nothing, &acquirer.Error{Op: op, Reference: safeReference(reference), Kind: kind, Err: cause}
	}
	if err := ctx.Err(); err != nil {
		return fail(acquirer.ErrUnavailable, err) // certainly not done: nothing was sent
	}
	fs := a.faultsOfCall(op, reference, planned)
	has := func(f Fault) bool { return slices.Contains(fs, f) }
	switch {
	case has(Unreachable):
		return fail(acquirer.ErrUnavailable, errors.New("no connection"))
	case has(ServerError):
		return fail(acquirer.ErrUnanswered, errors.New("HTTP status 503"))
	}
	v, err := do()
	if has(Slow) {
		if err := a.waitDelay(ctx); err != nil {
			return fail(acquirer.ErrUnanswered, err)
		}
	}
	switch {
	case has(Timeout):
		return fail(acquirer.ErrUnanswered, errors.New("time-out while waiting for the answer"))
	case has(Truncated):
		return fail(acquirer.ErrUnanswered, io.ErrUnexpectedEOF)
	case err != nil:
		return nothing, refusalError(op, reference, err)
	}
	return v, nil
}

func (a *Acquirer) waitDelay(ctx context.Context) error {
	d := a.Delay
	if d <= 0 {
		d = time.Second
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
