package payment

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"
)

// DamagedError says that one stored row cannot be read, and which part of it. Other rows are not affected. The text names a column and
// never its content.
//
// Where a [Store]'s iterator yields one, the value beside it has what could be read, and the iterator goes on. A payment that is found
// so must be repaired by hand, from a backup or by its journal, before anything can be written to it.
type DamagedError struct {
	ID  ID // of the payment; of an orphan the key of its change
	Err error
}

// Error names the payment and what cannot be read.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("payment: the stored row of %s is damaged: %v", e.ID, e.Err)
}

// Unwrap returns what cannot be read.
func (e *DamagedError) Unwrap() error { return e.Err }

// DamagedAgain returns when a store makes damaged work due again that it sets aside at now.
func DamagedAgain(now time.Time) time.Time { return now.Add(maxBackoff) }

// damagedRows splits an error of Lease: into the damaged rows that were set aside, and the rest, which kept it from leasing.
func damagedRows(err error) (rows []*DamagedError, rest error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var others []error
		for _, err := range joined.Unwrap() {
			more, other := damagedRows(err)
			rows = append(rows, more...)
			others = append(others, other)
		}
		return rows, errors.Join(others...)
	}
	if d := (*DamagedError)(nil); errors.As(err, &d) {
		return []*DamagedError{d}, nil
	}
	return nil, err
}

// logDamaged logs the damaged rows of an error of Lease, and returns the rest of it. A store reports a row once.
func (s *Service) logDamaged(ctx context.Context, err error) error {
	rows, rest := damagedRows(err)
	for _, d := range rows {
		s.c.Logger.LogAttrs(ctx, slog.LevelError, "payment: a damaged row was set aside; repair it, then call Restart",
			slog.String("id", string(d.ID)), slog.String("error", d.Err.Error()))
	}
	return rest
}

// withDamaged yields damaged rows without their error, with what could be read of them.
func withDamaged[T any](rows iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range rows {
			if d := (*DamagedError)(nil); errors.As(err, &d) {
				err = nil
			}
			if !yield(v, err) {
				return
			}
		}
	}
}
