package payment

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// How a message that proves nothing is followed. Anybody can send one, as often as they like.
const (
	hintTimeout  = 5 * time.Second  // of the question; the payer's browser waits for it
	hintEvery    = 10 * time.Second // at most one question per payment and process in this time
	hintedAgain  = 2 * time.Minute  // when to ask again after a hint whose question brought nothing final
	hintsAtOnce  = 64               // questions under way in this process; beyond them the payment is due, and Work asks
	hintsToCount = 10_000           // payments of which the last question is remembered; each is forgotten after hintEvery
)

// followHint asks about the payment that a hint names. It is due from before the question is asked, so a process that dies in
// between leaves it to the next.
//
// A return must bring the proof of the payment's own session, where the acquirer gives one; otherwise whoever guesses a number
// makes us ask. "Not found" and silence conclude nothing here.
func (s *Service) followHint(ctx context.Context, client acquirer.Client, r acquirer.Result, ch acquirer.Channel) (Payment, Effect, error) {
	if ch == acquirer.Notify && r.Reference == "" && r.Handle.IsZero() { // about no payment at all, such as a portal's test of the address
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
	if p.State == Created { // its session is not committed: there is nothing to ask by, and its timer is Begin's
		return p, "", nil
	}
	now := s.now()
	free, when := s.hints.take(string(p.ID), now)
	if ch == acquirer.Return && s.hints.settledAt(p) {
		return s.followReload(ctx, p, r.Handle, free)
	}
	if err := s.c.Store.Hasten(ctx, p.ID, when); err != nil {
		return Payment{}, "", err
	}
	defer s.awake()
	if !free {
		return p, "", nil
	}
	defer s.hints.done()
	tasks, err := s.c.Store.LeaseOne(ctx, WorkAttention, p.ID, s.serving(), now, LeaseDuration)
	if err != nil || len(tasks) == 0 { // the store fails, and the row stays due; or somebody else asks
		return p, "", err
	}
	q, effect, err := s.askForHint(ctx, tasks[0], p.AttentionAt, r.Handle)
	if err == nil && effect != "" && !q.State.Attempt() {
		s.hints.settle(q)
	}
	return q, effect, err
}

// followReload is for a payer who comes back again to a payment that has ended since he did: a page that is loaded again, most of the time.
// The acquirer is asked all the same, for a late truth; but the payment is not made due for it, so that reloading writes nothing.
func (s *Service) followReload(ctx context.Context, p Payment, said acquirer.Handle, free bool) (Payment, Effect, error) {
	if !free {
		return p, "", nil
	}
	defer s.hints.done()
	ctx, cancel := context.WithTimeout(ctx, hintTimeout)
	defer cancel()
	r, err := s.status(ctx, p, said)
	if err != nil || r.Outcome == acquirer.Open {
		return p, "", nil // its timers go on
	}
	q, effect, err := s.applyAnswer(ctx, p, r)
	if err != nil { // a message was faster, or the answer is about something else
		q, err = s.Get(context.WithoutCancel(ctx), p.ID)
		return q, "", err
	}
	s.hints.settle(q)
	return q, effect, nil
}

// hintedPayment is the payment that a hint is about.
func (s *Service) hintedPayment(ctx context.Context, client acquirer.Client, r acquirer.Result) (Payment, error) {
	l := Lookup{Reference: r.Reference}
	if r.Reference == "" {
		l = Lookup{Merchant: client.Merchant(), Session: r.Handle.Session}
	}
	if r.Reference == "" && r.Handle.Session == "" {
		return Payment{}, fmt.Errorf("%w: the hint names no payment", ErrNotFound)
	}
	p, err := s.c.Store.Find(ctx, l)
	if err == nil && (p.Merchant != client.Merchant() || !isAbout(p, r)) {
		err = fmt.Errorf("%w: the hint is about another session or merchant than %s", ErrNotFound, p.Reference)
	}
	return p, err
}

// askForHint asks and applies the answer. before is when the payment was due before the hint.
func (s *Service) askForHint(ctx context.Context, t Task, before time.Time, said acquirer.Handle) (Payment, Effect, error) {
	p := t.Payment
	ctx, cancel := context.WithTimeout(ctx, hintTimeout)
	defer cancel()
	again, effect := s.now().Add(hintedAgain), Effect("")
	r, err := s.status(ctx, p, said)
	if err == nil && r.Outcome != acquirer.Open {
		var q Payment
		if q, effect, err = s.applyAnswer(ctx, p, r); err == nil && q.Version != p.Version {
			return q, effect, nil
		}
		if err == nil { // nothing new: it is due as it was
			again = before
			p.Handle = p.Handle.With(r.Handle)
		}
	}
	switch {
	case errors.Is(err, ErrVersion): // a message was faster
		q, err := s.Get(context.WithoutCancel(ctx), p.ID)
		return q, "", err
	case err != nil:
		s.c.Logger.LogAttrs(ctx, slog.LevelWarn, "payment: the question of a hint", slog.Any("payment", p), slog.Any("error", err))
	}
	release, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	t.Payment.Handle = p.Handle
	return p, effect, s.c.Store.Release(release, t, again, t.Cause)
}

// askAboutStranger asks once about a hint of no payment of ours, if it names a reference that we may have drawn: only a verified
// message does. An acceptance is kept as an orphan.
func (s *Service) askAboutStranger(ctx context.Context, client acquirer.Client, hint acquirer.Result) error {
	if !s.bearsOurPrefix(hint.Reference) {
		return nil
	}
	if free, _ := s.hints.take(hint.Reference, s.now()); !free {
		return nil
	}
	defer s.hints.done()
	ctx, cancel := context.WithTimeout(ctx, hintTimeout)
	defer cancel()
	r, err := client.Status(ctx, acquirer.Question{Reference: hint.Reference, Merchant: client.Merchant(), Handle: hint.Handle})
	if err != nil || r.Reference != hint.Reference {
		return nil // nothing is known of it, and nobody waits for it
	}
	return s.keepOrphan(ctx, r)
}

// hintLimits bounds the questions that hints lead to. The zero value is ready.
type hintLimits struct {
	mu      sync.Mutex
	asked   map[string]time.Time // when a payment was last asked about
	settled map[ID]int           // the version at which the answer to a hint left a payment that is no attempt any more
	running int
}

// settle remembers that the answer to a hint was applied, and that the payment is no attempt any more.
func (l *hintLimits) settle(p Payment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.settled == nil || len(l.settled) >= hintsToCount {
		l.settled = make(map[ID]int)
	}
	l.settled[p.ID] = p.Version
}

// settledAt reports whether nothing has happened to the payment since the answer to a hint was applied.
func (l *hintLimits) settledAt(p Payment) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	version, ok := l.settled[p.ID]
	return ok && version == p.Version
}

// take reports whether a question may be asked now about what key names, and when it may be asked at the earliest otherwise. Who
// was let through calls done.
func (l *hintLimits) take(key string, now time.Time) (free bool, when time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, ok := l.asked[key]; ok && now.Before(last.Add(hintEvery)) && !now.Before(last) {
		return false, last.Add(hintEvery)
	}
	if l.running >= hintsAtOnce {
		return false, now
	}
	if l.asked == nil || len(l.asked) >= hintsToCount {
		l.forget(now)
	}
	l.asked[key] = now
	l.running++
	return true, now
}

// forget drops the questions that are long enough ago; if all are recent, all.
func (l *hintLimits) forget(now time.Time) {
	kept := make(map[string]time.Time)
	for key, last := range l.asked {
		if now.Before(last.Add(hintEvery)) && !now.Before(last) {
			kept[key] = last
		}
	}
	if len(kept) >= hintsToCount {
		clear(kept)
	}
	l.asked = kept
}

func (l *hintLimits) done() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
}
