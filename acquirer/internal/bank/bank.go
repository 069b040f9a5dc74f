package bank

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
)

const (
	// Idle is how long a session lives when nobody uses it: after it comes the 97.
	Idle = 15 * time.Minute
	// Lifetime is how long a session lives at most, however busy the payer is.
	Lifetime = time.Hour
	// Attempts is how many cards a payer may try where the shop allows several; the last refusal is told as 75.
	Attempts = 3

	alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// Merchant is a shop that the bank knows.
type Merchant struct {
	ID              string // 15 digits at Sips
	Name            string // what the payer reads: "CPAM Test 2 (INTEGRATION)"
	SeveralAttempts bool   // after a refusal the payer may try another card on the same reference
}

// Order is what a merchant asks to be paid. Merchant and ID together name the transaction for ever, or Merchant and Reference
// where there is no ID.
type Order struct {
	// ID names the transaction where a reference may come twice, as at Direct and PayFiP: Status, Cancel, Refund and Decide then
	// take it in place of the reference. It looks like no reference. Zero: the reference is the name, and comes once.
	ID string `json:",omitempty"`

	Merchant, Reference, OrderID string
	Cents                        int64  // above zero, at most 12 digits
	Currency                     string // three capital letters
	ReturnURL, NotifyURL         string
	Language                     string
	Fields                       map[string]string // whatever else the front wants to find again; the bank does not look
}

// Session is the way to the kiosk. Whoever has the token is the payer.
type Session struct {
	Token     string
	ExpiresAt time.Time // after it nobody can pay, whatever happens; see Idle for what happens when nothing does
}

// Refusal is the error of every method of [Bank]: a call that was certainly not carried out.
type Refusal struct {
	Code   string // of Sips: 03, 12, 24, 25, 94, 97
	Field  string // which is wrong, with 12: one of amount, currency, merchant, reference, card
	Status string // with 24: the transactionStatus that does not allow it (Sips: newStatus)
}

func (r *Refusal) Error() string {
	s := "bank: refused with code " + r.Code
	if r.Field != "" {
		s += ", field " + r.Field
	}
	if r.Status != "" {
		s += ", the transaction is " + r.Status
	}
	return s
}

// Bank is safe for concurrent use. The zero value is a bank without merchants; it must not be copied after first use.
type Bank struct {
	Now func() time.Time // zero: time.Now. Set before first use; it must not call the bank

	// Idle is how long a session lives when nobody uses it. Zero: the constant Idle. Set before first use.
	Idle time.Duration

	mu        sync.Mutex
	merchants map[string]Merchant
	accounts  []*account // in the order in which they were opened
	byName    map[name]*account
	byToken   map[string]*account
	open      []*account // those whose expiry has not been told yet
	accepted  int        // authorisations given so far
}

// name is what a transaction is found by: the merchant, and the order's ID or else its reference.
type name struct{ merchant, key string }

func (o Order) name() name { return name{o.Merchant, cmp.Or(o.ID, o.Reference)} }

// account is a transaction while it lives.
type account struct {
	Transaction
	several   bool
	uses      int // how often the redirect data works; 0: no limit
	used      int
	idle      time.Duration
	active    time.Time // the payer's last sign of life
	closed    bool      // nothing can be paid any more
	untold    bool      // expired, and the notification of it has not been handed out
	remaining int64     // authorised and not given back
}

// Clock is the instant at which the bank acts now.
func (b *Bank) Clock() time.Time { return b.now() }

func (b *Bank) now() time.Time {
	if b.Now == nil {
		return stamp(time.Now())
	}
	return stamp(b.Now())
}

// stamp makes of an instant what is kept of it.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Enrol makes the merchant known, or changes what is known of it; open sessions stay as they are.
func (b *Bank) Enrol(m Merchant) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.merchants == nil {
		b.merchants = make(map[string]Merchant)
		b.byName = make(map[name]*account)
		b.byToken = make(map[string]*account)
	}
	b.merchants[m.ID] = m
}

// Merchant returns what is known of a merchant.
func (b *Bank) Merchant(id string) (Merchant, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.merchants[id]
	return m, ok
}

// Open registers an order and returns the session of its payer. Of the faults only those of a session count. The refusals
// are 03, 12 with the field, and 94 for a name that the merchant has used before, however that ended.
func (b *Bank) Open(o Order, fs ...Fault) (Session, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.merchants[o.Merchant]
	switch {
	case !ok:
		return Session{}, &Refusal{Code: "03", Field: "merchant"}
	case o.Reference == "" || len(o.Reference) > 35 || strings.Trim(o.Reference, alphanumeric) != "":
		return Session{}, &Refusal{Code: "12", Field: "reference"}
	case o.Cents <= 0 || o.Cents > euro.Max:
		return Session{}, &Refusal{Code: "12", Field: "amount"}
	case len(o.Currency) != 3 || strings.Trim(o.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return Session{}, &Refusal{Code: "12", Field: "currency"}
	case b.byName[o.name()] != nil:
		return Session{}, &Refusal{Code: "94"}
	}
	o.Fields = maps.Clone(o.Fields)
	now := b.now()
	a := &account{Transaction: Transaction{Order: o, OpenedAt: now}, several: m.SeveralAttempts, uses: uses(fs), active: now}
	if a.idle = b.Idle; a.idle <= 0 {
		a.idle = Idle
	}
	token := rand.Text()
	b.accounts, b.open = append(b.accounts, a), append(b.open, a)
	b.byName[o.name()], b.byToken[token] = a, a
	return Session{Token: token, ExpiresAt: now.Add(Lifetime)}, nil
}

// deadline is when the session ends if the payer does nothing from now on.
func (a *account) deadline() time.Time {
	idle, end := a.active.Add(a.idle), a.OpenedAt.Add(Lifetime)
	if end.Before(idle) {
		return end
	}
	return idle
}

// settle does what the clock has brought since anybody looked, each at its own instant.
func (a *account) settle(now time.Time) {
	if !a.closed && !now.Before(a.deadline()) {
		a.expire(a.deadline())
		a.untold = a.Attempt == 0
	}
	if a.Status == StatusToCapture && !now.Before(a.RemitAt) {
		a.remit(a.RemitAt)
	}
}

// expire closes the session. Where cards were refused before, the last refusal stands.
func (a *account) expire(at time.Time) {
	a.closed, a.Retry = true, false
	if a.Attempt == 0 {
		a.Code, a.Status, a.At = "97", StatusExpired, at
	}
}

func (a *account) remit(at time.Time) {
	a.Status = StatusCaptured
	a.Moves = append(a.Moves, Move{Remitted, a.remaining, at})
}

// session finds the account of a token as it stands now; the payer's being there keeps it alive.
func (b *Bank) session(token string, now time.Time) (*account, error) {
	a := b.byToken[token]
	if a == nil {
		return nil, &Refusal{Code: "25"}
	}
	a.settle(now)
	switch {
	case a.Code == "97":
		return nil, &Refusal{Code: "97", Status: a.Status}
	case a.closed:
		return nil, &Refusal{Code: "94", Status: a.Status}
	}
	a.active = now
	return a, nil
}

// Enter is the payer's arrival at the kiosk with the redirect data, counted where that works only once or twice. The refusals
// are 25 for a token that is unknown or used up, 97 for an expired session, 94 for one that has ended otherwise.
func (b *Bank) Enter(token string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.byToken[token]; a != nil && a.uses > 0 && a.used == a.uses {
		return Transaction{}, &Refusal{Code: "25"}
	}
	a, err := b.session(token, b.now())
	if err != nil {
		return Transaction{}, err
	}
	a.used++
	return a.clone(), nil
}

// Stay is the payer's being at the kiosk still: Enter without counting. With the refusals 94 and 97 comes the transaction as
// well, for it tells how the session ended.
func (b *Bank) Stay(token string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, err := b.session(token, b.now())
	a := b.byToken[token]
	if a == nil {
		return Transaction{}, err
	}
	return a.clone(), err
}

// Pay is what the payer does at the kiosk: pay with a card, give up (code 17), or let the session expire (97, at once). What it
// returns is to be notified, and brought back by the browser unless the code is 97. The refusals are those of Enter, and 12
// for a card that is none.
func (b *Bank) Pay(token string, c Card) (Transaction, error) {
	return b.pay(token, c, func(*account) bool { return true })
}

func (b *Bank) pay(token string, c Card, expected func(*account) bool) (Transaction, error) {
	c, ok := c.fill()
	if !ok {
		return Transaction{}, &Refusal{Code: "12", Field: "card"}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	a, err := b.session(token, now)
	if err != nil {
		return Transaction{}, err
	}
	if !expected(a) {
		return Transaction{}, &Refusal{Code: "24", Status: a.Status}
	}
	b.end(a, c, now)
	return a.clone(), nil
}

// PayOnce is Pay for a payer who has seen so many attempts: when there has been another one since, the refusal is 24. A form
// that is sent twice is one attempt.
func (b *Bank) PayOnce(token string, attempts int, c Card) (Transaction, error) {
	return b.pay(token, c, func(a *account) bool { return a.Attempt == attempts })
}

// end gives an open transaction an outcome.
func (b *Bank) end(a *account, c Card, now time.Time) {
	meaning := sipscode.Meaning(c.Code)
	a.Authentication = c.Authentication
	switch meaning.Outcome {
	case acquirer.Expired:
		a.expire(now)
		return
	case acquirer.Cancelled:
		a.Authorisation, a.Brand, a.MaskedPAN = "", "", ""
	default:
		a.Attempt++
		a.Brand, a.MaskedPAN = c.Brand, c.masked()
	}
	a.Retry = a.several && meaning.Outcome == acquirer.Refused && c.Code != "34" && c.Code != "75"
	if a.Retry && a.Attempt >= Attempts {
		meaning, a.Retry = sipscode.Meaning("75"), false
	}
	a.closed = !a.Retry
	a.Code, a.AcquirerCode, a.At = meaning.Code, meaning.Acquirer, now
	a.Status = usual[meaning.Outcome].status
	if meaning.Outcome == acquirer.Accepted {
		b.authorise(a, now)
	}
}

func (b *Bank) authorise(a *account, now time.Time) {
	// The first is that of S47; the step has no divisor in common with a million, so that no number comes twice before that.
	a.Authorisation = fmt.Sprintf("%06d", (761208+b.accepted*104729)%1_000_000)
	b.accepted++
	a.remaining = a.Cents
	a.RemitAt = stamp(paris.Of(now).Next().Start())
	a.Moves = append(a.Moves, Move{Authorised, a.Cents, now})
}

// Tick looks at the clock and returns the sessions that have expired without a payment, oldest expiry first, each once: the
// notification of their 97 is due. A session in which a card was refused ends in silence.
func (b *Bank) Tick() []Transaction {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	var expired []Transaction
	b.open = slices.DeleteFunc(b.open, func(a *account) bool {
		a.settle(now)
		if a.untold {
			a.untold = false
			expired = append(expired, a.clone())
		}
		return a.closed
	})
	slices.SortStableFunc(expired, func(x, y Transaction) int { return x.At.Compare(y.At) })
	return expired
}
