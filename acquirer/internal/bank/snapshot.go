package bank

import (
	"errors"
	"fmt"
	"time"
)

// Snapshot is the state of a bank for another process to go on with: the book, the sessions and their tokens. It is plain data for
// JSON. It holds the secrets of open sessions.
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

// Snapshot returns a copy of the bank's state.
func (b *Bank) Snapshot() Snapshot {
	b.mu.Lock()
	defer b.mu.Unlock()
	tokens := make(map[*account]string, len(b.byToken))
	for token, a := range b.byToken {
		tokens[a] = token
	}
	s := Snapshot{Accepted: b.accepted, Accounts: make([]Kept, len(b.accounts))}
	for i, a := range b.accounts {
		s.Accounts[i] = Kept{a.copyOf(), tokens[a], a.several, a.uses, a.used, a.idle, a.active, a.closed, a.untold, a.remaining}
	}
	return s
}

// Restore loads a snapshot into a bank that has its merchants and no account yet. The next [Bank.Tick] returns what has expired
// meanwhile. The error names a transaction without a merchant or a token, or one that stands twice.
func (b *Bank) Restore(s Snapshot) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.accounts) > 0 {
		return errors.New("bank: Restore: it has accounts already")
	}
	for _, k := range s.Accounts {
		n := k.Transaction.nameOf()
		if _, ok := b.merchants[n.merchant]; !ok || k.Token == "" || b.byToken[k.Token] != nil || b.byName[n] != nil {
			return fmt.Errorf("bank: Restore: %.40q has no merchant or no token, or stands twice", n.key)
		}
		a := &account{k.Transaction.copyOf(), k.Several, k.Uses, k.Used, k.Idle, k.Active, k.Closed, k.Untold, k.Remaining}
		b.accounts = append(b.accounts, a)
		b.byName[n], b.byToken[k.Token] = a, a
		if !a.closed || a.untold {
			b.open = append(b.open, a)
		}
	}
	b.accepted = s.Accepted
	return nil
}
