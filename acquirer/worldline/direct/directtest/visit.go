package directtest

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/callback"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

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
