package web

import (
	"errors"
	"time"
)

// ReadDay reads a day as people write it: 31/12/1960, 31.12.1960, 31-12-1960, « 31 12 1960 », 31121960 where a telephone's
// keypad has digits alone, and 1960-12-31 as programs do.
func ReadDay(s string, in *time.Location) (time.Time, error) {
	for _, layout := range []string{"2/1/2006", "2.1.2006", "2-1-2006", "2 1 2006", "02012006", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, in); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("web: not a day such as 31/12/1960")
}
