package directtest

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// keptFor is how long the first answer to a key is repeated (docs/direct.md §11).
const keptFor = 24 * time.Hour

// longestKey is how many characters a key may have.
const longestKey = 40

// isIdempotenceKey reports whether a key is printable ASCII of that length. Empty: the call has none.
func isIdempotenceKey(key string) bool {
	return len(key) <= longestKey && !strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' })
}

// A kept is the first answer to an idempotence key.
type kept struct {
	At      time.Time
	Running bool // no answer yet
	Status  int
	Type    string
	Body    []byte
}

// runOnce executes a call once for each idempotence key. Three rules.
// 1. A repeated key gets the first answer again, success or error, whatever the repeated call asks.
// 2. Until release is called for the first call, a repeated key gets 409 with the code 1409.
// 3. A call with an empty key is always executed.
func (s *Server) runOnce(key string, now time.Time, do func() reply) (a reply, replayed bool, release func()) {
	release = func() {}
	if key == "" {
		return do(), false, release
	}
	s.mu.Lock()
	if k := s.keys[key]; k != nil && (k.Running || now.Before(k.At.Add(keptFor))) {
		defer s.mu.Unlock()
		if k.Running {
			return inProgressReply(), false, release
		}
		first := reply{k.Status, k.Type, map[string]string{
			"correlation-id": newUUID(), "X-GCS-Idempotence-Request-Timestamp": strconv.FormatInt(k.At.UnixMilli(), 10),
		}, k.Body}
		return first, true, release
	}
	k := &kept{At: now, Running: true}
	s.keys[key] = k
	s.mu.Unlock()
	a = do()
	s.mu.Lock()
	k.Status, k.Type, k.Body = a.status, a.contentType, a.body
	s.mu.Unlock()
	return a, false, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		k.Running = false
		running := bytes.Contains(a.body, []byte(`"1409"`)) // ordered
		if notKept[a.status] || a.contentType != utf8JSON || running {
			delete(s.keys, key) // the application never saw the call
		}
	}
}

// notKept are the statuses that can be ordered and do not come from the application.
var notKept = map[int]bool{429: true, 502: true, 503: true}
