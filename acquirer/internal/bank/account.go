package bank

import "time"

// account is a transaction with its session, as the bank keeps it.
type account struct {
	Transaction
	several   bool
	uses      int // of the redirect data; see OpenLimited
	used      int
	idle      time.Duration
	active    time.Time // the payer's last request
	closed    bool      // nothing can be paid any more
	untold    bool      // expired, and not returned by Tick yet
	remaining int64     // authorised and not given back
}

// idleDeadline is when the session ends if the payer does nothing from now on.
func (a *account) idleDeadline() time.Time {
	idle, end := a.active.Add(a.idle), a.OpenedAt.Add(a.lifetimeOrDefault())
	if end.Before(idle) {
		return end
	}
	return idle
}

// applyClock expires the session and remits the payment if that became due by now. Each is dated when it was due, not now.
func (a *account) applyClock(now time.Time) {
	if !a.closed && !now.Before(a.idleDeadline()) {
		a.closeExpired(a.idleDeadline())
		a.untold = a.Attempt == 0
	}
	if now.Before(a.RemitAt) {
		return
	}
	switch a.Status {
	case StatusToCapture:
		a.remitAt(a.RemitAt)
	case StatusToValidate: // nobody has validated it in time: the promise lapses
		a.Status, a.remaining = StatusExpired, 0
	}
}

// closeExpired closes the session with code 97, or leaves the code of the last refusal if a card was tried.
func (a *account) closeExpired(at time.Time) {
	a.closed, a.Retry = true, false
	if a.Attempt == 0 {
		a.Code, a.Status, a.At = "97", StatusExpired, at
	}
}

func (a *account) remitAt(at time.Time) {
	a.Status = StatusCaptured
	a.Moves = append(a.Moves, Move{Remitted, a.remaining, at})
}
