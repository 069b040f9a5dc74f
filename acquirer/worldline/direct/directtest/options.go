package directtest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer/internal/wire"
)

// Options say what platform it is. The zero value has one merchant with keys that everybody knows.
type Options struct {
	// Addr is where to listen: a loopback address with a port, or with 0 for a free one. Zero: "127.0.0.1:0".
	Addr string

	// TLS makes it https, with the certificates of the configuration. Nil: http.
	TLS *tls.Config

	// Merchants are the accounts. Zero: PublicMerchant.
	Merchants []Merchant

	// Now is the platform's clock, to which Advance adds. Zero: time.Now; the platform then looks by itself, four times a second,
	// what has become due. With a clock of one's own call Tick after moving it.
	Now func() time.Time

	// IDs is the form of the payments' ids. Zero: Underscored.
	IDs IDs

	// Settle is how long a capture, a refund or a cancellation that was requested takes. Zero: 12 hours, overnight. Negative:
	// it is done before the next call.
	Settle time.Duration

	// Strict refuses members of createHostedCheckout that the contract does not have with 400. False: they are passed over.
	Strict bool

	// IdempotentCreate honours keys of idempotence on createHostedCheckout too, which the platform does not promise.
	IdempotentCreate bool

	// Delay is how long a Slow answer takes, and how long a Timeout holds the connection before it is cut. Zero: one second.
	Delay time.Duration

	// Logger gets a warning for each webhook that a portal did not take. Nil: slog.Default().
	Logger *slog.Logger

	// Other answers the paths that the platform does not have. Zero: a page that says so, or JSON below /v2/, with status 404.
	Other http.Handler

	// Saved is what Server.Save of an earlier platform returned, with the same merchants: its book and its sessions go on. Nil:
	// none.
	Saved []byte
}

// IDs is a form of payment ids (docs/direct.md §7.5). Clients must not care.
type IDs string

const (
	Underscored IDs = "underscored" // 10083980755_0, and operations _1, _2
	Nineteen    IDs = "nineteen"    // 9000010083980755000, and operations …001, …002
)

// Merchant is an account that the platform knows.
type Merchant struct {
	PSPID       string            // 1 to 40 of [A-Za-z0-9_-]
	Name        string            // what the payer reads; zero: "CPAM Test 2 (INTEGRATION)"
	APIKeys     map[string]string // secrets by key id; one is the rule, two while one replaces the other
	WebhookKeys map[string]string // secrets by key id; webhooks are signed with the last id in the order of the alphabet. None: no webhooks
	Webhooks    []string          // addresses of the portal, for sessions that name none

	// IgnoresSale: authorizationMode SALE is not honoured. A paid payment stops at code 5, until somebody captures it.
	IgnoresSale bool
}

// PublicMerchant is an account whose keys everybody knows: those of the vectors in direct's testdata.
func PublicMerchant() Merchant {
	return Merchant{
		PSPID:       "PCLDirect1",
		APIKeys:     map[string]string{"5e45c937b9db33ae": "I42Zf4pVnRdroHfuHnRiJjJ2B6+22h0yQt/s3nZR8Xg="},
		WebhookKeys: map[string]string{"wh-key-1": "8jF2bQk0Yw7Zr3Nn5Lx1Ps9Td4Vg6Hc2"},
	}
}

// check returns the mistakes in a merchant; its errors hold no secret.
func (m Merchant) check() error {
	var broken []error
	if !wire.Made(m.PSPID, 40, "_-") {
		return fmt.Errorf("directtest: merchant %.20q: the PSPID is not 1 to 40 letters, digits, - and _", m.PSPID)
	}
	if len(m.APIKeys) == 0 {
		broken = append(broken, fmt.Errorf("directtest: merchant %s has no API key", m.PSPID))
	}
	for kind, keys := range map[string]map[string]string{"API": m.APIKeys, "webhook": m.WebhookKeys} {
		for id, secret := range keys {
			if !wire.Made(id, 64, "._-") || secret == "" {
				broken = append(broken, fmt.Errorf("directtest: merchant %s: a key of kind %s has no secret, or an id that is none", m.PSPID, kind))
			}
		}
	}
	return errors.Join(broken...)
}

// webhookKey returns the id of the key that signs webhooks; empty when there is none.
func (m Merchant) webhookKey() string {
	ids := slices.Sorted(maps.Keys(m.WebhookKeys))
	if len(ids) == 0 {
		return ""
	}
	return ids[len(ids)-1]
}

// Format prints the PSPID and the key ids for every verb, and no secret.
func (m Merchant) Format(f fmt.State, _ rune) {
	ids := slices.Sorted(maps.Keys(m.APIKeys))
	io.WriteString(f, "merchant "+m.PSPID+" with API keys "+strings.Join(ids, ", "))
}
