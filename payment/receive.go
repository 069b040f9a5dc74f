package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
)

// Receive takes what the acquirer's server or the payer's browser has sent: verifies it, finds the payment, and
// applies what it says. Both channels carry the same sealed content and take the same path, so they may arrive in any
// order, at once, and more than once.
//
// The error is the acquirer's when the callback is not to be trusted or understood, and ErrNotFound when it is about
// no payment that is known: then a verified acceptance is kept as an orphan first.
func (s *Service) Receive(ctx context.Context, cb acquirer.Callback) (p Payment, effect Effect, err error) {
	ctx, end := s.c.Observe(ctx, "payment.receive", slog.String("channel", string(cb.Channel)))
	defer func() { end(err, slog.String("reference", p.Reference), slog.String("effect", string(effect))) }()

	r, err := s.c.Acquirer.Parse(cb)
	if err != nil {
		return Payment{}, "", err
	}
	return s.take(ctx, r, cb.Channel)
}

// take applies a verified result to the newest row.
func (s *Service) take(ctx context.Context, r acquirer.Result, ch acquirer.Channel) (Payment, Effect, error) {
	p, effect, err := s.change(ctx, Lookup{Reference: r.Reference}, func(p Payment) (Event, error) {
		if !about(p, r) {
			return Event{}, ErrNotFound
		}
		return s.heard(p, r, ch), nil
	})
	if !errors.Is(err, ErrNotFound) {
		return p, effect, err
	}
	if err := s.orphan(ctx, r); err != nil {
		return Payment{}, "", err
	}
	return Payment{}, "", fmt.Errorf("%w: no payment has reference %.40q and order %.40q", ErrNotFound, r.Reference, r.OrderID)
}

// orphan keeps an acceptance that belongs to no payment, if the reference is one of ours.
func (s *Service) orphan(ctx context.Context, r acquirer.Result) error {
	ref, err := ParseReference(r.Reference)
	if r.Outcome != acquirer.Accepted || err != nil || ref.Prefix != s.c.Prefix {
		return nil
	}
	s.c.Logger.LogAttrs(ctx, slog.LevelError, "an acceptance belongs to no payment", slog.Any("result", r))
	defer s.awake()
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	return s.c.Store.Orphan(ctx, r, s.now())
}

// about reports whether the result is about this payment: after a restore from a backup references repeat, order ids
// do not.
func about(p Payment, r acquirer.Result) bool {
	foreign := p.State == Failed && p.Code == codeReferenceUsed // somebody else's transaction has the reference
	return r.Reference == p.Reference && (r.OrderID == string(p.ID) || r.OrderID == "" && !foreign)
}

// fits reports whether merchant, amount and currency are those that were ordered.
func fits(p Payment, r acquirer.Result) bool {
	ordered, err := euro.Cents(p.Amount)
	said, rerr := euro.Cents(r.Amount)
	return err == nil && rerr == nil && ordered == said && r.Merchant == p.Merchant && r.Currency == p.Currency
}

// allReturned reports whether the whole amount has gone back.
func allReturned(p Payment, r acquirer.Result) bool {
	ordered, err := euro.Cents(p.Amount)
	back, rerr := euro.Cents(r.Returned)
	return err == nil && rerr == nil && back == ordered
}

// heard is the event of a verified result. What is not as it was ordered is said in words: nothing else keeps it.
func (s *Service) heard(p Payment, r acquirer.Result, ch acquirer.Channel) Event {
	e := Event{Kind: meaning(p, r), At: s.now(), Channel: ch, Result: &r}
	if e.Kind == OnMismatched || e.Kind == OnUnfit {
		e.Err = short(fmt.Sprintf("%s %s %s to merchant %s, authorisation %q", r.Outcome, euro.Describe(r.Amount), r.Currency, r.Merchant, r.AuthorisationID))
	}
	return e
}

// outcomes gives the event of each outcome that is not an acceptance; all others are pending.
var outcomes = map[acquirer.Outcome]EventKind{
	acquirer.Refused: OnRefused, acquirer.Cancelled: OnCancelled, acquirer.Expired: OnExpired, acquirer.Failed: OnFailed,
}

// meaning is what a verified result is to a payment: nothing counts that is not equal to the order, and money of
// another authorisation is not the money that is known. Where either has no authorisation, it may be the same.
func meaning(p Payment, r acquirer.Result) EventKind {
	accepted := r.Outcome == acquirer.Accepted
	switch {
	case !fits(p, r) && accepted:
		return OnMismatched
	case !fits(p, r):
		return OnUnfit
	case accepted && p.Authorisation != "" && r.AuthorisationID != "" && p.Authorisation != r.AuthorisationID:
		return OnMismatched // also when it is back: the money that is known is not
	case accepted && allReturned(p, r):
		return OnReturned
	case accepted:
		return OnAccepted
	}
	if k, ok := outcomes[r.Outcome]; ok {
		return k
	}
	return OnPending
}
