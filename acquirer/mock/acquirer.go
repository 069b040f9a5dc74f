package mock

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/quittance/quittance/acquirer/internal/paypage"
	"github.com/quittance/quittance/internal/euro"
)

// DefaultMerchant is who is paid unless MerchantID says otherwise: the number of S29.
const DefaultMerchant = "201000005940002"

// Transaction is what really happened to one reference; see [Acquirer.Book]. It is a copy, which does not change any more. What a test
// looks at:
//
//	Reference, OrderID, Merchant string
//	Cents                        int64     // of the order
//	Code, AcquirerCode           string    // empty while nobody has paid
//	Status                       string    // of the transaction; empty while nobody has paid
//	Authorisation                string    // six digits when accepted
//	OpenedAt, At, RemitAt        time.Time // when it was opened, when it was last tried, when it is remitted
//	Moves                        []Move    // in the order in which they happened
//
// and Total(kind), Returned() and Remaining(), which are cents.
type Transaction = bank.Transaction

// Move is one entry of a transaction's book: Kind, Cents above zero, and the instant At.
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
	_ acquirer.Listener  = (*Acquirer)(nil)
)

// Acquirer is a bank in the process, and a client of it. It is safe for concurrent use. The zero value works. Its fields are set before first use and not changed after; it must
// not be copied. No function in a field is called with a lock held, so each may call the Acquirer, but for Now.
type Acquirer struct {
	// Plan returns what the payer will do with an order; it is called once, in Begin. Its faults of a call strike that Begin,
	// those of a session the session, those of a notification the notifications that the payment leads to. Zero: everybody
	// pays.
	Plan func(acquirer.Order) Behaviour

	// Notify receives the notifications, on the goroutine that caused them. Zero: POST to the order's NotifyURL if it has one.
	Notify func(acquirer.Callback)

	// URL is where PaymentPage is mounted, such as "http://127.0.0.1:8080/bank". Zero: there is no page,
	// use Visit; the sessions then point to kiosk.invalid.
	URL string

	// Now is the bank's clock: sessions expire by it, and payments are remitted. Zero: time.Now.
	Now func() time.Time

	// Traits are what kind of acquirer this is: Sips, Direct, PayFiP, or traits of your own. Zero: Sips. Begin returns
	// ErrConfiguration for traits that contradict each other.
	Traits acquirer.Traits

	// MerchantID is who is paid. Zero: DefaultMerchant.
	MerchantID string

	// SeveralAttempts lets a payer try three cards on one reference. A refusal is then Pending as long as another try is
	// possible.
	SeveralAttempts bool

	// Delay is how long a Slow answer takes, by the real clock. Zero: one second.
	Delay time.Duration

	// Logger gets a warning for each notification that could not be delivered by POST. Nil: slog.Default().
	Logger *slog.Logger

	once     sync.Once
	bank     bank.Bank
	post     fault.Post
	page     paypage.Handler
	key      [32]byte
	mu       sync.Mutex
	dialect  dialect
	planned  map[string]Behaviour             // by the bank's key, until it is used up
	faults   fault.Queue                      // injected
	upcoming map[string][]Fault               // by reference: faults of the next call, from Visit
	trips    map[string]trip                  // by Handle.Session
	latest   map[string]string                // the bank's key of the transaction begun last, by reference
	given    map[giveBackKey]bank.Transaction // what was answered to a call that gave money back, by its idempotence key
}

// trip is what the mock keeps of a session that has a handle, beside what the bank keeps.
type trip struct {
	token          string // opens the payment page
	proof, payment string // of the handle; the payment's id is in answers once an attempt was made
}

// initialise sets up a bank, a key and maps, at the first call of any method.
func (a *Acquirer) initialise() {
	a.once.Do(func() {
		rand.Read(a.key[:]) // never fails: crypto/rand ends the program rather than return an error
		a.dialect = dialectOf(a.Traits)
		a.bank.Now, a.post.Now = a.Now, a.Now
		a.bank.Enrol(bank.Merchant{ID: a.Merchant(), Name: "CPAM Test 2 (INTEGRATION)", SeveralAttempts: a.SeveralAttempts})
		a.openPaymentPage()
		a.planned, a.upcoming = make(map[string]Behaviour), make(map[string][]Fault)
		a.trips, a.latest, a.given = make(map[string]trip), make(map[string]string), make(map[giveBackKey]bank.Transaction)
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

// tokenField is the only field of a session's form, or the only pair in the query of its link.
const tokenField = "token"

// Begin opens a session at the payment page. The session ends after fifteen minutes in which the payer does nothing and one
// hour at most; ExpiresAt is the hour. The error's kind is ErrInvalid with the field, ErrReferenceUsed, ErrConfiguration for a
// plan or traits that are not valid, or what a fault brings.
func (a *Acquirer) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	a.initialise()
	misconfigured := func(err error) (acquirer.Session, error) {
		return acquirer.Session{}, &acquirer.Error{Op: acquirer.OpBegin, Reference: safeReference(o.Reference), Kind: acquirer.ErrConfiguration, Err: err}
	}
	if err := checkTraits(a.Traits); err != nil {
		return misconfigured(err)
	}
	if field, err := checkOrder(o, a.Traits); err != nil {
		return acquirer.Session{}, invalidField(acquirer.OpBegin, o.Reference, field, err)
	}
	var b Behaviour
	if a.Plan != nil {
		b = a.Plan(o)
		if _, err := b.responseCode(); err != nil {
			return misconfigured(err)
		}
	}
	return answerCall(a, ctx, acquirer.OpBegin, o.Reference, b.Faults, func() (acquirer.Session, error) { return a.openSession(o, b) })
}

// openSession opens the session at the bank, and keeps its handle and its plan.
func (a *Acquirer) openSession(o acquirer.Order, b Behaviour) (acquirer.Session, error) {
	cents, _ := euro.Cents(o.Amount) // checked before
	order := bank.Order{
		Merchant: a.Merchant(), Reference: o.Reference, OrderID: o.ID, Cents: cents, Currency: o.Currency,
		ReturnURL: o.ReturnURL, NotifyURL: o.NotifyURL, Language: o.Language,
	}
	if a.Traits.AskedByHandle {
		order.ID = newID()
	}
	uses := fault.Uses(append(a.faults.Next(fault.OnSession), b.Faults...))
	a.mu.Lock()
	defer a.mu.Unlock() // until the reference is taken
	if a.latest[o.Reference] != "" && !a.Traits.ReferencesRepeat {
		return acquirer.Session{}, &bank.Refusal{Code: "94"}
	}
	opened, err := a.bank.OpenLimited(order, uses)
	if err != nil {
		return acquirer.Session{}, err
	}
	key := cmp.Or(order.ID, o.Reference)
	made := trip{token: opened.Token}
	if a.Traits.Proof {
		made.proof = newID()
	}
	if a.Traits.Forgets {
		made.payment = newID()
	}
	a.latest[o.Reference] = key
	if order.ID != "" {
		a.trips[order.ID] = made
	}
	if a.Plan != nil {
		a.planned[key] = b
	}
	s := a.sessionFor(order.ID, opened)
	if order.ID != "" {
		s.Handle = acquirer.Handle{Session: order.ID, Proof: made.proof, ExpiresAt: s.ExpiresAt}
	}
	return s, nil
}

// sessionFor returns the way to the payment page: a form or a link with the bank's token; or a link with the session's number, for a
// kind that has no more.
func (a *Acquirer) sessionFor(id string, opened bank.Session) acquirer.Session {
	s := acquirer.Session{
		URL: strings.TrimRight(cmp.Or(a.URL, "https://kiosk.invalid"), "/") + "/pay", Method: http.MethodPost, ExpiresAt: opened.ExpiresAt,
	}
	pairs := url.Values{tokenField: {opened.Token}}
	switch {
	case !a.dialect.links:
		s.Fields = pairs
		return s
	case !a.Traits.Proof:
		pairs = url.Values{numberField: {id}}
	}
	s.Method = http.MethodGet
	s.URL += "?" + pairs.Encode()
	return s
}

// bankToken finds the bank's token by the pairs with which a payer arrives; false if they are not of this kind.
func (a *Acquirer) bankToken(pairs url.Values) (string, bool) {
	if a.dialect.links && !a.Traits.Proof {
		a.mu.Lock()
		defer a.mu.Unlock()
		return a.trips[pairs.Get(numberField)].token, pairs.Has(numberField)
	}
	return pairs.Get(tokenField), pairs.Has(tokenField)
}

// arrivalPairs are the pairs with which the payer of a session arrives: its fields, or the query of its link.
func arrivalPairs(s acquirer.Session) url.Values {
	if !s.Link() {
		return s.Fields
	}
	if u, err := url.Parse(s.URL); err == nil {
		return u.Query()
	}
	return nil
}
