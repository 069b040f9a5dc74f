package bank

import (
	"slices"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/internal/paris"
)

// findEnded returns the account of a transaction in which something has happened: an attempt, the payer's giving up, or the
// expiry. For questions and refunds a session before that does not exist: the refusal is 25, as at Sips.
func (b *Bank) findEnded(merchant, key string) (*account, error) {
	a := b.byName[name{merchant, key}]
	if a != nil {
		a.applyClock(b.Clock())
	}
	if a == nil || a.Code == "" {
		return nil, &Refusal{Code: "25"}
	}
	return a, nil
}

// Session returns the transaction as it stands, also before anything has happened in it: Code is then empty. The refusal is 25
// for a key that was never opened.
func (b *Bank) Session(merchant, key string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.byName[name{merchant, key}]
	if a == nil {
		return Transaction{}, &Refusal{Code: "25"}
	}
	a.applyClock(b.Clock())
	return a.copyOf(), nil
}

// Status returns the transaction as it stands; the refusal is 25, also while nobody has paid. Here and below key is what names the
// transaction: its order's reference, or the order's ID if it has one.
func (b *Bank) Status(merchant, key string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, err := b.findEnded(merchant, key)
	if err != nil {
		return Transaction{}, err
	}
	return a.copyOf(), nil
}

// giving describes a cancellation or a refund: the status that it needs, the status once nothing remains, and the kind of the move.
type giving struct {
	from []string
	to   string
	kind Kind
}

// Cancel gives back cents of a payment that has not been remitted. The refusals are 25, 24 with the status when it is too late
// or there is nothing to cancel, and 12 for an amount that is not above zero or more than remains, or another currency.
func (b *Bank) Cancel(merchant, key string, cents int64, currency string) (Transaction, error) {
	return b.giveBack(giving{[]string{StatusToCapture, StatusToValidate}, StatusCancelled, Cancelled}, merchant, key, cents, currency)
}

// Refund gives back cents of a payment that has been remitted. The refusals are those of Cancel; 24 with the status TO_CAPTURE
// means that it is too early.
func (b *Bank) Refund(merchant, key string, cents int64, currency string) (Transaction, error) {
	return b.giveBack(giving{[]string{StatusCaptured}, StatusCredited, Refunded}, merchant, key, cents, currency)
}

func (b *Bank) giveBack(g giving, merchant, key string, cents int64, currency string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, err := b.findIn(g.from, merchant, key, cents, currency)
	if err != nil {
		return Transaction{}, err
	}
	a.remaining -= cents
	a.Moves = append(a.Moves, Move{g.kind, cents, b.Clock()})
	if a.remaining == 0 {
		a.Status = g.to
	}
	return a.copyOf(), nil
}

// findIn returns the account of a transaction that is in one of the states, and of which so much remains. The refusals are those of Cancel.
func (b *Bank) findIn(states []string, merchant, key string, cents int64, currency string) (*account, error) {
	a, err := b.findEnded(merchant, key)
	switch {
	case err != nil:
		return nil, err
	case !slices.Contains(states, a.Status):
		return nil, &Refusal{Code: "24", Status: a.Status}
	case currency != a.Currency:
		return nil, &Refusal{Code: "12", Field: "currency"}
	case cents <= 0 || cents > a.remaining:
		return nil, &Refusal{Code: "12", Field: "amount"}
	}
	return a, nil
}

// Validate asks for cents of a payment that was accepted under CaptureOnDemand: they are remitted at the end of the day, and the rest
// of the promise lapses. The refusals are those of Cancel.
func (b *Bank) Validate(merchant, key string, cents int64, currency string) (Transaction, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, err := b.findIn([]string{StatusToValidate}, merchant, key, cents, currency)
	if err != nil {
		return Transaction{}, err
	}
	now := b.Clock()
	a.Status, a.remaining = StatusToCapture, cents
	a.RemitAt = storedTime(paris.Of(now).Next().Start())
	a.Moves = append(a.Moves, Move{Validated, cents, now})
	return a.copyOf(), nil
}

// Remit remits at once every payment that waits for the end of its day, and returns how many.
func (b *Bank) Remit() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, n := b.Clock(), 0
	for _, a := range b.accounts {
		a.applyClock(now)
		if a.Status == StatusToCapture {
			a.remitAt(now)
			n++
		}
	}
	return n
}

// Decide ends a payment that is pending, or whose code is not known: the card is what the bank has found out. The caller
// notifies the merchant of what is returned. The refusals are 25, 24 with the status when the payment is not pending, and 12
// for a card whose fields are not valid.
func (b *Bank) Decide(merchant, key string, c Card) (Transaction, error) {
	c, ok := c.withDefaults()
	if !ok {
		return Transaction{}, &Refusal{Code: "12", Field: "card"}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	a, err := b.findEnded(merchant, key)
	switch {
	case err != nil:
		return Transaction{}, err
	case a.Status != StatusPending:
		return Transaction{}, &Refusal{Code: "24", Status: a.Status}
	}
	if m := sipscode.Meaning(c.Code); m.Outcome != acquirer.Accepted {
		a.Code, a.AcquirerCode, a.At, a.Status = m.Code, m.Acquirer, b.Clock(), usual[m.Outcome].status
		return a.copyOf(), nil
	}
	a.Code, a.AcquirerCode, a.At, a.Status = "00", "00", b.Clock(), StatusToCapture
	b.authorise(a, a.At)
	return a.copyOf(), nil
}
