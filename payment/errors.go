package payment

import (
	"cmp"
	"errors"
	"fmt"
)

// What can be wrong. Find them with errors.Is; the text around them says which payment and what to do.
var (
	ErrNotFound   = errors.New("payment: not found")
	ErrVersion    = errors.New("payment: changed meanwhile")
	ErrHeld       = errors.New("payment: the debt has a payment under way or made")
	ErrKeyReused  = errors.New("payment: key used for another request")
	ErrReference  = errors.New("payment: reference used")
	ErrNotAllowed = errors.New("payment: not allowed in this state")
	ErrRetained   = errors.New("payment: must be kept")
	ErrInProgress = errors.New("payment: the same request is being served")
	ErrClaimPaid  = errors.New("payment: another payment of the claim is paid")
	ErrNoCallback = errors.New("payment: the return brought nothing")
	ErrDayFull    = errors.New("payment: no reference left today")
	ErrInvalid    = errors.New("payment: invalid request")
	ErrClosed     = errors.New("payment: no new payment is begun here, for Config.Acquirer is nil")
)

// HeldError says which payment holds the debt, so that the host can show it. From [Service.Begin], By has the State alone where it is another
// person's, to whom the debt belonged once.
type HeldError struct{ By Payment }

// Error names the payment that holds the debt by its reference.
func (e *HeldError) Error() string {
	return fmt.Sprintf("%v: %s is %s", ErrHeld, cmp.Or(e.By.Reference, "another person's"), e.By.State)
}

// Is reports that target is [ErrHeld].
func (e *HeldError) Is(target error) bool { return target == ErrHeld }
