package bank

import (
	"errors"
	"fmt"
	"time"
)

// Snapshot is a bank put down, to be taken up again by another process: the book, the sessions and their tokens. It is plain data for
// JSON. Notifications that are held back are not in it.
type Snapshot struct {
	Accepted int    `json:"accepted"`
	Accounts []Kept `json:"accounts"`
}

// Kept is an account in a [Snapshot].
type Kept struct {
	Transaction Transaction   `json:"transaction"`
	Token       string        `json:"token"`
	Several     bool          `json:"several,omitempty"`
	Uses        int           `json:"uses,omitempty"`
	Used        int           `json:"used,omitempty"`
	Idle        time.Duration `json:"idle"`
	Active      time.Time     `json:"active"`
	Closed      bool          `json:"closed,omitempty"`
	Untold      bool          `json:"untold,omitempty"`
	Remaining   int64         `json:"remaining,omitempty"`
}

// Snapshot returns the bank as it stands; nobody changes the copy any more.
func (b *Bank) Snapshot() Snapshot {
	b.mu.Lock()
	defer b.mu.Unlock()
	tokens := make(map[*account]string, len(b.byToken))
	for token, a := range b.byToken {
		tokens[a] = token
	}
	s := Snapshot{Accepted: b.accepted, Accounts: make([]Kept, len(b.accounts))}
	for i, a := range b.accounts {
		s.Accounts[i] = Kept{a.clone(), tokens[a], a.several, a.uses, a.used, a.idle, a.active, a.closed, a.untold, a.remaining}
	}
	return s
}

// Restore takes up a snapshot. It is for a bank that has its merchants and no account yet. What has expired meanwhile is told by the
// next [Bank.Tick]. The error says what the snapshot cannot be.
func (b *Bank) Restore(s Snapshot) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.accounts) > 0 {
		return errors.New("bank: Restore: it has accounts already")
	}
	for _, k := range s.Accounts {
		n := k.Transaction.name()
		if _, ok := b.merchants[n.merchant]; !ok || k.Token == "" || b.byToken[k.Token] != nil || b.byName[n] != nil {
			return fmt.Errorf("bank: Restore: %.40q has no merchant or no token, or stands twice", n.key)
		}
		a := &account{k.Transaction.clone(), k.Several, k.Uses, k.Used, k.Idle, k.Active, k.Closed, k.Untold, k.Remaining}
		b.accounts = append(b.accounts, a)
		b.byName[n], b.byToken[k.Token] = a, a
		if !a.closed || a.untold {
			b.open = append(b.open, a)
		}
	}
	b.accepted = s.Accepted
	return nil
}
