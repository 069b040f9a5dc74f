package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// Receive takes what the acquirer's server or the payer's browser has sent: verifies it, finds the payment, and
// applies what it says. Where both channels carry the same sealed content they take the same path, so they may arrive in any
// order, at once, and more than once. A message that proves nothing (a hint) makes the service ask at once, at most one
// question per payment and ten seconds, and the answer is applied; while that is not possible the payment is due, and Work
// asks. The effect of a hint is that of the answer, or empty.
//
// Of several acquirers each is given the message, Config.Acquirer first; the first that verifies it has it. The error is the
// acquirer's when the callback is not to be trusted or understood, and ErrNotFound when it is about no payment that is
// known: then a verified acceptance is kept as an orphan first.
func (s *Service) Receive(ctx context.Context, cb acquirer.Callback) (Payment, Effect, error) {
	var offers []offer
	for _, c := range s.clients.all {
		offers = append(offers, offer{c, cb})
	}
	return s.receiveOffered(ctx, cb.Channel, offers)
}

// offer is a message in the shape in which an acquirer takes it.
type offer struct {
	client   acquirer.Client
	callback acquirer.Callback
}

// receiveOffered applies the message as the first acquirer understands it that verifies it.
func (s *Service) receiveOffered(ctx context.Context, ch acquirer.Channel, offers []offer) (p Payment, effect Effect, err error) {
	ctx, end := s.c.Observe(ctx, "payment.receive", slog.String("channel", string(ch)))
	defer func() { end(err, slog.String("reference", p.Reference), slog.String("effect", string(effect))) }()

	for _, o := range offers {
		r, perr := o.client.Parse(o.callback)
		r = storableResult(r)
		switch {
		case perr == nil && r.Hint:
			// A hint without a reference does not name its acquirer. Two acquirers of one kind both understand it; one of them has the payment.
			p, effect, herr := s.followHint(ctx, o.client, r, ch)
			if !errors.Is(herr, ErrNotFound) {
				return p, effect, herr
			}
			err = herr
		case perr == nil:
			p, effect, err := s.applyMessage(ctx, r, ch)
			if errors.Is(err, errMayBeOld) {
				return s.followHint(ctx, o.client, r, ch)
			}
			return p, effect, err
		case !errors.Is(perr, acquirer.ErrUnverified) && !errors.Is(perr, acquirer.ErrInvalid):
			return Payment{}, "", perr
		case err == nil || errors.Is(err, acquirer.ErrUnverified):
			err = perr // ErrNotFound of a hint, and ErrInvalid of a verified message, say more than ErrUnverified: keep those
		}
	}
	return Payment{}, "", err
}

// errMayBeOld is the error of applyMessage for a message that only makes the service ask.
var errMayBeOld = errors.New("the message may be older than what is known")

// applyMessage applies a verified result to the newest row; errMayBeOld if isOldNews.
func (s *Service) applyMessage(ctx context.Context, r acquirer.Result, ch acquirer.Channel) (Payment, Effect, error) {
	p, effect, err := s.changeNewest(ctx, Lookup{Reference: r.Reference}, func(p Payment) (Event, error) {
		if !isAbout(p, r) {
			return Event{}, ErrNotFound
		}
		if isOldNews(p, r) {
			return Event{}, errMayBeOld
		}
		return s.eventOf(p, r, ch, false), nil
	})
	if !errors.Is(err, ErrNotFound) {
		return p, effect, err
	}
	if err := s.keepOrphan(ctx, r); err != nil {
		return Payment{}, "", err
	}
	return Payment{}, "", fmt.Errorf("%w: no payment has reference %.40q and order %.40q", ErrNotFound, r.Reference, r.OrderID)
}

// keepOrphan stores an acceptance that belongs to no payment, if its reference has our prefix.
func (s *Service) keepOrphan(ctx context.Context, r acquirer.Result) error {
	if r.Outcome != acquirer.Accepted || !s.bearsOurPrefix(r.Reference) {
		return nil
	}
	s.c.Logger.LogAttrs(ctx, slog.LevelError, "an acceptance belongs to no payment", slog.Any("result", r))
	defer s.wakeWorkers()
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	return onOpenDay(s.now(), func(at time.Time) error { return s.c.Store.Orphan(ctx, r, at) })
}

// bearsOurPrefix reports whether this installation may have made the reference.
func (s *Service) bearsOurPrefix(reference string) bool {
	ref, err := ParseReference(reference)
	return err == nil && ref.Prefix == s.c.Prefix
}
