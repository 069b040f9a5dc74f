package main

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
)

// A fault is something that goes wrong; both platforms have the same, and some of their own.
type fault = sipstest.Fault

// A platform is what the desk shows and moves, whichever protocol it speaks.
type platform interface {
	name() string
	serves() string // what a shop finds at the address
	address() string
	transactions() []transaction
	deliveries() []delivery
	faults(target string) []fault // of a notification, a call or a session
	absent() []absence            // what is taken and not simulated
	operations() []string         // that can be made to go wrong
	do(action string, w wish) (d done, ok bool, err error)
	Now() time.Time
	Forget(before time.Time) int
	Close()
}

// An absence is something that a platform takes and does not simulate.
type absence struct {
	Name string `json:"name"` // a field of a request, or the end of an operation's path
	Text string `json:"text"`
}

// commonOperations are those that every platform of cards has.
var commonOperations = []string{acquirer.OpBegin, acquirer.OpStatus, acquirer.OpCancel, acquirer.OpRefund}

// platforms are what the flag -platform chooses from; other answers the paths that a platform does not have.
var platforms = map[string]func(o options, other http.Handler) (platform, error){"sips": openSips, "direct": openDirect}

// A wish is what can be asked of an action; each takes of it what it needs.
type wish struct {
	Merchant  string  `json:"merchant,omitempty"`  // of a transaction (Sips)
	Reference string  `json:"reference,omitempty"` // of a transaction (Sips)
	Payment   string  `json:"payment,omitempty"`   // the payment's id (Direct)
	Faults    []fault `json:"faults,omitempty"`
	Op        string  `json:"op,omitempty"`     // begin, status, cancel, refund, validate (Sips); empty: whatever comes next
	Code      string  `json:"code,omitempty"`   // Sips: responseCode; Direct: errorCode, or the last two digits of the card
	Status    int     `json:"status,omitempty"` // of HTTP (Direct)

	Duration        string           `json:"duration,omitempty"` // as in "15m" or "26h"
	RedirectionData string           `json:"redirectionData,omitempty"`
	RedirectURL     string           `json:"redirectUrl,omitempty"`
	Outcome         acquirer.Outcome `json:"outcome,omitempty"`
	Abandon         bool             `json:"abandon,omitempty"`
	Authentication  string           `json:"authentication,omitempty"` // Sips: holderAuthentStatus of the payer who visits
}

// A done is what an action answers.
type done struct {
	Count int        `json:"count,omitempty"` // how many notifications were sent, or payments remitted
	URL   string     `json:"url,omitempty"`   // where a browser would bring what it brings back; Direct: with the query
	Form  url.Values `json:"form,omitempty"`  // what it would post
}

// advance moves the platform's clock.
func advance(p interface{ Advance(time.Duration) int }, w wish) (done, error) {
	d, err := time.ParseDuration(w.Duration)
	if err != nil || d < 0 || d > 366*24*time.Hour {
		return done{}, fmt.Errorf("%.20q is not a duration such as 15m, of a year at most", w.Duration)
	}
	return done{Count: p.Advance(d)}, nil
}
