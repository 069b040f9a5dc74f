package payfiptest

import (
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// Masked stands in the journal in place of a session's number, an e-mail address and an object.
const Masked = "***"

// Exchange is one call of the web service, for tests. Nothing in it opens a payer's data.
type Exchange struct {
	At        time.Time // by the platform's clock
	Operation string    // empty: the request could not be read
	Request   string    // rebuilt from what was read, in the order of the schema, with idOp, mel and objet masked
	Ignored   []string  // names of members that the operation does not have, in the order in which they came
	Answer    string    // as it was meant before a fault struck it, with the same members masked
	Status    int       // of HTTP
}

var secretMembers = map[string]bool{"idOp": true, "mel": true, "objet": true}

func maskMembers(members []pair) []pair {
	out := slices.Clone(members)
	for i, m := range out {
		if secretMembers[m.name] && m.value != "" {
			out[i].value = Masked
		}
	}
	return out
}

// maskedAnswer renders an answer for the journal, with the payer's data masked.
func maskedAnswer(h Habits, operation string, members []pair, refused *Refusal) []byte {
	if refused != nil {
		r := *refused
		r.Libelle = "" // a test may have made the text repeat the payer's data
		refused = &r
	}
	return renderAnswer(h, operation, maskMembers(members), refused).body
}

// noteExchange adds an exchange to the journal; written is the masked answer, nil if the answer holds no data of the payer.
func (s *Server) noteExchange(q question, a reply, written []byte) {
	if written == nil {
		written = a.body
	}
	e := Exchange{At: s.now(), Operation: q.operation, Ignored: q.ignored, Answer: string(written), Status: a.status}
	if q.operation != "" {
		w := &writer{}
		w.startTag("tns:" + q.operation + ` xmlns:tns="` + soap.ServiceNS + `"`)
		w.startTag("arg0")
		var members []pair
		for _, name := range memberNames[q.operation] {
			if v, ok := q.members[name]; ok {
				members = append(members, pair{name, v})
			}
		}
		for _, m := range maskMembers(members) {
			w.textElement(m.name, m.value)
		}
		w.endTag("arg0")
		w.endTag("tns:" + q.operation)
		e.Request = w.String()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal = loopback.KeepNewest(append(s.journal, e))
}

// Journal returns the exchanges so far, in the order in which they were answered; the last five thousand at least are kept.
func (s *Server) Journal() []Exchange {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.journal)
}

// IgnoredMembers counts the members that were passed over so far because no operation has them so, by the name that was written. A
// client that misspells a member finds it here, and nowhere else.
func (s *Server) IgnoredMembers() map[string]int {
	n := make(map[string]int)
	for _, e := range s.Journal() {
		for _, name := range e.Ignored {
			n[name]++
		}
	}
	return n
}
