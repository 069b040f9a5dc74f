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
	// Idle is how long a session lives without the payer doing anything. Then it ends with code 97.
	Idle = 15 * time.Minute
	// Lifetime is how long a session lives at most, however busy the payer is.
	Lifetime = time.Hour
	// Attempts is how many cards a payer may try where the shop allows several; the last refusal has the code 75.
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

	// Lifetime is how long the session lives, with or without activity. Zero: the constants Idle and Lifetime.
	Lifetime time.Duration `json:",omitempty"`

	// Attempts is how many cards the payer may try; the last refusal keeps its own code. Zero: one, or the constant Attempts where
	// the shop allows several.
	Attempts int `json:",omitempty"`

	// Capture is when an accepted payment is remitted. Zero: CaptureByDay.
	Capture Capture `json:",omitempty"`

	// CaptureDay is after how many days the payment is remitted, or has expired if Capture needs a validation that has not come. Zero:
	// at the end of its own day.
	CaptureDay int `json:",omitempty"`

	// Brands are the card brands that the payment page takes; see [ReadCardOf]. The bank itself takes any. Zero: every one.
	Brands []string `json:",omitempty"`

	Fields map[string]string // kept for the front; the bank does not read them
}

// Session opens the payment page. Its token is a secret: the bank takes its bearer for the payer.
type Session struct {
	Token     string
	ExpiresAt time.Time // the last instant at which it can be paid; without activity it ends earlier, see Idle
}

// Refusal is the error of every method of [Bank]: the call changed nothing.
type Refusal struct {
	Code   string // of Sips: 03, 12, 24, 25, 94, 97
	Field  string // which is wrong, with 12: one of amount, capture day, currency, lifetime, merchant, reference, card
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
	open      []*account // not closed, or expired and not returned by Tick yet
	accepted  int        // authorisations given so far
}

// name is what a transaction is found by: the merchant, and the order's ID or else its reference.
type name struct{ merchant, key string }

func (o Order) nameOf() name { return name{o.Merchant, cmp.Or(o.ID, o.Reference)} }

func (o Order) lifetimeOrDefault() time.Duration { return cmp.Or(o.Lifetime, Lifetime) }

// MostAttempts is how many cards a payer of the order may try where it is more than one.
func MostAttempts(o Order) int { return cmp.Or(o.Attempts, Attempts) }

// Capture is when an accepted payment is remitted. The strings are frozen.
type Capture string

const (
	CaptureByDay    Capture = ""          // at the end of its day, or CaptureDay days later
	CaptureOnDemand Capture = "on_demand" // at the end of the day on which it is validated; without a validation in time it expires
	CaptureAtOnce   Capture = "at_once"   // as soon as it is accepted
)

// account is a transaction with its session, as the bank keeps it.
type account struct {
	Transaction
	several   bool
	uses      int // of the redirect data; see OpenLimited
	used      int
	idle      time.Duration
	active    time.Time // the payer's last request
	closed    bool      // nothing can be paid any more
	untold    bool      // expired, and not returned by Tick yet
	remaining int64     // authorised and not given back
}

// Clock returns the bank's time: UTC, whole microseconds.
func (b *Bank) Clock() time.Time { return b.now() }

func (b *Bank) now() time.Time {
	if b.Now == nil {
		return storedTime(time.Now())
	}
	return storedTime(b.Now())
}

// storedTime is an instant as it is stored: UTC, whole microseconds.
func storedTime(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Enrol adds a merchant, or replaces the one with the same ID; open sessions keep their settings.
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

// Merchant returns the merchant that was enrolled under an ID.
func (b *Bank) Merchant(id string) (Merchant, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.merchants[id]
	return m, ok
}

// Open registers an order and returns its session. The refusals are 03, 12 with the field, and 94 for a name that
// the merchant has used before, however that ended.
func (b *Bank) Open(o Order) (Session, error) { return b.OpenLimited(o, 0) }

// OpenLimited is Open of a session whose redirect data brings the payer to the payment page so often. Zero: as often as the page is loaded.
func (b *Bank) OpenLimited(o Order, uses int) (Session, error) {
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
	case o.Lifetime < 0:
		return Session{}, &Refusal{Code: "12", Field: "lifetime"}
	case o.CaptureDay < 0 || o.CaptureDay > 99:
		return Session{}, &Refusal{Code: "12", Field: "capture day"}
	case b.byName[o.nameOf()] != nil:
		return Session{}, &Refusal{Code: "94"}
	}
	o.Fields = maps.Clone(o.Fields)
	now := b.now()
	a := &account{Transaction: Transaction{Order: o, OpenedAt: now}, several: m.SeveralAttempts, uses: uses, active: now}
	if o.Attempts > 0 {
		a.several = o.Attempts > 1
	}
	if a.idle = b.Idle; a.idle <= 0 {
		a.idle = Idle
	}
	if o.Lifetime > 0 {
		a.idle = o.Lifetime
	}
	token := rand.Text()
	b.accounts, b.open = append(b.accounts, a), append(b.open, a)
	b.byName[o.nameOf()], b.byToken[token] = a, a
	return Session{Token: token, ExpiresAt: now.Add(o.lifetimeOrDefault())}, nil
}

// idleDeadline is when the session ends if the payer does nothing from now on.
func (a *account) idleDeadline() time.Time {
	idle, end := a.active.Add(a.idle), a.OpenedAt.Add(a.lifetimeOrDefault())
	if end.Before(idle) {
		return end
	}
	return idle
}

// applyClock expires the session and remits the payment if that became due by now. Each is dated when it was due, not now.
func (a *account) applyClock(now time.Time) {
	if !a.closed && !now.Before(a.idleDeadline()) {
		a.closeExpired(a.idleDeadline())
		a.untold = a.Attempt == 0
	}
	if now.Before(a.RemitAt) {
		return
	}
	switch a.Status {
	case StatusToCapture:
		a.remitAt(a.RemitAt)
	case StatusToValidate: // nobody has validated it in time: the promise lapses
		a.Status, a.remaining = StatusExpired, 0
	}
}

// closeExpired closes the session with code 97, or leaves the code of the last refusal if a card was tried.
func (a *account) closeExpired(at time.Time) {
	a.closed, a.Retry = true, false
	if a.Attempt == 0 {
		a.Code, a.Status, a.At = "97", StatusExpired, at
	}
}

func (a *account) remitAt(at time.Time) {
	a.Status = StatusCaptured
	a.Moves = append(a.Moves, Move{Remitted, a.remaining, at})
}

// liveSession returns the open account of a token and counts as activity of the payer. The refusals are those of Enter.
func (b *Bank) liveSession(token string, now time.Time) (*account, error) {
	a := b.byToken[token]
	if a == nil {
		return nil, &Refusal{Code: "25"}
	}
	a.applyClock(now)
	switch {
	case a.Code == "97":
		return nil, &Refusal{Code: "97", Status: a.Status}
	case a.closed:
		return nil, &Refusal{Code: "94", Status: a.Status}
	}
	a.active = now
	return a, nil
}

// Enter opens the payment page for a payer who brings the redirect data; it counts against the uses of OpenLimited. The refusals are 25 for
// a token that is unknown or used up, 97 for an expired session, 94 for one that has ended otherwise.
func (b *Bank) Enter(token string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.byToken[token]; a != nil && a.uses > 0 && a.used == a.uses {
		return Transaction{}, &Refusal{Code: "25"}
	}
	a, err := b.liveSession(token, b.now())
	if err != nil {
		return Transaction{}, err
	}
	a.used++
	return a.copyOf(), nil
}

// Stay is Enter without counting, for the pages after the first. With the refusals 94 and 97 it returns the transaction too, so
// that the page can say how the session ended.
func (b *Bank) Stay(token string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, err := b.liveSession(token, b.now())
	a := b.byToken[token]
	if a == nil {
		return Transaction{}, err
	}
	return a.copyOf(), err
}

// Pay ends an attempt as the card says: paid, refused, given up (code 17), or expired at once (97). The caller notifies the
// merchant of the transaction that is returned, and sends the browser back with it unless the code is 97. The refusals are
// those of Enter, and 12 for a card whose fields are not valid.
func (b *Bank) Pay(token string, c Card) (Transaction, error) {
	return b.payIf(token, c, func(*account) bool { return true })
}

func (b *Bank) payIf(token string, c Card, expected func(*account) bool) (Transaction, error) {
	c, ok := c.withDefaults()
	if !ok {
		return Transaction{}, &Refusal{Code: "12", Field: "card"}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	a, err := b.liveSession(token, now)
	if err != nil {
		return Transaction{}, err
	}
	if !expected(a) {
		return Transaction{}, &Refusal{Code: "24", Status: a.Status}
	}
	b.endAttempt(a, c, now)
	return a.copyOf(), nil
}

// PayOnce is Pay, refused with 24 unless the account has had exactly so many attempts: a form that is sent twice is one attempt.
func (b *Bank) PayOnce(token string, attempts int, c Card) (Transaction, error) {
	return b.payIf(token, c, func(a *account) bool { return a.Attempt == attempts })
}

// endAttempt records the outcome of an attempt, and closes the session unless the payer may try another card.
func (b *Bank) endAttempt(a *account, c Card, now time.Time) {
	meaning := sipscode.Meaning(c.Code)
	a.Authentication = c.Authentication
	switch meaning.Outcome {
	case acquirer.Expired:
		a.closeExpired(now)
		return
	case acquirer.Cancelled:
		a.Authorisation, a.Brand, a.MaskedPAN = "", "", ""
	default:
		a.Attempt++
		a.Brand, a.MaskedPAN = c.Brand, c.Masked()
	}
	a.Retry = a.several && meaning.Outcome == acquirer.Refused && c.Code != "34" && c.Code != "75"
	if a.Retry && a.Attempt >= MostAttempts(a.Order) {
		if a.Retry = false; a.Attempts == 0 {
			meaning = sipscode.Meaning("75")
		}
	}
	a.closed = !a.Retry
	a.Code, a.AcquirerCode, a.At = meaning.Code, meaning.Acquirer, now
	if c.Authentication == NotAuthenticated {
		a.AcquirerCode = "" // nobody has asked the acquirer (sips.md §7.5)
	}
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
	a.RemitAt = storedTime(CaptureLimit(a.Order, now).Next().Start())
	a.Moves = append(a.Moves, Move{Authorised, a.Cents, now})
	switch a.Capture {
	case CaptureOnDemand:
		a.Status = StatusToValidate
	case CaptureAtOnce:
		a.RemitAt = now
		a.remitAt(now)
	}
}

// CaptureLimit is the day by whose end a payment of an instant is remitted, in Paris: the day itself, or the order's CaptureDay days later.
func CaptureLimit(o Order, at time.Time) paris.Day {
	day := paris.Of(at)
	for range o.CaptureDay {
		day = day.Next()
	}
	return day
}

// Tick returns the sessions that have expired by now without an attempt, oldest first, each once: the caller notifies their 97.
// A session in which a card was refused is not among them, for its refusal has been notified.
func (b *Bank) Tick() []Transaction {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	var expired []Transaction
	b.open = slices.DeleteFunc(b.open, func(a *account) bool {
		a.applyClock(now)
		if a.untold {
			a.untold = false
			expired = append(expired, a.copyOf())
		}
		return a.closed
	})
	slices.SortStableFunc(expired, func(x, y Transaction) int { return x.At.Compare(y.At) })
	return expired
}
