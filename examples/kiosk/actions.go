package main

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// A wish is what can be asked of an action; each takes of it what it needs.
type wish struct {
	Merchant  string           `json:"merchant,omitempty"`  // of a transaction
	Reference string           `json:"reference,omitempty"` // of a transaction
	Faults    []sipstest.Fault `json:"faults,omitempty"`
	Op        string           `json:"op,omitempty"`   // begin, status, cancel, refund; empty: whatever comes next
	Code      string           `json:"code,omitempty"` // responseCode

	Duration        string           `json:"duration,omitempty"` // as in "15m" or "26h"
	RedirectionData string           `json:"redirectionData,omitempty"`
	Outcome         acquirer.Outcome `json:"outcome,omitempty"`
	Abandon         bool             `json:"abandon,omitempty"`
}

// A done is what an action answers.
type done struct {
	Count int        `json:"count,omitempty"` // how many notifications were sent, or payments remitted
	URL   string     `json:"url,omitempty"`   // where a browser would post what it brings back
	Form  url.Values `json:"form,omitempty"`  // what it would post
}

// actions are what can be done, by the API under /api/ and by the buttons of the page.
var actions = map[string]func(*sipstest.Server, wish) (done, error){
	// notify sends the automatic response of a transaction again, with faults of a notification.
	"notify": func(p *sipstest.Server, w wish) (done, error) {
		return done{}, p.Notify(w.Merchant, w.Reference, w.Faults...)
	},
	// inject makes the next call, notification or session go wrong.
	"inject": func(p *sipstest.Server, w wish) (done, error) { return done{}, p.Inject(w.Op, w.Faults...) },
	// answer has the next call of an operation refused with a code.
	"answer": func(p *sipstest.Server, w wish) (done, error) { return done{}, p.Answer(w.Op, w.Code) },
	// release sends what is held back.
	"release": func(p *sipstest.Server, _ wish) (done, error) { return done{Count: p.Release()}, nil },
	// remit remits at once what waits for the end of its day.
	"remit": func(p *sipstest.Server, _ wish) (done, error) { return done{Count: p.Remit()}, nil },
	// decide ends a payment that is pending.
	"decide": func(p *sipstest.Server, w wish) (done, error) {
		return done{}, p.Decide(w.Merchant, w.Reference, sipstest.Payer{Code: w.Code, Outcome: w.Outcome})
	},
	"advance": advance,
	"visit":   visit,
}

// advance moves the platform's clock.
func advance(p *sipstest.Server, w wish) (done, error) {
	d, err := time.ParseDuration(w.Duration)
	if err != nil || d < 0 || d > 366*24*time.Hour {
		return done{}, fmt.Errorf("%.20q is not a duration such as 15m, of a year at most", w.Duration)
	}
	return done{Count: p.Advance(d)}, nil
}

// visit plays the payer without a browser.
func visit(p *sipstest.Server, w wish) (done, error) {
	s := acquirer.Session{Fields: url.Values{"redirectionData": {w.RedirectionData}}}
	back, err := p.Visit(s, sipstest.Payer{Outcome: w.Outcome, Code: w.Code, Abandon: w.Abandon})
	if errors.Is(err, sipstest.ErrNoReturn) {
		return done{}, nil
	}
	return done{URL: back.URL, Form: back.Form}, err
}
