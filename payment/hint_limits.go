package payment

import (
	"sync"
	"time"
)

// Limits of the questions that hints lead to. Anybody can send hints, as often as they like.
const (
	hintEvery    = 10 * time.Second // at most one question per payment and process in this time
	hintsAtOnce  = 64               // questions under way in this process; beyond them the payment is due, and Work asks
	hintsToCount = 10_000           // payments of which the last question is remembered; each is forgotten after hintEvery
)

// hintLimits limits the questions that hints lead to. The zero value is ready.
type hintLimits struct {
	mu      sync.Mutex
	asked   map[string]time.Time // when a payment was last asked about
	settled map[ID]int           // the version at which the answer to a hint left a payment that is no attempt any more
	running int
}

// rememberSettled remembers that the answer to a hint was applied, and that the payment is no attempt any more.
func (l *hintLimits) rememberSettled(p Payment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.settled == nil || len(l.settled) >= hintsToCount {
		l.settled = make(map[ID]int)
	}
	l.settled[p.ID] = p.Version
}

// settledAt reports whether nothing has happened to the payment since the answer to a hint was applied.
func (l *hintLimits) settledAt(p Payment) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	version, ok := l.settled[p.ID]
	return ok && version == p.Version
}

// admitQuestion reports whether a question about key may be asked now, and otherwise when it may be at the earliest. The caller of an
// admitted question calls endQuestion.
func (l *hintLimits) admitQuestion(key string, now time.Time) (free bool, when time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, ok := l.asked[key]; ok && now.Before(last.Add(hintEvery)) && !now.Before(last) {
		return false, last.Add(hintEvery)
	}
	if l.running >= hintsAtOnce {
		return false, now
	}
	if l.asked == nil || len(l.asked) >= hintsToCount {
		l.forgetOld(now)
	}
	l.asked[key] = now
	l.running++
	return true, now
}

// forgetOld drops the questions that are older than hintEvery; if all are recent, all of them, so that the map stays small.
func (l *hintLimits) forgetOld(now time.Time) {
	kept := make(map[string]time.Time)
	for key, last := range l.asked {
		if now.Before(last.Add(hintEvery)) && !now.Before(last) {
			kept[key] = last
		}
	}
	if len(kept) >= hintsToCount {
		clear(kept)
	}
	l.asked = kept
}

// endQuestion notes that an admitted question has ended.
func (l *hintLimits) endQuestion() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
}
