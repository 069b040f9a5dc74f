package mock

import (
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

// Book returns what really happened, by order of Begin: every reference, every move of money, as things stand now by the clock. No
// fault touches it, so it is what a test compares with.
func (a *Acquirer) Book() []Transaction {
	a.ready()
	return a.bank.Book()
}

// Tick does what the clock has made due since the last look: what a kind says of sessions that have expired is notified, and late
// notifications are sent. It returns how many notifications that were. Call it after moving the clock that Now reads.
func (a *Acquirer) Tick() int {
	a.ready()
	sent := 0
	for _, t := range a.bank.Tick() {
		if a.send(t, a.intended(t, Behaviour{}).Faults) {
			sent++
		}
	}
	return sent + a.post.Tick()
}

// Release sends every notification that is held back, late or overtaken, in the order in which they were due first, and
// returns how many. A lost one is not among them: see Notification.
func (a *Acquirer) Release() int {
	a.ready()
	return a.post.Release()
}

// last is the bank's key of the transaction that was begun last with a reference.
func (a *Acquirer) last(reference string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.latest[reference]
}

// Notification returns what the notification of a reference says if it is written now; nothing is sent. Of several transactions with
// the reference, here and in Decide, the one begun last is meant. The error's kind is
// ErrNotFound when nobody has paid.
func (a *Acquirer) Notification(reference string) (acquirer.Callback, error) {
	a.ready()
	t, err := a.bank.Status(a.Merchant(), a.last(reference))
	if err != nil {
		return acquirer.Callback{}, refused("notification", reference, err)
	}
	return a.dialect.write(a, t, acquirer.Notify), nil
}

// Remit remits at once every payment that waits for the end of its day, and returns how many: from now on they are refunded and not
// cancelled.
func (a *Acquirer) Remit() int {
	a.ready()
	return a.bank.Remit()
}

// Decide ends a payment that is pending or unknown, and notifies it. The error's kind is ErrNotFound, or ErrConflict when the payment
// is not pending.
func (a *Acquirer) Decide(reference string, b Behaviour) error {
	a.ready()
	code, err := b.code()
	if err != nil {
		return err
	}
	t, err := a.bank.Decide(a.Merchant(), a.last(reference), bank.Card{Code: code})
	if err != nil {
		return refused("decide", reference, err)
	}
	a.send(t, b.Faults)
	return nil
}
