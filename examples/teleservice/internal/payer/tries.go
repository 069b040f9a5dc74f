package payer

import (
	"sync"
	"time"

	"github.com/quittance/quittance/examples/teleservice/internal/people"
)

// A birthday is one of thirty thousand days: who may guess as often as they like finds it. So a notice takes five wrong guesses in a quarter of
// an hour, and all notices together a hundred, so that it does not help to try one day with many notices.
const (
	triesOfOne = 5
	triesOfAll = 100
	triesFor   = 15 * time.Minute
)

// tries counts the wrong guesses of who signs up. It is of this process alone: with several, each takes as many. The zero value is ready.
// It is safe for concurrent use.
type tries struct {
	mu    sync.Mutex
	wrong map[string][]time.Time // by notice, oldest first
	all   []time.Time
}

// open reports whether a notice may be tried. What is not a notice's number of ours counts like one that is.
func (t *tries) open(notice string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(now)
	return len(t.all) < triesOfAll && len(t.wrong[people.PlainNumber(notice)]) < triesOfOne
}

// failed counts a wrong guess.
func (t *tries) failed(notice string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(now)
	if t.wrong == nil {
		t.wrong = make(map[string][]time.Time)
	}
	notice = people.PlainNumber(notice)
	t.wrong[notice], t.all = append(t.wrong[notice], now), append(t.all, now)
}

// forget drops what is over. There are never more than triesOfAll.
func (t *tries) forget(now time.Time) {
	recent := func(all []time.Time) []time.Time {
		for len(all) > 0 && now.Sub(all[0]) >= triesFor {
			all = all[1:]
		}
		return all
	}
	t.all = recent(t.all)
	for notice, all := range t.wrong {
		if t.wrong[notice] = recent(all); len(t.wrong[notice]) == 0 {
			delete(t.wrong, notice)
		}
	}
}
