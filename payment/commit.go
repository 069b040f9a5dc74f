package payment

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
)

// maxChangeTries is how often an event is applied again to a row that has changed meanwhile. Each round means that another change was
// committed, so it ends long before.
const maxChangeTries = 100

// commitTimeout is how long a commit may take from the instant of its entry; a second acceptance of a claim may take twice as long. It is
// well under the five minutes for which package audit leaves a day open: what is dated before midnight is written before the day is
// exported, or not at all.
const commitTimeout = time.Minute

// commitEvent applies the event to p and writes row, entry and outgoing change, if the stored version is still p's; the error is
// ErrVersion if it is not. An event that alreadyJournaled finds in the journal is not written again.
func (s *Service) commitEvent(ctx context.Context, p Payment, e Event) (Payment, Effect, error) {
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
	next.AttentionAt = s.times.dueAfterEvent(p, next, e, effect)
	if !next.AttentionAt.IsZero() {
		next.AttentionAt = laterOf(next.AttentionAt, e.NotBefore)
	}
	entry = entry.linkToChain(next, p.Head)
	next.Head = entry.Hash
	next, entry, err = s.writeOnOpenDay(ctx, next, entry, s.c.Store.Commit)
	if err != nil {
		return p, "", err
	}
	s.c.Logger.LogAttrs(ctx, logLevel(effect, next.State), "payment", logEntry(next, entry)...)
	s.wakeWorkers()
	return next, effect, nil
}

// applyEvent commits the event, with two rules about money. 1. An acceptance is OnAcceptedToo if another payment of the debt has its money, or
// had it when p was begun. 2. An acceptance with another authorisation than the one that is known leads to review, as soon as the state
// allows it.
func (s *Service) applyEvent(ctx context.Context, p Payment, e Event) (Payment, Effect, error) {
	if e.Kind == OnAccepted && (p.State.Attempt() || p.State.isOneOf(noMoneyStates)) {
		by, err := s.otherOfDebt(ctx, p, func(o Payment) bool {
			return o.State == Paid || o.State == Refunding || o.State == Review || o.State == Recorded && o.RecordedAt.After(p.CreatedAt)
		})
		if err != nil {
			return p, "", err
		}
		if by.ID != "" {
			e.Kind = OnAcceptedToo
		}
	}
	q, effect, err := s.commitEvent(ctx, p, e)
	if e.Kind == OnAccepted && errors.Is(err, ErrClaimPaid) {
		e.Kind = OnAcceptedToo
		q, effect, err = s.commitEvent(ctx, p, e)
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

// otherOfDebt returns the first other payment of p's debt for which is holds; the zero payment if there is none. A damaged one counts by
// what can be read of it. An erased payment has no debt, and so no other.
func (s *Service) otherOfDebt(ctx context.Context, p Payment, is func(Payment) bool) (Payment, error) {
	if p.Debt == "" {
		return Payment{}, nil
	}
	for o, err := range withDamaged(s.c.Store.List(ctx, Filter{Debt: p.Debt})) {
		if err != nil {
			return Payment{}, err
		}
		if o.ID != p.ID && is(o) {
			return o, nil
		}
	}
	return Payment{}, nil
}

// reviewSecondMoney puts a payment into review for which the acquirer has sealed money of a second authorisation: at once if it is
// paid or recorded, after its refund if it was refunding. p is the payment before the event e, q after it. Where the process dies before
// this, the next look does it: see owesReview.
func (s *Service) reviewSecondMoney(ctx context.Context, p, q Payment, e Event, effect Effect) (Payment, error) {
	if !bringsSecondMoney(q, e, effect) && !(p.State == Refunding && q.State == Refunded) {
		return q, nil
	}
	if owed, err := s.owesReview(ctx, q); err != nil || !owed {
		return q, err
	}
	r, _, err := s.commitEvent(ctx, q, s.secondMoney())
	return r, err
}

// secondMoney is the event by which the service questions a payment that was accepted twice.
func (s *Service) secondMoney() Event {
	return Event{Kind: OnQuestioned, At: s.now(), By: byService, Why: "the acquirer accepted a second time, with another authorisation"}
}

// bringsSecondMoney reports whether an event tells of money of a second authorisation, for a payment that counts as made.
func bringsSecondMoney(p Payment, e Event, effect Effect) bool {
	return effect == EffectContradiction && e.Kind == OnMismatched && p.State.Money() && isHere(moneyOf(e.Result))
}

// isHere reports whether a part of the money has not gone back.
func isHere(m Money) bool { return m.Amount.GreaterThan(m.Returned) }

// byService is Event.By where the service itself questions a payment.
const byService = "quittance"

// owesReview reports whether the journal holds money of a second authorisation that has not gone back, and no review since it was heard
// of, or since the refund of the first.
func (s *Service) owesReview(ctx context.Context, p Payment) (owed bool, err error) {
	var all ledger
	var contradicted []Money
	for e, err := range s.c.Store.Journal(ctx, p.ID) {
		if err != nil {
			return false, err
		}
		all.movementsOf(p, e)
		switch {
		case e.Effect == EffectContradiction && e.Event == OnMismatched:
			contradicted = append(contradicted, e.Money)
			owed = owed || e.From.Money() && isHere(e.Money)
		case e.Effect != EffectChanged:
		case e.To == Review:
			owed = false
		case e.From == Refunding && e.To == Refunded:
			owed = slices.ContainsFunc(contradicted, all.isStillHere)
		}
	}
	return owed, nil
}

// noteEvery is how often OnSilent and OnPending are journaled again.
const noteEvery = time.Hour

// alreadyJournaled reports whether the journal has the entry already, so that it is not written again. Four rules:
//
//  1. A clerk's verdict answers the message that led to review. If the last entry with a message's fingerprint was written in review,
//     or led there, the same fingerprint is no news on any channel. Two exceptions: an answer that all money is back ends a refund,
//     and an answer that a part is back corrects the row.
//  2. A stale or contradicting message is journaled once per fingerprint, and so is evidence for a review that comes as a notification
//     or with a return. Otherwise anyone could fill the disk by sending it again.
//  3. After an attempt has ended a replayed message changes nothing; a fresh answer to Status may. A message filed as Contradiction may
//     still take effect later, unless a clerk has decided WasReturned or NoMoney since.
//  4. OnSilent and OnPending are journaled once an hour; other evidence without a fingerprint once in a row.
func (s *Service) alreadyJournaled(ctx context.Context, p Payment, e Entry) (bool, error) {
	message := e.Fingerprint != "" && e.Channel != ""
	recurs := e.Event == OnSilent || e.Event == OnPending
	afterAttempt := message && (!p.State.Attempt() || e.Effect == EffectNoted)
	if !afterAttempt && !recurs && e.Effect != EffectStale && e.Effect != EffectContradiction && (e.Effect != EffectNoted || p.State != Review) {
		return false, nil
	}
	replayable := e.Channel == acquirer.Notify || e.Channel == acquirer.Return
	once := e.Effect == EffectStale || e.Effect == EffectContradiction || (e.Effect == EffectNoted || !p.State.Attempt()) && replayable
	var known, contradicted, answered bool // in the journal; there as a Contradiction; in review, where a verdict answers it
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
		if old.By == "" || old.By == byService || old.Event == OnRecorded { // recording is no clerk's verdict, whoever did it
			lastEvidence = old.Event
		}
	}
	repeatsEvidence := p.State == Review && e.Effect == EffectNoted && !message && lastEvidence == e.Event
	endsRefund := e.From == Refunding && e.Event == OnReturned
	// An entry that only notes an amount leads to no other state, and the row must be as the acquirer says, also after a clerk's verdict.
	correctsRow := e.Effect == EffectNoted && p.State != Review && (e.Event == OnReturnedPart || e.Event == OnNotReturned || e.Event == OnConfirmed)
	return known || message && answered && !endsRefund && !correctsRow || repeatsEvidence, nil
}

// writeOnOpenDay calls a store's Create or Commit, and returns the row and the entry that were written. An entry whose day is closed is
// dated on the next open day, and its Why says so.
func (s *Service) writeOnOpenDay(ctx context.Context, p Payment, e Entry, to func(context.Context, Payment, Entry) error) (Payment, Entry, error) {
	byClock, why := e.At, e.Why
	err := onOpenDay(e.At, func(at time.Time) error {
		if !at.Equal(e.At) {
			e.At, e.Why = at, datedAnew(why, byClock)
			e = e.linkToChain(p, e.Previous)
			p.Head = e.Hash
		}
		return s.writeOnce(ctx, p, e, to)
	})
	return p, e, err
}

// writeOnce calls a store's Create or Commit. After an error by which the store does not say that it wrote nothing, the outcome is unknown:
// the connection may have broken after the commit. The row is then read again; its head, or its journal, tells whether the entry is there.
func (s *Service) writeOnce(ctx context.Context, p Payment, e Entry, to func(context.Context, Payment, Entry) error) error {
	err := to(ctx, p, e)
	if err == nil || nothingWasWritten(err) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if q, rerr := s.c.Store.Find(ctx, Lookup{ID: p.ID}); rerr == nil {
		if q.Head == p.Head {
			return nil
		}
		for old, jerr := range s.c.Store.Journal(ctx, p.ID) { // the entry was written, and the row has changed since
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

// nothingWasWritten reports whether the error is one by which a store says that it wrote nothing.
func nothingWasWritten(err error) bool {
	for _, known := range []error{ErrVersion, ErrHeld, ErrClaimPaid, ErrKeyReused, ErrReference, ErrNotFound} {
		if errors.Is(err, known) {
			return true
		}
	}
	return !openInstant(err).IsZero()
}

// changeFrom is changeNewest for a row that was written just now: it is read again only if it has changed since.
func (s *Service) changeFrom(ctx context.Context, p Payment, decide func(Payment) (Event, error)) (Payment, Effect, error) {
	e, err := decide(p)
	if err != nil {
		return p, "", err
	}
	q, effect, err := s.applyEvent(ctx, p, e)
	if errors.Is(err, ErrVersion) {
		return s.changeNewest(ctx, Lookup{ID: p.ID}, decide)
	}
	return q, effect, err
}

// changeNewest applies an event to the newest row, and again if the row has changed meanwhile, until it is written. decide returns the
// event for the row that was read, or an error to change nothing.
func (s *Service) changeNewest(ctx context.Context, l Lookup, decide func(Payment) (Event, error)) (Payment, Effect, error) {
	for range maxChangeTries {
		p, err := s.c.Store.Find(ctx, l)
		if err != nil {
			return Payment{}, "", err
		}
		e, err := decide(p)
		if err != nil {
			return p, "", err
		}
		q, effect, err := s.applyEvent(ctx, p, e)
		if !errors.Is(err, ErrVersion) {
			return q, effect, err
		}
	}
	return Payment{}, "", ErrVersion
}
