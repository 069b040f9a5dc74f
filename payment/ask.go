package payment

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// askTimeout bounds one question, well within a lease.
const askTimeout = 20 * time.Second

// status asks the acquirer what has become of a payment.
func (s *Service) status(ctx context.Context, p Payment) (r acquirer.Result, err error) {
	ctx, end := s.c.Observe(ctx, "payment.status", slog.String("reference", p.Reference))
	defer func() { end(err, slog.String("outcome", string(r.Outcome))) }()
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return s.c.Acquirer.Status(ctx, acquirer.Question{Reference: p.Reference, Merchant: p.Merchant})
}

// answer applies what a question brought, if the row is still the one that was asked about: an answer carries the
// version it was asked at, and is thrown away when the row has moved on.
func (s *Service) answer(ctx context.Context, p Payment, r acquirer.Result) (Payment, Effect, error) {
	if !about(p, r) { // the acquirer speaks of somebody else's transaction under this reference
		if err := s.orphan(ctx, r); err != nil {
			return p, "", err
		}
		return p, "", ErrNotFound
	}
	return s.apply(ctx, p, s.heard(p, r, acquirer.Query))
}

// Reconcile asks the acquirer about one payment now, and applies what it says: for a person, or a host that does not
// want to wait for Work. That the acquirer knows nothing, or cannot be asked, changes nothing here and is an error
// (acquirer.ErrNotFound, acquirer.ErrUnavailable and so on): Work asks again and draws the conclusions. ErrVersion:
// the payment moved on while the question was open. A failed payment whose reference belongs to somebody else's
// transaction is never asked about: ErrNotAllowed.
func (s *Service) Reconcile(ctx context.Context, id ID) (Payment, Effect, error) {
	p, err := s.Get(ctx, id)
	if err != nil {
		return Payment{}, "", err
	}
	if p.State == Failed && p.Code == codeReferenceUsed {
		return p, "", ErrNotAllowed
	}
	r, err := s.status(ctx, p)
	if err != nil {
		return p, "", err
	}
	return s.answer(ctx, p, r)
}

// ask is the worker's question about an attempt, or the last look at an end without money.
func (s *Service) ask(ctx context.Context, t Task) error {
	p := t.Payment
	r, err := s.status(ctx, p)
	now := s.now()
	switch {
	case err == nil:
		q, _, err := s.answer(ctx, p, r)
		switch {
		case errors.Is(err, ErrNotFound):
			return s.absent(ctx, t, now)
		case err != nil || q.State != p.State:
			return overtaken(err)
		case s.times.overdue(p, now) && !p.State.Ended():
			return s.clock(ctx, q, Event{Kind: OnOverdue, At: now})
		case q.Version != p.Version:
			return nil
		}
		return s.c.Store.Release(ctx, t, lookAgain(p, now), "")
	case errors.Is(err, acquirer.ErrNotFound):
		return s.absent(ctx, t, now)
	}
	return s.silent(ctx, t, p, now, err)
}

// silent notes that the acquirer could not be asked, or could not be understood; after UnknownLimit a person takes over.
func (s *Service) silent(ctx context.Context, t Task, p Payment, now time.Time, cause error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case s.times.overdue(p, now) && !p.State.Ended():
		return s.clock(ctx, p, Event{Kind: OnOverdue, At: now, Err: short(cause.Error())})
	}
	q, _, err := s.commit(ctx, p, Event{Kind: OnSilent, At: now, Err: short(cause.Error())})
	switch {
	case err != nil || q.Version != p.Version:
		return overtaken(err)
	case errors.Is(cause, acquirer.ErrUnsupported): // and never can be
		return s.c.Store.Release(ctx, t, lookAgain(p, now), "")
	}
	return s.c.Store.Release(ctx, t, backoff(p, now), short(cause.Error()))
}

// absent draws the conclusion from "not found": in the window it says nothing; after it, it counts when it is said twice.
func (s *Service) absent(ctx context.Context, t Task, now time.Time) error {
	const said = "not found"
	p := t.Payment
	switch {
	case p.State.Ended():
		return s.c.Store.Release(ctx, t, lookAgain(p, now), "")
	case now.Before(windowEnd(p)):
		if s.times.overdue(p, now) {
			return s.clock(ctx, p, Event{Kind: OnOverdue, At: now, Err: said})
		}
		return s.c.Store.Release(ctx, t, backoff(p, now), "")
	case t.Cause != said:
		return s.c.Store.Release(ctx, t, now.Add(absentAgain), said)
	}
	return s.clock(ctx, p, Event{Kind: OnAbsent, At: now, Channel: acquirer.Query})
}

// clock commits an event of the clock at the version that was leased.
func (s *Service) clock(ctx context.Context, p Payment, e Event) error {
	_, _, err := s.commit(ctx, p, e)
	return overtaken(err)
}

// overtaken forgives that the row has moved on: whoever moved it has set the next due time.
func overtaken(err error) error {
	if errors.Is(err, ErrVersion) {
		return nil
	}
	return err
}
