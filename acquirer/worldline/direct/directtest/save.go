package directtest

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// saved is the stored form of a simulator's state.
type saved struct {
	Bank      bank.Snapshot    `json:"bank"`
	Serial    int64            `json:"serial"`
	Checkouts []savedCheckout  `json:"checkouts"`
	Keys      map[string]*kept `json:"keys"`
}

type savedCheckout struct {
	Session checkout       `json:"session"`
	Live    []savedPayment `json:"live"`
}

type savedPayment struct {
	Payment
	Base   int64   `json:"base"`
	Next   int     `json:"next"`
	Closed bool    `json:"closed"`
	Timers []timer `json:"timers"`
}

// Save returns what Options.Saved takes up: the book, the sessions and the keys of idempotence, so that a payer who was sent to
// the payment page by one process can pay at the next one, on the same address. What was injected and has not struck, and
// webhooks that are held back or come again, are not in it. It holds the addresses of open sessions: keep it as one keeps a
// database.
func (s *Server) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := saved{Bank: s.bank.Snapshot(), Serial: s.serial, Keys: s.keys}
	for _, c := range s.checkouts {
		k := savedCheckout{Session: *c}
		for _, p := range c.live {
			k.Live = append(k.Live, savedPayment{p.Payment, p.Base, p.Next, p.Closed, p.timers})
		}
		now.Checkouts = append(now.Checkouts, k)
	}
	return json.Marshal(now)
}

// restore loads the state that Save returned. Its errors do not repeat the content, which holds the addresses of open sessions.
func (s *Server) restore(b []byte) error {
	var was saved
	if err := json.Unmarshal(b, &was); err != nil {
		return errors.New("directtest: Options.Saved is not what Save returned")
	}
	if err := s.bank.Restore(was.Bank); err != nil {
		return fmt.Errorf("directtest: Options.Saved: %w", err)
	}
	s.serial = max(s.serial, was.Serial)
	for _, k := range was.Checkouts {
		c := &k.Session
		if c.ID == "" || c.Token == "" || s.byID[c.ID] != nil {
			return errors.New("directtest: Options.Saved: a session has no id or no token, or stands twice")
		}
		for _, l := range k.Live {
			p := &payment{Payment: l.Payment, of: c, Base: l.Base, Next: l.Next, Closed: l.Closed, timers: l.Timers}
			c.live = append(c.live, p)
			s.byPayment[p.ID] = p
		}
		s.checkouts = append(s.checkouts, c)
		s.byID[c.ID], s.byForm[c.Form] = c, c
	}
	for key, k := range was.Keys {
		if k != nil && !k.Running {
			s.keys[key] = k
		}
	}
	return nil
}
