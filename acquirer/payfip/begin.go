package payfip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
	"github.com/shopspring/decimal"
)

// Limits of an order (docs/payfip.md §4).
const (
	minCents, maxCents         = 1_00, 99_999_99
	minReference, maxReference = 6, 30
	maxURL                     = 250
)

// Begin creates a session (creerPaiementSecurise) and returns where to send the payer: an address to be opened by GET, within 15
// minutes and once. Session.Handle.Session is the session's idOp: a secret, and the only way to ask about the payment. It must be
// stored before the payer leaves.
//
// The order is checked before anything is sent: a reference of 6 to 30 letters and digits; an amount in EUR from 1 € to 99 999,99 €
// in whole cents; a ReturnURL and a NotifyURL that are absolute, at most 250 characters, without a query. The fiscal year is the
// year in Paris. Order.ID and Order.Language are not sent: PayFiP has no member for them.
//
// Errors are an [*acquirer.Error], whose Field is the DGFiP's name of the member: ErrInvalid (also codes A, R, M, and codes that
// nobody knows), ErrConfiguration (T, S, N, D, an address that is no PayFiP), ErrUnavailable (a breakdown, no connection),
// ErrUnanswered. Whatever the error, no session was handed out. Only a code A, about the payer's own address, makes Begin ask a
// second time, with Config.Mailbox.
func (c *Client) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	in := c.in
	cents, bad := checkOrder(o)
	if bad != nil {
		return acquirer.Session{}, wire.Invalid(acquirer.OpBegin, o.Reference, bad)
	}
	addresses, f := in.mailAddresses(ctx, o)
	if f != nil {
		return acquirer.Session{}, f
	}
	var s acquirer.Session
	for i, mel := range addresses {
		if i > 0 {
			in.log.Warn("payfip: PayFiP refuses the payer's address, Config.Mailbox takes its place",
				"reference", o.Reference, "code", f.Code)
		}
		if s, f = in.createSession(ctx, o, cents, mel); f == nil {
			return s, nil
		}
		if f.Code == "" || f.Field != "mel" {
			break
		}
	}
	return acquirer.Session{}, f
}

// Check says what Begin would refuse before sending anything, but for the payer's address.
func (c *Client) Check(o acquirer.Order) error {
	if _, bad := checkOrder(o); bad != nil {
		return wire.Invalid(acquirer.OpBegin, o.Reference, bad)
	}
	return nil
}

// mailAddresses returns the e-mail addresses to try in turn, the payer's own first; at least one when there is no error.
func (in *inner) mailAddresses(ctx context.Context, o acquirer.Order) ([]string, *acquirer.Error) {
	var usable []string
	why := "Config.Mel returned no address of 6 to 80 characters of ASCII, and there is no Config.Mailbox"
	kind := acquirer.ErrInvalid
	if in.mel != nil {
		mel, err := in.mel(ctx, o)
		switch {
		case ctx.Err() != nil:
			return nil, wire.NewError(acquirer.OpBegin, o.Reference, acquirer.ErrUnavailable, fmt.Errorf("nothing was sent: %w", ctx.Err()))
		case err != nil:
			why = "Config.Mel failed, and there is no Config.Mailbox; its error is not repeated because it may hold the address"
			kind = acquirer.ErrUnavailable
			in.log.Warn("payfip: Config.Mel failed; its error is not repeated because it may hold the address", "reference", o.Reference)
		case goodMel(mel):
			usable = append(usable, mel)
		case mel != "":
			in.log.Warn("payfip: Config.Mel returned what is no address of 6 to 80 characters of ASCII", "reference", o.Reference)
		}
	}
	if in.mailbox != "" {
		usable = append(usable, in.mailbox)
	}
	if len(usable) == 0 {
		f := wire.NewError(acquirer.OpBegin, o.Reference, kind, errors.New(why))
		f.Field = "mel"
		return nil, f
	}
	return usable, nil
}

// createSession sends the order once, with one address.
func (in *inner) createSession(ctx context.Context, o acquirer.Order, cents int64, mel string) (acquirer.Session, *acquirer.Error) {
	start := in.now() // the window opens at PayFiP after this instant, so it never closes there before it does here
	members := []member{
		{"exer", strconv.Itoa(paris.Of(start).Year)},
		{"mel", mel},
		{"montant", strconv.FormatInt(cents, 10)},
		{"numcli", in.numcli},
		{"objet", in.objet},
		{"refdet", o.Reference},
		{"saisie", string(in.saisie)},
		{"urlnotif", o.NotifyURL},
		{"urlredirect", o.ReturnURL},
	}
	members = slices.DeleteFunc(members, func(m member) bool { return m.value == "" }) // an empty objet is left out
	q := request{acquirer.OpBegin, soap.Create, o.Reference, members}
	a, f := in.call(ctx, q)
	if f != nil {
		return acquirer.Session{}, f
	}
	idOp := a.members["idOp"]
	if !isIdOp(idOp) {
		return acquirer.Session{}, q.newError(acquirer.ErrUnanswered, "the answer has no idOp of 1 to 64 letters, digits and dashes")
	}
	expires := start.Add(Window).UTC().Truncate(time.Microsecond)
	return acquirer.Session{
		URL: in.page.String() + "?idop=" + idOp, Method: http.MethodGet, ExpiresAt: expires,
		Handle: acquirer.Handle{Session: idOp, ExpiresAt: expires},
	}, nil
}

// isIdOp reports whether s can be an idOp: opaque, of characters that need no escape anywhere (docs/payfip.md §4).
func isIdOp(s string) bool { return wire.Made(s, 64, "-") }

// checkOrder returns the amount in cents, or the first member that PayFiP would refuse.
func checkOrder(o acquirer.Order) (int64, error) {
	cents, bad := checkAmount(o.Amount, o.Currency)
	return cents, cmp.Or(checkReference(o.Reference), bad, checkURL("urlredirect", o.ReturnURL), checkURL("urlnotif", o.NotifyURL))
}

func checkReference(s string) error {
	if len(s) < minReference || !wire.Made(s, maxReference, "") {
		return wire.Problem("refdet", fmt.Sprintf("%.40q is not %d to %d letters and digits", wire.Printable(s), minReference, maxReference))
	}
	return nil
}

func checkAmount(d decimal.Decimal, currency string) (int64, error) {
	if currency != wire.Euros {
		return 0, wire.Problem("montant", "the currency is not EUR, the only one of PayFiP")
	}
	cents, err := euro.Cents(d)
	switch {
	case err != nil:
		return 0, wire.Problem("montant", err.Error())
	case cents < minCents || cents > maxCents:
		return 0, wire.Problem("montant", fmt.Sprintf("%s is not from %s to %s", euro.Format(cents), euro.Format(minCents), euro.Format(maxCents)))
	}
	return cents, nil
}

func checkURL(member, s string) error {
	u, err := wire.ReturnAddress(member, s, maxURL)
	if err != nil {
		return err
	}
	if u.RawQuery != "" || u.ForceQuery {
		return wire.Problem(member, "it has a query, which may not survive the way back; the session's number comes back by itself")
	}
	return nil
}
