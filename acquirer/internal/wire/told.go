package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
)

// Told is the error of a request that has left, in words for a log. net/http repeats a line that it does not understand, and whoever answers
// can write into one what we said: a session, an address, a signature. So only what the system says, or a clock, keeps its words. What is
// asked with errors.Is and errors.As is found as before.
func Told(err error) error {
	if e := (*url.Error)(nil); errors.As(err, &e) {
		err = e.Err // the address may have a session's id in it
	}
	if err == nil {
		return nil
	}
	said := "what came is no answer in HTTP"
	for _, known := range []error{context.Canceled, context.DeadlineExceeded, io.ErrUnexpectedEOF, io.EOF, net.ErrClosed} {
		if errors.Is(err, known) {
			said = known.Error()
			break
		}
	}
	if e := net.Error(nil); errors.As(err, &e) {
		said = e.Error()
	}
	return describedError{said, err}
}

// describedError says what happened in words that hold no secret; errors.Is and errors.As find the cause.
type describedError struct {
	said string
	err  error
}

func (t describedError) Error() string        { return t.said }
func (t describedError) Is(target error) bool { return errors.Is(t.err, target) }
func (t describedError) As(target any) bool   { return errors.As(t.err, target) }
