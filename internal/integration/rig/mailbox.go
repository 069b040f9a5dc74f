package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/inbox/sqlmailbox"
)

// Mailbox is the payers' mailbox, which outlives whoever writes to it. It is idempotent on Letter.Key, as every mailbox is.
type Mailbox struct {
	url string

	mu         sync.Mutex
	deliveries int
	known      map[string]bool
	letters    []inbox.Letter
	faults     []MailFault
}

// MailFault is what goes wrong with a delivery.
type MailFault string

const (
	Refused  MailFault = "refused"  // not kept; the answer is an error
	Unheard  MailFault = "unheard"  // kept; the connection is cut without an answer
	NoAnswer MailFault = "noanswer" // kept; nothing is answered as long as the caller waits
)

// newMailbox serves a mailbox on a loopback port until stop is called.
func newMailbox() (m *Mailbox, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	m = &Mailbox{url: "http://" + l.Addr().String(), known: map[string]bool{}}
	server := &http.Server{Handler: m}
	go server.Serve(l)
	return m, func() { server.Close() }, nil
}

// Inject makes the next deliveries go wrong, one fault each.
func (m *Mailbox) Inject(f ...MailFault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = append(m.faults, f...)
}

// Deliveries is how often somebody delivered something, known or not.
func (m *Mailbox) Deliveries() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.deliveries
}

// Letters returns the letters that were kept, each key once.
func (m *Mailbox) Letters() []inbox.Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.letters)
}

// Forget takes the faults back that have not struck.
func (m *Mailbox) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = nil
}

func (m *Mailbox) keepOrFail(l inbox.Letter) MailFault {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deliveries++
	var f MailFault
	if len(m.faults) > 0 {
		f, m.faults = m.faults[0], m.faults[1:]
	}
	if f != Refused && !m.known[l.Key] {
		m.known[l.Key] = true
		m.letters = append(m.letters, l)
	}
	return f
}

// ServeHTTP takes one letter.
func (m *Mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var l inbox.Letter
	if err := json.NewDecoder(r.Body).Decode(&l); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := l.Validate(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	switch m.keepOrFail(l) {
	case Refused:
		http.Error(w, "not now", http.StatusServiceUnavailable)
	case Unheard:
		panic(http.ErrAbortHandler)
	case NoAnswer:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// post is the mailbox as a child sees it: it keeps each letter in its own, and sends it on to the one that outlives it.
type post struct {
	*sqlmailbox.Mailbox
	url  string
	tell func(Fact)
}

func (p post) Deliver(ctx context.Context, l inbox.Letter) error {
	if err := p.Mailbox.Deliver(ctx, l); err != nil {
		return err
	}
	p.tell(Fact{Letter: l.Key, Debtor: l.Debtor})
	body, err := json.Marshal(l)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the mailbox answers %s", resp.Status)
	}
	return nil
}
