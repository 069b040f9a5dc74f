//go:build !race

package wire

import (
	"net/http"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment/paymenttest"
)

// platform is one of the three, with what a case needs of it.
type platform struct {
	close     func()
	client    func(http.RoundTripper) (acquirer.Client, error)
	kindOf    func(*http.Request, []byte) string
	spoil     func(kind string, body []byte) []byte // changes a byte of an answer; see the platforms
	tick      func()
	visit     func(s acquirer.Session, e end, abandon bool) (acquirer.Callback, error)
	decide    func(reference string, paid bool) error // ends a payment that is pending; nil: it ends by the clock
	callbacks func() []acquirer.Callback              // notifications so far, as a portal receives them
	book      func() []ledger

	begin     string   // kind of the call that opens a session
	questions []string // kinds of the calls that ask
	narrow    []string // those that only the question about a paid payment has; none: there is no difference
	cancel    string   // kind of the call that gives back before remittance; empty: there is none
	refund    string   // kind of the call that gives back after it; empty: there is none
	names     func(p acquirer.Session, reference string) []string
}

// ledger is what the platform's book says of one session.
type ledger struct {
	reference string
	session   string // by which the payer's session is kept unique; empty: the platform has none
	taken     int64  // cents that were captured, or promised for good
	captures  int    // how often
	returned  int64  // cents that are back
	givings   int    // how often they were given back, or asked to be
	pending   bool   // nobody knows yet
	refused   bool
}

// end is what becomes of a payment at the payment page.
type end string

const (
	accepted end = "accepted"
	refused  end = "refused"
	unused   end = "unused" // the payer never comes
	pending  end = "pending"
)

// opening starts a platform on a loopback port, as a transition needs it.
type opening func(clock *paymenttest.Clock, tr transition) *platform

var openings = map[string]opening{"sips": openSips, "direct": openDirect, "payfip": openPayFiP}
