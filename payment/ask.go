package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// askTimeout is how long one question may take: well within a lease.
const askTimeout = 20 * time.Second

// askAcquirer asks the acquirer that took the payment for its status. hinted is a handle from a hint, which may have an id that the row
// does not have yet.
func (s *Service) askAcquirer(ctx context.Context, p Payment, hinted acquirer.Handle) (r acquirer.Result, err error) {
	client, err := s.clients.ofPayment(p)
	if err != nil {
		return r, err
	}
	ctx, end := s.c.Observe(ctx, "payment.status", slog.String("reference", p.Reference))
	defer func() { end(err, slog.String("outcome", string(r.Outcome))) }()
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	r, err = client.Status(ctx, acquirer.Question{Reference: p.Reference, Merchant: p.Merchant, Handle: p.Handle.With(hinted)})
	return storableResult(r), err
}

// applyAnswer applies an answer of the acquirer at the version of p, at which the question was asked; ErrVersion if the row has changed
// since. ErrNotFound if the answer is about another payment's transaction.
func (s *Service) applyAnswer(ctx context.Context, p Payment, r acquirer.Result) (Payment, Effect, error) {
	if !isAbout(p, r) { // the acquirer has another transaction under this reference
		if err := s.keepOrphan(ctx, r); err != nil {
			return p, "", err
		}
		return p, "", ErrNotFound
	}
	client, err := s.clients.ofPayment(p)
	if err != nil {
		return p, "", err
	}
	knowsReturns := len(waysToGiveBack(client)) > 0
	return s.applyEvent(ctx, p, s.eventOf(p, r, acquirer.Query, knowsReturns))
}

// Refresh asks the acquirer about one payment now, and applies what it says: for a person, or a host that does not want to wait for
// [Service.Work]. It returns the payment as it is then, and the effect; an empty effect: nothing has changed, as nobody has paid yet.
//
// Errors: ErrNotFound if there is no such payment, or if the answer is about another transaction under its reference; ErrVersion if the
// payment has changed while the question was open; [ErrUnserved]; ErrNotAllowed for a failed payment whose reference belongs to somebody
// else's transaction, which is never asked about. An [acquirer.Error] says that the acquirer knows nothing of the payment
// (acquirer.ErrNotFound) or could not be asked; it changes nothing here, since Work asks again and draws the conclusions.
func (s *Service) Refresh(ctx context.Context, id ID) (Payment, Effect, error) {
	p, err := s.find(ctx, "refresh", Lookup{ID: id})
	if err != nil {
		return Payment{}, "", err
	}
	if p.foreignReference() {
		return p, "", fmt.Errorf("%w: the reference %s belongs to another transaction", ErrNotAllowed, p.Reference)
	}
	r, err := s.askAcquirer(ctx, p, acquirer.Handle{})
	if err != nil || r.Outcome == acquirer.Open {
		return p, "", err
	}
	q, effect, err := s.applyAnswer(ctx, p, r)
	if err == nil && q.AttentionAt.IsZero() && isReturning(q, r) {
		err = s.c.Store.Hasten(ctx, q.ID, s.now().Add(reviewEvery))
	}
	return q, effect, err
}

// Reconcile is Refresh by its former name.
//
// Deprecated: call [Service.Refresh]. To reconcile is what examples/reconcile does: comparing the accounts with the bank's lists.
func (s *Service) Reconcile(ctx context.Context, id ID) (Payment, Effect, error) {
	return s.Refresh(ctx, id)
}

// askAndApply asks about a payment and applies the answer: of an attempt, at the last look at an end, for evidence in a review.
func (s *Service) askAndApply(ctx context.Context, t Task) error {
	p := t.Payment
	r, err := s.askAcquirer(ctx, p, acquirer.Handle{})
	now := s.now()
	switch {
	case errors.Is(err, acquirer.ErrNotFound), err == nil && r.Outcome == acquirer.Open && isAbout(p, r):
		t.Payment.Handle = p.learnedHandle(r.Handle)
		return s.concludeAbsence(ctx, t, now)
	case err != nil:
		return s.noteSilence(ctx, t, p, now, err)
	}
	q, _, err := s.applyAnswer(ctx, p, r)
	switch {
	case errors.Is(err, ErrNotFound):
		return s.concludeAbsence(ctx, t, now)
	case errors.Is(err, ErrNotAllowed): // the table does not allow the answer here: the look has failed
		return s.noteSilence(ctx, t, p, now, err)
	case err != nil || q.State != p.State:
		return ignoreVersion(err)
	case s.times.isOverdue(p, now):
		return s.commitAtVersion(ctx, q, Event{Kind: OnOverdue, At: now})
	case q.Version != p.Version:
		return nil
	}
	t.Payment.Handle = p.learnedHandle(r.Handle)
	if (p.State.isOneOf(noMoneyStates) || p.State == Refunded) && meaningOf(p, r, false) == OnPending {
		return s.c.Store.Release(ctx, t, nextUndecidedLook(p, now), "")
	}
	if isReturning(p, r) {
		return s.lookAtReturn(ctx, t, now)
	}
	return s.lookLater(ctx, t, now, "")
}

// lookAtReturn releases the lease of a look which found that money is on its way back. No message need come when it is back, or refused and
// here again: it is asked about daily, and after a month weekly.
func (s *Service) lookAtReturn(ctx context.Context, t Task, now time.Time) error {
	again, err := s.nextLook(ctx, t.Payment, now)
	if err != nil {
		return err
	}
	var last time.Time
	for e, err := range s.c.Store.Journal(ctx, t.Payment.ID) {
		if err != nil {
			return err
		}
		last = e.At
	}
	if due := nextReviewLook(last, now); again.IsZero() || due.Before(again) {
		again = due
	}
	return s.c.Store.Release(ctx, t, again, "")
}

// lookLater releases the lease of a look that changed nothing, until nextLook.
func (s *Service) lookLater(ctx context.Context, t Task, now time.Time, cause string) error {
	again, err := s.nextLook(ctx, t.Payment, now)
	if err != nil {
		return err
	}
	return s.c.Store.Release(ctx, t, again, cause)
}

// noteSilence journals that the acquirer could not be asked, or not be understood. After UnknownLimit the payment goes to review.
func (s *Service) noteSilence(ctx context.Context, t Task, p Payment, now time.Time, cause error) error {
	var leftAlone time.Time
	if e := (*acquirer.Error)(nil); errors.As(cause, &e) && e.RetryAfter > 0 {
		leftAlone = now.Add(min(e.RetryAfter, maxBackoff))
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case s.times.isOverdue(p, now):
		return s.commitAtVersion(ctx, p, Event{Kind: OnOverdue, At: now, Err: shortCause(cause.Error())})
	}
	never := errors.Is(cause, acquirer.ErrUnsupported) || errors.Is(cause, acquirer.ErrInvalid) // it forgets payments, or there is no handle to ask by
	if !never {
		level := failureLevel(ctx, cause)
		s.c.Logger.LogAttrs(ctx, level, "payment: not answered", slog.Any("payment", p), slog.Any("error", cause))
	}
	if p.State != Review { // in review silence is no evidence
		q, _, err := s.commitEvent(ctx, p, Event{Kind: OnSilent, At: now, Err: shortCause(cause.Error()), NotBefore: leftAlone})
		if err != nil || q.Version != p.Version {
			return ignoreVersion(err)
		}
	}
	if never {
		return s.lookLater(ctx, t, now, "")
	}
	if p.State.Ended() || p.State == Paid || p.State == Review { // the look was missed, and is made up for
		return s.c.Store.Release(ctx, t, laterOf(retryAt(now, t.Tries, p.ID), leftAlone), shortCause(cause.Error()))
	}
	return s.c.Store.Release(ctx, t, laterOf(askAgainAt(p, now), leftAlone), shortCause(cause.Error()))
}

// laterOf returns the later of two instants.
func laterOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// concludeAbsence draws the conclusion from the answers "not found" and "nobody has paid yet". While the payer can pay they prove
// nothing; afterwards they count once they were given twice, absentAgain apart: a hint can make the payment due before.
func (s *Service) concludeAbsence(ctx context.Context, t Task, now time.Time) error {
	p := t.Payment
	first, saidBefore := absentSince(t.Cause)
	absence := Event{Kind: OnAbsent, At: now, Channel: acquirer.Query}
	switch {
	case !p.State.Attempt():
		if undecided, err := s.leftUndecided(ctx, p); err != nil {
			return err
		} else if undecided { // to know nothing for a while is no decision
			return s.c.Store.Release(ctx, t, nextUndecidedLook(p, now), "")
		}
		q, _, err := s.commitEvent(ctx, p, absence)
		if err != nil || q.Version != p.Version {
			return ignoreVersion(err)
		}
		return s.lookLater(ctx, t, now, "")
	case now.Before(paymentWindowEnd(p)):
		if s.times.isOverdue(p, now) {
			return s.commitAtVersion(ctx, p, Event{Kind: OnOverdue, At: now, Err: absent})
		}
		return s.c.Store.Release(ctx, t, askAgainAt(p, now), "")
	case !saidBefore:
		return s.c.Store.Release(ctx, t, now.Add(absentAgain), absent+" at "+now.UTC().Format(time.RFC3339Nano))
	case now.Before(first.Add(absentAgain)):
		return s.c.Store.Release(ctx, t.untried(), first.Add(absentAgain), t.Cause)
	}
	return s.commitAtVersion(ctx, p, absence)
}

// absent is what the acquirer says of a payment that it does not know: in a journal, and with its instant as the cause of a look that must be
// repeated.
const absent = "not found"

// absentSince returns when a payment was not found before; the zero time where a version before 0.2 wrote the cause, without an instant.
func absentSince(cause string) (at time.Time, ok bool) {
	if cause == absent {
		return time.Time{}, true
	}
	text, ok := strings.CutPrefix(cause, absent+" at ")
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}

// leftUndecided reports whether a person ended a payment of which the acquirer's last word is that it had not decided.
func (s *Service) leftUndecided(ctx context.Context, p Payment) (undecided bool, err error) {
	if !p.State.isOneOf(noMoneyStates) && p.State != Refunded {
		return false, nil
	}
	for e, err := range s.c.Store.Journal(ctx, p.ID) {
		if err != nil {
			return false, err
		}
		if e.Channel != "" {
			undecided = e.Event == OnPending
		}
	}
	return undecided, nil
}

// commitAtVersion commits an event at p's version; a row that has changed since is no error.
func (s *Service) commitAtVersion(ctx context.Context, p Payment, e Event) error {
	_, _, err := s.applyEvent(ctx, p, e)
	return ignoreVersion(err)
}

// ignoreVersion treats ErrVersion as success: whoever changed the row has scheduled its next look.
func ignoreVersion(err error) error {
	if errors.Is(err, ErrVersion) {
		return nil
	}
	return err
}
