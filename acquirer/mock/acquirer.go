package mock

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/internal/euro"
)

// DefaultMerchant is who is paid unless MerchantID says otherwise: the number of S29.
const DefaultMerchant = "201000005940002"

// Transaction is what really happened to one reference; see [Acquirer.Book].
type Transaction = bank.Transaction

// Move is one entry of a transaction's book.
type Move = bank.Move

// The kinds of a [Move].
const (
	Authorised = bank.Authorised
	Remitted   = bank.Remitted
	Cancelled  = bank.Cancelled
	Refunded   = bank.Refunded
)

var (
	_ acquirer.Client    = (*Acquirer)(nil)
	_ acquirer.Canceller = (*Acquirer)(nil)
	_ acquirer.Refunder  = (*Acquirer)(nil)
)

// Acquirer is safe for concurrent use. The zero value works. Its fields are set before first use and not changed after; it must not be
// copied. No function in a field is called with a lock held, so each may call the Acquirer, but for Now.
type Acquirer struct {
	// Plan says what the payer will do with an order; it is asked once, in Begin. Its faults of a call strike that Begin, those of a
	// session the session, those of a notification the notifications that the payment leads to. Zero: everybody pays.
	Plan func(acquirer.Order) Behaviour

	// Notify receives the notifications, on the goroutine that caused them. Zero: POST to the order's NotifyURL if it has one.
	Notify func(acquirer.Callback)

	// URL is where Kiosk is mounted, such as "http://127.0.0.1:8080/kiosk". Zero: no kiosk, use Visit; the sessions
	// then point to kiosk.invalid.
	URL string

	// Now is the bank's clock: sessions expire by it, and payments are remitted. Zero: time.Now.
	Now func() time.Time

	// MerchantID is who is paid. Zero: DefaultMerchant.
	MerchantID string

	// SeveralAttempts lets a payer try three cards on one reference. A refusal is then Pending as long as another try is
	// possible.
	SeveralAttempts bool

	// Delay is how long a Slow answer takes, by the real clock. Zero: one second.
	Delay time.Duration

	// Logger is told which notifications could not be delivered by POST. Zero: nobody is.
	Logger *slog.Logger

	once     sync.Once
	bank     bank.Bank
	post     bank.Post
	kiosk    bank.Kiosk
	key      [32]byte
	mu       sync.Mutex
	planned  map[string]Behaviour // by reference, until it is used up
	injected map[string][][]Fault // by operation, or by target
	upcoming map[string][]Fault   // by reference: faults of the next call, from Visit
}

// ready gives the zero value what it needs.
func (a *Acquirer) ready() {
	a.once.Do(func() {
		rand.Read(a.key[:]) // never fails: crypto/rand ends the program rather than return an error
		a.bank.Now, a.post.Now = a.Now, a.Now
		a.bank.Enrol(bank.Merchant{ID: a.Merchant(), Name: "CPAM Test 2 (INTEGRATION)", SeveralAttempts: a.SeveralAttempts})
		a.openKiosk()
		a.planned = make(map[string]Behaviour)
		a.injected = make(map[string][][]Fault)
		a.upcoming = make(map[string][]Fault)
	})
}

// Merchant names who is paid.
func (a *Acquirer) Merchant() string { return cmp.Or(a.MerchantID, DefaultMerchant) }

// Format prints the merchant for every verb, and no key.
func (a *Acquirer) Format(f fmt.State, _ rune) {
	io.WriteString(f, "mock acquirer of merchant "+a.Merchant())
}

// LogValue holds the merchant, and no key.
func (a *Acquirer) LogValue() slog.Value {
	return slog.GroupValue(slog.String("acquirer", "mock"), slog.String("merchant", a.Merchant()))
}

// tokenField is the only field of a session's form.
const tokenField = "token"

// Begin opens a session at the kiosk. The session ends after fifteen minutes in which the payer does nothing and one hour at most; ExpiresAt
// is the hour. The error's kind is ErrInvalid with the field, ErrReferenceUsed, or what a fault brings.
func (a *Acquirer) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	a.ready()
	if field, err := check(o); err != nil {
		return acquirer.Session{}, invalid(acquirer.OpBegin, o.Reference, field, err)
	}
	var b Behaviour
	if a.Plan != nil {
		b = a.Plan(o)
		if _, err := b.code(); err != nil {
			e := &acquirer.Error{Op: acquirer.OpBegin, Reference: o.Reference, Kind: acquirer.ErrConfiguration, Err: err}
			return acquirer.Session{}, e
		}
	}
	return answer(a, ctx, acquirer.OpBegin, o.Reference, b.Faults, func() (acquirer.Session, error) {
		cents, _ := euro.Cents(o.Amount) // checked above
		s, err := a.bank.Open(bank.Order{
			Merchant: a.Merchant(), Reference: o.Reference, OrderID: o.ID, Cents: cents, Currency: o.Currency,
			ReturnURL: o.ReturnURL, NotifyURL: o.NotifyURL, Language: o.Language,
		}, append(a.next(string(bank.OnSession)), b.Faults...)...)
		if err != nil {
			return acquirer.Session{}, err
		}
		if a.Plan != nil {
			a.mu.Lock()
			a.planned[o.Reference] = b
			a.mu.Unlock()
		}
		return acquirer.Session{
			URL:       strings.TrimRight(cmp.Or(a.URL, "https://kiosk.invalid"), "/") + "/pay",
			Method:    "POST",
			Fields:    url.Values{tokenField: {s.Token}},
			ExpiresAt: s.ExpiresAt,
		}, nil
	})
}

// Status says what has become of a reference. A session in which nobody has paid yet is not found, as at Sips; one that has
// expired is code 97. The error's kind is ErrNotFound, or what a fault brings.
func (a *Acquirer) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	a.ready()
	return answer(a, ctx, acquirer.OpStatus, q.Reference, nil, func() (acquirer.Result, error) {
		t, err := a.bank.Status(a.Merchant(), q.Reference)
		if err != nil {
			return acquirer.Result{}, err
		}
		return say(t).result(acquirer.Query), nil
	})
}

// Cancel gives money back before remittance, all of it or a part. The error's kind is ErrInvalid with the field, ErrNotFound, ErrConflict
// (code 24), or what a fault brings.
func (a *Acquirer) Cancel(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return a.giveBack(ctx, acquirer.OpCancel, m, a.bank.Cancel)
}

// Refund gives money back after remittance, all of it or a part; never more than remains. The errors are those of Cancel.
func (a *Acquirer) Refund(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return a.giveBack(ctx, acquirer.OpRefund, m, a.bank.Refund)
}

func (a *Acquirer) giveBack(ctx context.Context, op string, m acquirer.Modification,
	give func(merchant, reference string, cents int64, currency string) (bank.Transaction, error),
) (acquirer.Result, error) {
	a.ready()
	cents, err := positive(m.Amount)
	if err != nil {
		return acquirer.Result{}, invalid(op, m.Reference, "Amount", err)
	}
	return answer(a, ctx, op, m.Reference, nil, func() (acquirer.Result, error) {
		t, err := give(a.Merchant(), m.Reference, cents, m.Currency)
		if err != nil {
			return acquirer.Result{}, err
		}
		return say(t).result(acquirer.Query), nil
	})
}
