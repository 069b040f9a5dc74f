package sipstest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/quittance/quittance/acquirer/internal/callback"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
)

// ErrNoReturn: the browser brings nothing back, because the session has expired or the payer has closed the tab. It is what was
// asked for, and the automatic response has been sent.
var ErrNoReturn = callback.ErrNoReturn

// Payer is what somebody does on the payment pages. The zero value pays.
type Payer struct {
	Outcome acquirer.Outcome // zero: Accepted, or what Code leads to. Expired: the session ends at once, as if the time had passed
	Code    string           // responseCode, as the last two digits of the card choose it; zero: the usual one of the outcome
	Abandon bool             // the payer closes the tab afterwards: nothing comes back by the browser

	// Authentication is how the holder of the card is authenticated (holderAuthentStatus): SUCCESS, ATTEMPT, ERROR, NOT_ENROLLED, or
	// FAILURE, which is refused with 05 whatever the card. Zero: SUCCESS.
	Authentication string
}

// authentications are those that a [Payer] can name.
var authentications = []string{"", "SUCCESS", "ATTEMPT", "ERROR", "NOT_ENROLLED", bank.NotAuthenticated}

// Return is what the payer's browser brings back: the callback as a portal receives it, and the request that carries it. Its Bring makes the
// request.
type Return = callback.Return

// cardOf is the bank's card that ends as p says.
func (p Payer) cardOf() (bank.Card, error) {
	if p.Authentication == bank.NotAuthenticated && p.Code == "" {
		p.Outcome = cmp.Or(p.Outcome, acquirer.Refused)
	}
	if !slices.Contains(authentications, p.Authentication) {
		return bank.Card{}, fmt.Errorf("sipstest: Payer: %.20q is not an authentication", p.Authentication)
	}
	code, err := bank.CodeFor(p.Outcome, p.Code)
	if err != nil {
		return bank.Card{}, fmt.Errorf("sipstest: Payer: %w", err)
	}
	c := bank.Card{Code: code}
	switch o := sipscode.Meaning(code).Outcome; {
	case p.Authentication == bank.NotAuthenticated && code != "05":
		return bank.Card{}, fmt.Errorf("sipstest: Payer: who is not authenticated is refused with 05, not with %s", code)
	case o != acquirer.Cancelled && o != acquirer.Expired:
		c.Authentication = cmp.Or(p.Authentication, "SUCCESS")
	}
	return c, nil
}

// TurnedAwayError is a visit that the platform turns away: 25 for redirect data that is unknown or used up, 97 for a session that has
// expired, 94 for one that ended otherwise. Nothing is notified.
type TurnedAwayError struct{ Code string }

// Error says with which code the payer was turned away.
func (e *TurnedAwayError) Error() string {
	return "sipstest: the platform turns the payer away with code " + e.Code
}

// Visit plays the payer of a session without a browser and returns what the browser would bring back. The automatic response
// has been answered when Visit returns, unless a fault says otherwise; what comes back is never touched by a fault. A nil error
// means that there is something to bring back. An Expired payer and one who abandons are notified and return ErrNoReturn. The
// platform's refusal is a [*TurnedAwayError].
func (s *Server) Visit(session acquirer.Session, p Payer) (Return, error) {
	c, err := p.cardOf()
	if err != nil {
		return Return{}, err
	}
	token, ok := s.sessionToken(session.Fields)
	if !ok {
		return Return{}, &TurnedAwayError{"25"}
	}
	opened, err := s.bank.Enter(token)
	if err != nil {
		return Return{}, turnedAway(err)
	}
	if len(opened.Brands) > 0 && !slices.Contains(opened.Brands, "CB") {
		c.Brand = opened.Brands[0]
	}
	t, err := s.bank.Pay(token, c)
	if err != nil {
		return Return{}, turnedAway(err)
	}
	s.notifyShop(t)
	if p.Abandon || t.Code == "97" {
		return Return{}, ErrNoReturn
	}
	back := acquirer.Callback{Channel: acquirer.Return, Form: s.manualResponse(t)}
	return Return{Callback: back, Method: http.MethodPost, URL: t.ReturnURL}, nil
}

func turnedAway(err error) error {
	if r := (*bank.Refusal)(nil); errors.As(err, &r) {
		return &TurnedAwayError{r.Code}
	}
	return err
}
