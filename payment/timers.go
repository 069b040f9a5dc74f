package payment

import (
	"time"

	"github.com/quittance/quittance/acquirer"
)

// When a payment is looked at next. All of it is rows with a due time; no state needs a special worker.
const (
	commitMargin = 90 * time.Second // beyond BeginTimeout, for the session's commit
	firstLook    = 16 * time.Minute // Sips reports an abandoned session after 15 to 16 minutes
	window       = time.Hour        // in which a payer can still pay, where the acquirer does not say
	lastLook     = 30 * time.Minute // after the window
	finalLook    = 26 * time.Hour   // after creation: the acquirer's day is remitted and closed
	absentAgain  = 5 * time.Minute  // "not found" counts when it is said twice, so far apart
	callAgain    = 15 * time.Minute // after a refund's call without a trustworthy answer
	slowest      = 6 * time.Hour
)

// timers has the periods that a host may set.
type timers struct{ begin, unknown, record time.Duration }

// next is the due time after an event: a function of the state, the row and the instant. What is only noted, stale or
// contradictory leaves the due time as it is, except where the note itself answers a due look.
func (t timers) next(old, p Payment, e Event, effect Effect) time.Time {
	if effect == Noted {
		switch {
		case e.Kind == OnOverdue: // said once
			return time.Time{}
		case e.Kind == OnRefundUnknown:
			return e.At.Add(callAgain)
		case (e.Kind == OnSilent || e.Kind == OnPending) && p.State != Review:
			if p.State.Ended() && e.Channel == acquirer.Query && t.overdue(p, e.At) {
				return time.Time{} // an end without money stands; nobody waits for a final word any more
			}
			if !old.AttentionAt.After(e.At) {
				return backoff(p, e.At)
			}
		}
		return old.AttentionAt
	}
	if effect != Changed {
		if e.Channel == acquirer.Query && !old.AttentionAt.IsZero() && !old.AttentionAt.After(e.At) {
			return lookAgain(p, e.At)
		}
		return old.AttentionAt
	}
	switch p.State {
	case Created:
		return e.At.Add(t.begin + commitMargin)
	case Redirected:
		return e.At.Add(firstLook)
	case Unknown:
		return backoff(p, e.At)
	case Paid:
		return e.At.Add(t.record)
	case Refunding:
		return e.At
	case Refused, Cancelled, Expired, Failed:
		if e.Kind == OnNoMoney || opensNothing(e) {
			return time.Time{}
		}
		if end := windowEnd(old); end.After(e.At) {
			return end.Add(lastLook)
		}
		return e.At.Add(lastLook)
	}
	return time.Time{}
}

// lookAgain is when to look again after an answer that changed nothing: an open question is asked again; an end without
// money is looked at twice, then never.
func lookAgain(p Payment, now time.Time) time.Time {
	switch {
	case !p.State.Ended():
		return backoff(p, now)
	case now.Before(p.CreatedAt.Add(finalLook)):
		return p.CreatedAt.Add(finalLook)
	}
	return time.Time{}
}

// overdue reports whether an open question, or a refund, has lasted too long by now.
func (t timers) overdue(p Payment, now time.Time) bool {
	since := p.CreatedAt
	if p.State == Refunding {
		since = p.RefundAskedAt
	}
	return !now.Before(since.Add(t.unknown))
}

// windowEnd is the last moment at which the payer could still pay.
func windowEnd(p Payment) time.Time {
	if !p.Session.ExpiresAt.IsZero() {
		return p.Session.ExpiresAt
	}
	return p.CreatedAt.Add(window)
}

// backoff is when to ask again: after half the age, at least two minutes and at most six hours, and just after the
// window ends. It needs no counter, so a restart or a second worker changes nothing.
func backoff(p Payment, now time.Time) time.Time {
	since := p.CreatedAt
	if p.State == Refunding {
		since = p.RefundAskedAt
	}
	again := now.Add(min(max(now.Sub(since)/2, 2*time.Minute), slowest))
	if end := windowEnd(p).Add(time.Minute); p.State == Redirected && now.Before(end) && again.After(end) {
		return end
	}
	return again
}

// retry is when to deliver again after so many failures: a minute, doubled each time, at most six hours. The
// twelfth failure is about a day after the first. Up to a fifth is taken off, by payment, so that what failed
// together does not come back together.
func retry(now time.Time, tries int, id ID) time.Time {
	d := slowest
	if tries < 11 {
		d = min(time.Minute<<tries, slowest)
	}
	spread := 0
	for _, c := range []byte(id) {
		spread = spread*31 + int(c)
	}
	return now.Add(d - d/5*time.Duration(uint(spread)%1000)/1000)
}
