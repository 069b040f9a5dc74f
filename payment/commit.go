package payment

import (
	"context"
	"errors"
	"log/slog"
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
// still is p's. It is ErrVersion when the row has moved on. What was written before is not written again: see alreadyJournaled.
func (s *Service) commit(ctx context.Context, p Payment, e Event) (Payment, Effect, error) {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	next, effect, err := p.Apply(e)
	if err != nil || effect == EffectDuplicate {
		return p, effect, err
	}
	entry := Entry{
		Event: e.Kind, Effect: effect, From: p.State, To: next.State, At: e.At, Channel: e.Channel, By: e.By, Why: e.Why,
		Money: moneyOf(e.Result),
	}
	if entry.Why == "" {
		entry.Why = e.Err
	}
	switch {
	case e.Kind == OnOpened && effect == EffectChanged:
		entry.Fingerprint = handleFingerprint(next.Handle)
	case e.Result != nil && e.Channel != "":
		entry.Fingerprint = e.Result.Fingerprint()
	}
	if known, err := s.alreadyJournaled(ctx, p, entry); err != nil {
		return p, "", err
	} else if known && effect == EffectChanged {
		return p, EffectStale, nil
	} else if known {
		return p, effect, nil
	}
	next.AttentionAt = s.times.next(p, next, e, effect)
	entry = entry.link(next, p.Head)
	next.Head = entry.Hash
	next, entry, err = s.write(ctx, next, entry, s.c.Store.Commit)
	if err != nil {
		return p, "", err
	}
	s.c.Logger.LogAttrs(ctx, level(effect, next.State), "payment", logEntry(next, entry)...)
	s.awake()
	return next, effect, nil
}

// apply commits the event; an acceptance is one too many when another payment has the money. An acceptance with another
// authorisation than the money that is known is a person's to resolve, as soon as the state allows it.
func (s *Service) apply(ctx context.Context, p Payment, e Event) (Payment, Effect, error) {
	if e.Kind == OnAccepted && (p.State.Attempt() || p.State.in(noMoney)) {
		by, err := s.paidOtherwise(ctx, p)
		if err != nil {
			return p, "", err
		}
		if by.ID != "" {
			e.Kind = OnAcceptedToo
		}
	}
	q, effect, err := s.commit(ctx, p, e)
	if e.Kind == OnAccepted && errors.Is(err, ErrClaimPaid) {
		e.Kind = OnAcceptedToo
		q, effect, err = s.commit(ctx, p, e)
	}
	if err != nil || q.Version == p.Version {
		return q, effect, err
	}
	if r, rerr := s.reviewSecondMoney(ctx, p, q, e, effect); rerr == nil {
		q = r
	} else {
		s.c.Logger.LogAttrs(ctx, slog.LevelError, "payment: a second acceptance is not in review yet", slog.Any("payment", q), slog.Any("error", rerr))
	}
	return q, effect, nil
}

// paidOtherwise is another payment of the same debt that has its money, or had it when this one was begun; the zero one if
// there is none.
func (s *Service) paidOtherwise(ctx context.Context, p Payment) (Payment, error) {
	if p.Debt == "" { // erased
		return Payment{}, nil
	}
	for o, err := range withDamaged(s.c.Store.List(ctx, Filter{Debt: p.Debt})) {
		if err != nil {
			return Payment{}, err
		}
		if o.ID != p.ID && (o.State == Paid || o.State == Refunding || o.State == Review || o.State == Recorded && o.RecordedAt.After(p.CreatedAt)) {
			return o, nil
		}
	}
	return Payment{}, nil
}

// reviewSecondMoney puts a payment into review whose acquirer has sealed money of a second authorisation: at once when it is paid
// or recorded, and after its refund when it was refunding then. q is the payment after e.
func (s *Service) reviewSecondMoney(ctx context.Context, p, q Payment, e Event, effect Effect) (Payment, error) {
	second := effect == EffectContradiction && e.Kind == OnMismatched && q.State.Money() && isHere(moneyOf(e.Result))
	if p.State == Refunding && q.State == Refunded {
		var err error
		if second, err = s.contradictedMoneyLeft(ctx, q); err != nil {
			return q, err
		}
	}
	if !second {
		return q, nil
	}
	r, _, err := s.commit(ctx, q, Event{
		Kind: OnQuestioned, At: s.now(), By: byService, Why: "the acquirer accepted a second time, with another authorisation",
	})
	return r, err
}

// isHere reports whether some of the money has not gone back.
func isHere(m Money) bool { return m.Amount.GreaterThan(m.Returned) }

// byService signs what the service itself questions.
const byService = "quittance"

// contradictedMoneyLeft reports whether the journal holds money that contradicted what was known and has not gone back.
func (s *Service) contradictedMoneyLeft(ctx context.Context, p Payment) (bool, error) {
	var all, contradicted ledger
	for e, err := range s.c.Store.Journal(ctx, p.ID) {
		if err != nil {
			return false, err
		}
		all.movementsOf(p, e)
		if e.Effect == EffectContradiction && e.Event == OnMismatched {
			contradicted = append(contradicted, taking{money: e.Money})
		}
	}
	for _, c := range contradicted {
		for _, t := range all {
			if t.isSameMoney(c.money) && t.left().Sign() > 0 {
				return true, nil
			}
		}
	}
	return false, nil
}

// noteEvery is how often silence and an answer that is not final are written down again.
const noteEvery = time.Hour

// alreadyJournaled reports whether the journal says it already, so that it is not written again:
//
//  1. A verdict answers the acquirer's last word. If the last entry that bears a message's fingerprint was written in review, or led
//     there, the same fingerprint says nothing new on any channel; but that all is back ends a refund, and what of it is back is noted.
//  2. What is stale or contradicts is written once for each fingerprint; so is evidence that the acquirer's server or a
//     browser sends. Either can be sent again for ever, and must not fill the disk.
//  3. When an attempt is over, a message that the journal has leads to nothing new; a fresh answer to a question does. What
//     contradicted led to nothing when it was written, so it may lead to something later, unless a person has said since that all
//     money is back, or that none moved.
//  4. Silence, and an answer that is not final, are written once an hour; other evidence without a fingerprint once in a row.
func (s *Service) alreadyJournaled(ctx context.Context, p Payment, e Entry) (bool, error) {
	message := e.Fingerprint != "" && e.Channel != ""
	recurs := e.Event == OnSilent || e.Event == OnPending
	afterAttempt := message && (!p.State.Attempt() || e.Effect == EffectNoted)
	if !afterAttempt && !recurs && e.Effect != EffectStale && e.Effect != EffectContradiction && (e.Effect != EffectNoted || p.State != Review) {
		return false, nil
	}
	replayable := e.Channel == acquirer.Notify || e.Channel == acquirer.Return
	once := e.Effect == EffectStale || e.Effect == EffectContradiction || (e.Effect == EffectNoted || !p.State.Attempt()) && replayable
	var known, contradicted, answered bool // said before; contradicted then; by a verdict since
	var lastEvidence EventKind
	for old, err := range s.c.Store.Journal(ctx, p.ID) {
		if err != nil {
			return false, err
		}
		same := e.Fingerprint != "" && old.Fingerprint == e.Fingerprint || e.Fingerprint == "" && old.Event == e.Event && old.Effect == e.Effect
		if old.Fingerprint != "" && old.Channel != "" {
			answered = same && (old.From == Review || old.To == Review)
		}
		switch {
		case recurs && old.Event == e.Event && old.Effect == e.Effect && e.At.Sub(old.At) < noteEvery && !e.At.Before(old.At):
			return true, nil
		case once && same && e.Effect == EffectChanged && old.Effect == EffectContradiction:
			contradicted = true
		case once && same, contradicted && (old.Event == OnWasReturned || old.Event == OnNoMoney):
			known = true
		}
		if old.By == "" || old.By == byService {
			lastEvidence = old.Event
		}
	}
	repeatsEvidence := p.State == Review && e.Effect == EffectNoted && !message && lastEvidence == e.Event
	endsRefund := e.From == Refunding && e.Event == OnReturned
	// What is only noted of the money reopens nothing, and the row must be as the acquirer says: a person may have changed his mind since.
	correctsRow := e.Effect == EffectNoted && p.State != Review && (e.Event == OnReturnedPart || e.Event == OnNotReturned || e.Event == OnConfirmed)
	return known || message && answered && !endsRefund && !correctsRow || repeatsEvidence, nil
}

// write calls a store's Create or Commit, and returns what was written: an entry whose day is closed is dated on the next open one,
// and says so.
func (s *Service) write(ctx context.Context, p Payment, e Entry, to func(context.Context, Payment, Entry) error) (Payment, Entry, error) {
	byClock, why := e.At, e.Why
	err := onOpenDay(e.At, func(at time.Time) error {
		if !at.Equal(e.At) {
			e.At, e.Why = at, datedAnew(why, byClock)
			e = e.link(p, e.Previous)
			p.Head = e.Hash
		}
		return s.writeOnce(ctx, p, e, to)
	})
	return p, e, err
}

// writeOnce calls a store's Create or Commit. An error that the store does not classify leaves the outcome unknown: the
// connection may have broken after the commit. Then the row is read again, and its head tells.
func (s *Service) writeOnce(ctx context.Context, p Payment, e Entry, to func(context.Context, Payment, Entry) error) error {
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
	return !openInstant(err).IsZero()
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
