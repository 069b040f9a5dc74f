package direct

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/secret"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

const (
	// DefaultSessionTimeout is the SessionTimeout of a [Config] that has none.
	DefaultSessionTimeout = 30 * time.Minute
	// MaxSessionTimeout is the longest SessionTimeout. The platform takes 24 hours, but forgets a session 3 hours after its
	// creation (docs/direct.md §7.1): the questions about its end must come before.
	MaxSessionTimeout = 2 * time.Hour
	// MaxAttempts is how many cards the platform lets a payer try in one session.
	MaxAttempts = 10
	// MaxWebhookKeys is how many webhook keys a [Config] may hold.
	MaxWebhookKeys = 8

	exampleEndpoint = "https://payment.preprod.direct.worldline-solutions.com"
)

// APIKey signs what we send. There is one pair at a time: a new pair ends the old one within hours (docs/direct.md §3).
type APIKey struct {
	ID     string // 1 to 64 letters, digits and [._-]
	Secret Secret

	// ExpiresAt is when the pair ends, as the merchant portal says. [Client.Doctor] warns a month before. Zero: nobody noted it.
	ExpiresAt time.Time
}

// Config says whose account it is, with which keys, and where the platform stands. It prints without a secret. New copies what it
// needs, so a Config may be changed afterwards; two clients share nothing.
type Config struct {
	// MerchantID is the PSPID: 1 to 40 of [A-Za-z0-9_-]. It is a part of every address, and what would need escaping there is
	// signed differently by different implementations (docs/direct.md §4.4). Required.
	MerchantID string

	// APIKey signs the requests. Required.
	APIKey APIKey

	// WebhookKeys are the secrets of the webhook keys by key id: another pair than the API key. Put a new key here before the
	// portal makes it the live one, for the old one ends at once. None: every webhook is ErrUnverified, and payments are
	// learned by asking.
	WebhookKeys map[string]Secret

	// Endpoint is scheme and host of the platform: a preset such as Worldline.Production(), or what the bank says. It is https;
	// http is taken for a loopback address only, where a simulator stands. Required.
	Endpoint string

	// SessionTimeout is how long after Begin a payer may pay: whole minutes, one minute to MaxSessionTimeout. Zero:
	// DefaultSessionTimeout. A change holds for sessions that begin afterwards.
	SessionTimeout time.Duration

	// Attempts is how many cards a payer may try in one session, 1 to MaxAttempts. Zero: 1, so that a refusal is final and
	// another try is another payment. With more a refusal is Pending until the session is over. The old value counts for
	// sessions under way when it is changed: wait until they are over before it is lowered to 1.
	Attempts int

	// AccountCaptures: the account captures authorisations by itself although we ask for a sale (docs/direct.md §9.2, code 5).
	// Then an authorisation that waits for its capture is Accepted. False: it is Pending, with a warning each time it is seen,
	// because the money is only reserved and lapses after some seven days.
	AccountCaptures bool

	// Products are the payment products that the page offers, by the platform's numbers (1 Visa, 3 Mastercard, 130 CB). None: all
	// cards.
	Products []int

	// Variant is the name of a template of the payment page, at most 128 characters. Zero: the account's own.
	Variant string

	// Integrator names who runs this, in the metadata that each request carries for the platform's support: no person. At most 64
	// letters, digits, spaces and [._-]. Zero: "Quittance".
	Integrator string

	// HTTPClient is used in place of the client's own, for a proxy or a test. It is copied; redirects are never followed, no
	// cookie is kept, and a Timeout of zero becomes 25 seconds. Its transport then decides about TLS. Nil: an HTTP/1.1 client of
	// its own with time-outs of 5 seconds to connect and 25 seconds in all, TLS 1.2 or later, and the proxy of the environment.
	// It must send each request once: what it repeats by itself, as go-retryablehttp does, may take effect twice.
	HTTPClient *http.Client

	// Now is the clock. It signs the requests: the platform refuses what is more than five minutes off. Nil: time.Now.
	Now func() time.Time

	// Logger gets warnings about payments that somebody must look at. Nil: slog.Default().
	Logger *slog.Logger

	// Observe is called around every request on the wire; op is "direct." and the name of the call: createHostedCheckout,
	// getHostedCheckout, getPayment, getRefunds, refundPayment, cancelPayment, testConnection, validateCredentials. The
	// attributes are the reference and the attempt, counted from 1; at the end the HTTP status, when there was one. Nil: nobody
	// looks.
	Observe acquirer.Observe
}

// Client speaks Worldline Direct for one account: an [acquirer.Client], [acquirer.Refunder] and [acquirer.Listener]. It is made by
// [New]; the zero Client cannot be used. It is safe for concurrent use, and prints without a secret.
type Client struct{ in *inner }

type inner struct {
	merchant    string
	key         APIKey
	webhookKeys map[string]Secret
	endpoint    *url.URL
	http        *http.Client
	timeout     time.Duration // of a session
	attempts    int
	captures    bool // the account captures by itself
	products    []int
	variant     string
	meta        string // value of X-GCS-ServerMetaInfo
	now         func() time.Time
	log         *slog.Logger
	observe     acquirer.Observe
	moving      sync.Map // references whose money this client is moving
}

// New checks the whole configuration and returns every mistake at once, joined: each is an [acquirer.ErrConfiguration], names its field and
// shows no secret. It does no input or output: [Client.Doctor] asks the platform.
func New(c Config) (*Client, error) {
	mistakes := wire.Mistakes{Package: "direct"}
	if !wire.Made(c.MerchantID, 40, "_-") {
		mistakes.Add("MerchantID", "not 1 to 40 letters, digits, - and _") // the value is not quoted: it may be a key in the wrong field
	}
	if !wire.Made(c.APIKey.ID, 64, "._-") {
		mistakes.Add("APIKey.ID", "not 1 to 64 letters, digits and [._-]")
	}
	if p := secret.Problem(c.APIKey.Secret.Text); p != "" {
		mistakes.Add("APIKey.Secret", "%s", p)
	}
	if len(c.WebhookKeys) > MaxWebhookKeys {
		mistakes.Add("WebhookKeys", "there are %d, at most %d can be live", len(c.WebhookKeys), MaxWebhookKeys)
	}
	for _, id := range slices.Sorted(maps.Keys(c.WebhookKeys)) {
		if !wire.Made(id, 64, "._-") {
			mistakes.Add("WebhookKeys", "a key id is not 1 to 64 letters, digits and [._-]")
			continue
		}
		if p := secret.Problem(c.WebhookKeys[id].Text); p != "" {
			mistakes.Add("WebhookKeys", "key %s: %s", id, p)
		}
	}
	endpoint, err := wire.ParseEndpoint(c.Endpoint, exampleEndpoint)
	switch {
	case err != nil:
		mistakes.Add("Endpoint", "%.80q: %v", c.Endpoint, err)
	case endpoint.Path != "":
		mistakes.Add("Endpoint", "%.80q has a path: the paths are the protocol's, /v2/ and on", c.Endpoint)
	}
	c.SessionTimeout = cmp.Or(c.SessionTimeout, DefaultSessionTimeout)
	if c.SessionTimeout < time.Minute || c.SessionTimeout > MaxSessionTimeout || c.SessionTimeout%time.Minute != 0 {
		mistakes.Add("SessionTimeout", "%v is not whole minutes between %v and %v", c.SessionTimeout, time.Minute, MaxSessionTimeout)
	}
	c.Attempts = cmp.Or(c.Attempts, 1)
	if c.Attempts < 1 || c.Attempts > MaxAttempts {
		mistakes.Add("Attempts", "%d is not 1 to %d", c.Attempts, MaxAttempts)
	}
	for _, p := range c.Products {
		if p < 1 || p > 99_999 {
			mistakes.Add("Products", "%d is not the number of a payment product", p)
		}
	}
	if c.Variant != "" && !wire.Made(c.Variant, 128, "._- ") {
		mistakes.Add("Variant", "not at most 128 letters, digits, spaces and [._-]")
	}
	c.Integrator = cmp.Or(c.Integrator, "Quittance")
	if !wire.Made(c.Integrator, 64, "._- ") {
		mistakes.Add("Integrator", "not at most 64 letters, digits, spaces and [._-]")
	}
	if err := mistakes.Err(); err != nil {
		return nil, err
	}

	in := &inner{
		merchant: c.MerchantID, key: c.APIKey, webhookKeys: maps.Clone(c.WebhookKeys), endpoint: endpoint, http: wire.Client(c.HTTPClient),
		timeout: c.SessionTimeout, attempts: c.Attempts, captures: c.AccountCaptures, products: slices.Clone(c.Products),
		variant: c.Variant, meta: serverMetaInfo(c.Integrator), now: wire.Clock(c.Now), log: cmp.Or(c.Logger, slog.Default()), observe: wire.Observer(c.Observe),
	}
	return &Client{in}, nil
}

// Merchant is the PSPID.
func (c *Client) Merchant() string { return c.in.merchant }

// Traits say of which kind the acquirer is: every message is a hint, and the handle alone finds a payment, by the session for three hours.
func (c *Client) Traits() acquirer.Traits {
	return acquirer.Traits{AskedByHandle: true, ReferencesRepeat: true, HintsOnly: true, Proof: true, Forgets: true, Idempotent: true}
}

// Format prints the merchant and the host, for every verb.
func (c Client) Format(f fmt.State, _ rune) {
	if c.in == nil {
		io.WriteString(f, "direct client that New has not made")
		return
	}
	fmt.Fprintf(f, "direct client of %s at %s, API key %s", c.in.merchant, c.in.endpoint.Host, c.in.key.ID)
}

// LogValue is what Format prints.
func (c Client) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(c)) }

var (
	_ acquirer.Client   = (*Client)(nil)
	_ acquirer.Refunder = (*Client)(nil)
	_ acquirer.Listener = (*Client)(nil)
	_ acquirer.Checker  = (*Client)(nil)
)
