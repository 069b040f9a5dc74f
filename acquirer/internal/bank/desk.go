package bank

import (
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

// find returns the account of a transaction that somebody has paid, refused, given up or let expire: to the bank's desk, a session
// that is still open is no transaction.
func (b *Bank) find(merchant, key string) (*account, error) {
	a := b.byName[name{merchant, key}]
	if a != nil {
		a.settle(b.now())
	}
	if a == nil || a.Code == "" {
		return nil, &Refusal{Code: "25"}
	}
	return a, nil
}

// Session returns the session of a transaction as it stands, whether anybody has done anything there or not: Code is empty while
// nobody has. The refusal is 25 for a name that was never opened.
func (b *Bank) Session(merchant, key string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.byName[name{merchant, key}]
	if a == nil {
		return Transaction{}, &Refusal{Code: "25"}
	}
	a.settle(b.now())
	return a.clone(), nil
}

// Status returns the transaction as it stands; the refusal is 25, also while nobody has paid. Here and below key is what names the
// transaction: its order's reference, or the order's ID if it has one.
func (b *Bank) Status(merchant, key string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, err := b.find(merchant, key)
	if err != nil {
		return Transaction{}, err
	}
	return a.clone(), nil
}

// giving describes the two ways back: in which status, what it is called, and the status once nothing remains.
type giving struct {
	from, to string
	kind     Kind
}

// Cancel gives back cents of a payment that has not been remitted. The refusals are 25, 24 with the status when it is too late
// or there is nothing to cancel, and 12 for an amount that is not above zero or more than remains, or another currency.
func (b *Bank) Cancel(merchant, key string, cents int64, currency string) (Transaction, error) {
	return b.give(giving{StatusToCapture, StatusCancelled, Cancelled}, merchant, key, cents, currency)
}

// Refund gives back cents of a payment that has been remitted. The refusals are those of Cancel; 24 with the status TO_CAPTURE
// means that it is too early.
func (b *Bank) Refund(merchant, key string, cents int64, currency string) (Transaction, error) {
	return b.give(giving{StatusCaptured, StatusCredited, Refunded}, merchant, key, cents, currency)
}

func (b *Bank) give(g giving, merchant, key string, cents int64, currency string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, err := b.find(merchant, key)
	switch {
	case err != nil:
		return Transaction{}, err
	case a.Status != g.from:
		return Transaction{}, &Refusal{Code: "24", Status: a.Status}
	case currency != a.Currency:
		return Transaction{}, &Refusal{Code: "12", Field: "currency"}
	case cents <= 0 || cents > a.remaining:
		return Transaction{}, &Refusal{Code: "12", Field: "amount"}
	}
	a.remaining -= cents
	a.Moves = append(a.Moves, Move{g.kind, cents, b.now()})
	if a.remaining == 0 {
		a.Status = g.to
	}
	return a.clone(), nil
}

// Remit remits every payment that waits for the end of its day, and returns how many.
func (b *Bank) Remit() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, n := b.now(), 0
	for _, a := range b.accounts {
		a.settle(now)
		if a.Status == StatusToCapture {
			a.remit(now)
			n++
		}
	}
	return n
}

// Decide ends a payment that is pending, or whose code nobody knows: the card is what the bank has found out. What it returns is to
// be notified. The refusals are 25, 24 with the status when the payment is not pending, and 12 for a card that is none.
func (b *Bank) Decide(merchant, key string, c Card) (Transaction, error) {
	c, ok := c.fill()
	if !ok {
		return Transaction{}, &Refusal{Code: "12", Field: "card"}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	a, err := b.find(merchant, key)
	switch {
	case err != nil:
		return Transaction{}, err
	case a.Status != StatusPending:
		return Transaction{}, &Refusal{Code: "24", Status: a.Status}
	}
	if m := sipscode.Meaning(c.Code); m.Outcome != acquirer.Accepted {
		a.Code, a.AcquirerCode, a.At, a.Status = m.Code, m.Acquirer, b.now(), usual[m.Outcome].status
		return a.clone(), nil
	}
	a.Code, a.AcquirerCode, a.At, a.Status = "00", "00", b.now(), StatusToCapture
	b.authorise(a, a.At)
	return a.clone(), nil
}
