package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// askTimeout bounds one question, well within a lease.
const askTimeout = 20 * time.Second

// status asks the acquirer that took the payment what has become of it. A hint may have brought an id that the row does not
// have yet.
func (s *Service) status(ctx context.Context, p Payment, hinted acquirer.Handle) (r acquirer.Result, err error) {
	client, err := s.clients.of(p)
	if err != nil {
		return r, err
	}
	ctx, end := s.c.Observe(ctx, "payment.status", slog.String("reference", p.Reference))
	defer func() { end(err, slog.String("outcome", string(r.Outcome))) }()
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return client.Status(ctx, acquirer.Question{Reference: p.Reference, Merchant: p.Merchant, Handle: p.Handle.With(hinted)})
}

// applyAnswer applies what a question brought, if the row is still the one that was asked about: an answer carries the
// version it was asked at, and is thrown away when the row has moved on.
func (s *Service) applyAnswer(ctx context.Context, p Payment, r acquirer.Result) (Payment, Effect, error) {
	if !isAbout(p, r) { // the acquirer speaks of somebody else's transaction under this reference
		if err := s.keepOrphan(ctx, r); err != nil {
			return p, "", err
		}
		return p, "", ErrNotFound
	}
	client, err := s.clients.of(p)
	if err != nil {
		return p, "", err
	}
	return s.apply(ctx, p, s.eventOf(p, r, acquirer.Query, givesBack(client)))
}

// Reconcile asks the acquirer about one payment now, and applies what it says: for a person, or a host that does not
// want to wait for Work. That the acquirer knows nothing, or cannot be asked, changes nothing here and is an error
// (acquirer.ErrNotFound, acquirer.ErrUnavailable and so on): Work asks again and draws the conclusions. So does an answer that
// nobody has paid yet, which is no error here. ErrVersion:
// the payment moved on while the question was open. ErrUnserved: this process has no acquirer of its merchant. A failed payment
// whose reference belongs to somebody else's transaction is never asked about: ErrNotAllowed.
func (s *Service) Reconcile(ctx context.Context, id ID) (Payment, Effect, error) {
	p, err := s.Get(ctx, id)
	if err != nil {
		return Payment{}, "", err
	}
	if p.foreignReference() {
		return p, "", fmt.Errorf("%w: the reference %s belongs to another transaction", ErrNotAllowed, p.Reference)
	}
	r, err := s.status(ctx, p, acquirer.Handle{})
	if err != nil || r.Outcome == acquirer.Open {
		return p, "", err
	}
	return s.applyAnswer(ctx, p, r)
}

// ask is the worker's question about a payment: an attempt, a last look at an end, evidence for a review.
func (s *Service) ask(ctx context.Context, t Task) error {
	p := t.Payment
	r, err := s.status(ctx, p, acquirer.Handle{})
	now := s.now()
	switch {
	case errors.Is(err, acquirer.ErrNotFound), err == nil && r.Outcome == acquirer.Open && isAbout(p, r):
		t.Payment.Handle = p.Handle.With(r.Handle)
		return s.absent(ctx, t, now)
	case err != nil:
		return s.silent(ctx, t, p, now, err)
	}
	q, _, err := s.applyAnswer(ctx, p, r)
	switch {
	case errors.Is(err, ErrNotFound):
		return s.absent(ctx, t, now)
	case errors.Is(err, ErrNotAllowed): // the table has no place for it: a failure of the look
		return s.silent(ctx, t, p, now, err)
	case err != nil || q.State != p.State:
		return ignoreVersion(err)
	case s.times.overdue(p, now):
		return s.commitAtVersion(ctx, q, Event{Kind: OnOverdue, At: now})
	case q.Version != p.Version:
		return nil
	}
	t.Payment.Handle = p.Handle.With(r.Handle)
	if (p.State.in(noMoney) || p.State == Refunded) && meaning(p, r, false) == OnPending {
		return s.c.Store.Release(ctx, t, undecidedLook(p, now), "")
	}
	return s.lookLater(ctx, t, now, "")
}

// lookLater ends a look that changed nothing.
func (s *Service) lookLater(ctx context.Context, t Task, now time.Time, cause string) error {
	again, err := s.nextLook(ctx, t.Payment, now)
	if err != nil {
		return err
	}
	return s.c.Store.Release(ctx, t, again, cause)
}

// silent notes that the acquirer could not be asked, or could not be understood; after UnknownLimit a person takes over.
func (s *Service) silent(ctx context.Context, t Task, p Payment, now time.Time, cause error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case s.times.overdue(p, now):
		return s.commitAtVersion(ctx, p, Event{Kind: OnOverdue, At: now, Err: short(cause.Error())})
	}
	if p.State != Review { // where silence says nothing
		q, _, err := s.commit(ctx, p, Event{Kind: OnSilent, At: now, Err: short(cause.Error())})
		if err != nil || q.Version != p.Version {
			return ignoreVersion(err)
		}
	}
	if errors.Is(cause, acquirer.ErrUnsupported) || errors.Is(cause, acquirer.ErrInvalid) { // and never can be: it forgets, or there is no handle to ask by
		return s.lookLater(ctx, t, now, "")
	}
	if p.State.Ended() || p.State == Paid || p.State == Review { // a look that is missed is made up for
		return s.c.Store.Release(ctx, t, retry(now, t.Tries, p.ID), short(cause.Error()))
	}
	return s.c.Store.Release(ctx, t, backoff(p, now), short(cause.Error()))
}

// absent draws the conclusion from "not found", and from "nobody has paid yet": in the window they say nothing; after it, they
// count when they are said twice.
func (s *Service) absent(ctx context.Context, t Task, now time.Time) error {
	const said = "not found"
	p := t.Payment
	absence := Event{Kind: OnAbsent, At: now, Channel: acquirer.Query}
	switch {
	case !p.State.Attempt() && p.State != Refunding:
		q, _, err := s.commit(ctx, p, absence)
		if err != nil || q.Version != p.Version {
			return ignoreVersion(err)
		}
		return s.lookLater(ctx, t, now, "")
	case now.Before(windowEnd(p)):
		if s.times.overdue(p, now) {
			return s.commitAtVersion(ctx, p, Event{Kind: OnOverdue, At: now, Err: said})
		}
		return s.c.Store.Release(ctx, t, backoff(p, now), "")
	case t.Cause != said:
		return s.c.Store.Release(ctx, t, now.Add(absentAgain), said)
	}
	return s.commitAtVersion(ctx, p, absence)
}

// commitAtVersion commits an event at the version that was leased.
func (s *Service) commitAtVersion(ctx context.Context, p Payment, e Event) error {
	_, _, err := s.apply(ctx, p, e)
	return ignoreVersion(err)
}

// ignoreVersion treats ErrVersion as success: whoever changed the row has scheduled its next look.
func ignoreVersion(err error) error {
	if errors.Is(err, ErrVersion) {
		return nil
	}
	return err
}
