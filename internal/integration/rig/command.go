package rig

import (
	"errors"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// command is a line on a child's standard input, answer one on its pipe. They find each other by number.
type command struct {
	N       int
	Do      string
	Key     string `json:",omitempty"`
	Debt    string `json:",omitempty"`
	ID      payment.ID
	Version int
	Verdict payment.Verdict `json:",omitempty"`
	Facts   []Fact          `json:",omitempty"`
}

type answer struct {
	N       int
	Payment payment.Payment
	Session wholeSession
	Done    int
	Size    Size
	Facts   []Fact `json:",omitempty"`
	Error   string `json:",omitempty"`
	Is      []int  `json:",omitempty"` // indices of known
}

// wholeSession goes over the pipe with its address and its form: an [acquirer.Session] writes itself as a log may have it.
type wholeSession acquirer.Session

// line is what a child writes: an answer, or a fact of which its service was told.
type line struct {
	Answer *answer `json:",omitempty"`
	Fact   *Fact   `json:",omitempty"`
}

// Fact is something that a store or a mailbox acknowledged, or a store did not.
type Fact struct {
	Payment payment.ID    `json:",omitempty"`
	Version int           `json:",omitempty"`
	State   payment.State `json:",omitempty"`
	Hash    [32]byte      // of the entry
	Day     string        `json:",omitempty"` // of a number of the sequence
	Number  int           `json:",omitempty"`
	Unknown string        `json:",omitempty"` // the commit's error: what is not known to be written, and may be
	Letter  string        `json:",omitempty"` // the key of one that the portal's own mailbox has
	Debtor  string        `json:",omitempty"` // its
}

// Size is how large a portal is.
type Size struct {
	Goroutines, Files int
	Heap              int // bytes in use, garbage taken out
	Resident          int // bytes of memory, what is free given back
}

// known are the errors that survive the way from a child.
var known = []error{
	payment.ErrNotFound, payment.ErrVersion, payment.ErrHeld, payment.ErrKeyReused, payment.ErrReference, payment.ErrNotAllowed,
	payment.ErrInProgress, payment.ErrClaimPaid, payment.ErrInvalid, payment.ErrDayFull, acquirer.ErrUnavailable, acquirer.ErrUnanswered,
}

// ErrGone is the answer of a child that has ended.
var ErrGone = errors.New("rig: the child is gone")

// remoteError is an error in another process.
type remoteError struct {
	text string
	is   []int
}

func (e *remoteError) Error() string { return e.text }

func (e *remoteError) Is(target error) bool {
	for _, i := range e.is {
		if known[i] == target {
			return true
		}
	}
	return false
}

// setError puts an error into the answer, with the indices of the known errors that it is.
func (a *answer) setError(err error) {
	if err == nil {
		return
	}
	a.Error = err.Error()
	for i, k := range known {
		if errors.Is(err, k) {
			a.Is = append(a.Is, i)
		}
	}
}

func (a *answer) remoteErr() error {
	if a.Error == "" {
		return nil
	}
	return &remoteError{a.Error, a.Is}
}
