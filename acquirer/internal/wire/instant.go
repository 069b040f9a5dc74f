package wire

import "time"

// firstDay is before anything happened on a platform that our clients speak to.
var firstDay = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)

// aheadOfUs is how far a platform's clock may be ahead of ours.
const aheadOfUs = 48 * time.Hour

// Instant is a date that a platform wrote, in UTC and as it is stored; the zero time for one that cannot be meant: before 2010, or to come.
// That the platform wrote it, as a seal proves, does not make it right, and the payer's letters and the end of keeping go by it.
func Instant(t, now time.Time) time.Time {
	if t.Before(firstDay) || t.After(now.Add(aheadOfUs)) {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
