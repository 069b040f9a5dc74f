package acquirer

import (
	"errors"
	"strings"
	"time"
)

// The kinds of an [*Error].
var (
	ErrInvalid       = errors.New("invalid request")       // the order, the call or a message is not as it must be; the same again fails again
	ErrConfiguration = errors.New("configuration")         // key, contract, address or clock: the operator must change something
	ErrReferenceUsed = errors.New("reference used")        // the reference belongs to another transaction; only of acquirers that keep references unique
	ErrUnavailable   = errors.New("acquirer unavailable")  // certainly not done, and may be possible later
	ErrUnanswered    = errors.New("no answer")             // the request left, nothing trustworthy came back
	ErrUnverified    = errors.New("seal missing or wrong") // nothing that the callback or the answer says counts; also where it is about another transaction
	ErrNotFound      = errors.New("transaction not found") // and the acquirer would know if money had moved
	ErrConflict      = errors.New("not in this state")     // the transaction exists, and its state does not allow the call

	// ErrUnsupported: the acquirer cannot do this, or does not know any more. errors.Is finds errors.ErrUnsupported in it too.
	ErrUnsupported error = unsupported{}
)

// unsupported is the type of ErrUnsupported.
type unsupported struct{}

func (unsupported) Error() string        { return "not supported" }
func (unsupported) Is(target error) bool { return target == errors.ErrUnsupported }

// The operations that an [*Error] names.
const (
	OpBegin  = "begin"
	OpParse  = "parse"
	OpStatus = "status"
	OpCancel = "cancel"
	OpRefund = "refund"
)

// Error is the error of every operation of a [Client]; its Kind is one of the sentinels above.
//
// It says which operation failed, for which transaction, with which code of the acquirer and, where the acquirer
// tells, for which field. It holds no body, no key and no person. It answers two questions: certainly not done, and
// if so may the same call succeed later (Retryable)? Maybe done (OutcomeUnknown)?
type Error struct {
	Op, Reference, Code, Field string
	Kind, Err                  error

	// RetryAfter is how long the acquirer wants to be left alone about this transaction; zero: it did not say. A worker asks no
	// sooner.
	RetryAfter time.Duration
}

// fates has for each kind of error what is known about the call: certainly not done (neither flag), certainly not done and may
// succeed later (retryable), or maybe done (unknown).
var fates = map[error]struct{ retryable, unknown bool }{
	ErrInvalid:       {false, false},
	ErrConfiguration: {false, false},
	ErrReferenceUsed: {false, false},
	ErrUnavailable:   {true, false},
	ErrUnanswered:    {false, true},
	ErrUnverified:    {false, true},
	ErrNotFound:      {false, false},
	ErrConflict:      {false, false},
	ErrUnsupported:   {false, false},
}

// harmless are the operations that change nothing at the acquirer: a lost answer to them can be asked for again.
var harmless = map[string]bool{OpParse: true, OpStatus: true}

// OutcomeUnknown reports that the call may have been carried out: the request left and nothing trustworthy came back.
// It must not be repeated; ask Status. A kind that is not one of the sentinels counts as unknown.
func (e *Error) OutcomeUnknown() bool {
	f, listed := fates[e.Kind]
	return !harmless[e.Op] && (f.unknown || !listed)
}

// Retryable reports that the call was certainly not carried out and that the same call may succeed later. An OpBegin
// needs a new reference all the same.
func (e *Error) Retryable() bool {
	return fates[e.Kind].retryable || e.Op == OpStatus && e.Kind == ErrUnanswered
}

// Error reads "acquirer: refund PCLCB172540000004: not in this state (code 24): cause".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("acquirer: " + e.Op)
	if e.Reference != "" {
		b.WriteString(" " + e.Reference)
	}
	if e.Kind != nil {
		b.WriteString(": " + e.Kind.Error())
	}
	if e.Code != "" {
		b.WriteString(" (code " + e.Code)
		if e.Field != "" {
			b.WriteString(", field " + e.Field)
		}
		b.WriteString(")")
	} else if e.Field != "" {
		b.WriteString(" (field " + e.Field + ")")
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap lets errors.Is find the kind and the cause.
func (e *Error) Unwrap() []error {
	var errs []error
	for _, err := range []error{e.Kind, e.Err} {
		if err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}
