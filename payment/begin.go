package payment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/nir"
)

// BeginRequest asks for a trip to the payment page.
type BeginRequest struct {
	// Key makes the request safe to repeat: the same key of the same debtor is the same payment. Draw one when the
	// page with the button « payer » is made. A new try needs a new key.
	Key      string
	Debt     creance.Debt
	Language string // BCP 47, of the payment page and the letters; empty: "fr"
}

// Format prints the language only, whatever the verb: the other fields may name the debtor.
func (r BeginRequest) Format(f fmt.State, _ rune) {
	io.WriteString(f, "request to begin in "+r.Language)
}

// findMistakes returns all mistakes, joined. No field may be a social security number: it would reach stores and receivers that must
// not know it.
func (r BeginRequest) findMistakes() error {
	var errs []error
	number := ""
	if r.Debt.Notice != nil {
		number = r.Debt.Notice.Number
	}
	for _, f := range []struct {
		name, value string
		required    bool
		nir         bool
	}{
		{"Key", r.Key, true, nir.Identifier(r.Key)},
		{"Debt.ID", r.Debt.ID, true, nir.Identifier(r.Debt.ID)},
		{"Debt.Debtor", r.Debt.Debtor, true, nir.Debtor(r.Debt.Debtor)},
		{"Debt.Notice.Number", number, false, nir.Identifier(number)},
		{"Language", r.Language, false, false},
	} {
		why := unfitText(f.value, maxFieldBytes)
		switch {
		case f.required && f.value == "":
			why = "is empty"
		case why == "" && f.nir:
			why = "is a social security number; use an opaque identifier of your own"
		}
		if why != "" {
			errs = append(errs, fmt.Errorf("%w: %s %s", ErrInvalid, f.name, why))
		}
	}
	return errors.Join(errs...)
}

// Begin decides whether the debt may be paid, keeps a reference, asks the acquirer for a session and returns it: send
// the payer there with [acquirer.Session.Send]. The amount is the decision's (S9).
//
// The same key and request again give the same payment: with the same session while that can still be paid, with a
// zero session later. A zero session means that there is nothing to pay with; show the payment as it is. Such a repetition may use up a
// number of the day: to look the key up first would cost each new payment a round trip.
//
// Once it is clear that the debt can be paid, the end of ctx no longer counts: who clicks twice has the browser give up the first request, and
// net/http ends its context. The second click waits for the first, and leads to its session. The store has a minute, the acquirer BeginTimeout.
//
// Errors: ErrInvalid names the fields; [creance.ErrNoPolicy] before the first policy's day; a [*creance.IneligibleError] has every
// reason; a [*HeldError] has the payment that holds the debt or the claim, also when an open attempt is asked for again and an older one
// was accepted meanwhile; ErrInProgress when the same request is being served and is not done within BeginTimeout, for which this one
// waits, or before ctx ends; ErrKeyReused when the key was used for another request; ErrClosed when Config.Acquirer is nil; ErrDayFull;
// ErrReference when five numbers of today in a row were used before, as after a restore from a backup: set the sequence past the acquirer's
// last reference. An error of the acquirer means that no session was handed out and no money can have moved: the payment has failed, and
// a new try needs a new key. After any other error the same request may be repeated.
func (s *Service) Begin(ctx context.Context, r BeginRequest) (p Payment, session acquirer.Session, err error) {
	ctx, end := s.c.Observe(ctx, "payment.begin")
	defer func() {
		if held := (*HeldError)(nil); errors.As(err, &held) {
			held.By = held.By.shownTo(r.Debt.Debtor)
		}
		if err != nil {
			s.logNotBegun(ctx, p, err)
		}
		end(err, slog.String("reference", p.Reference), slog.String("state", string(p.State)))
	}()

	if err := r.findMistakes(); err != nil {
		return Payment{}, acquirer.Session{}, err
	}
	now := s.now()
	policy, err := s.c.Policies.On(now)
	if err != nil {
		return Payment{}, acquirer.Session{}, err
	}
	decision := policy.Decide(r.Debt, now)
	if err := decision.Err(); err != nil {
		return Payment{}, acquirer.Session{}, err
	}
	p = Payment{
		ID: newID(), Version: 1, State: Created,
		Claim: r.Debt.Claim(), Debt: r.Debt.ID, Notice: r.Debt.Notice.Number, Debtor: r.Debt.Debtor, Key: r.Key,
		Policy: decision.Policy, Language: r.Language, Amount: decision.Amount, Currency: "EUR",
		CreatedAt: now, AttentionAt: now.Add(s.c.BeginTimeout + commitMargin),
	}
	if p.Language == "" {
		p.Language = "fr"
	}
	if err := ctx.Err(); err != nil {
		return Payment{}, acquirer.Session{}, fmt.Errorf("payment: not begun: %w", err)
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout) // counted from CreatedAt, the instant of the first entry
	defer cancel()
	created, err := s.createWithReference(keep, p)
	if errors.Is(err, ErrKeyReused) || errors.Is(err, ErrDayFull) || errors.Is(err, ErrClosed) { // a request that was served before needs no number
		old, found := s.c.Store.Find(keep, Lookup{Debtor: p.Debtor, Key: p.Key})
		if found == nil {
			return s.answerRepeated(ctx, old, p)
		} else if !errors.Is(found, ErrNotFound) {
			err = found
		}
	}
	if err != nil {
		return Payment{}, acquirer.Session{}, err
	}
	return s.openSession(context.WithoutCancel(ctx), created)
}

// answerRepeated answers a request whose key was used before, for the payment old.
func (s *Service) answerRepeated(ctx context.Context, old, asked Payment) (Payment, acquirer.Session, error) {
	if !old.isSameRequest(asked) {
		return Payment{}, acquirer.Session{}, fmt.Errorf("%w (%s)", ErrKeyReused, old.Reference)
	}
	old, err := s.awaitFirstClick(ctx, old)
	switch {
	case err != nil:
		return old, acquirer.Session{}, err
	case old.State == Created:
		return old, acquirer.Session{}, fmt.Errorf("%w (%s)", ErrInProgress, old.Reference)
	case !canGoBack(old, s.now()):
		return old, acquirer.Session{}, nil
	}
	if by, err := s.otherOfDebt(ctx, old, old.OvertakenBy); err != nil {
		return old, acquirer.Session{}, err
	} else if by.ID != "" {
		return old, acquirer.Session{}, &HeldError{by}
	}
	return old, old.Session, nil
}

// createWithReference commits the payment under a new reference, for the merchant of Config.Acquirer; ErrClosed if there is none.
func (s *Service) createWithReference(ctx context.Context, p Payment) (Payment, error) {
	if s.c.Acquirer == nil {
		return p, ErrClosed
	}
	p.Merchant = s.c.Acquirer.Merchant()
	for range 5 {
		n, err := s.c.Store.Sequence(ctx, parisDay(p.CreatedAt))
		if err != nil {
			return p, err
		}
		ref, err := NewReference(s.c.Prefix, p.CreatedAt, n)
		if err != nil {
			return p, err
		}
		p.Reference = ref.String()
		e := Entry{Event: OnCreated, Effect: EffectChanged, To: Created, At: p.CreatedAt, Why: p.Policy}.linkToChain(p, [32]byte{})
		p.Head = e.Hash
		q, _, err := s.writeOnOpenDay(ctx, p, e, s.c.Store.Create)
		if !errors.Is(err, ErrReference) {
			return q, err
		}
	}
	return p, fmt.Errorf("%w: five numbers of today in a row; after a restore set the sequence past the acquirer's last reference", ErrReference)
}

// openSession asks the acquirer for a session, and returns it only once it is committed.
func (s *Service) openSession(ctx context.Context, p Payment) (Payment, acquirer.Session, error) {
	ask, cancel := context.WithTimeout(ctx, s.c.BeginTimeout)
	session, err := s.c.Acquirer.Begin(ask, acquirer.Order{
		ID: string(p.ID), Reference: p.Reference, Amount: p.Amount, Currency: p.Currency,
		ReturnURL: s.c.ReturnURL, NotifyURL: s.c.NotifyURL, Language: p.Language,
	})
	cancel()
	ctx, cancel = context.WithTimeout(ctx, commitMargin/2)
	defer cancel()
	if err != nil {
		return s.notOpened(ctx, p, err)
	}
	if by, herr := s.otherOfDebt(ctx, p, p.OvertakenBy); herr != nil {
		return s.notOpened(ctx, p, herr)
	} else if by.ID != "" {
		return s.notOpened(ctx, p, &HeldError{by})
	}
	if session.Origin() == "" {
		return s.notOpened(ctx, p, errors.New("payment: the acquirer's session has no http or https address"))
	}
	if session.ExpiresAt.IsZero() {
		session.ExpiresAt = s.now().Add(paymentWindow)
	}
	session.ExpiresAt = storableInstant(session.ExpiresAt)
	if session.Handle, err = storableHandle(session.Handle, session.ExpiresAt); err != nil {
		return s.notOpened(ctx, p, err)
	}
	q, effect, err := s.changeFrom(ctx, p, func(Payment) (Event, error) {
		return Event{Kind: OnOpened, At: s.now(), Session: &session}, nil
	})
	if errors.Is(err, ErrReference) { // another payment has the handle: an answer about it would be applied to both
		return s.notOpened(ctx, p, fmt.Errorf("payment: the acquirer gave the ids of another session again: %w", err))
	}
	if err != nil {
		return p, acquirer.Session{}, err
	}
	if effect != EffectChanged { // the process was suspended, or a result came first: the session is dropped
		return q, acquirer.Session{}, nil
	}
	return q, session, nil
}

// notOpened ends the payment: no session was handed out, so no money can have moved. Work asks about it once more later, unless the
// acquirer certainly opened no session.
func (s *Service) notOpened(ctx context.Context, p Payment, cause error) (Payment, acquirer.Session, error) {
	e := Event{Kind: OnNotOpened, At: s.now(), Err: shortCause(cause.Error())}
	if a := (*acquirer.Error)(nil); errors.As(cause, &a) {
		switch a.Kind {
		case acquirer.ErrReferenceUsed:
			e.Result = &acquirer.Result{Code: referenceTaken}
		case acquirer.ErrInvalid, acquirer.ErrConfiguration, acquirer.ErrUnsupported:
			e.Result = &acquirer.Result{Code: a.Code}
		}
	}
	q, _, err := s.changeFrom(ctx, p, func(Payment) (Event, error) { return e, nil })
	if err != nil {
		return p, acquirer.Session{}, errors.Join(cause, err)
	}
	return q, acquirer.Session{}, cause
}

// opensNothing reports whether the acquirer certainly opened no session: notOpened puts a Result into such an event.
func opensNothing(e Event) bool { return e.Kind == OnNotOpened && e.Result != nil }
