package sipstest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/quittance/quittance/internal/paris"
)

// Transaction is what really happened to one reference; see [Server.Book]. The comment of mock.Transaction lists its fields.
type Transaction = bank.Transaction

// Move is one entry of a transaction's book.
type Move = bank.Move

// The kinds of a [Move].
const (
	Authorised = bank.Authorised
	Validated  = bank.Validated
	Remitted   = bank.Remitted
	Cancelled  = bank.Cancelled
	Refunded   = bank.Refunded
)

// Book returns what really happened, by order of paymentInit: every reference of every merchant, every move of money, as things
// stand now by the clock. No fault touches it, so it is what a test compares with.
func (s *Server) Book() []Transaction { return s.bank.Book() }

// Remit remits at once every payment that waits for the end of its day, and returns how many: from now on they are refunded and not
// cancelled.
func (s *Server) Remit() int { return s.bank.Remit() }

// Release sends every notification that is held back, late or overtaken, in the order in which they were due first, and
// returns how many.
func (s *Server) Release() int { return s.post.Release() }

// ErrNotFound: nobody has paid the reference, refused it, given it up or let it expire.
var ErrNotFound = errors.New("sipstest: there is no such transaction")

// Notify sends the automatic response of a transaction once more, as things stand now, with faults of a notification; those
// that were injected are left for others. The error is ErrNotFound, or names a fault that strikes no notification.
func (s *Server) Notify(merchant, reference string, faults ...Fault) error {
	for _, f := range faults {
		if f.Target() != fault.OnNotification {
			return fmt.Errorf("sipstest: Notify: %.20q strikes no notification", string(f))
		}
	}
	t, err := s.bank.Status(merchant, reference)
	if err != nil {
		return ErrNotFound
	}
	s.sendWithFaults(t, faults)
	return nil
}

// Decide ends a payment that is pending, or whose code nobody knows, and notifies it. The error is ErrNotFound, or says in which
// state the payment is.
func (s *Server) Decide(merchant, reference string, p Payer) error {
	c, err := p.cardOf()
	if err != nil {
		return err
	}
	t, err := s.bank.Decide(merchant, reference, c)
	if r := (*bank.Refusal)(nil); errors.As(err, &r) {
		if r.Code == "25" {
			return ErrNotFound
		}
		return fmt.Errorf("sipstest: Decide: code %s, the transaction is %s", r.Code, r.Status)
	}
	s.notifyShop(t)
	return nil
}

// Forget drops what has ended before an instant of the platform's clock, and the deliveries until then. It returns how many
// transactions that were. It is for a platform that runs for days: a reference that is forgotten may be used again, which no
// real one allows.
func (s *Server) Forget(before time.Time) int {
	s.mu.Lock()
	s.sent = slices.Clone(slices.DeleteFunc(s.sent, func(d Delivery) bool { return d.At.Before(before) }))
	s.mu.Unlock()
	s.numbers.forget(before.In(paris.Location).Format(compactDay))
	return s.bank.Forget(before)
}
