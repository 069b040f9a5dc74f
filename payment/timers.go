package payment

import (
	"time"

	"github.com/quittance/quittance/acquirer"
)

// When a payment is looked at next. All of it is rows with a due time; no state needs a special worker.
const (
	commitMargin = 90 * time.Second // beyond BeginTimeout, for the session's commit
	firstLook    = 16 * time.Minute // an abandoned session is reported after 15 to 16 minutes at the earliest
	window       = time.Hour        // in which a payer can still pay, where the acquirer does not say
	lastLook     = 30 * time.Minute // after the window
	finalLook    = 26 * time.Hour   // after creation, or after money moved: the acquirer's day is remitted and closed
	absentAgain  = 5 * time.Minute  // "not found" counts when it is said twice, so far apart
	callAgain    = 15 * time.Minute // after a refund's call without a trustworthy answer
	slowest      = 6 * time.Hour

	reviewEvery   = 24 * time.Hour      // a review is looked at as long as a person has not decided
	reviewDaily   = 30 * 24 * time.Hour // so often for so long
	reviewLater   = 7 * 24 * time.Hour  // and then so often
	uncalledLimit = 7 * 24 * time.Hour  // a refund that could not be called for is a person's
	strandedAgain = time.Hour           // a payment of a merchant that is not served is handed back for so long
)

// timers has the periods that a host may set.
type timers struct{ begin, unknown, record time.Duration }

// next is the due time after an event: a function of the state, the row and the instant. What is only noted, stale or
// contradictory leaves the due time as it is, except where the note itself answers a due look.
func (t timers) next(old, p Payment, e Event, effect Effect) time.Time {
	if effect == EffectNoted {
		return t.afterNote(old, p, e)
	}
	if effect != EffectChanged {
		due := !old.AttentionAt.IsZero() && !old.AttentionAt.After(e.At)
		switch {
		case due && e.Kind == OnSilent: // a look that is missed is made up for
			return e.At.Add(lastLook)
		case due && e.Kind == OnPending && p.State == Refunded: // by a person, before the acquirer had decided
			return undecidedLook(p, e.At)
		case due && e.Channel == acquirer.Query:
			return t.afterLook(p, e.At)
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
		return e.At.Add(min(t.record, finalLook))
	case Recorded:
		// The look after the bank's day stays, that for the account goes.
		if old.AttentionAt.IsZero() {
			return old.AttentionAt
		}
		return old.AttentionAt.Add(max(0, finalLook-t.record))
	case Refunded:
		return e.At.Add(finalLook)
	case Refunding:
		return e.At
	case Review:
		return e.At.Add(reviewEvery)
	case Refused, Cancelled, Expired, Failed:
		if opensNothing(e) {
			return time.Time{}
		}
		if end := windowEnd(old); e.Kind != OnNoMoney && end.After(e.At) {
			return end.Add(lastLook)
		}
		return e.At.Add(lastLook)
	}
	return time.Time{}
}

// afterNote is the due time after something that was only noted.
func (t timers) afterNote(old, p Payment, e Event) time.Time {
	due := !old.AttentionAt.After(e.At)
	switch {
	case e.Kind == OnOverdue && p.State == Paid: // said once; what is left is the look after the bank's day
		if t.record < finalLook {
			return e.At.Add(finalLook - t.record)
		}
		return time.Time{}
	case e.Kind == OnRefundUnknown:
		return e.At.Add(callAgain)
	case p.State == Review && due:
		return e.At.Add(reviewEvery)
	case e.Kind == OnReturnedPart || e.Kind == OnNotReturned || e.Kind == OnConfirmed:
		switch {
		case p.State == Refunding && due:
			return backoff(p, e.At)
		case p.State != Refunding && (due || old.AttentionAt.IsZero()): // money moved: the bank's day is not closed
			return e.At.Add(finalLook)
		}
	case e.Kind == OnPending && p.State.in(noMoney):
		if due {
			return undecidedLook(p, e.At)
		}
	case e.Kind == OnSilent || e.Kind == OnPending:
		if due {
			return t.afterLook(p, e.At)
		}
	}
	return old.AttentionAt
}

// afterLook is when to look again after an answer, or its absence, that was written down and changed nothing.
func (t timers) afterLook(p Payment, now time.Time) time.Time {
	switch {
	case p.State.in(noMoney):
		return lastLooks(p.CreatedAt, now)
	case p.State == Paid && t.record > finalLook: // the account is still to be asked for
		return now.Add(t.record - finalLook)
	case p.State.Ended() || p.State == Paid:
		return time.Time{}
	case p.State == Review:
		return now.Add(reviewEvery)
	}
	return backoff(p, now)
}

// lastLooks is when to look again at an end without money that came at an instant: once after the acquirer's day is closed, then
// never.
func lastLooks(since, now time.Time) time.Time {
	if last := since.Add(finalLook); now.Before(last) {
		return last
	}
	return time.Time{}
}

// undecidedLook is when to look again at an end without money, or at one that is refunded on a person's word, of which the acquirer says that it
// has not decided: money may still come, so it is asked daily for a month.
func undecidedLook(p Payment, now time.Time) time.Time {
	if now.Before(p.CreatedAt.Add(reviewDaily)) {
		return now.Add(reviewEvery)
	}
	return time.Time{}
}

// reviewLook is when to look for evidence again: daily for a month, then weekly.
func reviewLook(since, now time.Time) time.Time {
	if now.Before(since.Add(reviewDaily)) {
		return now.Add(reviewEvery)
	}
	return now.Add(reviewLater)
}

// overdue reports whether an open question has lasted too long by now, or a refund since its first call; without a call a week
// after it was asked. Nothing else is ever overdue in this sense.
func (t timers) overdue(p Payment, now time.Time) bool {
	switch {
	case p.State == Refunding && p.firstCall().IsZero():
		return !now.Before(p.RefundAskedAt.Add(uncalledLimit))
	case p.State == Refunding:
		return !now.Before(p.firstCall().Add(t.unknown))
	case p.State.Attempt():
		return !now.Before(p.CreatedAt.Add(t.unknown))
	}
	return false
}

// windowEnd is the last moment at which the payer could still pay.
func windowEnd(p Payment) time.Time {
	switch {
	case !p.Session.ExpiresAt.IsZero():
		return p.Session.ExpiresAt
	case !p.Handle.ExpiresAt.IsZero():
		return p.Handle.ExpiresAt
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
