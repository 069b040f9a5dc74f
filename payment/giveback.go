package payment

import (
	"context"
	"encoding/base32"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
)

// conflicts is how often "not in this state" may be answered in one go: the money was remitted between the question
// and the call, or the other way round.
const conflicts = 3

// wayToGiveBack is one of the calls by which an acquirer gives money back.
type wayToGiveBack struct {
	op   string
	call func(context.Context, acquirer.Modification) (acquirer.Result, error)
}

// waysToGiveBack are those that an acquirer has: cancel, as long as that may be possible; refund after remittance.
func waysToGiveBack(client acquirer.Client) (ways []wayToGiveBack) {
	if c, ok := client.(acquirer.Canceller); ok {
		ways = append(ways, wayToGiveBack{acquirer.OpCancel, c.Cancel})
	}
	if r, ok := client.(acquirer.Refunder); ok {
		ways = append(ways, wayToGiveBack{acquirer.OpRefund, r.Refund})
	}
	return ways
}

// giveBack is the worker's step of a payment in refunding: ask; if the whole amount is back, done; else commit that
// the call is about to be made, and only then make it. After a call without a trustworthy answer it only asks; it
// calls again no sooner than 15 minutes later and after two answers that nothing went back and nothing is on its way.
func (s *Service) giveBack(ctx context.Context, t Task) error {
	const nothingWentBack = "nothing went back"
	p := t.Payment
	client, err := s.clients.of(p)
	if err != nil {
		return err
	}
	ways := waysToGiveBack(client)
	if len(ways) == 0 {
		return s.commitAtVersion(ctx, p, Event{Kind: OnRefundRefused, At: s.now(), Err: fmt.Sprintf(
			"%s of %s cannot be given back by the acquirer, which can neither cancel nor refund", euro.Describe(p.Left()), euro.Describe(p.Amount))})
	}
	for i := range conflicts {
		r, err := s.status(ctx, p, acquirer.Handle{})
		now := s.now()
		if err != nil {
			return s.silent(ctx, t, p, now, err)
		}
		q, _, err := s.applyAnswer(ctx, p, r)
		switch {
		case errors.Is(err, ErrNotFound) || errors.Is(err, ErrNotAllowed): // about somebody else's order: nothing is known of ours
			return s.silent(ctx, t, p, now, err)
		case err != nil || q.State != Refunding:
			return ignoreVersion(err)
		case s.times.overdue(p, now):
			return s.commitAtVersion(ctx, q, Event{Kind: OnOverdue, At: now})
		case q.Version != p.Version:
			return nil // noted; its due time is set
		case meaning(p, r, true) != OnAccepted || r.Returning.Sign() > 0: // nothing to give back, or on its way, as far as the acquirer says
			if p.firstCall().IsZero() && !now.Before(p.RefundAskedAt.Add(s.times.unknown)) {
				return s.commitAtVersion(ctx, p, Event{Kind: OnOverdue, At: now, Err: "the acquirer's answers allow no refund"})
			}
			return s.c.Store.Release(ctx, t, backoff(p, now), "")
		}
		if called := p.RefundCalledAt; i == 0 && !called.IsZero() {
			if next := called.Add(min(max(called.Sub(p.RefundAskedAt)/2, callAgain), slowest)); t.Cause != nothingWentBack || now.Before(next) {
				if least := now.Add(absentAgain); next.Before(least) {
					next = least
				}
				return s.c.Store.Release(ctx, t, next, nothingWentBack)
			}
		}
		var again bool
		if p, again, err = s.callAcquirer(ctx, p, ways[i%len(ways)]); err != nil || !again {
			return ignoreVersion(err)
		}
	}
	return s.commitAtVersion(ctx, p, Event{Kind: OnRefundRefused, At: s.now(), Err: fmt.Sprintf(
		"%s of %s cannot be given back: three times not in this state", euro.Describe(p.Left()), euro.Describe(p.Amount))})
}

// callAcquirer commits that it is about to call, and calls. again is true when the acquirer answers that the payment is not
// in the state for it: certainly not done, or done before; the question tells.
func (s *Service) callAcquirer(ctx context.Context, p Payment, way wayToGiveBack) (q Payment, again bool, err error) {
	p, _, err = s.commit(ctx, p, Event{Kind: OnRefundUnknown, At: s.now(), Why: "about to call " + way.op})
	if err != nil {
		return p, false, err
	}
	if s.now().Sub(p.RefundCalledAt) > commitTimeout { // the process slept: who reads the row believes that the call was made long ago
		return p, false, nil
	}
	octx, end := s.c.Observe(ctx, "payment."+way.op, slog.String("reference", p.Reference))
	cctx, cancel := context.WithTimeout(octx, askTimeout)
	r, err := way.call(cctx, acquirer.Modification{
		Reference: p.Reference, Merchant: p.Merchant, Handle: p.Handle, Amount: p.Left(), Currency: p.Currency, Key: refundKey(p),
	})
	cancel()
	end(err)
	if r.AuthorisationID == "" { // the short answer to a call: it is about the money that we know
		r.AuthorisationID = p.Authorisation
	}
	now := s.now()
	var refused *acquirer.Error
	switch {
	case err == nil && isAbout(p, r) && meaning(p, r, true) == OnReturned:
		return p, false, s.commitAtVersion(ctx, p, Event{Kind: OnReturned, At: now, Channel: acquirer.Query, Result: &r})
	case err == nil || !errors.As(err, &refused) || refused.OutcomeUnknown() || refused.Retryable():
		return p, false, nil // the row says that we called: from now on we only ask
	case refused.Kind == acquirer.ErrConflict || refused.Kind == acquirer.ErrUnsupported:
		return p, true, nil
	}
	return p, false, s.commitAtVersion(ctx, p, Event{Kind: OnRefundRefused, At: now, Err: short(fmt.Sprintf(
		"%s of %s were to go back: %v", euro.Describe(p.Left()), euro.Describe(p.Amount), err))})
}

// refundKey is the same for every repetition of one decision to give back one amount.
func refundKey(p Payment) string {
	h := hasher{make([]byte, 0, 128)}
	h.text("refund/1", p.Reference, euro.Describe(p.Left()))
	h.time(p.RefundAskedAt)
	sum := h.sum()
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:20]))
}
