package payment

import (
	"errors"
	"time"
)

// DayClosedError says that an entry is dated into a day that is closed: its export was made, and nothing may be added to it. Until
// is the first instant of the next open day.
type DayClosedError struct{ Until time.Time }

// Error says from when on an entry may be dated.
func (e *DayClosedError) Error() string {
	return "payment: the day is closed; entries are dated from " + e.Until.UTC().Format(time.RFC3339) + " on"
}

// openInstant returns the first instant of the next open day if err is a *DayClosedError, and the zero time for any other error.
func openInstant(err error) time.Time {
	if closed := (*DayClosedError)(nil); errors.As(err, &closed) {
		return storableInstant(closed.Until)
	}
	return time.Time{}
}

// datedAnew returns the Why of an entry whose day was closed: why, and when the clock had dated it.
func datedAnew(why string, from time.Time) string {
	note := "dated " + from.UTC().Format(time.RFC3339) + " by the clock, whose day is closed"
	if why == "" {
		return note
	}
	return why + "; " + note
}

// onOpenDay calls write with an instant. If the instant is in a closed day, as after the clock was set back over an export, it calls
// write again with the first instant of the next open day.
func onOpenDay(at time.Time, write func(at time.Time) error) error {
	for {
		err := write(at)
		next := openInstant(err)
		if !next.After(at) {
			return err
		}
		at = next
	}
}
