package simulation

import (
	"context"
	"hash/fnv"
	"net/http"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// bank is a mock with what a mock does not do: outages, answers that are lost, chargebacks that are won back.
type bank struct {
	*world
	mock *mock.Acquirer

	mu          sync.Mutex
	calls       map[string]int             // by operation and reference
	chargedBack map[string]decimal.Decimal // what the card's bank has taken back, by reference
	unsure      map[string]time.Time       // when money was asked to go back by a call whose answer was lost, by reference
	downUntil   time.Time
}

func newBank(w *world, merchant string, traits acquirer.Traits) *bank {
	b := &bank{world: w, calls: map[string]int{}, chargedBack: map[string]decimal.Decimal{}, unsure: map[string]time.Time{}}
	b.mock = &mock.Acquirer{MerchantID: merchant, Traits: traits, Now: w.clock, Notify: func(cb acquirer.Callback) { w.post(cb) }}
	return b
}

// The clients have the abilities of their kind and no others.
type (
	asking     struct{ *bank }
	refunding  struct{ asking }
	cancelling struct{ refunding }
)

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

// What goes wrong with a call.
type wrong int

const (
	nothing     wrong = iota
	unreachable       // certainly not carried out
	unanswered        // carried out, and the answer is lost
	unheard           // not carried out, and the caller cannot know
)

// fate decides what goes wrong with a call.
func (b *bank) fate(op, reference string) wrong {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls[op+reference]++
	switch roll := b.roll(op, reference, b.calls[op+reference]); {
	case b.clock().Before(b.downUntil):
		return unreachable
	case b.quiet.Load() || roll >= 15:
		return nothing
	default:
		return unreachable + wrong(roll%3)
	}
}

// roll is a number below 100 that depends on nothing but the seed and what it is for.
func (w *world) roll(what, which string, n int) int {
	h := fnv.New64a()
	for _, s := range []string{what, which} {
		h.Write([]byte(s))
		h.Write([]byte{0})
	}
	x := h.Sum64() ^ w.seed ^ uint64(n)*0x9E3779B97F4A7C15
	x ^= x >> 31
	x *= 0xBF58476D1CE4E5B9
	x ^= x >> 29
	return int(x >> 7 % 100)
}

// failed is the error of a call.
func failed(op, reference string, kind error) error {
	return &acquirer.Error{Op: op, Reference: reference, Kind: kind}
}

// strike makes a call go wrong as it is fated to.
func strike[T any](b *bank, op, reference string, call func() (T, error)) (answer T, err error) {
	var none T
	switch b.fate(op, reference) {
	case unreachable:
		return none, failed(op, reference, acquirer.ErrUnavailable)
	case unheard:
		return none, failed(op, reference, acquirer.ErrUnanswered)
	case unanswered:
		call()
		return none, failed(op, reference, acquirer.ErrUnanswered)
	}
	return call()
}

func (a asking) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	return strike(a.bank, acquirer.OpBegin, o.Reference, func() (acquirer.Session, error) { return a.mock.Begin(ctx, o) })
}

func (a asking) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	if q.Merchant != a.Merchant() {
		a.violated("%s was asked about the payment %s of %s", a.Merchant(), q.Reference, q.Merchant)
	}
	return strike(a.bank, acquirer.OpStatus, q.Reference, func() (acquirer.Result, error) {
		r, err := a.mock.Status(ctx, q)
		if err == nil && r.Outcome == acquirer.Accepted {
			r.Returned = r.Returned.Add(a.takenBack(q.Reference))
		}
		return r, err
	})
}

func (b *bank) takenBack(reference string) decimal.Decimal {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.chargedBack[reference]
}

// giveBack is a call that moves money. It is never made for a payment that is not to be given back, and never repeated blindly.
func (b *bank) giveBack(ctx context.Context, op string, m acquirer.Modification,
	give func(context.Context, acquirer.Modification) (acquirer.Result, error),
) (acquirer.Result, error) {
	p, err := b.store.Find(ctx, payment.Lookup{Reference: m.Reference})
	if err != nil || p.State != payment.Refunding || p.RefundCalledAt.IsZero() {
		b.violated("%s is called for %s, which is %s, and the row says nothing of a call", op, m.Reference, p.State)
	}
	if m.Merchant != b.mock.Merchant() {
		b.violated("%s was called for the payment %s of %s", b.mock.Merchant(), m.Reference, m.Merchant)
	}
	now := b.clock()
	b.mu.Lock()
	if last, ok := b.unsure[m.Reference]; ok && now.Sub(last) < 15*time.Minute-2*skew {
		b.violated("%s is called for %s %v after a call whose answer was lost", op, m.Reference, now.Sub(last))
	}
	delete(b.unsure, m.Reference)
	charged := b.chargedBack[m.Reference].Sign() > 0
	b.mu.Unlock()
	r, err := strike(b, op, m.Reference, func() (acquirer.Result, error) {
		if charged { // nothing is left to give
			return acquirer.Result{}, failed(op, m.Reference, acquirer.ErrConflict)
		}
		return give(ctx, m)
	})
	if e, ok := err.(*acquirer.Error); ok && e.Kind == acquirer.ErrUnanswered {
		b.mu.Lock()
		b.unsure[m.Reference] = now
		b.mu.Unlock()
	}
	return r, err
}

// truth is what a bank's book says of a payment, in cents.
type truth struct {
	taken, back int64
	pending     bool
}

func (t truth) left() int64 { return t.taken - t.back }

// book is the truth about every payment of a bank, by reference.
func (b *bank) book() map[string]truth {
	out := map[string]truth{}
	for _, t := range b.mock.Book() {
		out[t.Reference] = truth{
			taken:   t.Total(mock.Authorised),
			back:    t.Returned() + b.takenBack(t.Reference).Shift(2).IntPart(),
			pending: t.Status == "PENDING",
		}
	}
	return out
}
