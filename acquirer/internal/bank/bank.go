package bank

import (
	"sync"
	"time"
)

// Merchant is a shop that the bank knows.
type Merchant struct {
	ID              string // 15 digits at Sips
	Name            string // what the payer reads: "CPAM Test 2 (INTEGRATION)"
	SeveralAttempts bool   // after a refusal the payer may try another card on the same reference
}

// Refusal is the error of every method of [Bank]: the call changed nothing.
type Refusal struct {
	Code   string // of Sips: 03, 12, 24, 25, 94, 97
	Field  string // which is wrong, with 03: merchant; with 12: amount, capture day, card, currency, lifetime or reference
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

// Clock returns the bank's time: UTC, whole microseconds.
func (b *Bank) Clock() time.Time {
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
