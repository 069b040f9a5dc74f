package fault

import (
	"slices"
	"sync"
	"time"
)

// LateBy is how long a [Late] notification waits.
const LateBy = time.Hour

// Post delivers notifications, with the faults that strike their delivery. It does not know what is in them: Send is given a
// function, which is called once for each delivery, with no lock held. It is safe for concurrent use; the zero value works.
type Post struct {
	Now func() time.Time // zero: time.Now

	mu   sync.Mutex
	held []letter
}

// letter is a notification that is held back until it is due or, without a due time, until the next one has been delivered.
type letter struct {
	due     time.Time
	times   int
	deliver func()
}

func (l letter) deliverAll() {
	for range l.times {
		l.deliver()
	}
}

func (p *Post) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

// Send delivers before it returns, unless a fault says otherwise. Only Lost, Doubled, Late and Reordered count; they combine.
func (p *Post) Send(deliver func(), fs ...Fault) {
	if slices.Contains(fs, Lost) {
		return
	}
	l := letter{times: 1, deliver: deliver}
	if slices.Contains(fs, Doubled) {
		l.times = 2
	}
	late := slices.Contains(fs, Late)
	if late {
		l.due = p.now().Add(LateBy)
	}
	if late || slices.Contains(fs, Reordered) {
		p.mu.Lock()
		p.held = append(p.held, l)
		p.mu.Unlock()
		return
	}
	l.deliverAll()
	p.deliverIf(func(l letter) bool { return l.due.IsZero() })
}

// Tick delivers the late letters that are due by now, and returns how many.
func (p *Post) Tick() int {
	now := p.now()
	return p.deliverIf(func(l letter) bool { return !l.due.IsZero() && !now.Before(l.due) })
}

// Release delivers every letter that is held back, in the order of Send, and returns how many.
func (p *Post) Release() int { return p.deliverIf(func(letter) bool { return true }) }

func (p *Post) deliverIf(which func(letter) bool) int {
	p.mu.Lock()
	var out, held []letter
	for _, l := range p.held {
		if which(l) {
			out = append(out, l)
		} else {
			held = append(held, l)
		}
	}
	p.held = held
	p.mu.Unlock()
	for _, l := range out {
		l.deliverAll()
	}
	return len(out)
}
