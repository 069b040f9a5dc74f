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

// maxConflicts is how often one look may be answered "not in this state": the money may be remitted between the question and the call.
const maxConflicts = 3

// wayToGiveBack is one of the calls by which an acquirer gives money back.
type wayToGiveBack struct {
	op   string
	call func(context.Context, acquirer.Modification) (acquirer.Result, error)
}

// waysToGiveBack returns the calls that an acquirer has, in the order in which they are tried: cancel, which is possible before the
// remittance, then refund.
func waysToGiveBack(client acquirer.Client) (ways []wayToGiveBack) {
	if c, ok := client.(acquirer.Canceller); ok {
		ways = append(ways, wayToGiveBack{acquirer.OpCancel, c.Cancel})
	}
	if r, ok := client.(acquirer.Refunder); ok {
		ways = append(ways, wayToGiveBack{acquirer.OpRefund, r.Refund})
	}
	return ways
}

// giveBack does one step of a payment in refunding. 1. It asks. If the whole amount is back, the refund is done. 2. Otherwise it commits
// that it is about to call, and only then calls. 3. After a call without a trustworthy answer it only asks; it calls again no sooner
// than 15 minutes later, after two answers that nothing went back and nothing is on its way.
func (s *Service) giveBack(ctx context.Context, t Task) error {
	const nothingWentBack = "nothing went back"
	p := t.Payment
	client, err := s.clients.ofPayment(p)
	if err != nil {
		return err
	}
	ways := waysToGiveBack(client)
	if len(ways) == 0 {
		return s.commitAtVersion(ctx, p, Event{Kind: OnRefundRefused, At: s.now(), Err: fmt.Sprintf(
			"%s of %s cannot be given back by the acquirer, which can neither cancel nor refund", euro.Describe(p.Left()), euro.Describe(p.Amount))})
	}
	for i := range maxConflicts {
		r, err := s.askAcquirer(ctx, p, acquirer.Handle{})
		now := s.now()
		if err != nil {
			return s.noteSilence(ctx, t, p, now, err)
		}
		q, _, err := s.applyAnswer(ctx, p, r)
		switch {
		case errors.Is(err, ErrNotFound) || errors.Is(err, ErrNotAllowed): // the answer is about another order: nothing is known of ours
			return s.noteSilence(ctx, t, p, now, err)
		case err != nil || q.State != Refunding:
			return ignoreVersion(err)
		case s.times.isOverdue(p, now):
			return s.commitAtVersion(ctx, q, Event{Kind: OnOverdue, At: now})
		case q.Version != p.Version:
			return nil // the answer was noted, and its commit has set the due time
		case meaningOf(p, r, true) != OnAccepted || r.Returning.Sign() > 0: // nothing to give back, or on its way, as far as the acquirer says
			if p.firstCall().IsZero() && !now.Before(p.RefundAskedAt.Add(s.times.unknown)) {
				return s.commitAtVersion(ctx, p, Event{Kind: OnOverdue, At: now, Err: "the acquirer's answers allow no refund"})
			}
			return s.c.Store.Release(ctx, t, askAgainAt(p, now), "")
		}
		if called := p.RefundCalledAt; i == 0 && !called.IsZero() {
			if next := called.Add(min(max(called.Sub(p.RefundAskedAt)/2, callAgain), maxBackoff)); t.Cause != nothingWentBack || now.Before(next) {
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

// callAcquirer commits that it is about to call, and calls. again is true when the acquirer answers that the payment is not in the
// state for this call: then nothing was done by it, and the next question tells which call fits.
func (s *Service) callAcquirer(ctx context.Context, p Payment, way wayToGiveBack) (q Payment, again bool, err error) {
	p, _, err = s.commitEvent(ctx, p, Event{Kind: OnRefundUnknown, At: s.now(), Why: "about to call " + way.op})
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
	r = storableResult(r)
	if r.AuthorisationID == "" { // a short answer without it is about the money that we know
		r.AuthorisationID = p.Authorisation
	}
	now := s.now()
	var refused *acquirer.Error
	switch {
	case err == nil && isAbout(p, r) && meaningOf(p, r, true) == OnReturned:
		return p, false, s.commitAtVersion(ctx, p, Event{Kind: OnReturned, At: now, Channel: acquirer.Query, Result: &r})
	case err == nil || !errors.As(err, &refused) || refused.OutcomeUnknown() || refused.Retryable():
		return p, false, nil // the outcome is open: the row says that we called, so from now on we only ask
	case refused.Kind == acquirer.ErrConflict || refused.Kind == acquirer.ErrUnsupported:
		return p, true, nil
	}
	return p, false, s.commitAtVersion(ctx, p, Event{Kind: OnRefundRefused, At: now, Err: shortCause(fmt.Sprintf(
		"%s of %s were to go back: %v", euro.Describe(p.Left()), euro.Describe(p.Amount), err))})
}

// refundKey returns the idempotence key of a refund: the same for every repetition of one decision to give back one amount.
func refundKey(p Payment) string {
	h := hasher{make([]byte, 0, 128)}
	h.addTexts("refund/1", p.Reference, euro.Describe(p.Left()))
	h.addTimes(p.RefundAskedAt)
	sum := h.sumSHA256()
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:20]))
}
