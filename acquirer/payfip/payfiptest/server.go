package payfiptest

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/acquirer/payfip"
)

// The paths of the platform (docs/payfip.md §2).
const (
	servicePath = "/tpa/services/securite"
	pagePath    = "/tpa/paiementws.web"
)

// Server is a platform that listens. It is made by [NewServer] or [Listen] and safe for concurrent use; it must not be copied.
type Server struct {
	URL string // scheme, "127.0.0.1:" and the port

	o           Options
	post        fault.Post // spoils notifications
	platform    loopback.Platform
	certificate *x509.Certificate
	faults      fault.Queue // injected
	answers     fault.Orders[Refusal]

	mu       sync.Mutex
	regies   map[string]*regie
	habits   Habits
	sessions []*session // in the order of their creation
	byID     map[string]*session
	pending  []notice
	journal  []Exchange
	sent     []Delivery
}

// A regie is a client number with its state.
type regie struct {
	Regie
	activated map[Means]time.Time // instant of the activation; in the past for means that Options activate
}

// NewServer starts a platform. It panics when the options are not valid or the port is taken, as httptest does; [Listen]
// returns an error.
func NewServer(o Options) *Server {
	s, err := Listen(o)
	if err != nil {
		panic(err)
	}
	return s
}

// Listen starts a platform. The error names everything that is wrong with the options, such as an address that is not a
// loopback one.
func Listen(o Options) (*Server, error) {
	o.Addr = cmp.Or(o.Addr, "127.0.0.1:0")
	if len(o.Regies) == 0 {
		o.Regies = []Regie{{Numcli: Numcli}}
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	o.Delay, o.PurgeAfter = cmp.Or(o.Delay, time.Second), cmp.Or(o.PurgeAfter, 2*time.Hour)
	s := &Server{
		o: o, habits: o.Habits, regies: make(map[string]*regie), byID: make(map[string]*session), faults: fault.Queue{Target: targetOf},
	}
	s.platform.Clock, s.post.Now = o.Now, s.now
	for _, r := range o.Regies {
		if r.Names == ([3]string{}) {
			r.Names = [3]string{"VILLE D'ESSAI", "RÉGIE DE RECETTES", "CANTINE ET CRÈCHES"}
		}
		if r.Activated == nil {
			r.Activated = AllMeans()
		}
		known := &regie{Regie: r, activated: make(map[Means]time.Time)}
		for _, m := range r.Activated {
			known.activated[m] = time.Time{}
		}
		s.regies[r.Numcli] = known
	}
	if o.Saved != nil {
		if err := s.restore(o.Saved); err != nil {
			return nil, err
		}
	}
	var secured *tls.Config
	if o.TLS {
		pair, err := newCertificate()
		if err != nil {
			return nil, fmt.Errorf("payfiptest: %w", err)
		}
		secured, s.certificate = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, pair.Leaf
	}
	var err error
	if s.URL, err = s.platform.Listen(o.Addr, secured, s.routes(), s.Tick); err != nil {
		return nil, fmt.Errorf("payfiptest: %w", err)
	}
	return s, nil
}

// Config returns the configuration of a client of the first régie, in the mode T, with the platform's clock. Where Options.TLS is
// set it needs an HTTPClient that trusts [Server.Certificate].
func (s *Server) Config() payfip.Config {
	return payfip.Config{
		Numcli: s.o.Regies[0].Numcli, Saisie: payfip.Test, Mailbox: "regie@ville.example.fr",
		ServiceURL: s.ServiceURL(), PageURL: s.PageURL(), Now: s.now,
	}
}

// ServiceURL is for Config.ServiceURL of package payfip.
func (s *Server) ServiceURL() string { return s.URL + servicePath }

// PageURL is for Config.PageURL of package payfip.
func (s *Server) PageURL() string { return s.URL + pagePath }

// WSDLURL is where the description of the web service stands, for SOAP clients that are made from one.
func (s *Server) WSDLURL() string { return s.ServiceURL() + "?wsdl" }

// Certificate is what a client must trust where Options.TLS is set; otherwise nil.
func (s *Server) Certificate() *x509.Certificate { return s.certificate }

// Close ends the platform: it stops listening, cuts every connection and waits for what is under way. Notifications that are still due
// are dropped. The book can still be read. A second Close does nothing.
func (s *Server) Close() { s.platform.Close() }

// Down takes the platform off the net: whoever dials is refused, and open connections are cut. The book stays.
func (s *Server) Down() { s.platform.Leave() }

// Up brings it back at the same address. The error says that somebody else has taken the port meanwhile.
func (s *Server) Up() error { return s.platform.Return() }

// Change changes the habits from now on. The error says what they cannot be; then nothing changes.
func (s *Server) Change(change func(*Habits)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.habits
	change(&h)
	if err := h.check(); err != nil {
		return err
	}
	s.habits = h
	return nil
}

// Book returns every transaction, in the order of their creation, as things stand by the clock.
func (s *Server) Book() []Transaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	book := make([]Transaction, len(s.sessions))
	for i, x := range s.sessions {
		x.deleteIfDue(now, s.o.PurgeAfter)
		book[i] = x.Transaction
	}
	return book
}

// Format prints the address for every verb.
func (s *Server) Format(f fmt.State, _ rune) { io.WriteString(f, "PayFiP platform at "+s.URL) }

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+servicePath, s.serveOperation)
	mux.HandleFunc("GET "+servicePath, s.serveWSDL)
	mux.HandleFunc("GET "+pagePath, s.serveArrival)
	mux.HandleFunc("POST "+pagePath, s.serveStep)
	other := s.o.Other
	if other == nil {
		other = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { absentPage.Write(w, view{}) })
	}
	mux.Handle("/", other)
	return mux
}

// Forget drops the transactions that were created before an instant and whose page nobody can open any more, so that a platform which
// runs for months does not grow for ever. It returns how many they were. Journal and deliveries bound themselves.
func (s *Server) Forget(before time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, n := s.now(), len(s.sessions)
	s.sessions = slices.DeleteFunc(s.sessions, func(x *session) bool {
		old := x.CreatedAt.Before(before) && now.Sub(x.CreatedAt) >= openable
		if old {
			delete(s.byID, x.IdOp)
		}
		return old
	})
	return n - len(s.sessions)
}

// Habits returns the habits as they are now.
func (s *Server) Habits() Habits {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.habits
}
