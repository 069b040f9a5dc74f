package sips

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// DefaultWindow is the Window of a [Config] that has none.
const DefaultWindow = 60 * time.Minute

// Config says whose shop it is, with which keys, and where the platform stands. It prints without a key. New copies what it
// needs, so a Config may be changed afterwards; two clients share nothing.
type Config struct {
	// MerchantID is the shop's number, at most 15 digits. Required.
	MerchantID string

	// Keys are the shop's keys that are live, one to four. Required.
	Keys Keyring

	// KeyVersion is the key that seals what we send; the others only verify what was begun before it. Zero: the newest of Keys.
	KeyVersion int

	// Endpoints is where the platform stands: a preset such as Worldline.Production(), or what the bank says. Paypage is required.
	Endpoints Endpoints

	// HTTPClient is used in place of the client's own, for a proxy or a test. It is copied; redirects are never followed, no
	// cookie is kept, and a Timeout of zero becomes 25 seconds. Its transport then decides about TLS. Nil: an HTTP/1.1 client of
	// its own with time-outs of 5 seconds to connect and 25 seconds in all, TLS 1.2 or later, and the proxy of the environment.
	// It must send each request once: what it repeats by itself, as go-retryablehttp does, may take effect twice.
	HTTPClient *http.Client

	// Window is how long after Begin a payer may still pay, Session.ExpiresAt. Sips closes a session after 15 minutes without
	// action and documents no other end. Zero: 60 minutes.
	Window time.Duration

	// SeveralAttempts: the shop has the option "new payment attempt", so a payer may try several cards on one reference. A
	// refusal that is notified, or a cancellation, or the end of a session, may then be followed by an acceptance: all of them
	// are Pending. Only Status, asked when Window is over since the transaction's date, ends the payment.
	SeveralAttempts bool

	// Sips10: the shop came from Sips 1.0 and numbers its transactions (s10TransactionReference), so its references are those of
	// [S10Reference]: a day and a number. Begin takes those of today only, and none in the minute before and after midnight in Paris.
	// Ask the bank who makes the references of the shop: [Client.Doctor] cannot see it.
	Sips10 bool

	// TrustUnsealedOffice takes an answer of Office that has no seal for a true one. It is for the TEST platform only, whose
	// Office was seen to seal nothing: New refuses it unless the host of Office is on this machine or has "test" in its name. A
	// seal that is there must be right all the same. A warning is logged by New and with every such answer.
	TrustUnsealedOffice bool

	// Now is the clock. Nil: time.Now.
	Now func() time.Time

	// Logger gets warnings about TrustUnsealedOffice, and nothing else. Nil: slog.Default().
	Logger *slog.Logger

	// Observe is called around every request on the wire; op is "sips." and the last part of the path: paymentInit,
	// getTransactionData, cancel, refund. The attributes are the reference and the attempt, counted from 1; at the end the HTTP
	// status, when there was one. Nil: nobody looks.
	Observe acquirer.Observe
}

// Client speaks Sips 2.0 for one shop: an [acquirer.Client], [acquirer.Canceller] and [acquirer.Refunder]. It is made by [New];
// the zero Client cannot be used. It is safe for concurrent use, and prints without a key.
type Client struct{ in *inner }

type inner struct {
	merchant        string
	ring            []*liveKey // newest first
	key             *liveKey   // seals what we send
	paypage, office *url.URL   // office is nil where there is none
	http            *http.Client
	window          time.Duration
	several         bool
	sips10          bool
	trustUnsealed   bool
	now             func() time.Time
	log             *slog.Logger
	observe         acquirer.Observe
	moving          sync.Map // references whose money this client is moving
}

// New checks the whole configuration and returns every mistake at once, joined: each is an [acquirer.ErrConfiguration], names its field and
// shows no key. It does no input or output: [Client.Doctor] asks the platform.
//
// It refuses what cannot be meant: a public test merchant on a production platform, whose key everybody knows; a Paypage and an
// Office of which only one is production; two versions that are the same key.
func New(c Config) (*Client, error) {
	mistakes := wire.Mistakes{Package: "sips"}
	if !wire.Digits(c.MerchantID, 15) {
		mistakes.Add("MerchantID", "not a number of 1 to 15 digits") // not quoted: a key is easily pasted into the wrong field
	}
	for _, p := range c.Keys.problems() {
		mistakes.Add("Keys", "%s", p)
	}
	versions := c.Keys.versionsNewestFirst()
	if c.KeyVersion == 0 && len(versions) > 0 {
		c.KeyVersion = versions[0]
	}
	if _, ok := c.Keys[c.KeyVersion]; !ok && len(versions) > 0 {
		mistakes.Add("KeyVersion", "version %d is not among Keys", c.KeyVersion)
	}

	paypage, office := c.Endpoints.parse(mistakes.Add)
	for _, u := range []*url.URL{paypage, office} {
		if u != nil && publicMerchants[c.MerchantID] && hosts[strings.ToLower(u.Host)] {
			mistakes.Add("MerchantID", "%s is a public test merchant, and %s is production", c.MerchantID, u.Host)
		}
	}
	if c.TrustUnsealedOffice && (office == nil || !wire.Loopback(office) && !strings.Contains(strings.ToLower(office.Host), "test")) {
		mistakes.Add("TrustUnsealedOffice", "this is for the Office of the TEST platform only")
	}
	if c.Window < 0 {
		mistakes.Add("Window", "%v is negative", c.Window)
	}
	if err := mistakes.Err(); err != nil {
		return nil, err
	}

	in := &inner{
		merchant: c.MerchantID, paypage: paypage, office: office, http: wire.Client(c.HTTPClient),
		window: cmp.Or(c.Window, DefaultWindow), several: c.SeveralAttempts, sips10: c.Sips10, trustUnsealed: c.TrustUnsealedOffice,
		now: wire.Clock(c.Now), log: cmp.Or(c.Logger, slog.Default()), observe: wire.Observer(c.Observe),
	}
	for _, v := range versions {
		in.ring = append(in.ring, newLiveKey(v, c.Keys[v]))
	}
	in.key = in.ring[slices.Index(versions, c.KeyVersion)]
	if in.trustUnsealed {
		in.log.Warn("sips: TrustUnsealedOffice is set: answers of Office without a seal are believed; never with real money",
			"merchant", in.merchant, "office", in.office.Host)
	}
	return &Client{in}, nil
}

// Merchant is the shop's number.
func (c *Client) Merchant() string { return c.in.merchant }

// Traits say of which kind the acquirer is: the zero one, whose sealed message is the truth and whose references find a payment.
func (c *Client) Traits() acquirer.Traits { return acquirer.Traits{} }

// Format prints the merchant, the host and the key version, for every verb.
func (c Client) Format(f fmt.State, _ rune) {
	if c.in == nil {
		io.WriteString(f, "sips client that New has not made")
		return
	}
	fmt.Fprintf(f, "sips client of %s at %s, key version %d", c.in.merchant, c.in.paypage.Host, c.in.key.version)
}

// LogValue is what Format prints.
func (c Client) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

var (
	_ acquirer.Client    = (*Client)(nil)
	_ acquirer.Checker   = (*Client)(nil)
	_ acquirer.Canceller = (*Client)(nil)
	_ acquirer.Refunder  = (*Client)(nil)
)
