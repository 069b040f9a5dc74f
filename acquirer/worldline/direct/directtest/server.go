package directtest

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/acquirer/internal/paypage"
	"github.com/quittance/quittance/acquirer/worldline/direct"
)

// Server is a platform that listens. It is made by [NewServer] or [Listen] and safe for concurrent use; it must not be copied.
type Server struct {
	URL string // scheme, "://127.0.0.1:" and the port, for the API and the payment pages alike

	o         Options
	merchants map[string]Merchant
	bank      bank.Bank // sessions and cards
	post      fault.Post
	page      paypage.Handler
	platform  loopback.Platform
	faults    fault.Queue // injected
	answers   fault.Orders[answer]

	mu        sync.Mutex
	checkouts []*checkout // in the order in which they were opened
	byID      map[string]*checkout
	byForm    map[string]*checkout // by the last part of the redirectUrl
	byPayment map[string]*payment
	serial    int64 // of the last id
	keys      map[string]*kept
	outbox    []event // events of timers, whose webhooks are not sent yet
	again     []retry
	sent      []Delivery
	journal   []Request
	noted     int64
	forged    int
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
		o.Merchants = []Merchant{PublicMerchant()}
	}
	s := &Server{
		merchants: make(map[string]Merchant),
		byID:      make(map[string]*checkout), byForm: make(map[string]*checkout), byPayment: make(map[string]*payment),
		keys: make(map[string]*kept), faults: fault.Queue{Target: targetOf},
		// Ids count from the start in milliseconds, so that the next process does not repeat them.
		serial: 10_000_000_000 + time.Now().UnixMilli()%89_000_000_000,
	}
	broken := s.enrolMerchants(o.Merchants)
	if o.Delay < 0 {
		broken = append(broken, errors.New("directtest: Options.Delay is negative"))
	}
	if o.IDs = cmp.Or(o.IDs, Underscored); o.IDs != Underscored && o.IDs != Nineteen {
		broken = append(broken, fmt.Errorf("directtest: there is no form of ids %.20q", string(o.IDs)))
	}
	o.Addr = cmp.Or(o.Addr, "127.0.0.1:0")
	if err := loopback.CheckAddr(o.Addr); err != nil {
		broken = append(broken, fmt.Errorf("directtest: %w", err))
	}
	if err := errors.Join(broken...); err != nil {
		return nil, err
	}

	s.platform.Clock = o.Now
	o.Delay, o.Settle = cmp.Or(o.Delay, time.Second), cmp.Or(o.Settle, 12*time.Hour)
	s.o = o
	s.bank.Now, s.post.Now = s.now, s.now
	s.page.Bank, s.page.Links, s.page.Token = &s.bank, true, s.tokenOf
	s.page.Ended, s.page.Return, s.page.AtOnce, s.page.Card = s.noteAttempt, s.returnPairs, s.atOnce, cardFor
	s.page.Button, s.page.Value = "ContinueToMerchantWebsite", "Continue"
	if o.Saved != nil {
		if err := s.restore(o.Saved); err != nil {
			return nil, err
		}
	}
	var err error
	if s.URL, err = s.platform.Listen(o.Addr, o.TLS, s.routes(), s.Tick); err != nil {
		return nil, fmt.Errorf("directtest: %w", err)
	}
	return s, nil
}

// enrolMerchants registers the merchants, each with a name, and returns their mistakes.
func (s *Server) enrolMerchants(merchants []Merchant) (broken []error) {
	for _, m := range merchants {
		broken = append(broken, m.check())
		if _, twice := s.merchants[m.PSPID]; twice {
			broken = append(broken, fmt.Errorf("directtest: merchant %.20q stands twice", m.PSPID))
		}
		m.Name = cmp.Or(m.Name, "CPAM Test 2 (INTEGRATION)")
		m.APIKeys, m.WebhookKeys = maps.Clone(m.APIKeys), maps.Clone(m.WebhookKeys)
		s.merchants[m.PSPID] = m
		s.bank.Enrol(bank.Merchant{ID: m.PSPID, Name: m.Name})
	}
	return broken
}

// Close ends the platform: it stops listening, cuts every connection and waits for what is under way. Held webhooks are dropped.
// The book can still be read. A second Close does nothing.
func (s *Server) Close() { s.platform.Close() }

// Down takes the platform off the net: whoever dials is refused, and open connections are cut. The book goes on.
func (s *Server) Down() { s.platform.Leave() }

// Up brings it back at the same address. The error says that somebody else has taken the port meanwhile.
func (s *Server) Up() error { return s.platform.Return() }

// Config returns the configuration of a client of the first merchant, with the platform's clock.
func (s *Server) Config() direct.Config {
	m := s.o.Merchants[0]
	c := direct.Config{MerchantID: m.PSPID, Endpoint: s.URL, WebhookKeys: make(map[string]direct.Secret), Now: s.now}
	for id, secret := range m.APIKeys {
		c.APIKey = direct.APIKey{ID: id, Secret: direct.NewSecret(secret)}
	}
	for id, secret := range m.WebhookKeys {
		c.WebhookKeys[id] = direct.NewSecret(secret)
	}
	return c
}

// Format prints the address for every verb, and no secret.
func (s *Server) Format(f fmt.State, _ rune) { io.WriteString(f, "Direct platform at "+s.URL) }
