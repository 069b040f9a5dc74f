package sips

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/sipscode"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// What a paymentInit says besides the order. The package comment says why.
const (
	paymentVersion   = "IR_WS_2.20"
	channelInternet  = "INTERNET"
	captureAll       = "AUTHOR_CAPTURE"
	captureSameDay   = "0"
	responseEncoding = "base64url"
)

// Begin opens a payment on the Paypage and returns where to send the payer: a POST form with redirectionVersion and
// redirectionData, to an address that the platform chooses.
//
// The page that sends the payer on needs that address in the form-action of its Content-Security-Policy, as [acquirer.Session.Origin]
// has it. A browser applies form-action to every redirection that follows the form too, and the platform may answer with one to another
// of its hosts (sips.md §6.4): payers are then stopped by the fund's own policy. Allow the hosts of the brand, or name none.
//
// The order is checked before anything is sent, as [Client.Check] does: a reference of 1 to 35 letters and digits; an ID of 1 to 32 of
// [A-Za-z0-9._-]; an amount in EUR above zero in whole cents, at most 9999999999.99; a ReturnURL, and a NotifyURL or none, that the
// platform takes: absolute, at most 512 characters, no query (the Sips guide: context goes into the order, not into the address), and a
// port that is the usual one or between 80 and 9999. Without NotifyURL nothing is notified by the server, and Status is the only way to
// learn of a payer who closes the browser. With Config.Sips10 the reference is one of [S10Reference], of today.
//
// Errors are an [*acquirer.Error]: ErrInvalid (with the field; also codes 12 and 30), ErrConfiguration (03, 34, 40, an address
// that is no Sips), ErrReferenceUsed (94), ErrUnavailable (90, 99, no connection), ErrUnanswered, ErrUnverified (an answer
// without a right seal). A Begin is never repeated here; whoever repeats it needs a new reference, whatever the error.
func (c *Client) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	in := c.in
	cents, err := in.checkOrder(o)
	if err != nil {
		return acquirer.Session{}, wire.Invalid(acquirer.OpBegin, o.Reference, err)
	}
	fields := map[string]any{
		"amount":           strconv.FormatInt(cents, 10),
		"captureDay":       captureSameDay,
		"captureMode":      captureAll,
		"currencyCode":     sipscode.Euro,
		"interfaceVersion": paymentVersion,
		"normalReturnUrl":  o.ReturnURL,
		"orderChannel":     channelInternet,
		"orderId":          o.ID,
		"responseEncoding": responseEncoding,
	}
	maps.Copy(fields, in.nameOf(o.Reference))
	if o.NotifyURL != "" {
		fields["automaticResponseUrl"] = o.NotifyURL
	}
	if l := languageOf(o.Language); l != "" {
		fields["customerLanguage"] = l
	}
	if in.sips10 {
		switch wait, err := beginsToday(o.Reference, in.now()); {
		case wait:
			return acquirer.Session{}, wire.NewError(acquirer.OpBegin, o.Reference, acquirer.ErrUnavailable, err)
		case err != nil:
			return acquirer.Session{}, wire.Invalid(acquirer.OpBegin, o.Reference, err)
		}
	}

	a, fault := in.sendAndVerify(ctx, request{acquirer.OpBegin, in.paypage, "paymentInit", o.Reference, 1}, fields)
	if fault != nil {
		return acquirer.Session{}, fault
	}
	if err := in.acceptAnswer(acquirer.OpBegin, o.Reference, "redirectionStatusCode", a); err != nil {
		return acquirer.Session{}, err
	}
	s := acquirer.Session{
		URL: a.text("redirectionUrl"), Method: "POST",
		Fields: url.Values{
			"redirectionVersion": {a.text("redirectionVersion")},
			"redirectionData":    {a.text("redirectionData")},
		},
		ExpiresAt: in.now().Add(in.window).UTC().Truncate(time.Microsecond),
	}
	if err := in.checkSession(s); err != nil {
		e := wire.NewError(acquirer.OpBegin, o.Reference, acquirer.ErrUnanswered, err)
		e.Code = "00"
		return acquirer.Session{}, e
	}
	return s, nil
}

// checkSession refuses an address to which a payer must not be sent; http is for a simulator on this machine.
func (in *inner) checkSession(s acquirer.Session) error {
	u, err := url.Parse(s.URL)
	simulator := in.paypage.Scheme == "http"
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !simulator || !wire.Loopback(u)) {
		return errors.New("redirectionUrl is not an https address")
	}
	if s.Fields.Get("redirectionData") == "" || s.Fields.Get("redirectionVersion") == "" {
		return errors.New("redirectionData or redirectionVersion is missing")
	}
	return nil
}

// Check returns what Begin would say of an order that it refuses before sending it, or nil: a service that starts asks it of the
// addresses and the references that it will use. Whether the day of a reference of Config.Sips10 is today is Begin's to say.
func (c *Client) Check(o acquirer.Order) error {
	if _, err := c.in.checkOrder(o); err != nil {
		return wire.Invalid(acquirer.OpBegin, o.Reference, err)
	}
	return nil
}

// checkOrder returns the amount in cents, or a *wire.FieldError.
func (in *inner) checkOrder(o acquirer.Order) (cents int64, err error) {
	if err := in.checkReference(o.Reference); err != nil {
		return 0, err
	}
	if !wire.Made(o.ID, 32, "._-") {
		return 0, wire.Problem("ID", fmt.Sprintf("%.40q is not 1 to 32 of [A-Za-z0-9._-]", o.ID))
	}
	cents, err = wire.Cents(o.Amount, o.Currency)
	if err != nil {
		return 0, err
	}
	if err := checkURL("ReturnURL", o.ReturnURL); err != nil {
		return 0, err
	}
	if o.NotifyURL != "" {
		return cents, checkURL("NotifyURL", o.NotifyURL)
	}
	return cents, nil
}

func (in *inner) checkReference(s string) error {
	if in.sips10 {
		return checkS10(s)
	}
	if !wire.Made(s, 35, "") {
		return wire.Problem("Reference", fmt.Sprintf("%.40q is not 1 to 35 letters and digits", s))
	}
	return nil
}

func checkURL(field, s string) error {
	u, err := wire.ReturnAddress(field, s, 512)
	switch {
	case err != nil:
		return err
	case strings.Contains(s, "|"):
		return wire.Problem(field, "it has a |, which separates the fields of a message")
	case u.RawQuery != "" || u.ForceQuery:
		return wire.Problem(field, "the platform takes no query: the order's ID comes back by itself")
	}
	if p, err := strconv.Atoi(u.Port()); u.Port() != "" && !wire.Loopback(u) && (err != nil || p < 80 || p > 9999) {
		return wire.Problem(field, "the platform takes a port between 80 and 9999")
	}
	return nil
}
