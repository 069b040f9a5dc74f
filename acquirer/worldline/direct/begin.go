package direct

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// Longest addresses that the platform takes (docs/direct.md §5.1).
const (
	maxReturnURL = 200
	maxNotifyURL = 325
)

// A createHostedCheckout is the body of the call of that name: what a public body sends, and nothing about the payer
// (docs/direct.md §5.1).
type createHostedCheckout struct {
	Order struct {
		AmountOfMoney amountOfMoney `json:"amountOfMoney"`
		References    struct {
			MerchantReference  string `json:"merchantReference"`
			MerchantParameters string `json:"merchantParameters"`
		} `json:"references"`
	} `json:"order"`
	HostedCheckout struct {
		ReturnURL      string          `json:"returnUrl"`
		Locale         string          `json:"locale,omitempty"`
		SessionTimeout int             `json:"sessionTimeout"` // minutes
		Attempts       int             `json:"allowedNumberOfPaymentAttempts"`
		ShowResultPage bool            `json:"showResultPage"`
		Variant        string          `json:"variant,omitempty"`
		Filters        *productFilters `json:"paymentProductFilters"`
		Card           struct {
			TokenizationMode string `json:"tokenizationMode"`
			GroupCards       bool   `json:"groupCards"`
		} `json:"cardPaymentMethodSpecificInput"`
	} `json:"hostedCheckoutSpecificInput"`
	Card struct {
		AuthorizationMode string `json:"authorizationMode"`
	} `json:"cardPaymentMethodSpecificInput"`
	Feedbacks *feedbacks `json:"feedbacks,omitempty"`
}

type amountOfMoney struct {
	Amount       int64  `json:"amount"` // cents
	CurrencyCode string `json:"currencyCode"`
}

type productFilters struct {
	RestrictTo struct {
		Groups   []string `json:"groups,omitempty"`
		Products []int    `json:"products,omitempty"`
	} `json:"restrictTo"`
}

type feedbacks struct {
	WebhooksURLs []string `json:"webhooksUrls"`
}

// Begin opens a session of the payment page (createHostedCheckout): a sale, by card, with one webhook address, without a result
// page, without storing a card. The session is a link: no form goes with it. Its handle is the only way to find the payment
// again.
//
// It asks, before anything is sent: a reference of 1 to 35 letters and digits; an ID of 1 to 64 of [A-Za-z0-9._-], which comes
// back in answers; an amount in EUR above zero in whole cents, at most 9999999999.99; a ReturnURL of at most 200 characters and
// a NotifyURL of at most 325 or none, absolute, without fragment and without pairs of the platform's own names. A NotifyURL is
// https, or on this machine where the platform is. A query of one's own in ReturnURL may come back and may be dropped
// (docs/direct.md §6). Without NotifyURL the addresses of the portal are notified.
//
// ExpiresAt is the instant before the request left and the session's time-out: the answer has none.
//
// Errors are an [*acquirer.Error]: ErrInvalid (with the field; also HTTP 400), ErrConfiguration (signature, clock, merchant, an
// address that is no Direct), ErrUnavailable (429, 5xx, no connection), ErrUnanswered, ErrUnverified (an answer about another
// reference). A Begin is never repeated here. After a lost answer there may be a session that nobody can reach: no money can move
// through it. A reference that was used before is no error: the platform makes a second payable session.
func (c *Client) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	in := c.in
	cents, err := in.checkOrder(o)
	if err != nil {
		return acquirer.Session{}, wire.Invalid(acquirer.OpBegin, o.Reference, err)
	}
	expires := in.now().Add(in.timeout).UTC().Truncate(time.Microsecond)
	var opened struct {
		HostedCheckoutID  string `json:"hostedCheckoutId"`
		MerchantReference string `json:"merchantReference"`
		ReturnMAC         string `json:"RETURNMAC"`
		RedirectURL       string `json:"redirectUrl"`
	}
	_, e := in.exchange(ctx, request{
		op: acquirer.OpBegin, name: "createHostedCheckout", method: http.MethodPost, path: "hostedcheckouts",
		reference: o.Reference, attempt: 1, body: in.checkoutBody(o, cents),
	}, &opened)
	if e != nil {
		return acquirer.Session{}, e
	}
	if e := checkReferenceBack(acquirer.OpBegin, o.Reference, opened.MerchantReference); e != nil {
		return acquirer.Session{}, e
	}
	s := acquirer.Session{
		URL: opened.RedirectURL, Method: http.MethodGet, ExpiresAt: expires,
		Handle: acquirer.Handle{Session: opened.HostedCheckoutID, Proof: opened.ReturnMAC, ExpiresAt: expires},
	}
	if err := in.checkSession(s); err != nil {
		return acquirer.Session{}, wire.NewError(acquirer.OpBegin, o.Reference, acquirer.ErrUnanswered, err)
	}
	return s, nil
}

// Check returns what Begin would say of an order that it refuses before sending it, or nil: a service that starts asks it of the
// addresses and the references that it will use.
func (c *Client) Check(o acquirer.Order) error {
	if _, err := c.in.checkOrder(o); err != nil {
		return wire.Invalid(acquirer.OpBegin, o.Reference, err)
	}
	return nil
}

// checkoutBody returns the body of the request that creates the hosted checkout of an order.
func (in *inner) checkoutBody(o acquirer.Order, cents int64) createHostedCheckout {
	var b createHostedCheckout
	b.Order.AmountOfMoney = amountOfMoney{cents, wire.Euros}
	b.Order.References.MerchantReference, b.Order.References.MerchantParameters = o.Reference, o.ID
	h := &b.HostedCheckout
	h.ReturnURL, h.Locale, h.Variant = o.ReturnURL, localeOf(o.Language), in.variant
	h.SessionTimeout, h.Attempts = int(in.timeout/time.Minute), in.attempts
	h.Filters = new(productFilters)
	if h.Filters.RestrictTo.Products = in.products; len(in.products) == 0 {
		h.Filters.RestrictTo.Groups = []string{"cards"}
	}
	h.Card.TokenizationMode, h.Card.GroupCards = "noTokenization", true
	b.Card.AuthorizationMode = "SALE"
	if o.NotifyURL != "" {
		b.Feedbacks = &feedbacks{[]string{o.NotifyURL}} // not webhookUrls, as one guide has it (docs/direct.md §15)
	}
	return b
}

// checkSession refuses an answer without which the payment could not be found again, and an address to which a payer must not
// be sent.
func (in *inner) checkSession(s acquirer.Session) error {
	u, err := url.Parse(s.URL)
	simulator := in.endpoint.Scheme == "http"
	switch {
	case !isID(s.Handle.Session):
		return errors.New("the answer has no hostedCheckoutId that can be asked by")
	case s.Handle.Proof == "" || len(s.Handle.Proof) > maxProof:
		return errors.New("the answer has no RETURNMAC")
	case err != nil || s.Origin() == "" || u.User != nil || u.Scheme != "https" && (!simulator || !wire.Loopback(u)):
		return errors.New("redirectUrl is not an https address")
	}
	return nil
}

// maxProof bounds what is taken for a RETURNMAC: real ones are a UUID of 36 characters.
const maxProof = 200

// isID reports whether s can be one of the platform's ids: opaque text that needs no escaping in a path (docs/direct.md §7.5).
func isID(s string) bool { return wire.Made(s, 64, "_-") }

// checkOrder returns the amount in cents, or a *wire.FieldError.
func (in *inner) checkOrder(o acquirer.Order) (cents int64, err error) {
	if err := checkReference(o.Reference); err != nil {
		return 0, err
	}
	if !wire.Made(o.ID, 64, "._-") {
		return 0, wire.Problem("ID", fmt.Sprintf("%.70q is not 1 to 64 of [A-Za-z0-9._-]", o.ID))
	}
	cents, err = wire.Cents(o.Amount, o.Currency)
	if err != nil {
		return 0, err
	}
	if _, err := checkURL("ReturnURL", o.ReturnURL, maxReturnURL); err != nil {
		return 0, err
	}
	if o.NotifyURL == "" {
		return cents, nil
	}
	u, err := checkURL("NotifyURL", o.NotifyURL, maxNotifyURL)
	if err != nil {
		return 0, err
	}
	if u.Scheme != "https" && (in.endpoint.Scheme != "http" || !wire.Loopback(u)) {
		return 0, wire.Problem("NotifyURL", "not https: what the platform says of payments must not go in the clear")
	}
	return cents, nil
}

func checkReference(s string) error {
	if !wire.Made(s, 35, "") {
		return wire.Problem("Reference", fmt.Sprintf("%.40q is not 1 to 35 letters and digits", s))
	}
	return nil
}

func checkURL(field, s string, longest int) (*url.URL, error) {
	u, err := wire.ReturnAddress(field, s, longest)
	if err != nil {
		return nil, err
	}
	for name := range u.Query() {
		if name == returnMACPair || name == checkoutPair {
			return nil, wire.Problem(field, "its query has a pair that the platform appends itself")
		}
	}
	return u, nil
}
