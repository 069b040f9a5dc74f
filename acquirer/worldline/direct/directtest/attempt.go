package directtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

// noteAttempt records the bank's answer to one attempt as a payment, and sends its webhook.
func (s *Server) noteAttempt(t bank.Transaction) {
	s.mu.Lock()
	c := s.sessionOf(t)
	if c == nil {
		s.mu.Unlock()
		return
	}
	now := s.now()
	outcome := sipscode.Meaning(t.Code).Outcome
	if outcome == acquirer.Expired || outcome == acquirer.Cancelled && t.Authentication != "CANCEL" {
		if outcome == acquirer.Expired { // at once, as if the time had passed
			c.ExpiresAt = now
		}
		s.mu.Unlock()
		return
	}
	p := &payment{of: c}
	p.ID = s.paymentID(c, p)
	p.Code, p.ErrorCode = codeOf(t, c.OnlyAuthorised || s.merchants[c.Merchant].IgnoresSale)
	p.Brand, p.MaskedPAN, p.At, p.ChangedAt = t.Brand, maskPAN(t.MaskedPAN), now, now
	if c.Serial%3 != 0 { // the platform does not always give it (docs/direct.md §7.4)
		p.Authorisation = t.Authorisation
	}
	c.live = append(c.live, p)
	s.byPayment[p.ID] = p
	if p.Code == 91 || p.Code == 9 {
		s.captureAll(p, p.Code, now)
	}
	e := event{c, p, "", p.Code}
	s.mu.Unlock()
	s.tellMerchant(e)
}

// captureAll records a capture of the payment's whole amount. The caller holds the lock.
func (s *Server) captureAll(p *payment, code int, now time.Time) *Operation {
	p.Operations = append(p.Operations, Operation{s.operationID(p), Capture, p.of.Cents, code, now})
	o := &p.Operations[len(p.Operations)-1]
	if code == 91 {
		s.scheduleChange(p, o.ID, 9, now)
	}
	return o
}

// codeOf returns the status code of a new payment. One that is only authorised stops at 5.
func codeOf(t bank.Transaction, onlyAuthorised bool) (code int, errorCode string) {
	switch m := sipscode.Meaning(t.Code); m.Outcome {
	case acquirer.Accepted:
		if start, ok := startCodes[t.Cents]; ok {
			return start, ""
		}
		if onlyAuthorised {
			return 5, ""
		}
		return 9, ""
	case acquirer.Cancelled:
		return 1, "30171001"
	case acquirer.Refused:
		if t.Authentication == "FAILURE" {
			return 2, "40001134"
		}
		return 2, "30" + cmp.Or(m.Acquirer, t.Code) + "1001"
	case acquirer.Pending:
		if start, ok := startCodes[t.Cents]; ok {
			return start, ""
		}
		return 51, ""
	case acquirer.Failed:
		return 0, "50001146"
	}
	return 77, "" // an unlisted code, as the platform may introduce one
}

// maskPAN returns a card number as the platform writes it, with the last digits only. The bank keeps two of them.
func maskPAN(pan string) string {
	if len(pan) < 2 {
		return ""
	}
	return strings.Repeat("*", 12) + "00" + pan[len(pan)-2:]
}

// Undecided reports whether a payment of that code waits for something, so that [Server.Decide] can end it.
func Undecided(code int) bool { return slices.Contains([]int{0, 4, 5, 46, 51, 91, 92, 93, 77}, code) }

// Decide ends a payment that is [Undecided], as paid (9) or refused (2), and sends the webhook. The error says in which state the
// payment is, or that there is none.
func (s *Server) Decide(paymentID string, paid bool) error {
	s.mu.Lock()
	p := s.byPayment[paymentID]
	if p == nil {
		s.mu.Unlock()
		return fmt.Errorf("directtest: Decide: there is no payment %.40q", paymentID)
	}
	if !Undecided(p.Code) {
		s.mu.Unlock()
		return fmt.Errorf("directtest: Decide: the payment is at code %d", p.Code)
	}
	now := s.now()
	p.timers = nil
	if p.Code, p.ChangedAt, p.ErrorCode = 2, now, "30051001"; paid {
		p.Code, p.ErrorCode = 9, ""
		s.captureAll(p, 9, now)
	}
	e := event{p.of, p, "", p.Code}
	s.mu.Unlock()
	s.tellMerchant(e)
	return nil
}
