package acquirertest

import (
	"net/http"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/fault"
)

// World is one acquirer with someone at its payment page. A method that the acquirer cannot offer returns acquirer.ErrUnsupported,
// and its cases are skipped, by name.
//
// Its methods are called from one goroutine at a time, those of the client from many. A World may have more methods; those
// of the optional interfaces [Kind], [Addressed], [Secretive], [Logging], [Synchronous] and [Verifying] are found by name.
type World interface {
	// Client is the client under test, the same at each call.
	Client() acquirer.Client

	// Pay makes the payer of a session end it so. With Expired the payer does nothing until the session is over.
	Pay(s acquirer.Session, o acquirer.Outcome) error

	// Callbacks is what was sent so far, in order: by the acquirer's server and by the payer's browser. A notification may take
	// a while to appear; see [Synchronous].
	Callbacks() []acquirer.Callback

	// Advance moves the acquirer's clock, and does what becomes due on the way. An hour later no session can be paid any more;
	// payments are remitted within 48 hours.
	Advance(d time.Duration) error

	// Fault makes the next matching call, notification or Begin go wrong, once: each [Fault] says which of them it strikes.
	Fault(f Fault) error
}

// Kind is a [World] whose acquirer is not of the kind of the zero [acquirer.Traits]: the cases test it by its own promises. The
// clients of this SDK have such a method, and a world returns what that returns.
type Kind interface{ Traits() acquirer.Traits }

// Addressed is a [World] that receives callbacks over HTTP: its addresses stand in the orders.
type Addressed interface {
	Addresses() (returnURL, notifyURL string)
}

// Secretive is a [World] that knows keys which no verb and no error may print.
type Secretive interface{ Secrets() []string }

// Logging is a [World] that knows what the client has written so far: to its logger, and as attributes to its Observe.
type Logging interface{ Logged() string }

// Synchronous is a [World] in which all callbacks have come when Pay and Advance return: then nothing is waited for. In other
// worlds a callback is waited for until there is no hope.
type Synchronous interface{ Synchronous() bool }

// Verifying is a [World] whose acquirer verifies the notification address by a GET: Verification returns such a request with the
// token, which is the answer that is expected.
type Verifying interface {
	Verification(token string) *http.Request
}

// Fault is what goes wrong, by a name that the mock and every simulator have for it.
type Fault = fault.Fault

// The faults, by what they strike.
const (
	// Of a notification. What the browser brings back is untouched.
	Lost      = fault.Lost      // never sent
	Doubled   = fault.Doubled   // sent twice
	Late      = fault.Late      // sent an hour later
	Reordered = fault.Reordered // overtaken by the next notification
	Tampered  = fault.Tampered  // its content is changed, the seal is that of the true content
	Forged    = fault.Forged    // sealed with another key
	Unsealed  = fault.Unsealed  // without a seal

	// Of a call.
	Timeout     = fault.Timeout     // carried out, and no answer comes
	ServerError = fault.ServerError // not carried out, an HTTP 5xx
	Truncated   = fault.Truncated   // carried out, and the answer breaks off
	Slow        = fault.Slow        // carried out, and the answer takes its time
	Unreachable = fault.Unreachable // not carried out, no connection

	// Of a session.
	RedirectOnce  = fault.RedirectOnce  // the redirect data works once
	RedirectTwice = fault.RedirectTwice // the redirect data works twice
)

// Faults returns every fault, in a fixed order.
func Faults() []Fault { return fault.Faults() }
