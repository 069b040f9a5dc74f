package bank

import (
	"maps"
	"slices"
	"time"
)

// Forget takes out of the book what has ended before an instant, sessions and their redirect data included, and returns how many
// transactions that were. It is for a bank that runs for days. A reference that is forgotten may be used again, which no real bank
// allows; nothing can be asked or given back for it any more.
func (b *Bank) Forget(before time.Time) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	gone := make(map[*account]bool)
	b.accounts = slices.DeleteFunc(b.accounts, func(a *account) bool {
		a.settle(now)
		if a.closed && !a.untold && a.At.Before(before) {
			gone[a] = true
			delete(b.byName, a.name())
		}
		return gone[a]
	})
	b.open = slices.DeleteFunc(b.open, func(a *account) bool { return gone[a] })
	maps.DeleteFunc(b.byToken, func(_ string, a *account) bool { return gone[a] })
	return len(gone)
}
