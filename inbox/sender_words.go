package inbox

import (
	"encoding/binary"
	"sync"

	"github.com/quittance/quittance/internal/paris"
)

// senderWords are the facts about a sender on a day. Nobody changes them.
type senderWords struct {
	fund, emailAddress, officer                  string
	postalAddress, telephone, signature, closing Lines
}

// knownSenders caches how an edition words a sender on a day. A host has a few senders.
type knownSenders struct {
	mu    sync.RWMutex
	words map[string]senderWords
}

// mostSenders bounds what is kept; more are forgotten all at once.
const mostSenders = 64

func (k *knownSenders) findWords(key []byte) (senderWords, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	w, ok := k.words[string(key)]
	return w, ok
}

func (k *knownSenders) keepWords(key string, w senderWords) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.words == nil || len(k.words) >= mostSenders {
		k.words = map[string]senderWords{}
	}
	k.words[key] = w
}

// appendKey appends all that the words about a sender depend on.
func (s *Sender) appendKey(b []byte, e *edition, day paris.Day) []byte {
	b = binary.AppendVarint(b, int64(day.Number()))
	if s.CPAM {
		b = append(b, 1)
	}
	for _, text := range [...]string{
		s.Fund, s.PostalAddress, s.EmailAddress, s.Telephone, s.TelephoneAbroad, s.Officer.Name, s.Officer.Quality.forLanguage(e.tag), s.Signature.forLanguage(e.tag),
	} {
		b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	return b
}
