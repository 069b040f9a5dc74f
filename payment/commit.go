package payment

import (
	"context"
	"errors"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// tries bounds how often a change is applied again to a row that moved on meanwhile. Each round means that somebody
// else's change was committed, so it ends long before.
const tries = 100

// commitTimeout bounds a commit from the instant that its entry bears; an acceptance that is one too many may take it
// twice. It is well under settle: what is dated before midnight is written before the day is exported, or not at all.
const commitTimeout = time.Minute

// commit applies the event to p and writes what comes of it: row, entry and outgoing change, if the stored version
// still is p's. It is ErrVersion when the row has moved on. What was written before is not written again: see told.
func (s *Service) commit(ctx context.Context, p Payment, e Event) (Payment, Effect, error) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	next, effect, err := p.Apply(e)
	if err != nil || effect == Duplicate {
		return p, effect, err
	}
	entry := Entry{
		Event: e.Kind, Effect: effect, From: p.State, To: next.State, At: e.At, Channel: e.Channel, By: e.By, Why: e.Why,
		Money: moneyOf(e.Result),
	}
	if entry.Why == "" {
		entry.Why = e.Err
	}
	if e.Result != nil && e.Channel != "" {
		entry.Fingerprint = e.Result.Fingerprint()
	}
	if known, err := s.told(ctx, p, entry); err != nil {
		return p, "", err
	} else if known && effect == Changed {
		return p, Stale, nil
	} else if known {
		return p, effect, nil
	}
	next.AttentionAt = s.times.next(p, next, e, effect)
	entry = entry.link(next, p.Head)
	next.Head = entry.Hash
	if err := s.write(ctx, next, entry, s.c.Store.Commit); err != nil {
		return p, "", err
	}
	s.c.Logger.LogAttrs(ctx, level(effect, next.State), "payment", logEntry(next, entry)...)
	s.awake()
	return next, effect, nil
}

// apply commits the event; an acceptance is one too many when another payment of the claim has money.
func (s *Service) apply(ctx context.Context, p Payment, e Event) (Payment, Effect, error) {
	q, effect, err := s.commit(ctx, p, e)
	if e.Kind == OnAccepted && errors.Is(err, ErrClaimPaid) {
		e.Kind = OnAcceptedToo
		return s.commit(ctx, p, e)
	}
	return q, effect, err
}

// told reports whether the journal says it already. What is overtaken or contradicts is written once for a message,
// and so is evidence that the acquirer's server or a browser sends: either can be sent again for ever, and must not
// fill the disk. Nor does it undo what a person decided since: when an attempt is over, a message that the journal
// has led to nothing new; a fresh answer to a question does. What contradicted led to nothing when it was written, so it
// may lead to something later, unless a person has said since that all money is back, or that none moved.
func (s *Service) told(ctx context.Context, p Payment, e Entry) (bool, error) {
	once := e.Effect == Stale || e.Effect == Contradiction ||
		(e.Effect == Noted || !p.State.Attempt()) && (e.Channel == acquirer.Notify || e.Channel == acquirer.Return)
	if !once {
		return false, nil
	}
	contradicted := false
	for old, err := range s.c.Store.Journal(ctx, p.ID) {
		if err != nil {
			return false, err
		}
		same := e.Fingerprint != "" && old.Fingerprint == e.Fingerprint || e.Fingerprint == "" && old.Event == e.Event && old.Effect == e.Effect
		switch {
		case same && e.Effect == Changed && old.Effect == Contradiction:
			contradicted = true
		case same, contradicted && (old.Event == OnWasReturned || old.Event == OnNoMoney):
			return true, nil
		}
	}
	return false, nil
}

// write calls a store's Create or Commit. An error that the store does not classify leaves the outcome unknown: the
// connection may have broken after the commit. Then the row is read again, and its head tells.
func (s *Service) write(ctx context.Context, p Payment, e Entry, to func(context.Context, Payment, Entry) error) error {
	err := to(ctx, p, e)
	if err == nil || classified(err) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if q, rerr := s.c.Store.Find(ctx, Lookup{ID: p.ID}); rerr == nil {
		if q.Head == p.Head {
			return nil
		}
		for old, jerr := range s.c.Store.Journal(ctx, p.ID) { // it was written, and the row has moved on since
			if jerr != nil {
				break
			}
			if old.Hash == e.Hash {
				return nil
			}
		}
	}
	return err
}

// classified reports whether the store says that nothing was written.
func classified(err error) bool {
	for _, known := range []error{ErrVersion, ErrHeld, ErrClaimPaid, ErrKeyReused, ErrReference, ErrNotFound} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}

// change applies an event to the newest row, again if it moves on, until it is written. decide says what the event is
// in view of the row; it may return an error to leave it alone.
func (s *Service) change(ctx context.Context, l Lookup, decide func(Payment) (Event, error)) (Payment, Effect, error) {
	for range tries {
		p, err := s.c.Store.Find(ctx, l)
		if err != nil {
			return Payment{}, "", err
		}
		e, err := decide(p)
		if err != nil {
			return p, "", err
		}
		q, effect, err := s.apply(ctx, p, e)
		if !errors.Is(err, ErrVersion) {
			return q, effect, err
		}
	}
	return Payment{}, "", ErrVersion
}
