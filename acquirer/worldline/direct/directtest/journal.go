package directtest

import (
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer/internal/loopback"
)

// Request is one call as it was received: the journal of what a client does.
type Request struct {
	At             time.Time // by the platform's clock
	Method, Target string
	Merchant       string // of the address
	KeyID          string // of the API key; empty when Authorization names none
	StringToSign   string
	Signature      string // that came
	Expected       string // that the string to sign has with the key's secret; empty when the key is unknown
	IdempotenceKey string
	Body           string // as decoded, at most 16 KiB of it
	Status         int    // of the answer; 0 when none was given
	Replayed       bool   // the answer is the first one to the key, said again

	number int64
}

// Signed reports whether the signature was the right one.
func (r Request) Signed() bool { return r.Expected != "" && r.Signature == r.Expected }

// Requests are the calls so far, in the order in which they came; the last five thousand at least are kept.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

// Unsigned is how many calls were refused because of their signature, key or date.
func (s *Server) Unsigned() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.forged
}

// noteRequest adds a request to the journal, and returns the function that completes the entry with the answer.
func (s *Server) noteRequest(r Request) func(status int, replayed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noted++
	r.number = s.noted
	s.journal = loopback.KeepNewest(append(s.journal, r))
	return func(status int, replayed bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		i := slices.IndexFunc(s.journal, func(j Request) bool { return j.number == r.number })
		if i >= 0 {
			s.journal[i].Status, s.journal[i].Replayed = status, replayed
		}
	}
}
