package payment

import (
	"context"
	"errors"
	"log/slog"

	"github.com/quittance/quittance/acquirer"
)

// conflicts is how often "not in this state" may be answered in one go: the money was remitted between the question
// and the call, or the other way round.
const conflicts = 3

// giver is a way to give money back.
type giver struct {
	op   string
	call func(context.Context, acquirer.Modification) (acquirer.Result, error)
}

// givers are the ways that the acquirer's client has: cancel, as long as that may be possible; refund after remittance.
func (s *Service) givers() (ways []giver) {
	if c, ok := s.c.Acquirer.(acquirer.Canceller); ok {
		ways = append(ways, giver{acquirer.OpCancel, c.Cancel})
	}
	if r, ok := s.c.Acquirer.(acquirer.Refunder); ok {
		ways = append(ways, giver{acquirer.OpRefund, r.Refund})
	}
	return ways
}

// giveBack is the worker's step of a payment in refunding: ask; if the whole amount is back, done; else commit that
// the call is about to be made, and only then make it. After a call without a trustworthy answer it only asks; it
// calls again no sooner than 15 minutes later and after two answers that nothing went back.
func (s *Service) giveBack(ctx context.Context, t Task) error {
	const saidNo = "nothing went back"
	p, ways := t.Payment, s.givers()
	if len(ways) == 0 {
		return s.clock(ctx, p, Event{Kind: OnRefundRefused, At: s.now(), Err: "the acquirer's client can neither cancel nor refund"})
	}
	for i := range conflicts {
		r, err := s.status(ctx, p)
		now := s.now()
		if err != nil {
			return s.silent(ctx, t, p, now, err)
		}
		q, _, err := s.answer(ctx, p, r)
		switch {
		case errors.Is(err, ErrNotFound): // about somebody else's order: nothing is known of ours
			return s.silent(ctx, t, p, now, err)
		case err != nil || q.State != Refunding:
			return overtaken(err)
		case s.times.overdue(p, now):
			return s.clock(ctx, q, Event{Kind: OnOverdue, At: now})
		case q.Version != p.Version:
			return nil // noted; its due time is set
		case meaning(p, r) != OnAccepted: // nothing to give back, as far as the acquirer says
			return s.c.Store.Release(ctx, t, backoff(p, now), "")
		}
		if called := p.RefundCalledAt; i == 0 && !called.IsZero() {
			if next := called.Add(min(max(called.Sub(p.RefundAskedAt)/2, callAgain), slowest)); t.Cause != saidNo || now.Before(next) {
				if least := now.Add(absentAgain); next.Before(least) {
					next = least
				}
				return s.c.Store.Release(ctx, t, next, saidNo)
			}
		}
		var again bool
		if p, again, err = s.call(ctx, p, ways[i%len(ways)]); err != nil || !again {
			return overtaken(err)
		}
	}
	return s.clock(ctx, p, Event{Kind: OnRefundRefused, At: s.now(), Err: "three times not in this state"})
}

// call commits that it is about to call, and calls. again is true when the acquirer answers that the payment is not
// in the state for it: certainly not done, or done before; the question tells.
func (s *Service) call(ctx context.Context, p Payment, way giver) (q Payment, again bool, err error) {
	p, _, err = s.commit(ctx, p, Event{Kind: OnRefundUnknown, At: s.now(), Why: "about to call " + way.op})
	if err != nil {
		return p, false, err
	}
	octx, end := s.c.Observe(ctx, "payment."+way.op, slog.String("reference", p.Reference))
	cctx, cancel := context.WithTimeout(octx, askTimeout)
	r, err := way.call(cctx, acquirer.Modification{Reference: p.Reference, Amount: p.Amount, Currency: p.Currency})
	cancel()
	end(err)
	if r.AuthorisationID == "" { // the short answer to a call: it is about the money that we know
		r.AuthorisationID = p.Authorisation
	}
	now := s.now()
	var refused *acquirer.Error
	switch {
	case err == nil && about(p, r) && meaning(p, r) == OnReturned:
		return p, false, s.clock(ctx, p, Event{Kind: OnReturned, At: now, Channel: acquirer.Query, Result: &r})
	case err == nil || !errors.As(err, &refused) || refused.OutcomeUnknown() || refused.Retryable():
		return p, false, nil // the row says that we called: from now on we only ask
	case refused.Kind == acquirer.ErrConflict || refused.Kind == acquirer.ErrUnsupported:
		return p, true, nil
	}
	return p, false, s.clock(ctx, p, Event{Kind: OnRefundRefused, At: now, Err: short(err.Error())})
}
