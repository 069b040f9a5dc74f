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
)

// Fault is something that goes wrong between the bank and whoever talks to it.
type Fault = bank.Fault

// Faults of a notification; what the browser brings back is never touched by them.
const (
	Lost      = bank.Lost      // never sent
	Doubled   = bank.Doubled   // sent twice
	Late      = bank.Late      // sent one hour later: by Tick, or by Release
	Reordered = bank.Reordered // overtaken by the next notification, or sent by Release
	Tampered  = bank.Tampered  // its content is changed, the seal is that of the true content
	Forged    = bank.Forged    // sealed with another key
	Unsealed  = bank.Unsealed  // without a seal
)

// Faults of a call.
const (
	Timeout     = bank.Timeout     // carried out, and no answer: ErrUnanswered
	ServerError = bank.ServerError // not carried out, HTTP 503: ErrUnanswered, for the caller cannot know
	Truncated   = bank.Truncated   // carried out, and half an answer: ErrUnanswered
	Slow        = bank.Slow        // carried out, and the right answer after Acquirer.Delay
	Unreachable = bank.Unreachable // not carried out, no connection: ErrUnavailable
)

// Faults of a session.
const (
	RedirectOnce  = bank.RedirectOnce  // it can be visited once
	RedirectTwice = bank.RedirectTwice // it can be visited twice
)

// Faults returns every fault, in a fixed order.
func Faults() []Fault { return bank.Faults() }

// anyCall is the queue of faults for whatever operation comes next.
const anyCall = string(bank.OnCall)

// Inject makes something go wrong once. With an op ([acquirer.OpBegin], OpStatus, OpCancel, OpRefund) the faults of a call
// strike the next call of that operation; with an empty op they strike the next call, the faults of a notification the next
// notification, and those of a session the next Begin. The faults of one Inject strike together; those of a second Inject wait
// for the call after. The error names an op or a fault that does not exist, or that do not go together; it is
// ErrUnsupported for Forged and Unsealed where notifications have no seal.
func (a *Acquirer) Inject(op string, faults ...Fault) error {
	a.ready()
	ops := []string{"", acquirer.OpBegin, acquirer.OpStatus, acquirer.OpCancel, acquirer.OpRefund}
	if !slices.Contains(ops, op) {
		return fmt.Errorf("mock: Inject: there is no operation %.20q", op)
	}
	for _, f := range faults {
		switch t := f.Target(); {
		case t == "":
			return fmt.Errorf("mock: Inject: there is no fault %.20q", string(f))
		case (f == Forged || f == Unsealed) && !a.dialect.hasSeal:
			return fmt.Errorf("mock: Inject: %s: notifications of this kind have no seal: %w", f, acquirer.ErrUnsupported)
		case op != "" && t != bank.OnCall:
			return fmt.Errorf("mock: Inject: %s strikes no call; inject it with an empty op", f)
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, t := range []bank.Target{bank.OnCall, bank.OnNotification, bank.OnSession} {
		queue := string(t)
		if t == bank.OnCall && op != "" {
			queue = op
		}
		if fs := bank.Strikes(t, faults); len(fs) > 0 {
			a.injected[queue] = append(a.injected[queue], fs)
		}
	}
	return nil
}

// next takes the first faults out of a queue.
func (a *Acquirer) next(queue string) []Fault {
	a.mu.Lock()
	defer a.mu.Unlock()
	q := a.injected[queue]
	if len(q) == 0 {
		return nil
	}
	a.injected[queue] = q[1:]
	return slices.Clone(q[0])
}

// strike collects the faults of one call.
func (a *Acquirer) strike(op, reference string, planned []Fault) []Fault {
	fs := append(bank.Strikes(bank.OnCall, planned), a.next(op)...)
	fs = append(fs, a.next(anyCall)...)
	a.mu.Lock()
	defer a.mu.Unlock()
	fs = append(fs, a.upcoming[reference]...)
	delete(a.upcoming, reference)
	return fs
}

// kinds says what each code of a refusal means to the caller.
var kinds = map[string]error{
	"03": acquirer.ErrConfiguration,
	"12": acquirer.ErrInvalid,
	"24": acquirer.ErrConflict,
	"25": acquirer.ErrNotFound,
	"94": acquirer.ErrReferenceUsed,
	"97": acquirer.ErrConflict,
}

// refused words the bank's refusal.
func refused(op, reference string, err error) error {
	if e := (*acquirer.Error)(nil); errors.As(err, &e) {
		return e
	}
	e := &acquirer.Error{Op: op, Reference: safe(reference), Kind: acquirer.ErrInvalid, Err: err}
	if r := (*bank.Refusal)(nil); errors.As(err, &r) {
		e.Code, e.Field, e.Kind, e.Err = r.Code, r.Field, kinds[r.Code], nil
		if r.Status != "" {
			e.Err = errors.New("the transaction is " + r.Status)
		}
	}
	return e
}

// answer carries a call out over a line that may be bad. Whatever the fault, an error leaves nothing of the answer.
func answer[T any](a *Acquirer, ctx context.Context, op, reference string, planned []Fault, do func() (T, error)) (T, error) {
	var nothing T
	fail := func(kind, cause error) (T, error) {
		return nothing, &acquirer.Error{Op: op, Reference: safe(reference), Kind: kind, Err: cause}
	}
	if err := ctx.Err(); err != nil {
		return fail(acquirer.ErrUnavailable, err) // nothing has left: certainly not done
	}
	fs := a.strike(op, reference, planned)
	has := func(f Fault) bool { return slices.Contains(fs, f) }
	switch {
	case has(Unreachable):
		return fail(acquirer.ErrUnavailable, errors.New("no connection"))
	case has(ServerError):
		return fail(acquirer.ErrUnanswered, errors.New("HTTP status 503"))
	}
	v, err := do()
	if has(Slow) {
		if err := a.wait(ctx); err != nil {
			return fail(acquirer.ErrUnanswered, err)
		}
	}
	switch {
	case has(Timeout):
		return fail(acquirer.ErrUnanswered, errors.New("time-out while waiting for the answer"))
	case has(Truncated):
		return fail(acquirer.ErrUnanswered, io.ErrUnexpectedEOF)
	case err != nil:
		return nothing, refused(op, reference, err)
	}
	return v, nil
}

func (a *Acquirer) wait(ctx context.Context) error {
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
