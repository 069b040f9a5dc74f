package sqldb

import (
	"cmp"
	"context"
	"database/sql"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Who comes while a transaction runs has a turn in it when nobody of his line has had one; a turn ends in time where others wait or have had theirs.
func TestTurns(t *testing.T) {
	const short, long = shortestTurn / 2, shortestTurn + 1
	type step struct {
		come []string      // writers by line, before the next is taken
		take time.Duration // how long the write before took
		want string        // whose write is taken; "": the transaction ends
	}
	for name, steps := range map[string][]step{
		"one line goes on":                     {{[]string{"payer", "payer"}, long, "payer"}, {nil, long, "payer"}, {[]string{"payer"}, long, "payer"}, {nil, long, ""}},
		"others wait":                          {{[]string{"payer", "payer", "letter"}, short, "payer"}, {nil, long, "letter"}, {nil, short, ""}},
		"others come while it runs":            {{[]string{"payer", "payer"}, long, "payer"}, {[]string{"letter", "letter"}, short, "letter"}, {nil, short, "letter"}, {nil, short, ""}},
		"no second turn":                       {{[]string{"letter"}, long, "letter"}, {[]string{"payer", "letter"}, short, "letter"}, {[]string{"payer", "letter"}, long, ""}},
		"the host has a turn too":              {{[]string{"letter"}, short, "letter"}, {[]string{"host"}, short, "host"}, {[]string{"payer"}, short, ""}},
		"what is done alone leads":             {{[]string{"alone", "payer"}, short, "payer"}, {nil, short, ""}},
		"what is done alone stops its line":    {{[]string{"letter", "alone letter", "letter"}, short, "letter"}, {nil, short, ""}},
		"a reader shares nobody's commit":      {{[]string{"letter", "reads letter", "letter"}, short, "letter"}, {nil, short, ""}},
		"who was slow was served all the same": {{[]string{"letter"}, time.Hour, "letter"}, {nil, time.Hour, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			var q queue
			come := func(who string) *write {
				w := &write{}
				name, isAlone := strings.CutPrefix(who, "alone")
				name, isReader := strings.CutPrefix(name, "reads")
				switch {
				case isAlone:
					w.alone = func(context.Context, *sql.Conn) error { return nil }
				case !isReader:
					w.f = func(context.Context, *sql.Tx) error { return nil }
				}
				w.line = q.lineOf(cmp.Or(strings.TrimSpace(name), "host"))
				w.line.waiting = append(w.line.waiting, w)
				return w
			}
			now := time.Now()
			s := q.begin(come("payer"))
			s.beginTurn(now)
			for i, step := range steps {
				for _, who := range step.come {
					come(who)
				}
				now = now.Add(step.take)
				got := ""
				if w := q.takeNext(s, now); w != nil {
					got = w.line.caller
				}
				if got != step.want {
					t.Fatalf("step %d: %q was taken, want %q", i, got, step.want)
				}
			}
		})
	}
}

// Where commits are dear a turn is longer, so that more share one; a single dear one among cheap ones says nothing.
func TestTurnLastsLongerWhereCommitsAreDear(t *testing.T) {
	const cheap, dear = 200 * time.Microsecond, 30 * time.Millisecond
	for name, c := range map[string]struct {
		commits [2]time.Duration
		want    time.Duration
	}{
		"none yet": {want: shortestTurn}, "cheap": {[2]time.Duration{cheap, cheap}, shortestTurn}, "dear": {[2]time.Duration{dear, dear}, 22500 * time.Microsecond},
		"a checkpoint": {[2]time.Duration{cheap, dear}, shortestTurn}, "after a checkpoint": {[2]time.Duration{dear, cheap}, shortestTurn},
	} {
		t.Run(name, func(t *testing.T) {
			q := queue{commits: c.commits}
			w := &write{line: q.lineOf("payers")}
			w.line.waiting = []*write{w}
			if got := q.begin(w).turn; got != c.want {
				t.Errorf("a turn of %v, want %v", got, c.want)
			}
		})
	}
}

// A transaction that nothing ends has room for so many of a line.
func TestMostInTurn(t *testing.T) {
	var q queue
	l := q.lineOf("payers")
	for range 3 * mostInTurn {
		l.waiting = append(l.waiting, &write{line: l, f: func(context.Context, *sql.Tx) error { return nil }})
	}
	now := time.Now()
	s := q.begin(l.waiting[0])
	s.beginTurn(now)
	for q.takeNext(s, now) != nil {
	}
	if len(s.taken) != mostInTurn {
		t.Errorf("%d were taken, want %d", len(s.taken), mostInTurn)
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
