package payment

import (
	"time"

	"github.com/quittance/quittance/acquirer"
)

// Periods after which a payment is looked at again. The due time stands in its row, so any process may do it.
const (
	commitMargin  = 90 * time.Second // beyond BeginTimeout, for the session's commit
	firstLook     = 16 * time.Minute // an acquirer reports an abandoned session after 15 to 16 minutes at the earliest
	paymentWindow = time.Hour        // in which a payer can pay, if the acquirer does not say
	lastLook      = 30 * time.Minute // after the window
	finalLook     = 26 * time.Hour   // after creation, or after money moved: the acquirer's day is remitted and closed
	absentAgain   = 5 * time.Minute  // "not found" counts when it is said twice, so far apart
	callAgain     = 15 * time.Minute // after a refund's call without a trustworthy answer
	maxBackoff    = 6 * time.Hour

	reviewEvery   = 24 * time.Hour      // a payment in review is asked about so often, for evidence
	reviewDaily   = 30 * 24 * time.Hour // for so long
	reviewLater   = 7 * 24 * time.Hour  // and after that so often
	uncalledLimit = 7 * 24 * time.Hour  // a refund for which the acquirer could not be called goes to review
	strandedAgain = time.Hour           // when a payment of a merchant that nobody serves is looked at again
)

// timers has the periods that a host may set in Config.
type timers struct{ begin, unknown, record time.Duration }

// dueAfterEvent returns the due time after an event; old is the payment before it, p after it. An event that changes no state leaves the due time as it is,
// except where it is the answer to the look that was due.
func (t timers) dueAfterEvent(old, p Payment, e Event, effect Effect) time.Time {
	if effect == EffectNoted {
		return t.dueAfterNote(old, p, e)
	}
	if effect != EffectChanged {
		due := !old.AttentionAt.IsZero() && !old.AttentionAt.After(e.At)
		switch {
		case bringsSecondMoney(p, e, effect) && (old.AttentionAt.IsZero() || old.AttentionAt.After(e.At.Add(commitTimeout))):
			return e.At.Add(commitTimeout) // its review is written next; should it not be, a look does it
		case due && e.Kind == OnSilent: // the look was missed, and is made up for
			return e.At.Add(lastLook)
		case due && e.Kind == OnPending && p.State == Refunded: // by a person, before the acquirer had decided
			return nextUndecidedLook(p, e.At)
		case due && e.Channel == acquirer.Query:
			return t.dueAfterLook(p, e.At)
		}
		return old.AttentionAt
	}
	switch p.State {
	case Created:
		return e.At.Add(t.begin + commitMargin)
	case Redirected:
		return e.At.Add(firstLook)
	case Unknown:
		return askAgainAt(p, e.At)
	case Paid:
		return e.At.Add(min(t.record, finalLook))
	case Recorded:
		// The look after the acquirer's day is closed remains; the one for the payer's account is no longer needed.
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
		if end := paymentWindowEnd(old); e.Kind != OnNoMoney && end.After(e.At) {
			return end.Add(lastLook)
		}
		return e.At.Add(lastLook)
	}
	return time.Time{}
}

// dueAfterNote returns the due time of p after an event that was only noted.
func (t timers) dueAfterNote(old, p Payment, e Event) time.Time {
	due := !old.AttentionAt.After(e.At)
	switch {
	case e.Kind == OnOverdue && p.State == Paid: // it is said once; the look after the acquirer's day is closed remains
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
			return askAgainAt(p, e.At)
		case p.State != Refunding && (due || old.AttentionAt.IsZero()): // money moved: look again once the acquirer's day is closed
			return e.At.Add(finalLook)
		}
	case e.Kind == OnPending && p.State.isOneOf(noMoneyStates):
		if due {
			return nextUndecidedLook(p, e.At)
		}
	case e.Kind == OnSilent || e.Kind == OnPending:
		if due {
			return t.dueAfterLook(p, e.At)
		}
	}
	return old.AttentionAt
}

// dueAfterLook returns when to look again after an answer, or its absence, that was journaled and changed no state.
func (t timers) dueAfterLook(p Payment, now time.Time) time.Time {
	switch {
	case p.State.isOneOf(noMoneyStates):
		return lastLookAt(p.CreatedAt, now)
	case p.State == Paid && t.record > finalLook: // the payer's account has not been overdue yet
		return now.Add(t.record - finalLook)
	case p.State.Ended() || p.State == Paid:
		return time.Time{}
	case p.State == Review:
		return now.Add(reviewEvery)
	}
	return askAgainAt(p, now)
}

// lastLookAt returns when to look again at an end without money that dates from since: once after the acquirer's day is closed, then
// never (zero).
func lastLookAt(since, now time.Time) time.Time {
	if last := since.Add(finalLook); now.Before(last) {
		return last
	}
	return time.Time{}
}

// nextUndecidedLook is when to look again at an end without money, or at one that is refunded on a person's word, of which the acquirer says that it
// has not decided: money may still come, so it is asked daily for a month.
func nextUndecidedLook(p Payment, now time.Time) time.Time {
	if now.Before(p.CreatedAt.Add(reviewDaily)) {
		return now.Add(reviewEvery)
	}
	return time.Time{}
}

// nextReviewLook returns when to look for evidence again: daily for a month, then weekly.
func nextReviewLook(since, now time.Time) time.Time {
	if now.Before(since.Add(reviewDaily)) {
		return now.Add(reviewEvery)
	}
	return now.Add(reviewLater)
}

// isOverdue reports whether a payment must go to review because time is up: an attempt UnknownLimit after it was begun, a refund
// UnknownLimit after its first call, or a week after it was asked for if the acquirer could not be called.
func (t timers) isOverdue(p Payment, now time.Time) bool {
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

// paymentWindowEnd returns the last instant at which the payer can pay.
func paymentWindowEnd(p Payment) time.Time {
	switch {
	case !p.Session.ExpiresAt.IsZero():
		return p.Session.ExpiresAt
	case !p.Handle.ExpiresAt.IsZero():
		return p.Handle.ExpiresAt
	}
	return p.CreatedAt.Add(paymentWindow)
}

// askAgainAt returns when to ask again: after half the payment's age, at least two minutes and at most six hours, and just after the
// payment window ends. It needs no counter, so a restart or a second worker changes nothing.
func askAgainAt(p Payment, now time.Time) time.Time {
	since := p.CreatedAt
	if p.State == Refunding {
		since = p.RefundAskedAt
	}
	again := now.Add(min(max(now.Sub(since)/2, 2*time.Minute), maxBackoff))
	if end := paymentWindowEnd(p).Add(time.Minute); p.State == Redirected && now.Before(end) && again.After(end) {
		return end
	}
	return again
}

// retryAt returns when to try again what has failed tries times before: after a minute, doubled each time, at most six hours. The
// twelfth failure is about a day after the first. Up to a fifth is taken off, by payment, so that tasks which failed together do not
// come back together.
func retryAt(now time.Time, tries int, id ID) time.Time {
	d := maxBackoff
	if tries < 11 {
		d = min(time.Minute<<tries, maxBackoff)
	}
	spread := 0
	for _, c := range []byte(id) {
		spread = spread*31 + int(c)
	}
	return now.Add(d - d/5*time.Duration(uint(spread)%1000)/1000)
}
