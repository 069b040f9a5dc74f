package bank

import (
	"maps"
	"slices"
	"time"
)

// Kind is what a move did. The strings are frozen.
type Kind string

const (
	Authorised Kind = "authorised" // the card's bank promised the amount
	Validated  Kind = "validated"  // the shop asks for so much of the promise, and for no more; see CaptureOnDemand
	Remitted   Kind = "remitted"   // what was left of it has been captured: the payer is debited
	Cancelled  Kind = "cancelled"  // given back before remittance: never debited
	Refunded   Kind = "refunded"   // given back after remittance
)

// Move is one entry of the book: money that really moved, or was promised.
type Move struct {
	Kind  Kind
	Cents int64 // above zero
	At    time.Time
}

// Transaction is what the bank knows of one reference: a copy, which does not change any more.
type Transaction struct {
	Order
	Code, AcquirerCode string // empty while nobody has paid
	Status             string // transactionStatus; empty while nobody has paid
	Authorisation      string // six digits when accepted
	Brand, MaskedPAN   string
	Authentication     string    // of the payer at the last attempt; see [Card]
	Attempt            int       // card payments tried, from 1; 0 while nobody has paid
	Retry              bool      // refused, and the payer may still try another card on this reference
	OpenedAt           time.Time // UTC, microseconds, as the others
	At                 time.Time // of the last attempt, the payer's giving up or the expiry
	RemitAt            time.Time // when the payment is to be remitted; zero when it is not accepted
	Moves              []Move    // in the order in which they happened
}

// Total is the sum of the moves of a kind, in cents.
func (t Transaction) Total(k Kind) int64 {
	var sum int64
	for _, m := range t.Moves {
		if m.Kind == k {
			sum += m.Cents
		}
	}
	return sum
}

// Returned is what has gone back so far, in cents: cancelled or refunded.
func (t Transaction) Returned() int64 { return t.Total(Cancelled) + t.Total(Refunded) }

// Remaining is what can still go back, in cents: of what was promised, or of what was validated of it.
func (t Transaction) Remaining() int64 {
	if t.Status == StatusExpired { // nobody has validated the promise in time
		return 0
	}
	if validated := t.Total(Validated); validated > 0 {
		return validated - t.returnedSince(Validated)
	}
	return t.Total(Authorised) - t.Returned()
}

// returnedSince is what has gone back since the first move of a kind.
func (t Transaction) returnedSince(k Kind) int64 {
	i := slices.IndexFunc(t.Moves, func(m Move) bool { return m.Kind == k })
	t.Moves = t.Moves[max(i, 0):]
	return t.Returned()
}

func (t Transaction) copyOf() Transaction {
	t.Moves, t.Fields = slices.Clone(t.Moves), maps.Clone(t.Fields)
	return t
}

// Book returns every transaction of every merchant, in the order in which they were opened, at the bank's present time.
func (b *Bank) Book() []Transaction {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.Clock()
	book := make([]Transaction, len(b.accounts))
	for i, a := range b.accounts {
		a.applyClock(now)
		book[i] = a.copyOf()
	}
	return book
}
