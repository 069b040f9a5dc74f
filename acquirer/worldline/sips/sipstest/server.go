package sipstest

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/acquirer/internal/paypage"
	"github.com/quittance/quittance/acquirer/worldline/sips"
)

// Options configure a platform. The zero value is the simulation platform with its public merchants.
type Options struct {
	// Addr is where to listen: a loopback address with a port, or with 0 for a free one. Zero: "127.0.0.1:0".
	Addr string

	// Merchants are the shops. Zero: PublicMerchants.
	Merchants []Merchant

	// Now is the platform's clock, to which Advance adds. Zero: time.Now; the platform then looks by itself, four times a second,
	// whether a session has expired. With a clock of one's own call Tick after moving it.
	Now func() time.Time

	// SessionTimeout is how long a payer may do nothing before the session ends with 97. Zero: 15 minutes.
	SessionTimeout time.Duration

	// UnsealedOffice leaves the seal out of every answer of Office, as the TEST platform does.
	UnsealedOffice bool

	// SeveralAttempts gives all merchants the option "new payment attempt".
	SeveralAttempts bool

	// Delay is how long a Slow answer takes, and how long a Timeout holds the connection before it is cut. Zero: one second.
	Delay time.Duration

	// Logger gets a warning for each notification that a portal did not take. Nil: slog.Default().
	Logger *slog.Logger

	// Other answers the paths that the platform does not have. Zero: a page that says so, with status 404.
	Other http.Handler

	// Saved is what Server.Save of an earlier platform returned, with the same merchants: its book and its sessions go on. Nil:
	// none.
	Saved []byte
}

// Server is a platform that listens. It is made by [NewServer] or [Listen] and safe for concurrent use; it must not be copied.
type Server struct {
	URL string // "http://127.0.0.1:" and the port, for paymentInit, payment and Office alike

	o         Options
	merchants map[string]Merchant
	bank      bank.Bank
	post      fault.Post
	page      paypage.Handler
	platform  loopback.Platform
	key       [32]byte // of the redirect data
	serial    atomic.Int64
	numbers   numbers // as Sips 1.0 counts

	faults  fault.Queue          // injected
	answers fault.Orders[string] // codes

	mu   sync.Mutex
	sent []Delivery
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
	if len(o.Merchants) == 0 {
		o.Merchants = PublicMerchants()
	}
	s := &Server{merchants: make(map[string]Merchant)}
	var broken []error
	for _, m := range o.Merchants {
		broken = append(broken, m.check())
		if _, twice := s.merchants[m.ID]; twice {
			broken = append(broken, fmt.Errorf("sipstest: merchant %.20q stands twice", m.ID))
		}
		m.Name = cmp.Or(m.Name, "CPAM Test 2 (INTEGRATION)")
		m.Numbering = cmp.Or(m.Numbering, ByMerchant)
		m.SeveralAttempts = m.SeveralAttempts || o.SeveralAttempts
		s.merchants[m.ID] = m
	}
	if o.SessionTimeout < 0 || o.Delay < 0 {
		broken = append(broken, errors.New("sipstest: a duration of Options is negative"))
	}
	o.Addr = cmp.Or(o.Addr, "127.0.0.1:0")
	if err := loopback.CheckAddr(o.Addr); err != nil {
		broken = append(broken, fmt.Errorf("sipstest: %w", err))
	}
	if err := errors.Join(broken...); err != nil {
		return nil, err
	}

	s.platform.Clock = o.Now
	o.Delay = cmp.Or(o.Delay, time.Second)
	s.o = o
	rand.Read(s.key[:]) // never fails: crypto/rand ends the program rather than return an error
	s.bank.Now, s.post.Now, s.bank.Idle = s.now, s.now, o.SessionTimeout
	for _, m := range s.merchants {
		s.bank.Enrol(bank.Merchant{ID: m.ID, Name: m.Name, SeveralAttempts: m.SeveralAttempts})
	}
	s.page.Bank, s.page.Token, s.page.Ended, s.page.Return = &s.bank, s.sessionToken, s.notifyShop, s.manualResponse
	s.page.AtOnce = func(t bank.Transaction) bool { return t.Fields[keptBypass] != "" }
	if o.Saved != nil {
		if err := s.restore(o.Saved); err != nil {
			return nil, err
		}
	}
	var err error
	if s.URL, err = s.platform.Listen(o.Addr, nil, s.routes(), s.Tick); err != nil {
		return nil, fmt.Errorf("sipstest: %w", err)
	}
	return s, nil
}

// routes are what the platform answers.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for path, h := range map[string]http.Handler{
		"/rs-services/v2/paymentInit":                   s.withFaults(acquirer.OpBegin, s.paymentInit),
		"/paymentInit":                                  s.withFaults(acquirer.OpBegin, s.paymentInitForm),
		"/rs-services/v2/diagnostic/getTransactionData": s.withFaults(acquirer.OpStatus, s.getTransactionData),
		"/rs-services/v2/cashManagement/cancel":         s.withFaults(acquirer.OpCancel, s.cash((*bank.Bank).Cancel)),
		"/rs-services/v2/cashManagement/refund":         s.withFaults(acquirer.OpRefund, s.cash((*bank.Bank).Refund)),
		"/rs-services/v2/cashManagement/validate":       s.withFaults(OpValidate, s.cash((*bank.Bank).Validate)),
		paymentPath: &s.page,
	} {
		mux.Handle(path, h)
		mux.Handle(path+"/{$}", h)
	}
	mux.HandleFunc(servicePath, s.absentService)
	other := s.o.Other
	if other == nil {
		other = http.HandlerFunc(s.page.NotFound)
	}
	mux.Handle("/", other)
	return mux
}

// Close ends the platform: it stops listening, cuts every connection and waits for what is under way. Held notifications are
// dropped. The book can still be read. A second Close does nothing.
func (s *Server) Close() { s.platform.Close() }

// Down takes the platform off the net: whoever dials is refused, and open connections are cut. The bank goes on.
func (s *Server) Down() { s.platform.Leave() }

// Up brings it back at the same address. The error says that somebody else has taken the port meanwhile.
func (s *Server) Up() error { return s.platform.Return() }

// Config returns the configuration of a client of the first merchant, with the platform's clock.
func (s *Server) Config() sips.Config {
	m := s.o.Merchants[0]
	keys := sips.Keyring{}
	for version, secret := range m.Keys {
		keys[version] = sips.Key{Secret: sips.NewSecret(secret)}
	}
	return sips.Config{MerchantID: m.ID, Keys: keys, Endpoints: s.Endpoints(), SeveralAttempts: m.SeveralAttempts, Now: s.now}
}

// Endpoints are those of a [sips.Config].
func (s *Server) Endpoints() sips.Endpoints {
	return sips.Endpoints{Paypage: s.URL, Office: s.URL}
}

// Format prints the address for every verb, and no key.
func (s *Server) Format(f fmt.State, _ rune) { io.WriteString(f, "Sips platform at "+s.URL) }
