package session

import (
	"encoding/json"
	"errors"
	"net/http"
)

// Keep answers how many seconds are left of a session, in JSON: to GET without keeping it, to POST after it has kept it. Zero is a
// session that has ended. The error is the database's.
func (s *Store) Keep(k Kind) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		find := s.Peek
		if r.Method == http.MethodPost {
			find = func(r *http.Request, k Kind) (Session, error) { return s.find(r, k, 0) }
		}
		one, err := find(r, k)
		if err != nil && !errors.Is(err, ErrNone) {
			return err
		}
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(one.Left(s.Now()))
	}
}
