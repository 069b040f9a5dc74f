package bank

import (
	"cmp"
	"crypto/rand"
	"maps"
	"slices"
	"time"
)

const (
	// Idle is how long a session lives without the payer doing anything. Then it ends with code 97.
	Idle = 15 * time.Minute
	// Lifetime is how long a session lives at most, however busy the payer is.
	Lifetime = time.Hour
)

// Session opens the payment page. Its token is a secret: the bank takes its bearer for the payer.
type Session struct {
	Token     string
	ExpiresAt time.Time // the last instant at which it can be paid; without activity it ends earlier, see Idle
}

// Open registers an order and returns its session. The refusals are 03, 12 with the field, and 94 for a name that
// the merchant has used before, however that ended.
func (b *Bank) Open(o Order) (Session, error) { return b.OpenLimited(o, 0) }

// OpenLimited is Open of a session whose redirect data brings the payer to the payment page so often. Zero: as often as the page is loaded.
func (b *Bank) OpenLimited(o Order, uses int) (Session, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m, ok := b.merchants[o.Merchant]
	if !ok {
		return Session{}, &Refusal{Code: "03", Field: "merchant"}
	}
	if field := o.wrongField(); field != "" {
		return Session{}, &Refusal{Code: "12", Field: field}
	}
	if b.byName[o.nameOf()] != nil {
		return Session{}, &Refusal{Code: "94"}
	}
	o.Fields = maps.Clone(o.Fields)
	now := b.Clock()
	a := &account{
		Transaction: Transaction{Order: o, OpenedAt: now}, several: m.SeveralAttempts, uses: uses,
		idle: cmp.Or(o.Lifetime, max(b.Idle, 0), Idle), active: now,
	}
	if o.Attempts > 0 {
		a.several = o.Attempts > 1
	}
	token := rand.Text()
	b.accounts, b.open = append(b.accounts, a), append(b.open, a)
	b.byName[o.nameOf()], b.byToken[token] = a, a
	return Session{Token: token, ExpiresAt: now.Add(o.lifetimeOrDefault())}, nil
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
	a, err := b.liveSession(token, b.Clock())
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
	_, err := b.liveSession(token, b.Clock())
	a := b.byToken[token]
	if a == nil {
		return Transaction{}, err
	}
	return a.copyOf(), err
}

// Tick returns the sessions that have expired by now without an attempt, oldest first, each once: the caller notifies their 97.
// A session in which a card was refused is not among them, for its refusal has been notified.
func (b *Bank) Tick() []Transaction {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.Clock()
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
