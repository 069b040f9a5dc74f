package sqldb

import (
	"testing"
	"testing/synctest"
	"time"
)

// The first write of a line is served, whatever the time. A leader that was put back would tell its caller of a commit that nobody has made.
func TestFirstOfALineIsServed(t *testing.T) {
	payers, letters := &line{caller: "payers"}, &line{caller: "letters"}
	now := time.Now()
	var turn turn
	for _, step := range []struct {
		of   *line
		at   time.Duration
		over bool
	}{
		{payers, time.Hour, false}, {payers, time.Hour + longestTurn, false}, {payers, time.Hour + longestTurn + 1, true},
		{letters, 2 * time.Hour, false}, {letters, 3 * time.Hour, true},
	} {
		if got := turn.isOver(&write{line: step.of}, now.Add(step.at)); got != step.over {
			t.Errorf("%s after %v: over %v, want %v", step.of.caller, step.at, got, step.over)
		}
	}
}

// A process leaves the lock to a rival for a millisecond after its own transaction, and waits for nobody when it has no rival or was away for longer.
func TestPauseForARival(t *testing.T) {
	for name, c := range map[string]struct {
		polls int64
		since time.Duration
		want  time.Duration
	}{
		"no rival": {0, 0, 0}, "at once": {1, 0, rivalPause}, "half of it is over": {1, rivalPause / 2, rivalPause / 2}, "away for an hour": {1, time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := rival{ended: time.Now()}
				r.polls.Store(c.polls)
				time.Sleep(c.since)
				begin := time.Now()
				r.yield()
				if took := time.Since(begin); took != c.want {
					t.Errorf("it paused for %v, want %v", took, c.want)
				}
			})
		})
	}
}
