package payfip

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
	"github.com/quittance/quittance/internal/euro"
	"github.com/quittance/quittance/internal/paris"
)

// remembered is how long "no such session" proves that nobody paid. PayFiP forgets a paid session after one year (docs/payfip.md §5.1);
// the exact length is not known, so the limit is some days shorter.
const remembered = 360 * 24 * time.Hour

// Status asks what has become of a session (recupererDetailPaiementSecurise). It asks once: the guide wants half an hour between tries
// after a breakdown. Asking changes nothing, and may be done at any time.
//
// The outcome is Accepted for P (card) and V (a direct debit that was ordered: the money is still to come), Refused for R and Z,
// Cancelled for A, after which a P may still come, and Unknown for every other letter, which is logged. Result.Code is the letter,
// and Means what it names.
// A session whose payment has no end yet is Open, with Code P5, the handle that was asked about and no amount. At is to the minute,
// so it may lie before the payment's own beginning. Why a card was refused is never said: Decline is empty.
//
// Errors are an [*acquirer.Error]: ErrInvalid (a question without an idOp, or about another régie's payment), ErrNotFound (P1 and P4:
// nobody paid; P1 comes the night after for a session that led nowhere, and may come for some moments after its creation),
// ErrUnsupported (P1 about a session that ended over a year ago: PayFiP forgets what was paid), ErrUnverified (an answer about
// another session, or of another mode of entry: a test payment is no money), ErrConfiguration, ErrUnavailable, ErrUnanswered.
func (c *Client) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	in, idOp := c.in, q.Handle.Session
	if q.Merchant != "" && q.Merchant != in.numcli {
		return acquirer.Result{}, wire.Invalid(acquirer.OpStatus, q.Reference,
			wire.Problem("numcli", fmt.Sprintf("the payment is of régie %q, this client is of %s", wire.Printable(q.Merchant), in.numcli)))
	}
	if !isIdOp(idOp) {
		return acquirer.Result{}, wire.Invalid(acquirer.OpStatus, q.Reference,
			wire.Problem("idOp", "the question has no idOp: PayFiP finds nothing by our reference"))
	}
	r := request{acquirer.OpStatus, soap.Detail, q.Reference, []member{{"idOp", idOp}}}
	a, f := in.call(ctx, r)
	switch {
	case f != nil && f.Code == codeUnknown && in.maybeForgotten(q.Handle):
		f.Kind, f.Err = acquirer.ErrUnsupported, fmt.Errorf("PayFiP forgets a payment after a year, and this session is older: %w", f.Err)
		return acquirer.Result{}, f
	case f != nil:
		return acquirer.Result{}, f
	case a.fault != nil: // P5
		return acquirer.Result{
			Reference: q.Reference, Merchant: in.numcli, Outcome: acquirer.Open, Code: a.fault.code, Handle: q.Handle,
		}, nil
	}
	result, f := in.readResult(r, a.members, q.Handle)
	if f != nil {
		return acquirer.Result{}, f
	}
	return result, nil
}

// maybeForgotten reports whether PayFiP may have forgotten a payment of the session.
func (in *inner) maybeForgotten(h acquirer.Handle) bool {
	return !h.ExpiresAt.IsZero() && in.now().Sub(h.ExpiresAt) > remembered
}

// readResult checks the answer about a session against the question and translates it.
func (in *inner) readResult(q request, m map[string]string, h acquirer.Handle) (acquirer.Result, *acquirer.Error) {
	if m["idOp"] != h.Session {
		return acquirer.Result{}, q.newError(acquirer.ErrUnverified, "the answer is about another session than the question")
	}
	if m["saisie"] != string(in.saisie) {
		return acquirer.Result{}, q.newError(acquirer.ErrUnverified,
			"the answer is of the mode of entry %q, not %s: what was paid there is not what is to be paid here",
			wire.Printable(m["saisie"]), in.saisie)
	}
	if !wire.Digits(m["montant"], 11) {
		return acquirer.Result{}, q.newError(acquirer.ErrUnanswered, "the answer's amount is not 1 to 11 digits")
	}
	cents, err := strconv.ParseInt(m["montant"], 10, 64)
	if err != nil {
		return acquirer.Result{}, q.newError(acquirer.ErrUnanswered, "the answer's amount is no number: %w", err)
	}
	r := acquirer.Result{
		Reference: wire.Printable(m["refdet"]), Merchant: wire.Printable(m["numcli"]),
		Amount: euro.Of(cents), Currency: "EUR",
		Outcome: acquirer.Unknown, Code: wire.Printable(m["resultrans"]), AuthorisationID: wire.Printable(m["numauto"]),
		At: in.parseTime(m["dattrans"], m["heurtrans"]), Handle: h,
	}
	if l, known := letters[m["resultrans"]]; known {
		r.Outcome, r.Means = l.outcome, l.means
	} else {
		in.log.Error("payfip: a result that nobody knows: the payment is neither accepted nor refused until somebody says what it means",
			"reference", r.Reference, "code", r.Code)
	}
	fields := map[string]string{"saisie": m["saisie"]}
	for _, name := range [...]string{"dattrans", "heurtrans"} {
		if v := wire.Printable(m[name]); v != "" {
			fields[name] = v
		}
	}
	return r.WithFields(fields), nil // of the rest, mel and objet must not be kept, and exer comes back in other forms than it was sent
}

// parseTime parses DDMMYYYY and HHMM in Paris, and returns UTC. A date that is malformed, or cannot be meant, is the zero time: no date
// decides about money.
func (in *inner) parseTime(day, hour string) time.Time {
	if len(day) != 8 || len(hour) != 4 || !wire.Digits(day+hour, 12) {
		return time.Time{}
	}
	const layout = "02012006 1504"
	t, err := time.ParseInLocation(layout, day+" "+hour, paris.Location)
	if err != nil {
		return time.Time{}
	}
	return wire.Instant(t, in.now())
}
