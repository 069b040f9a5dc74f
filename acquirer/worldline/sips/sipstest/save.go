package sipstest

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// saved is the state of a platform, as Save writes it.
type saved struct {
	Bank bank.Snapshot `json:"bank"`
	Key  []byte        `json:"key"` // of the redirect data
}

// Save returns what Options.Saved takes up: the book, and the sessions, so that a payer who was sent to the payment page of one
// process can pay at that of the next, on the same address. What was injected and has not struck, and notifications that are
// held back, are not in it. It holds the redirect data of open sessions: keep it as one keeps a database.
func (s *Server) Save() ([]byte, error) {
	return json.Marshal(saved{s.bank.Snapshot(), s.key[:]})
}

func (s *Server) restore(b []byte) error {
	var was saved
	if err := json.Unmarshal(b, &was); err != nil {
		return errors.New("sipstest: Options.Saved is not what Save returned") // not repeated: it holds redirect data
	}
	if copy(s.key[:], was.Key) != len(s.key) {
		return errors.New("sipstest: Options.Saved has no key")
	}
	if err := s.bank.Restore(was.Bank); err != nil {
		return fmt.Errorf("sipstest: Options.Saved: %w", err)
	}
	s.numbers.reread(s.bank.Book())
	return nil
}
