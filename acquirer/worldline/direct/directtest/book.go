package directtest

import (
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
)

// Checkout is what really happened in one session; see [Server.Book].
type Checkout struct {
	Merchant, ID, Reference, Parameters string // ID is the hostedCheckoutId
	Cents                               int64
	Currency                            string
	OpenedAt, ExpiresAt                 time.Time
	Status                              string    // IN_PROGRESS, PAYMENT_CREATED, CANCELLED_BY_CONSUMER
	Payments                            []Payment // attempts, in order
}

// Payment is one attempt to pay.
type Payment struct {
	ID               string
	Code             int // statusCode
	ErrorCode        string
	Brand, MaskedPAN string
	Authorisation    string // authorisationCode; empty when refused, and for some that are not
	At, ChangedAt    time.Time
	Operations       []Operation
}

// Operation is a capture, a refund or a cancellation of a payment.
type Operation struct {
	ID    string
	Kind  OperationKind
	Cents int64
	Code  int
	At    time.Time
}

// OperationKind is what an operation does. The strings are frozen.
type OperationKind string

const (
	Capture      OperationKind = "capture"
	Refund       OperationKind = "refund"
	Cancellation OperationKind = "cancellation"
)

// Captured is the money of the payment that came in, in cents, whatever went back since.
func (c Checkout) Captured() int64 {
	for _, p := range c.Payments {
		if isCaptured(p.Code) {
			return c.Cents
		}
	}
	return 0
}

// Returned is what has gone back, in cents.
func (c Checkout) Returned() int64 {
	return c.sumRefunds(func(code int) bool { return code == 8 })
}

// Returning is what is on its way back, in cents: a refund was asked for and is not done.
func (c Checkout) Returning() int64 {
	return c.sumRefunds(func(code int) bool { return code == 81 || code == 82 })
}

func (c Checkout) sumRefunds(which func(int) bool) (sum int64) {
	for _, p := range c.Payments {
		for _, o := range p.Operations {
			if o.Kind == Refund && which(o.Code) {
				sum += o.Cents
			}
		}
	}
	return sum
}

// isCaptured reports whether a payment with the status code was captured, even if it was refunded since.
func isCaptured(code int) bool {
	return code == 9 || code == 8 || code == 81 || code == 82 || code == 83
}

// A checkout is a session with its internal state.
type checkout struct {
	Checkout
	Token      string // of the bank's session
	Form       string // last part of the redirectUrl
	ReturnMAC  string
	ReturnURL  string
	Webhooks   []string
	ResultPage bool
	Serial     int64 // of its id
	Next       int   // number of its next payment or operation
	live       []*payment

	OnlyAuthorised bool // the request's authorizationMode asks for no capture
}

// A payment is an attempt with its internal state.
type payment struct {
	Payment
	of     *checkout
	Base   int64 // number in a 19-digit id
	Next   int   // number of its next operation there
	Closed bool  // by a final refund
	timers []timer
}

// Book returns every session of every merchant, in the order in which they were opened, as things stand now by the clock. No fault
// touches it, so it is what a test compares with.
func (s *Server) Book() []Checkout {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.applyDueChanges(now)
	book := make([]Checkout, len(s.checkouts))
	for i, c := range s.checkouts {
		book[i] = s.snapshot(c, now)
	}
	return book
}

// snapshot is a copy of a session.
func (s *Server) snapshot(c *checkout, now time.Time) Checkout {
	out := c.Checkout
	out.Status = s.sessionStatus(c, now)
	out.Payments = nil
	for _, p := range c.live {
		q := p.Payment
		q.Operations = slices.Clone(q.Operations)
		out.Payments = append(out.Payments, q)
	}
	return out
}

// sessionStatus returns the hosted checkout's status (docs/direct.md §7.1).
func (s *Server) sessionStatus(c *checkout, now time.Time) string {
	t, err := s.bank.Session(c.Merchant, c.ID)
	if err != nil { // cannot happen: the bank has opened the session
		return "CANCELLED_BY_CONSUMER"
	}
	over := !now.Before(c.ExpiresAt)
	last := c.lastPayment()
	switch {
	case last == nil && t.Code == "":
		return "IN_PROGRESS"
	case last == nil:
		return "CANCELLED_BY_CONSUMER"
	case last.Code == 46 && !over, t.Retry:
		return "IN_PROGRESS"
	case last.Code == 46 || last.Code == 1:
		return "CANCELLED_BY_CONSUMER"
	}
	return "PAYMENT_CREATED"
}

func (c *checkout) lastPayment() *payment {
	if len(c.live) == 0 {
		return nil
	}
	return c.live[len(c.live)-1]
}

// Forget drops the sessions that were opened before an instant of the platform's clock, and the deliveries and requests until
// then. It returns how many sessions that were. It is for a platform that runs for days; their payments cannot be asked about
// any more.
func (s *Server) Forget(before time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	n := 0
	s.checkouts = slices.DeleteFunc(s.checkouts, func(c *checkout) bool {
		if !c.OpenedAt.Before(before) || now.Before(c.ExpiresAt) {
			return false
		}
		n++
		delete(s.byID, c.ID)
		delete(s.byForm, c.Form)
		for _, p := range c.live {
			delete(s.byPayment, p.ID)
		}
		return true
	})
	s.sent = slices.DeleteFunc(s.sent, func(d Delivery) bool { return d.At.Before(before) })
	s.journal = slices.DeleteFunc(s.journal, func(r Request) bool { return r.At.Before(before) })
	s.bank.Forget(before)
	return n
}

// sessionOf returns the session of a transaction of the bank, or nil. The caller holds the lock.
func (s *Server) sessionOf(t bank.Transaction) *checkout { return s.byID[t.ID] }
