package simulation

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// bank is a mock with what a mock does not do: outages, an office that lags behind, calls that take hours, chargebacks that are won back; and
// with eyes for what it is asked.
type bank struct {
	*World
	name string
	mock *mock.Acquirer

	given       map[string]acquirer.Handle // by reference
	chargedBack map[string]decimal.Decimal // what the card's bank has taken back, by reference
	unsure      map[string]time.Time       // when money was asked to go back by a call whose answer was lost, by reference
	downUntil   time.Time
	lagsUntil   time.Time
}

func newBank(w *World, name, merchant string, traits acquirer.Traits) *bank {
	b := &bank{
		World: w, name: name, given: map[string]acquirer.Handle{}, chargedBack: map[string]decimal.Decimal{}, unsure: map[string]time.Time{},
	}
	b.mock = &mock.Acquirer{MerchantID: merchant, Traits: traits, Now: w.trueTime, Notify: func(cb acquirer.Callback) { w.postNotification(b, cb) }}
	return b
}

// The clients have the abilities of their kind and no others.
type (
	asking     struct{ *bank }
	refunding  struct{ asking }
	cancelling struct{ refunding }
)

// client is the bank as a process knows it. What is asked has to be asked by a process that lives.
func (b *bank) client() acquirer.Client {
	c := b.mock.Client()
	if _, ok := c.(acquirer.Canceller); ok {
		return cancelling{refunding{asking{b}}}
	}
	if _, ok := c.(acquirer.Refunder); ok {
		return refunding{asking{b}}
	}
	return asking{b}
}

func (a asking) Merchant() string                                       { return a.mock.Merchant() }
func (a asking) Takes(ch acquirer.Channel) ([]acquirer.Shape, []string) { return a.mock.Takes(ch) }
func (a asking) Answer(r *http.Request) (string, bool)                  { return a.mock.Answer(r) }
func (a asking) Parse(cb acquirer.Callback) (acquirer.Result, error)    { return a.mock.Parse(cb) }
func (a refunding) Refund(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return a.giveBack(ctx, acquirer.OpRefund, m, a.mock.Refund)
}
func (a cancelling) Cancel(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return a.giveBack(ctx, acquirer.OpCancel, m, a.mock.Cancel)
}

// callError is the error of a call.
func callError(op, reference string, kind error) error {
	return &acquirer.Error{Op: op, Reference: reference, Kind: kind}
}

// callWithTrouble makes a call go wrong if it is to.
func callWithTrouble[T any](b *bank, on Boundary, op, reference string, call func() (T, error)) (answer T, err error) {
	var none T
	if b.trueTime().Before(b.downUntil) {
		return none, callError(op, reference, acquirer.ErrUnavailable)
	}
	f := b.plannedTrouble(on, b.nameOf(reference))
	switch f.Trouble {
	case Unreachable:
		return none, callError(op, reference, acquirer.ErrUnavailable)
	case Unheard:
		return none, callError(op, reference, acquirer.ErrUnanswered)
	case Slow:
		b.sleepInCall(f.For)
	}
	answer, err = call()
	switch f.Trouble {
	case Unanswered:
		return none, callError(op, reference, acquirer.ErrUnanswered)
	case SlowAnswer:
		b.sleepInCall(f.For)
	case Panics:
		if b.working > 0 { // elsewhere it is the host's to recover
			panic("the client of " + b.name)
		}
		return none, callError(op, reference, acquirer.ErrUnanswered)
	}
	return answer, err
}

func (a asking) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	return callWithTrouble(a.bank, OnBegin, acquirer.OpBegin, o.Reference, func() (acquirer.Session, error) {
		s, err := a.mock.Begin(ctx, o)
		if err == nil {
			a.given[o.Reference] = s.Handle
			a.wakeProcesses(a.trueTime().Add(15*time.Minute + time.Second)) // the session expires
		}
		return s, err
	})
}

// checkTrip checks that a question or a call is about a trip of this bank, by the handle that it gave.
func (b *bank) checkTrip(op, merchant, reference string, h acquirer.Handle) {
	given, ours := b.given[reference]
	switch {
	case merchant != b.mock.Merchant() || !ours && b.takenByAnotherBank(reference):
		b.reportViolation("asked elsewhere", "%s is called at %s for %s, which is not its own", op, b.name, b.nameOf(reference))
	case ours && (h.Session != "" && h.Session != given.Session || h.Proof != "" && h.Proof != given.Proof):
		b.reportViolation("another handle", "%s is called at %s for %s by the handle of another trip", op, b.name, b.nameOf(reference))
	}
}

// takenByAnotherBank reports whether another bank took the payment.
func (w *World) takenByAnotherBank(reference string) bool {
	return slices.ContainsFunc(w.banks, func(b *bank) bool { _, ok := b.given[reference]; return ok })
}

func (a asking) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	a.checkTrip(acquirer.OpStatus, q.Merchant, q.Reference, q.Handle)
	return callWithTrouble(a.bank, OnStatus, acquirer.OpStatus, q.Reference, func() (acquirer.Result, error) {
		r, err := a.mock.Status(ctx, q)
		if err != nil {
			return r, err
		}
		// The office has not heard of it. One that forgets does not say so after the session: by then it would be too late to learn of it.
		lags := a.trueTime().Before(a.lagsUntil) && r.Outcome != acquirer.Open
		if lags && !(a.mock.Traits.Forgets && a.trueTime().After(a.given[q.Reference].ExpiresAt)) {
			if !a.mock.Traits.AskedByHandle {
				return acquirer.Result{}, callError(acquirer.OpStatus, q.Reference, acquirer.ErrNotFound)
			}
			r.Handle.Payment = ""
			return acquirer.Result{
				Reference: r.Reference, OrderID: r.OrderID, Merchant: r.Merchant, Amount: r.Amount, Currency: r.Currency,
				Outcome: acquirer.Open, Handle: r.Handle,
			}, nil
		}
		if r.Outcome == acquirer.Accepted {
			r.Returned = r.Returned.Add(a.chargedBack[q.Reference])
		}
		return r, err
	})
}

// giveBack is a call that moves money. It is never made for a payment that is not to be given back, and never repeated blindly.
func (b *bank) giveBack(ctx context.Context, op string, m acquirer.Modification,
	give func(context.Context, acquirer.Modification) (acquirer.Result, error),
) (acquirer.Result, error) {
	b.checkTrip(op, m.Merchant, m.Reference, m.Handle)
	p, err := b.backend.Store().Find(ctx, payment.Lookup{Reference: m.Reference})
	if err == nil && (p.State != payment.Refunding || p.RefundCalledAt.IsZero()) {
		b.reportViolation("unasked refund", "%s is called for %s, which is %s, and the row says nothing of a call", op, b.nameOf(m.Reference), p.State)
	}
	now := b.trueTime()
	if last, ok := b.unsure[m.Reference]; ok && now.Sub(last) < 15*time.Minute-2*skew && now.After(b.clockRight) {
		b.reportViolation("blind repetition", "%s is called for %s %v after a call whose answer was lost", op, b.nameOf(m.Reference), now.Sub(last).Round(time.Second))
	}
	b.unsure[m.Reference] = now // also if the call panics
	r, err := callWithTrouble(b, OnGiveBack, op, m.Reference, func() (acquirer.Result, error) {
		if b.chargedBack[m.Reference].Sign() > 0 { // nothing is left to give
			return acquirer.Result{}, callError(op, m.Reference, acquirer.ErrConflict)
		}
		return give(ctx, m)
	})
	if e := (*acquirer.Error)(nil); !errors.As(err, &e) || e.Kind != acquirer.ErrUnanswered {
		delete(b.unsure, m.Reference)
	}
	return r, err
}

// tellsReturns reports whether the bank's answers say what has gone back.
func (b *bank) tellsReturns() bool {
	_, ok := b.client().(acquirer.Refunder)
	return ok
}

// truth is what a bank's book says of a payment, in cents.
type truth struct {
	taken, back   int64
	pending       bool
	authorisation string
}

func (t truth) centsLeft() int64 { return t.taken - t.back }

// truthByReference is the truth about every payment of a bank, by reference.
func (b *bank) truthByReference() map[string]truth {
	out := map[string]truth{}
	for _, t := range b.mock.Book() {
		out[t.Reference] = truth{
			taken: t.Total(mock.Authorised), back: t.Returned() + b.chargedBack[t.Reference].Shift(2).IntPart(),
			pending: t.Status == "PENDING", authorisation: t.Authorisation,
		}
	}
	return out
}

// truthOf is the truth about one payment.
func (b *bank) truthOf(reference string) truth { return b.truthByReference()[reference] }
