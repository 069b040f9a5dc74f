package payment

import (
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

// Payment is one trip to the kiosk, with one reference for its whole life; trying again is a new Payment. It is plain
// data. Instants are UTC, in microseconds; Amount is in euros, whole cents.
//
// It prints without its person. What it holds of a card is the masked number that the acquirer sent.
type Payment struct {
	ID                                        ID
	Version                                   int // 1 when created, one more with every journal entry
	State                                     State
	Reference, Merchant, Claim, Debt          string
	Notice, Debtor, Key, Policy, Language     string
	Amount                                    decimal.Decimal
	Currency                                  string
	Session                                   acquirer.Session // only while Redirected
	Authorisation, Brand, MaskedPAN, Code     string           // what the acquirer said; Code 94 and failed: not our transaction
	Decline                                   acquirer.Decline
	CreatedAt, PaidAt, RecordedAt             time.Time // PaidAt: of the first verified acceptance, as the acquirer dates it
	RefundAskedAt, RefundCalledAt, ReturnedAt time.Time
	AttentionAt                               time.Time // when the worker looks at it next; zero: never
	Head                                      [32]byte  // Hash of the last journal entry
}

// Apply returns the payment as the event leaves it, and the effect. It is pure: it writes nothing, and p is not
// changed. The error is [ErrNotAllowed] where the table does not allow the event. AttentionAt and Head are the
// service's to set.
func (p Payment) Apply(e Event) (Payment, Effect, error) {
	to, effect := Next(p.State, e.Kind)
	switch effect {
	case "":
		return p, "", ErrNotAllowed
	case Duplicate:
		return p, effect, nil
	}
	p.Version++
	p.State = to
	if to != Redirected {
		p.Session = acquirer.Session{}
	}
	if effect != Changed && effect != Noted {
		return p, effect, nil
	}
	switch e.Kind {
	case OnOpened:
		if e.Session != nil {
			p.Session = *e.Session
		}
	case OnAccepted, OnAcceptedToo, OnMismatched, OnReturned: // what went back was accepted before
		if e.Kind == OnReturned {
			p.ReturnedAt = e.At
		}
		if e.Result != nil && (p.PaidAt.IsZero() || effect == Changed && e.Kind != OnReturned) {
			p.Authorisation, p.Brand, p.MaskedPAN = e.Result.AuthorisationID, e.Result.Brand, e.Result.MaskedPAN
			p.Code, p.Decline = e.Result.Code, ""
		}
		if p.PaidAt.IsZero() {
			p.PaidAt = e.At
			if e.Result != nil && !e.Result.At.IsZero() {
				p.PaidAt = e.Result.At.Round(0).UTC().Truncate(time.Microsecond)
			}
		}
	case OnRefused, OnCancelled, OnExpired, OnFailed, OnPending, OnNotOpened:
		if e.Result != nil && effect == Changed {
			p.Code, p.Decline = e.Result.Code, e.Result.Decline
		}
	case OnRecorded:
		p.RecordedAt = e.At
	case OnRefundAsked, OnGivingBack:
		p.RefundAskedAt, p.RefundCalledAt = e.At, time.Time{}
	case OnRefundUnknown:
		p.RefundCalledAt = e.At
	case OnWasReturned:
		p.ReturnedAt = e.At
	case OnKept:
		if p.PaidAt.IsZero() {
			p.PaidAt = e.At
		}
	}
	return p, effect, nil
}

// OvertakenBy reports whether o, another payment of the same debt or claim, has the money, or may have it: paid, recorded,
// refunding or in review. Whoever were sent to the kiosk for p then would pay twice. It happens when an older attempt
// is accepted late.
func (p Payment) OvertakenBy(o Payment) bool {
	return o.ID != p.ID && (o.Debt == p.Debt && o.State.Holds() && !o.State.Attempt() || o.Claim == p.Claim && o.State == Recorded)
}

// LogValue names no person: id, reference, state, version, amount.
func (p Payment) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", string(p.ID)), slog.String("reference", p.Reference), slog.String("state", string(p.State)),
		slog.Int("version", p.Version), slog.String("amount", euro.Describe(p.Amount)), slog.String("currency", p.Currency))
}

// Format prints reference and state, whatever the verb.
func (p Payment) Format(f fmt.State, _ rune) {
	io.WriteString(f, "payment "+p.Reference+" ("+string(p.State)+")")
}
