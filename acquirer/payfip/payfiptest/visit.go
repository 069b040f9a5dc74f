package payfiptest

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/callback"
)

// ErrNoReturn: the browser brings nothing back, because the payer has closed the tab. It is what was asked for.
var ErrNoReturn = callback.ErrNoReturn

// TurnedAwayError is a visit that the platform turns away: P1 for a session that it does not know, P3 for one that was opened before, P4
// for one that is too old. Nothing is notified.
type TurnedAwayError struct{ Code string }

// Error says with which code the payer was turned away.
func (e *TurnedAwayError) Error() string {
	return "payfiptest: the platform turns the payer away with code " + e.Code
}

// Payer is what somebody does on the payment page. The zero value pays by card.
type Payer struct {
	// Outcome: Accepted, Refused, Cancelled for giving up, Open or Expired for closing the tab without a result, Unknown for a
	// payment whose letter nobody knows. Zero: Accepted.
	Outcome acquirer.Outcome

	// Means is what the payer chooses. Zero: Card, or Transfer where the outcome is Unknown.
	Means Means

	// SentOn: a payer who closes the tab, or gives up, has gone on to the provider of the means before. Nothing is purged then.
	SentOn bool

	// Abandon: the payer closes the tab after the result, so nothing comes back by the browser.
	Abandon bool
}

// Return is what the payer's browser brings back: the callback as a portal receives it, and the request that carries it. Its Bring makes the
// request.
type Return = callback.Return

// planVisit translates the payer's orders: the means, whether the payer is sent on to the provider, and the letter of the result, which
// is empty for none.
func (s *Server) planVisit(p Payer, h Habits) (m Means, sentOn bool, letter string, err error) {
	m = p.Means
	if m == "" {
		m = Card
		if p.Outcome == acquirer.Unknown {
			m = Transfer
		}
	}
	if !slices.Contains(AllMeans(), m) {
		return "", false, "", fmt.Errorf("payfiptest: Payer: there is no means %.20q", string(m))
	}
	l := lettersOf(m, h)
	switch cmp.Or(p.Outcome, acquirer.Accepted) {
	case acquirer.Accepted:
		if m == Transfer {
			return "", false, "", errors.New("payfiptest: Payer: the result of a simplified transfer is Unknown")
		}
		return m, true, l.accepted, nil
	case acquirer.Unknown:
		if m != Transfer {
			return "", false, "", fmt.Errorf("payfiptest: Payer: no result of %s is Unknown", m)
		}
		return m, true, l.accepted, nil
	case acquirer.Refused:
		return m, true, l.refused, nil
	case acquirer.Cancelled:
		return m, p.SentOn, "A", nil
	case acquirer.Open, acquirer.Expired:
		return m, p.SentOn, "", nil
	}
	return "", false, "", fmt.Errorf("payfiptest: Payer: %.20q is no outcome of this platform", string(p.Outcome))
}

// letters are the values of resultrans for one means.
type letters struct{ accepted, refused string }

func lettersOf(m Means, h Habits) letters {
	switch m {
	case Debit:
		return letters{"V", "Z"}
	case Transfer:
		return letters{cmp.Or(h.TransferLetter, "F"), "R"}
	}
	return letters{"P", "R"}
}

// Visit plays the payer of a session without a browser: the page is opened, and ends as the payer says. It returns what the browser
// would bring back; a notification that is due at once has been answered then. A payer who closes the tab returns ErrNoReturn. The
// platform's refusal is a [*TurnedAwayError].
func (s *Server) Visit(session acquirer.Session, p Payer) (Return, error) {
	u, err := url.Parse(session.URL)
	if err != nil {
		return Return{}, errors.New("payfiptest: Visit: the session's address is none")
	}
	return s.VisitID(u.Query().Get("idop"), p)
}

// VisitID is Visit for a session's number.
func (s *Server) VisitID(idOp string, p Payer) (Return, error) {
	now := s.now()
	s.mu.Lock()
	h := s.habits
	m, sentOn, letter, err := s.planVisit(p, h)
	if err != nil {
		s.mu.Unlock()
		return Return{}, err
	}
	x, code := s.openPage(idOp, now)
	if code != "" {
		s.mu.Unlock()
		return Return{}, &TurnedAwayError{code}
	}
	if sentOn {
		if !slices.Contains(s.regies[x.Numcli].meansShown(x.Saisie, now), m) {
			s.mu.Unlock()
			return Return{}, fmt.Errorf("payfiptest: Visit: %s is not activated for %s, so the page does not show it", m, x.Numcli)
		}
		x.SentOn, x.Means = true, m
	}
	var due []notice
	if letter != "" {
		due = s.endSession(x, m, letter, now)
	}
	back := s.wayBack(x)
	s.mu.Unlock()
	s.sendAll(due)
	if letter == "" || p.Abandon {
		return Return{}, ErrNoReturn
	}
	return back, nil
}

// openPage records an opening of the session's page, or returns the code of the refusal. The caller holds the lock.
func (s *Server) openPage(idOp string, now time.Time) (*session, string) {
	x := s.findSession(idOp, now)
	if x == nil || now.Sub(x.CreatedAt) < 0 {
		return nil, "P1"
	}
	if code := x.refusalCode(now, s.habits); code != "" {
		return nil, code
	}
	x.OpenedAt = now
	x.Openings++
	return x, ""
}

// wayBack returns what the browser brings to urlredirect.
func (s *Server) wayBack(x *session) Return {
	by := cmp.Or(s.habits.ReturnBy, Get)
	back := callbackBy(by, "idop", x.IdOp)
	back.Channel = acquirer.Return
	r := Return{Callback: back, Method: by.method(), URL: x.ReturnURL}
	if u, err := url.Parse(x.ReturnURL); err == nil { // the service has checked the address
		u.RawQuery = joinQueries(u.RawQuery, back.Query.Encode())
		r.URL = u.String()
	}
	return r
}
