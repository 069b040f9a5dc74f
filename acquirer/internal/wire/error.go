package wire

import (
	"errors"

	"github.com/quittance/quittance/acquirer"
)

// NewError returns an error of one of the kinds. The reference may come from outside and is made printable.
func NewError(op, reference string, kind, err error) *acquirer.Error {
	return &acquirer.Error{Op: op, Reference: Printable(reference), Kind: kind, Err: err}
}

// A FieldError is what is wrong with one field of an order, of a call or of a message.
type FieldError struct{ Field, What string }

// Problem returns a [*FieldError].
func Problem(field, what string) error { return &FieldError{field, what} }

// Error names the field, then what is wrong with it.
func (e *FieldError) Error() string { return e.Field + ": " + e.What }

// Invalid makes err an error of kind ErrInvalid; its Field is that of a [*FieldError].
func Invalid(op, reference string, err error) *acquirer.Error {
	e := NewError(op, reference, acquirer.ErrInvalid, err)
	if f := (*FieldError)(nil); errors.As(err, &f) {
		e.Field, e.Err = f.Field, errors.New(f.What)
	}
	return e
}
