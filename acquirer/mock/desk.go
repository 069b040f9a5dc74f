package mock

import (
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
)

// Book returns what really happened, in the order of Begin: every transaction with every move of its money, at the present time
// of the clock. No fault changes it, so a test compares with it.
func (a *Acquirer) Book() []Transaction {
	a.initialise()
	return a.bank.Book()
}

// Tick sends the notifications that have become due: those about expired sessions, in the kinds that notify them, and late ones. It
// returns how many. Call it after moving the clock that Now reads.
func (a *Acquirer) Tick() int {
	a.initialise()
	sent := 0
	for _, t := range a.bank.Tick() {
		if a.notifyEnd(t, a.withPlan(t, Behaviour{}).Faults) {
			sent++
		}
	}
	return sent + a.post.Tick()
}

// Release sends every notification that is held back, late or overtaken, in the order in which they were first due, and
// returns how many. Lost ones are gone; see Notification.
func (a *Acquirer) Release() int {
	a.initialise()
	return a.post.Release()
}

// latestKey is the bank's key of the transaction that was begun last with a reference.
func (a *Acquirer) latestKey(reference string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.latest[reference]
}

// Notification returns what the notification of a reference says if it is written now; nothing is sent. Of several transactions
// with the reference, here and in Decide, the one begun last is meant. The error's kind is ErrNotFound before anything has
// happened in it.
func (a *Acquirer) Notification(reference string) (acquirer.Callback, error) {
	a.initialise()
	t, err := a.bank.Status(a.Merchant(), a.latestKey(reference))
	if err != nil {
		return acquirer.Callback{}, refusalError("notification", reference, err)
	}
	return a.dialect.write(a, t, acquirer.Notify), nil
}

// Remit remits at once every payment that waits for the end of its day, and returns how many: from now on they are refunded and not
// cancelled.
func (a *Acquirer) Remit() int {
	a.initialise()
	return a.bank.Remit()
}

// Decide ends a payment that is pending or unknown, and notifies it. The error's kind is ErrNotFound, or ErrConflict when the
// payment is not pending.
func (a *Acquirer) Decide(reference string, b Behaviour) error {
	a.initialise()
	code, err := b.responseCode()
	if err != nil {
		return err
	}
	t, err := a.bank.Decide(a.Merchant(), a.latestKey(reference), bank.Card{Code: code})
	if err != nil {
		return refusalError("decide", reference, err)
	}
	a.notifyEnd(t, b.Faults)
	return nil
}
