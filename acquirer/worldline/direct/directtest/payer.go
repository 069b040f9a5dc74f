package directtest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/callback"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

// Amounts in cents that decide by themselves what becomes of a payment by card: those of pre-production (docs/direct.md §14),
// and some more of ours, whose first two digits are 13 and whose last two are the status code, or 83 for a refund that is taken
// and then refused.
var Amounts = map[int64]string{
	1302: "the authorisation is refused (2)",
	1303: "paid; a refund is refused at once (83)",
	1309: "the capture is refused (93)",
	1203: "paid; a refund stays uncertain (82)",
	1209: "the capture stays uncertain (92)",
	1305: "authorised and not captured although a sale was asked for (5)",
	1346: "the payer never comes back from their bank (46)",
	1351: "the acquirer's answer is awaited (51)",
	1383: "paid; a refund is taken (81) and refused overnight (83)",
	1391: "the capture is requested (91), and done overnight (9)",
}

// startCodes are the first status codes of accepted payments, by the special amounts of pre-production.
var startCodes = map[int64]int{1309: 93, 1209: 92, 1305: 5, 1346: 46, 1351: 51, 1391: 91}

// testCards of pre-production are accepted whatever their last digits; the keys are first four and last two digits.
var testCards = map[string]bool{
	"433075": true, "513738": true, "371404": true, "487422": true, "513010": true, "379781": true,
}

// cardFor returns the payer's card with the response code that the amount or the platform's test card prescribes.
func cardFor(t bank.Transaction, c bank.Card) bank.Card {
	switch start := startCodes[t.Cents]; {
	case t.Cents == 1302:
		c.Code = "05"
	case start != 0 && start != 5:
		c.Code = "60" // the bank's pages then say that the result is not known yet
	case testCards[c.First+c.Last]:
		c.Code = "00"
	}
	return c
}

// ErrNoReturn: the browser brings nothing back, because the session has expired or the payer has closed the tab. It is what was
// asked for, and the webhook has been sent.
var ErrNoReturn = callback.ErrNoReturn

// Payer is what somebody does on the payment pages. The zero value pays.
type Payer struct {
	Outcome acquirer.Outcome // zero: Accepted, or what Code leads to. Expired: the time passes, and nothing was tried
	Code    string           // as the last two digits of the card choose it; zero: the usual one of the outcome
	Abandon bool             // the payer closes the tab afterwards: nothing comes back by the browser

	// AtTheBank: a payer who gives up does so when their bank asks who pays; then there is a payment of code 1. False: they do
	// on the page, and there is none.
	AtTheBank bool
}

// Return is what the payer's browser brings back: the callback as a portal receives it, and the request that carries it. Its Bring makes the
// request.
type Return = callback.Return

// bankCard returns the card that makes the bank answer as p orders.
func (p Payer) bankCard() (bank.Card, error) {
	if p.Code != "" && (len(p.Code) != 2 || strings.Trim(p.Code, "0123456789") != "") {
		return bank.Card{}, fmt.Errorf("directtest: Payer: %.20q is not two digits", p.Code)
	}
	code, err := bank.CodeFor(p.Outcome, p.Code)
	if err != nil {
		return bank.Card{}, fmt.Errorf("directtest: Payer: %w", err)
	}
	c := bank.Card{Code: code}
	switch sipscode.Meaning(code).Outcome {
	case acquirer.Cancelled:
		if p.AtTheBank {
			c.Authentication = "CANCEL"
		}
	case acquirer.Expired:
	default:
		c.Authentication = "SUCCESS"
	}
	return c, nil
}

// TurnedAwayError is a visit that the platform turns away: the address is unknown or used up, or the session is over. No webhook
// is sent.
type TurnedAwayError struct{ Why string }

// Error says why.
func (e *TurnedAwayError) Error() string {
	return "directtest: the platform turns the payer away: " + e.Why
}

// Visit plays the payer of a session without a browser and returns what the browser would bring back. The webhook has been
// answered when Visit returns, unless a fault says otherwise; what comes back is never touched by a fault. A nil error means
// that there is something to bring back. An Expired payer and one who abandons return ErrNoReturn. The platform's refusal is a
// [*TurnedAwayError].
func (s *Server) Visit(session acquirer.Session, p Payer) (Return, error) {
	card, err := p.bankCard()
	if err != nil {
		return Return{}, err
	}
	s.mu.Lock()
	c := s.byForm[session.URL[strings.LastIndexByte(session.URL, '/')+1:]]
	s.mu.Unlock()
	if c == nil {
		return Return{}, &TurnedAwayError{"the address is unknown"}
	}
	t, err := s.bank.Enter(c.Token)
	if err != nil {
		return Return{}, turnedAway(err)
	}
	if card.Code == "00" {
		card = cardFor(t, card)
	}
	if t, err = s.bank.Pay(c.Token, card); err != nil {
		return Return{}, turnedAway(err)
	}
	s.noteAttempt(t)
	if p.Abandon || t.Code == "97" {
		return Return{}, ErrNoReturn
	}
	return s.returnOf(t), nil
}

func turnedAway(err error) error {
	r := (*bank.Refusal)(nil)
	if !errors.As(err, &r) {
		return err
	}
	return &TurnedAwayError{map[string]string{
		"25": "the address is used up", "94": "the session is over", "97": "the session has expired",
	}[r.Code]}
}

// returnOf returns the return address with the platform's pairs appended; the pairs that the merchant put there stay.
func (s *Server) returnOf(t bank.Transaction) Return {
	u, err := url.Parse(t.ReturnURL)
	if err != nil { // cannot happen: createHostedCheckout has checked the address
		return Return{}
	}
	q := u.Query()
	for name, values := range s.returnPairs(t) {
		q[name] = values
	}
	u.RawQuery = q.Encode()
	return Return{Callback: acquirer.Callback{Channel: acquirer.Return, Query: q}, Method: http.MethodGet, URL: u.String()}
}

// returnPairs returns the pairs that the platform appends to the return address.
func (s *Server) returnPairs(t bank.Transaction) url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.sessionOf(t)
	if c == nil {
		return nil
	}
	return url.Values{"RETURNMAC": {c.ReturnMAC}, "hostedCheckoutId": {c.ID}}
}

// atOnce reports whether the session has no result page, so that the payer is sent back at once.
func (s *Server) atOnce(t bank.Transaction) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.sessionOf(t)
	return c != nil && !c.ResultPage
}

// tokenOf returns the token of the bank's session from the query of a payment page's address.
func (s *Server) tokenOf(query url.Values) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.byForm[query.Get(formParameter)]
	if c == nil {
		return "", false
	}
	return c.Token, true
}

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
	if p.Code == 91 {
		s.captureAll(p, 91, now)
	}
	if p.Code == 9 {
		s.captureAll(p, 9, now)
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

// Decide ends a payment that waits (4, 46, 50, 51, 92 …): paid (9) or refused (2), and sends the webhook. The error says in
// which state the payment is, or that there is none.
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
