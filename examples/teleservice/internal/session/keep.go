package session

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
)

// KeepHandler answers how many seconds are left of a session, in JSON: to GET without keeping it, to POST after it has kept it. Zero is a
// session that has ended.
func (s *Store) KeepHandler(k Kind, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		find := s.Peek
		if r.Method == http.MethodPost {
			find = func(r *http.Request, k Kind) (Session, error) { return s.find(r, k, 0) }
		}
		one, err := find(r, k)
		if err != nil && !errors.Is(err, ErrNone) {
			log.LogAttrs(r.Context(), slog.LevelError, "session", slog.Any("error", err))
			http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(one.Left(s.Now()))
	})
}
