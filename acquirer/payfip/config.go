package payfip

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// The addresses of the DGFiP (docs/payfip.md §2). Test, activation and production share them.
const (
	DefaultServiceURL = "https://www.payfip.gouv.fr/tpa/services/securite"
	DefaultPageURL    = "https://www.payfip.gouv.fr/tpa/paiementws.web"
)

// Window is how long after its creation a session can be opened, once (docs/payfip.md §4). A payer who opens it at the last minute
// pays later: such a result is late, and true.
const Window = 15 * time.Minute

// timeout of one request as a whole. PayFiP documents none.
const timeout = 15 * time.Second

// Config says whose régie it is, whether money moves, and where the platform stands. New copies what it needs; two clients share
// nothing.
type Config struct {
	// Numcli is the client number of the régie, six digits; it is text, and keeps its zeros. Required.
	Numcli string

	// Saisie is the mode of entry: [Test], [Activation] or [Production]. Required, without a default: a wrong letter takes real
	// money, or none.
	Saisie Saisie

	// Mailbox is an e-mail address of the régie itself, 6 to 80 characters of ASCII: PayFiP insists on an address, and sends its
	// payment ticket there. With a mailbox alone nothing personal leaves, and the payer has no ticket from the DGFiP. Required
	// unless Mel is set.
	Mailbox string

	// Mel returns the payer's own address, so that the DGFiP's ticket goes to the payer. It is called once in each Begin, and must
	// be safe for concurrent use. The address is sent and forgotten: it is neither stored nor logged, and stands in no error.
	//
	// Where it returns none, fails, or returns an address that PayFiP refuses, Mailbox takes its place, and without a Mailbox
	// Begin fails. The text of its error is not repeated by this package, because it may hold the address. Nil: the Mailbox always.
	Mel func(ctx context.Context, o acquirer.Order) (string, error)

	// Objet is what the payer reads about the payment, and stands in the régie's files: at most 100 letters without accents,
	// digits and spaces. It must name no person. Empty: none.
	Objet string

	// ServiceURL and PageURL are where the web service stands and where the payer is sent, without a query. They belong together,
	// because a session of one platform is unknown to another: set both, or neither. Empty: DefaultServiceURL and DefaultPageURL.
	ServiceURL, PageURL string

	// HTTPClient is used in place of the client's own, for a proxy or a test. It is copied; redirects are never followed, no cookie
	// is kept, and a Timeout of zero becomes 15 seconds. Nil: an HTTP/1.1 client of its own with TLS 1.2 or later and the proxy
	// of the environment.
	// It must send each request once: what it repeats by itself, as go-retryablehttp does, may take effect twice.
	HTTPClient *http.Client

	// Pause is how long a payment is not asked about again after PayFiP said that it has broken down or is closed. The DGFiP's guide
	// asks for 30 minutes; others ask again after two, without harm (docs/payfip.md §5.1). At most six hours count. Zero: the pace of
	// the payment service. A longer Retry-After of the answer counts instead.
	Pause time.Duration

	// Now is the clock. Nil: time.Now.
	Now func() time.Time

	// Logger gets warnings about results that nobody knows and payers' addresses that could not be used. No session, address or object
	// is in it. Nil: slog.Default().
	Logger *slog.Logger

	// Observe is called around every request on the wire; op is "payfip." and the operation of the web service. The attribute is
	// the reference; at the end the HTTP status, when there was one. Nil: nobody looks.
	Observe acquirer.Observe
}

// Format prints numcli and saisie only, for every verb.
func (c Config) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "payfip configuration of %s, saisie %s", wire.Printable(c.Numcli), wire.Printable(string(c.Saisie)))
}

// LogValue is what Format prints.
func (c Config) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// Client speaks the PayFiP web service for one régie. It is an [acquirer.Client] and an [acquirer.Listener]; nothing gives money
// back, so it is neither a Canceller nor a Refunder. It is made by [New]; the zero Client cannot be used. It is safe for
// concurrent use.
type Client struct{ in *inner }

type inner struct {
	numcli         string
	saisie         Saisie
	mailbox, objet string
	mel            func(context.Context, acquirer.Order) (string, error)
	service, page  *url.URL
	http           *http.Client
	pause          time.Duration
	now            func() time.Time
	log            *slog.Logger
	observe        acquirer.Observe
}

// hostFamily groups the hosts that share one set of sessions (docs/payfip.md §2).
var hostFamily = map[string]string{
	"www.payfip.gouv.fr":             "production",
	"www.tipi.budget.gouv.fr":        "production before June 2021",
	"www.tipi-client.budget.gouv.fr": "partners' tests",
}

// New checks the whole configuration and returns every mistake at once, joined: each is an [acquirer.ErrConfiguration] and names its field.
// It does no input or output: [Client.Doctor] asks the platform.
func New(c Config) (*Client, error) {
	mistakes := wire.Mistakes{Package: "payfip"}
	if len(c.Numcli) != 6 || !wire.Digits(c.Numcli, 6) {
		mistakes.Add("Numcli", "not six digits; it is text, and its zeros belong to it")
	}
	if _, ok := saisieWords[c.Saisie]; !ok {
		mistakes.Add("Saisie", "%.10q is none of T (test), X (activation) and W (production); there is no default, because the letter "+
			"decides about real money", string(c.Saisie))
	}
	if c.Mailbox == "" && c.Mel == nil {
		mistakes.Add("Mailbox", "PayFiP insists on an e-mail address: set the régie's own, or Mel")
	}
	if c.Mailbox != "" && !goodMel(c.Mailbox) {
		mistakes.Add("Mailbox", "not a bare e-mail address of 6 to 80 characters of ASCII")
	}
	if c.Objet != "" && !wire.Made(c.Objet, 100, " ") {
		mistakes.Add("Objet", "not at most 100 letters without accents, digits and spaces")
	}
	if c.Pause < 0 {
		mistakes.Add("Pause", "%s is less than nothing", c.Pause)
	}
	if (c.ServiceURL == "") != (c.PageURL == "") {
		mistakes.Add("ServiceURL", "ServiceURL and PageURL belong together: set both, or neither")
	} else if c.ServiceURL == "" {
		c.ServiceURL, c.PageURL = DefaultServiceURL, DefaultPageURL
	}
	address := func(field, s, example string) *url.URL {
		if s == "" {
			return nil // reported above
		}
		u, err := wire.ParseEndpoint(s, example)
		if err != nil {
			mistakes.Add(field, "%v", err)
		}
		return u
	}
	service, page := address("ServiceURL", c.ServiceURL, DefaultServiceURL), address("PageURL", c.PageURL, DefaultPageURL)
	if service != nil && page != nil {
		s, p := strings.ToLower(service.Host), strings.ToLower(page.Host)
		if hostFamily[s] != hostFamily[p] || wire.Loopback(service) != wire.Loopback(page) {
			mistakes.Add("PageURL", "%.80s knows no session of %.80s", p, s)
		}
	}
	if err := mistakes.Err(); err != nil {
		return nil, err
	}

	in := &inner{
		numcli: c.Numcli, saisie: c.Saisie, mailbox: c.Mailbox, objet: c.Objet, mel: c.Mel,
		service: service, page: page, http: wire.Client(c.HTTPClient),
		pause: c.Pause, now: wire.Clock(c.Now), log: cmp.Or(c.Logger, slog.Default()), observe: wire.Observer(c.Observe),
	}
	if c.HTTPClient == nil || c.HTTPClient.Timeout == 0 {
		in.http.Timeout = timeout
	}
	return &Client{in}, nil
}

// goodMel reports whether an address may pass as mel: 6 to 80 characters, bare (docs/payfip.md §4). The DGFiP's own pattern is not known.
func goodMel(s string) bool {
	if len(s) < 6 || len(s) > 80 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return false
	}
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

// Merchant is the client number of the régie.
func (c *Client) Merchant() string { return c.in.numcli }

// Format prints numcli, host and saisie, for every verb.
func (c Client) Format(f fmt.State, _ rune) {
	if c.in == nil {
		io.WriteString(f, "payfip client that New has not made")
		return
	}
	fmt.Fprintf(f, "payfip client of %s at %s, saisie %s", c.in.numcli, c.in.service.Host, c.in.saisie)
}

// LogValue is what Format prints.
func (c Client) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

// MarshalJSON writes what Format prints; it is for logs.
func (c Client) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf("%q", fmt.Sprint(c))), nil }

var (
	_ acquirer.Client   = (*Client)(nil)
	_ acquirer.Listener = (*Client)(nil)
	_ acquirer.Checker  = (*Client)(nil)
)
