package payment

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// hintTimeout is how long the question of a hint may take: the payer's browser waits for the answer.
const hintTimeout = 5 * time.Second

// hintedAgain is when to ask again after a hint whose question brought nothing final.
const hintedAgain = 2 * time.Minute

// followHint asks the acquirer about the payment that a hint names. The payment is made due before the question is asked, so that
// another process asks if this one dies in between.
//
// A return must bring the proof of the payment's own session, if the acquirer gives one; otherwise anyone who guesses a number makes
// us ask. Here "not found" and silence lead to no conclusion.
func (s *Service) followHint(ctx context.Context, client acquirer.Client, r acquirer.Result, ch acquirer.Channel) (Payment, Effect, error) {
	if ch == acquirer.Notify && r.Reference == "" && r.Handle.IsZero() { // a notification about no payment, such as a portal's test of the address
		return Payment{}, "", nil
	}
	p, err := s.hintedPayment(ctx, client, r)
	if errors.Is(err, ErrNotFound) {
		if oerr := s.askAboutStranger(ctx, client, r); oerr != nil {
			return Payment{}, "", oerr
		}
	}
	if err != nil {
		return Payment{}, "", err
	}
	if ch == acquirer.Return && p.Handle.Proof != "" && subtle.ConstantTimeCompare([]byte(p.Handle.Proof), []byte(r.Handle.Proof)) != 1 {
		return Payment{}, "", &acquirer.Error{
			Op: acquirer.OpParse, Reference: p.Reference, Kind: acquirer.ErrUnverified, Err: errors.New("the return does not bring the proof of the payment's session"),
		}
	}
	if p.State == Created { // Begin has not committed its session: there is no handle to ask by, and Begin's own timer runs
		return p, "", nil
	}
	now := s.now()
	free, when := s.hints.admitQuestion(string(p.ID), now)
	if free {
		defer s.hints.endQuestion()
	}
	if ch == acquirer.Return && s.hints.settledAt(p) {
		return s.followReload(ctx, p, r.Handle, free)
	}
	if err := s.c.Store.Hasten(ctx, p.ID, when); err != nil {
		return Payment{}, "", err
	}
	defer s.wakeWorkers()
	if !free {
		return p, "", nil
	}
	tasks, err := s.c.Store.LeaseOne(ctx, WorkAttention, p.ID, s.servedHere(), now, LeaseDuration)
	if err != nil || len(tasks) == 0 { // the store fails, and the row stays due; or another worker asks
		return p, "", err
	}
	q, effect, err := s.askForHint(ctx, tasks[0], p.AttentionAt, r.Handle)
	if err == nil && effect != "" && !q.State.Attempt() {
		s.hints.rememberSettled(q)
	}
	return q, effect, err
}

// followReload asks for a payer who returns once more to a payment that has ended: most of the time a page that is loaded again. The
// acquirer is asked, since a late acceptance may have come; but the payment is not made due, so that reloading writes nothing.
func (s *Service) followReload(ctx context.Context, p Payment, said acquirer.Handle, free bool) (Payment, Effect, error) {
	if !free {
		return p, "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, hintTimeout)
	defer cancel()
	r, err := s.askAcquirer(ctx, p, said)
	if err != nil || r.Outcome == acquirer.Open {
		return p, "", nil // its timers go on
	}
	q, effect, err := s.applyAnswer(ctx, p, r)
	if err != nil { // a message was faster, or the answer is about something else
		q, err = s.Get(context.WithoutCancel(ctx), p.ID)
		return q, "", err
	}
	s.hints.rememberSettled(q)
	return q, effect, nil
}

// hintedPayment returns the payment that a hint is about, or ErrNotFound.
func (s *Service) hintedPayment(ctx context.Context, client acquirer.Client, r acquirer.Result) (Payment, error) {
	l, named := Lookup{Reference: r.Reference}, fmt.Sprintf("no payment has the reference %.40q, which the message names", r.Reference)
	if r.Reference == "" { // the number of the session is not told: with some acquirers who has it reads the payer's data
		l = Lookup{Merchant: client.Merchant(), Session: r.Handle.Session}
		named = "no payment of merchant " + client.Merchant() + " has the session that the message names"
	}
	if r.Reference == "" && r.Handle.Session == "" {
		return Payment{}, fmt.Errorf("%w: the message names no payment", ErrNotFound)
	}
	p, err := s.c.Store.Find(ctx, l)
	if errors.Is(err, ErrNotFound) {
		return Payment{}, fmt.Errorf("%w: %s", ErrNotFound, named)
	}
	if err == nil && (p.Merchant != client.Merchant() || !isAbout(p, r)) {
		err = fmt.Errorf("%w: the message is about another session or merchant than %s", ErrNotFound, p.Reference)
	}
	return p, err
}

// askForHint asks the acquirer and applies the answer. before is when the payment was due before the hint: a hint postpones no look.
func (s *Service) askForHint(ctx context.Context, t Task, before time.Time, said acquirer.Handle) (Payment, Effect, error) {
	p := t.Payment
	ctx, cancel := context.WithTimeout(ctx, hintTimeout)
	defer cancel()
	again, effect := s.now().Add(hintedAgain), Effect("")
	if !before.IsZero() && before.Before(again) {
		again = before
	}
	r, err := s.askAcquirer(ctx, p, said)
	if err == nil && r.Outcome == acquirer.Open && isAbout(p, r) {
		p.Handle = p.learnedHandle(r.Handle)
	} else if err == nil && r.Outcome != acquirer.Open {
		var q Payment
		if q, effect, err = s.applyAnswer(ctx, p, r); err == nil && q.Version != p.Version {
			return q, effect, nil
		}
		if err == nil { // the answer says nothing new: the payment is due when it was due before
			again = before
			if again.IsZero() && isReturning(p, r) {
				again = s.now().Add(reviewEvery)
			}
			p.Handle = p.learnedHandle(r.Handle)
		}
	}
	switch {
	case errors.Is(err, ErrVersion): // a message came first
		q, err := s.Get(context.WithoutCancel(ctx), p.ID)
		return q, "", err
	case err != nil:
		s.c.Logger.LogAttrs(ctx, slog.LevelWarn, "payment: the question of a hint", slog.Any("payment", p), slog.Any("error", err))
	}
	release, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	t.Payment.Handle = p.Handle
	return p, effect, s.c.Store.Release(release, t.untried(), again, t.Cause)
}

// askAboutStranger asks once about a hint of no known payment, if it names a reference with our prefix, which only a verified message
// does. An acceptance is kept as an orphan.
func (s *Service) askAboutStranger(ctx context.Context, client acquirer.Client, hint acquirer.Result) error {
	if !s.bearsOurPrefix(hint.Reference) {
		return nil
	}
	if free, _ := s.hints.admitQuestion(hint.Reference, s.now()); !free {
		return nil
	}
	defer s.hints.endQuestion()
	ctx, cancel := context.WithTimeout(ctx, hintTimeout)
	defer cancel()
	r, err := client.Status(ctx, acquirer.Question{Reference: hint.Reference, Merchant: client.Merchant(), Handle: hint.Handle})
	if err != nil || r.Reference != hint.Reference {
		return nil // the acquirer does not know it, and nobody waits for the answer
	}
	return s.keepOrphan(ctx, storableResult(r))
}
