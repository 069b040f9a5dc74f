package payfiptest

import (
	"encoding/json"
	"errors"
)

// kept is the stored form of a session. It holds the plain fields, because a [Transaction] masks the payer's data in JSON.
type kept struct {
	plain
	Uses      int
	DecidedIn int
}

// plain is a Transaction without its methods.
type plain Transaction

// Save returns what Options.Saved takes up: every session, so that a payer who was sent to the page by one process can pay at the next
// one, on the same address. What was injected and has not struck, and notifications that are still due, are not in it, nor are means
// that were activated in mode X. It opens the payers' data: keep it as one keeps a database.
func (s *Server) Save() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]kept, len(s.sessions))
	for i, x := range s.sessions {
		all[i] = kept{plain(x.Transaction), x.uses, x.decidedIn}
	}
	return json.Marshal(all)
}

// restore loads the sessions that Save returned.
func (s *Server) restore(b []byte) error {
	var all []kept
	if err := json.Unmarshal(b, &all); err != nil {
		return errors.New("payfiptest: Options.Saved is not what Save returned") // the content is not repeated: it gives access to payers' data
	}
	for _, k := range all {
		if s.regies[k.Numcli] == nil || k.IdOp == "" || s.byID[k.IdOp] != nil {
			return errors.New("payfiptest: Options.Saved has a session of an unknown régie, without a number, or twice")
		}
		x := &session{Transaction(k.plain), k.Uses, k.DecidedIn}
		s.sessions, s.byID[k.IdOp] = append(s.sessions, x), x
	}
	return nil
}
