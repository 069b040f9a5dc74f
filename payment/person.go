package payment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/nir"
)

// Command is a clerk's act on a payment: who, why, and the version that the clerk saw. If the payment has changed since, the error is
// ErrVersion: show it again. ErrInvalid names every field that is empty, too long or no text.
type Command struct {
	ID      ID
	Version int
	By, Why string
}

// Verdict is what a clerk decides about a payment in review. The strings are frozen.
type Verdict string

const (
	VerdictKeep        Verdict = "keep"         // the money is ours: paid
	VerdictGiveBack    Verdict = "give_back"    // refund it
	VerdictWasReturned Verdict = "was_returned" // it went back already
	VerdictNoMoney     Verdict = "no_money"     // none moved
)

var verdicts = map[Verdict]EventKind{VerdictKeep: OnKept, VerdictGiveBack: OnGivingBack, VerdictWasReturned: OnWasReturned, VerdictNoMoney: OnNoMoney}

// Resolution resolves a review.
type Resolution struct {
	Command
	Verdict Verdict
}

// Record says that the payment was taken into account on the payer's account (S77), and by whom: a clerk, two where a second one
// confirms, or nobody where the host's own program does it. The journal keeps them as it keeps Command.By. A second call is no error, and
// writes nothing: who was first stays in the journal. ErrNotFound if there is no such payment; ErrNotAllowed unless it is paid or recorded;
// ErrInvalid if a name is empty, too long or no text.
func (s *Service) Record(ctx context.Context, id ID, by ...string) (p Payment, err error) {
	ctx, end := s.c.Observe(ctx, "payment.record")
	defer func() { end(err, slog.String("reference", p.Reference)) }()
	names := strings.Join(by, ", ")
	if slices.Contains(by, "") {
		return Payment{}, fmt.Errorf("%w: by has an empty name", ErrInvalid)
	} else if err := checkWords("by", names, maxFieldBytes); err != nil {
		return Payment{}, err
	}
	if id == "" {
		return Payment{}, explainNotFound("record", Lookup{ID: id}, ErrNotFound)
	}
	p, _, err = s.changeNewest(ctx, Lookup{ID: id}, func(Payment) (Event, error) {
		return Event{Kind: OnRecorded, At: s.now(), By: names}, nil
	})
	return p, explainNotAllowed(p, "record", explainNotFound("record", Lookup{ID: id}, err))
}

// Refund gives back what is left of a payment that is paid or recorded: all that did not go back before. It returns when that is
// committed; Work talks to the acquirer. A second call is no error. A part of an amount is refunded at the acquirer's own desk.
// ErrNotAllowed in any other state.
func (s *Service) Refund(ctx context.Context, c Command) (Payment, error) {
	return s.applyCommand(ctx, "refund", c, OnRefundAsked)
}

// Question puts a payment into review: a paid or recorded one after a chargeback or a complaint; a refunded one whose money was not
// given back, or came again; one that VerdictNoMoney ended, to undo that. ErrNotAllowed for any other.
func (s *Service) Question(ctx context.Context, c Command) (Payment, error) {
	return s.applyCommand(ctx, "question", c, OnQuestioned)
}

// Resolve ends a review. [VerdictKeep] is ErrClaimPaid while another payment of the claim is paid or recorded, or another of the debt is
// paid. [VerdictNoMoney] is ErrNotAllowed while the journal holds money that the acquirer sealed, unless the acquirer itself said that it went
// back: a clerk's VerdictWasReturned does not count here, since it may have been questioned. After VerdictNoMoney the acquirer is asked
// twice more, and an acceptance that it knows then wins.
func (s *Service) Resolve(ctx context.Context, r Resolution) (Payment, error) {
	kind, ok := verdicts[r.Verdict]
	if !ok {
		return Payment{}, fmt.Errorf("%w: Verdict %.40q is none of keep, give_back, was_returned, no_money", ErrInvalid, string(r.Verdict))
	}
	return s.applyCommand(ctx, "resolve", r.Command, kind)
}

// applyCommand commits a clerk's act at the version that the clerk saw.
func (s *Service) applyCommand(ctx context.Context, name string, c Command, kind EventKind) (p Payment, err error) {
	ctx, end := s.c.Observe(ctx, "payment."+name)
	defer func() { end(err, slog.String("reference", p.Reference)) }()
	var errs []error
	for _, f := range []struct {
		name, value string
		most        int
	}{{"ID", string(c.ID), maxFieldBytes}, {"By", c.By, maxFieldBytes}, {"Why", c.Why, 10 * maxFieldBytes}} {
		if f.value == "" {
			errs = append(errs, fmt.Errorf("%w: %s is empty", ErrInvalid, f.name))
		} else if err := checkWords(f.name, f.value, f.most); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return Payment{}, err
	}
	if p, err = s.find(ctx, name, Lookup{ID: c.ID}); err != nil {
		return Payment{}, err
	}
	switch _, effect := Next(p.State, kind); {
	case effect == EffectDuplicate: // it is done already, whatever version was seen
		return p, nil
	case effect == "":
		return p, explainNotAllowed(p, name, ErrNotAllowed)
	case p.Version != c.Version:
		return p, fmt.Errorf("%w: %s is at version %d, version %d was seen", ErrVersion, p.Reference, p.Version, c.Version)
	}
	if why, err := s.whyForbidden(ctx, p, kind); err != nil {
		return p, err
	} else if why != "" {
		return p, fmt.Errorf("%w: %s", explainNotAllowed(p, name, ErrNotAllowed), why)
	}
	q, _, err := s.commitEvent(ctx, p, Event{Kind: kind, At: s.now(), By: c.By, Why: c.Why})
	if err != nil {
		return p, explainNotAllowed(p, name, err)
	}
	return q, nil
}

// checkWords returns ErrInvalid for what a person typed and the journal cannot keep.
func checkWords(name, value string, most int) error {
	if why := unfitText(value, most); why != "" {
		return fmt.Errorf("%w: %s %s", ErrInvalid, name, why)
	}
	if nir.Within(value) {
		return fmt.Errorf("%w: %s has a social security number; say it without", ErrInvalid, name)
	}
	return nil
}

// whyForbidden returns what in the journal forbids an act that the table allows; empty if nothing does.
func (s *Service) whyForbidden(ctx context.Context, p Payment, kind EventKind) (string, error) {
	if kind != OnNoMoney && !(kind == OnQuestioned && p.State == Failed) {
		return "", nil
	}
	var takings ledger
	var end EventKind // the event that led to the state
	for e, err := range s.c.Store.Journal(ctx, p.ID) {
		if err != nil {
			return "", err
		}
		takings.movementsOf(p, e)
		if e.Effect == EffectChanged {
			end = e.Event
		}
	}
	if kind == OnQuestioned {
		if end == OnNoMoney {
			return "", nil
		}
		return "no person ended it; only the acquirer's word can move it", nil
	}
	for _, t := range takings {
		if left := t.withoutReturn(); !t.keptByClerk && left.Sign() > 0 {
			return fmt.Sprintf("the acquirer has sealed %s, and of %s it has not said that they went back", euro.Describe(t.money.Amount), euro.Describe(left)), nil
		}
	}
	return "", nil
}

// explainNotAllowed adds the act, the payment and its state to ErrNotAllowed; another error is returned as it is.
func explainNotAllowed(p Payment, name string, err error) error {
	if errors.Is(err, ErrNotAllowed) {
		return fmt.Errorf("%w: %s of %s, which is %s", ErrNotAllowed, name, p.Reference, p.State)
	}
	return err
}
