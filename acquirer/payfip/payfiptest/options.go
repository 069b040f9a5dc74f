package payfiptest

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer/internal/loopback"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// Numcli is the régie that a platform without other [Options] knows.
const Numcli = "006270"

// Options say what platform it is. The zero value knows one régie, [Numcli], with every means of payment activated.
type Options struct {
	// Addr is where to listen: a loopback address with a port, or with 0 for a free one. Zero: "127.0.0.1:0".
	Addr string

	// TLS: the platform speaks HTTPS, with a certificate of its own that [Server.Certificate] returns.
	TLS bool

	// Regies are the client numbers. Zero: Numcli.
	Regies []Regie

	// Habits are how it behaves where the real platform was seen to behave in several ways; [Server.Change] changes them later.
	Habits Habits

	// PurgeAfter is how long after midnight in Paris sessions that led nowhere are deleted. Zero: two hours.
	PurgeAfter time.Duration

	// Now is the platform's clock, to which Advance adds. Zero: time.Now; the platform then does by itself, four times a second, what
	// has become due. With a clock of one's own call Tick after moving it.
	Now func() time.Time

	// Delay is how long a Slow answer takes, and how long a Timeout holds the connection before it is cut. Zero: one second.
	Delay time.Duration

	// Logger gets a warning for each notification that a portal did not take, by reference. Nil: slog.Default().
	Logger *slog.Logger

	// Saved is what Server.Save of an earlier platform returned, with the same régies: its sessions go on. Nil: none.
	Saved []byte

	// Other answers the paths that the platform does not have. Zero: a page that says so, with status 404.
	Other http.Handler
}

// Regie is a client number that the platform knows.
type Regie struct {
	Numcli string    // six digits
	Names  [3]string // the body, its service, the régie. Zero: names of a town for tests

	// Refused is the code with which every order is refused, such as T4 while the web service is not opened. Zero: none.
	Refused string

	// Activated are the means that real payments (mode W) can be made with. Nil: all of them. A payment in mode X activates its means
	// for the next working day; without any, orders in mode W are refused with T4.
	Activated []Means
}

// Means is a means of payment.
type Means string

// The means of payment. What letter of resultrans the simplified transfer has is not known; see Habits.TransferLetter.
const (
	Card     Means = "card"
	Debit    Means = "debit"    // single direct debit
	Transfer Means = "transfer" // « virement simplifié »
)

// AllMeans returns every means of payment, in the order of the pages.
func AllMeans() []Means { return []Means{Card, Debit, Transfer} }

// Moment is when a notification of a result is sent.
type Moment string

// The moments.
const (
	AtOnce   Moment = ""          // when the payment has its result
	TwoHours Moment = "two_hours" // two hours later
	AtNight  Moment = "at_night"  // at the night's purge
	Never    Moment = "never"
)

// Carrier is how an idOp travels: which method, and where it stands.
type Carrier string

// The carriers.
const (
	Form  Carrier = "form"  // POST of a form
	Query Carrier = "query" // POST with an empty body, the pair in the query
	Get   Carrier = "get"   // GET with a query
)

// Dialect is the form of an envelope.
type Dialect string

// The dialects, each a way in which one platform or another writes the same answer.
const (
	JAXWS            Dialect = ""                  // as the real platform does: prefix S, response in ns2, members in no namespace
	OtherPrefixes    Dialect = "other_prefixes"    // other prefixes, declared elsewhere
	DefaultNamespace Dialect = "default_namespace" // no prefix; the return leaves the namespace by xmlns=""
	Qualified        Dialect = "qualified"         // members in the namespace of their types, as a city's test bench writes them
)

// Habits are what may differ from one day of the platform to another. The zero value is the plainest platform.
type Habits struct {
	Dialect       Dialect
	Pretty        bool // indented, with line ends
	Nil           bool // members without a value are there, with xsi:nil; otherwise they are absent
	UnknownMember bool // answers have a member that nobody knows
	Stack         bool // a fault has a second element in its detail, as JAX-WS may add
	Status200     bool // a fault comes with status 200; otherwise with 500
	TimeBased     bool // session numbers are version 1 UUIDs, as in 2019; otherwise random ones

	SeenAfter     time.Duration // a session is P1 for so long after its creation
	ReadableAfter time.Duration // a result is P5 for so long after it was reached, although it was notified

	Notify          Moment
	NotifyTwice     bool
	NotifyBy        Carrier // zero: Form
	NotifyName      string  // idOp or idop. Zero: idOp
	NotifyUndecided bool    // a session that was opened and has no result is notified two hours after its creation, too
	ReturnBy        Carrier // zero: Get

	PayAfterGivingUp bool   // a session that was given up can be opened and paid again while its 15 minutes last
	TransferLetter   string // resultrans of a simplified transfer. Zero: F, which nobody knows
}

func (o *Options) check() error {
	var wrong []error
	bad := func(format string, a ...any) { wrong = append(wrong, fmt.Errorf("payfiptest: "+format, a...)) }
	seen := make(map[string]bool)
	for i, r := range o.Regies {
		switch {
		case len(r.Numcli) != 6 || !wire.Digits(r.Numcli, 6):
			bad("régie %d: Numcli %.20q is not six digits", i+1, r.Numcli)
		case seen[r.Numcli]:
			bad("régie %s stands twice", r.Numcli)
		}
		seen[r.Numcli] = true
		for _, m := range r.Activated {
			if !slices.Contains(AllMeans(), m) {
				bad("régie %s: there is no means %.20q", r.Numcli, string(m))
			}
		}
	}
	if o.PurgeAfter < 0 || o.PurgeAfter >= 24*time.Hour || o.Delay < 0 {
		bad("PurgeAfter or Delay is out of range")
	}
	if err := loopback.CheckAddr(o.Addr); err != nil {
		bad("%w", err)
	}
	return errors.Join(append(wrong, o.Habits.check())...)
}

func (h Habits) check() error {
	var wrong []error
	bad := func(what, value string) {
		wrong = append(wrong, fmt.Errorf("payfiptest: Habits: there is no %s %.20q", what, value))
	}
	if !slices.Contains([]Dialect{JAXWS, OtherPrefixes, DefaultNamespace, Qualified}, h.Dialect) {
		bad("dialect", string(h.Dialect))
	}
	if !slices.Contains([]Moment{AtOnce, TwoHours, AtNight, Never}, h.Notify) {
		bad("moment", string(h.Notify))
	}
	for _, c := range []Carrier{h.NotifyBy, h.ReturnBy} {
		if !slices.Contains([]Carrier{"", Form, Query, Get}, c) {
			bad("carrier", string(c))
		}
	}
	if !slices.Contains([]string{"", "idOp", "idop"}, h.NotifyName) {
		bad("name", h.NotifyName)
	}
	if h.SeenAfter < 0 || h.ReadableAfter < 0 {
		bad("duration", "below zero")
	}
	return errors.Join(wrong...)
}
