package payment

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/euro"
	"github.com/shopspring/decimal"
)

// ID names a payment: 128 random bits in lower-case base32, 26 characters. It cannot be guessed, and it is sent to
// the acquirer as the order's id: a reference alone does not bind a result to a payment, since after a restore from a
// backup references repeat.
type ID string

// Payment is one trip to the payment page, with one reference for its whole life; trying again is a new Payment. It is plain
// data. Instants are UTC, in microseconds; Amount is in euros, whole cents.
//
// It prints without its debtor. What it holds of a card is the masked number that the acquirer sent.
type Payment struct {
	ID                                        ID
	Version                                   int // 1 when created, one more with every journal entry
	State                                     State
	Reference, Merchant, Claim, Debt          string
	Notice, Debtor, Key, Policy, Language     string
	Amount                                    decimal.Decimal
	Currency                                  string
	Returned                                  decimal.Decimal  // what has gone back of Amount, as far as is known
	Session                                   acquirer.Session // only while Redirected
	Handle                                    acquirer.Handle  // what the acquirer calls the trip, from Redirected to the end
	Authorisation, Brand, MaskedPAN, Code     string           // what the acquirer said; see referenceTaken
	Decline                                   acquirer.Decline
	Means                                     acquirer.Means // what the payer paid by, or was refused; "" of what versions before this field wrote
	CreatedAt, PaidAt, RecordedAt             time.Time      // PaidAt: of the first verified acceptance, as the acquirer dates it
	RefundAskedAt, RefundCalledAt, ReturnedAt time.Time      // RefundCalledAt: the last call; ReturnedAt: when all of it was back
	RefundFirstCalledAt                       time.Time      // the first call since RefundAskedAt
	AttentionAt                               time.Time      // when the worker looks at it next; zero: never
	Head                                      [32]byte       // Hash of the last journal entry
}

// referenceTaken marks a failed payment whose reference belongs to another transaction: the acquirer refused it, so what it says
// under the reference is not about this payment unless it names our order. It stands in Code. Versions before the handle
// wrote an acquirer's code for it.
const (
	referenceTaken        = "reference used"
	referenceTakenOldMark = "94"
)

// foreignReference reports whether the payment's reference belongs to another transaction.
func (p Payment) foreignReference() bool {
	return p.State == Failed && (p.Code == referenceTaken || p.Code == referenceTakenOldMark && p.Handle.IsZero())
}

// Apply returns the payment as the event leaves it, and the effect. It is pure: it writes nothing, and p is not
// changed. The error is [ErrNotAllowed] where the table does not allow the event. AttentionAt and Head are the
// service's to set.
func (p Payment) Apply(e Event) (Payment, Effect, error) {
	to, effect := Next(p.State, e.Kind)
	switch effect {
	case "":
		return p, "", ErrNotAllowed
	case EffectDuplicate:
		return p, effect, nil
	}
	p.Version++
	p.State = to
	if to != Redirected {
		p.Session = acquirer.Session{}
	}
	if effect != EffectChanged && effect != EffectNoted {
		return p, effect, nil
	}
	if r := e.Result; r != nil {
		p.Handle = p.learnedHandle(r.Handle)
	}
	switch e.Kind {
	case OnOpened:
		if e.Session != nil {
			p.Session, p.Handle = *e.Session, e.Session.Handle
			p.Session.Handle = acquirer.Handle{}
		}
	case OnAccepted, OnAcceptedToo, OnMismatched, OnReturned, OnReturnedPart, OnNotReturned, OnConfirmed:
		p = p.withMoney(e, effect)
	case OnRefused, OnCancelled, OnExpired, OnFailed, OnPending, OnNotOpened:
		if e.Result != nil && effect == EffectChanged {
			p.Code, p.Decline, p.Means = e.Result.Code, e.Result.Decline, e.Result.Means
		}
	case OnRecorded:
		p.RecordedAt = e.At
	case OnRefundAsked, OnGivingBack:
		p.RefundAskedAt, p.RefundCalledAt, p.RefundFirstCalledAt = e.At, time.Time{}, time.Time{}
	case OnRefundUnknown:
		if p.RefundFirstCalledAt.IsZero() {
			p.RefundFirstCalledAt = e.At
			if !p.RefundCalledAt.IsZero() { // called by a version that did not keep the first
				p.RefundFirstCalledAt = p.RefundCalledAt
			}
		}
		p.RefundCalledAt = e.At
	case OnWasReturned:
		p.ReturnedAt, p.Returned = e.At, p.Amount
	case OnKept: // a refund that was asked for is given up
		p.RefundAskedAt, p.RefundCalledAt, p.RefundFirstCalledAt = time.Time{}, time.Time{}, time.Time{}
		if p.PaidAt.IsZero() {
			p.PaidAt = e.At
		}
		if p.leftCents() <= 0 { // a clerk says that it is here all the same
			p.Returned, p.ReturnedAt = decimal.Decimal{}, time.Time{}
		}
	}
	return p, effect, nil
}

// learnedHandle is the payment's handle after a message that names the trip. An erased payment learns none: at some acquirers a handle opens the
// payer's data.
func (p Payment) learnedHandle(of acquirer.Handle) acquirer.Handle {
	if p.IsErased() {
		return p.Handle
	}
	return p.Handle.With(of)
}

// withMoney returns the payment after an event that tells of money. An event that money went back also says that it was accepted
// before.
func (p Payment) withMoney(e Event, effect Effect) Payment {
	r := e.Result
	first := p.PaidAt.IsZero()
	if first {
		p.PaidAt = e.At
		if r != nil && !r.At.IsZero() {
			p.PaidAt = storableInstant(r.At)
		}
	}
	fillsIn := p.Authorisation == "" && (e.Kind == OnReturnedPart || e.Kind == OnNotReturned || e.Kind == OnConfirmed)
	follows := effect == EffectChanged && (e.Kind == OnAccepted || e.Kind == OnAcceptedToo || e.Kind == OnMismatched) // the row is about this money from now on
	speaksOf := first || follows
	if r != nil && (speaksOf || fillsIn) {
		p.Authorisation, p.Brand = r.AuthorisationID, r.Brand
		if !p.IsErased() {
			p.MaskedPAN = r.MaskedPAN
			p.Handle.Payment = cmp.Or(r.Handle.Payment, p.Handle.Payment) // of the attempt that has the money: an earlier one may be known
		}
		p.Code, p.Decline, p.Means = r.Code, "", r.Means
	}
	switch {
	case e.Kind == OnReturned:
		p.ReturnedAt, p.Returned = e.At, p.Amount
	case r != nil && (speaksOf || e.Kind != OnMismatched): // a result about other money says nothing of this
		if back := wholeCents(r.Returned); follows || e.Kind == OnNotReturned || back.GreaterThan(p.Returned) { // other messages may be old: less is no news
			p.Returned = back
		}
		if p.leftCents() <= 0 {
			p.Returned = p.Amount
		}
		if e.Kind == OnNotReturned {
			p.ReturnedAt = time.Time{}
		}
	}
	return p
}

// Left is the part of the amount that has not gone back, as far as is known: a refund gives it back.
func (p Payment) Left() decimal.Decimal { return euro.Of(p.leftCents()) }

func (p Payment) leftCents() int64 {
	ordered, _ := euro.Cents(p.Amount) // looked at when the payment was begun
	back, _ := euro.Cents(p.Returned)
	return ordered - back
}

// OvertakenBy reports whether o, another payment of the same debt or claim, has the money, or may have it: paid, recorded,
// refunding or in review. Do not send a payer to the payment page for p then: they would pay twice. It happens when an older
// attempt is accepted late.
func (p Payment) OvertakenBy(o Payment) bool {
	return o.ID != p.ID && (o.Debt == p.Debt && o.State.Holds() && !o.State.Attempt() || o.Claim == p.Claim && o.State == Recorded)
}

// isSameRequest reports whether a payment was begun by the same request: debt, notice, debtor and amount.
func (p Payment) isSameRequest(q Payment) bool {
	return p.Claim == q.Claim && p.Debtor == q.Debtor && euro.Describe(p.Amount) == euro.Describe(q.Amount)
}

// knowsMoney reports whether the payment's money is known to have come in, whatever became of it.
func (p Payment) knowsMoney() bool {
	return p.State.Money() || p.State == Refunding || p.State == Refunded || p.State == Review && !p.PaidAt.IsZero()
}

// firstCall returns when the acquirer was first called for the refund that is under way; zero: not yet.
func (p Payment) firstCall() time.Time {
	if p.RefundFirstCalledAt.IsZero() { // older versions stored the last call only
		return p.RefundCalledAt
	}
	return p.RefundFirstCalledAt
}

// IntoReview returns the payment in review, and the entry that says why. It is for stores whose migration finds a payment with money
// that breaks a newer rule; the entry is signed by the service itself. ErrNotAllowed where the table does not allow it.
func (p Payment) IntoReview(at time.Time, why string) (Payment, Entry, error) {
	at = storableInstant(at)
	next, effect, err := p.Apply(Event{Kind: OnQuestioned, At: at, By: byService, Why: why})
	if err != nil || effect != EffectChanged {
		return p, Entry{}, cmp.Or(err, ErrNotAllowed)
	}
	next.AttentionAt = at.Add(reviewEvery)
	e := Entry{Event: OnQuestioned, Effect: effect, From: p.State, To: next.State, At: at, By: byService, Why: why}.linkToChain(next, p.Head)
	next.Head = e.Hash
	return next, e, nil
}

// LogValue has the id, the reference, the state, the version and the amount, and nothing of the debtor.
func (p Payment) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", string(p.ID)), slog.String("reference", p.Reference), slog.String("state", string(p.State)),
		slog.Int("version", p.Version), slog.String("amount", euro.Describe(p.Amount)), slog.String("currency", p.Currency))
}

// Format prints reference and state, whatever the verb.
func (p Payment) Format(f fmt.State, _ rune) {
	io.WriteString(f, "payment "+p.Reference+" ("+string(p.State)+")")
}
