package bank

import (
	"maps"
	"slices"
	"time"
)

// Forget deletes the transactions that ended before an instant, with their sessions, and returns how many. It bounds the memory
// of a bank that runs for days. A deleted reference may be used again, which no real bank allows; it cannot be asked about or
// refunded.
func (b *Bank) Forget(before time.Time) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.Clock()
	gone := make(map[*account]bool)
	b.accounts = slices.DeleteFunc(b.accounts, func(a *account) bool {
		a.applyClock(now)
		if a.closed && !a.untold && a.At.Before(before) {
			gone[a] = true
			delete(b.byName, a.nameOf())
		}
		return gone[a]
	})
	b.open = slices.DeleteFunc(b.open, func(a *account) bool { return gone[a] })
	maps.DeleteFunc(b.byToken, func(_ string, a *account) bool { return gone[a] })
	return len(gone)
}
