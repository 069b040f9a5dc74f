package payment

import (
	"strconv"
	"testing"
	"time"
)

// What is remembered of questions is bounded, whoever sends hints: the old ones are dropped first, all of them only if all are recent.
func TestHintLimitsAreBounded(t *testing.T) {
	now := time.Unix(1e9, 0).UTC()
	for name, c := range map[string]struct {
		others time.Time // when the other payments were asked about
		freed  bool      // the recent one may be asked about again
		left   int
	}{
		"old ones":    {now.Add(-hintEvery), false, 2},
		"of tomorrow": {now.Add(time.Second), false, 2}, // the clock was set back since
		"recent ones": {now.Add(-hintEvery + time.Microsecond), true, 2},
	} {
		l := hintLimits{asked: map[string]time.Time{"recent": now.Add(-time.Second)}}
		for i := range hintsToCount - 1 {
			l.asked[strconv.Itoa(i)] = c.others
		}
		if free, _ := l.admitQuestion("another", now); !free {
			t.Errorf("%s: another payment may not be asked about", name)
		}
		if free, _ := l.admitQuestion("recent", now); free != c.freed {
			t.Errorf("%s: the recent one may be asked about: %v, want %v", name, free, c.freed)
		}
		if len(l.asked) != c.left {
			t.Errorf("%s: %d are remembered, want %d", name, len(l.asked), c.left)
		}
	}
	var l hintLimits
	for i := range hintsToCount + 1 {
		l.rememberSettled(Payment{ID: ID(strconv.Itoa(i)), Version: 1})
	}
	if len(l.settled) != 1 || !l.settledAt(Payment{ID: ID(strconv.Itoa(hintsToCount)), Version: 1}) {
		t.Errorf("%d payments are remembered, want the last", len(l.settled))
	}
}
