package payfip

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// A request is one call on the wire.
type request struct {
	op        string // of acquirer.Error
	operation string // of the web service
	reference string
	members   []member
}

// newError returns an error of the call that has no code of PayFiP.
func (q request) newError(kind error, format string, a ...any) *acquirer.Error {
	return wire.NewError(q.op, q.reference, kind, fmt.Errorf(format, a...))
}

// call sends one request, never again, and reads its answer. A fault of the service becomes an error, except the code of an open page,
// which the caller handles.
func (in *inner) call(ctx context.Context, q request) (answer, *acquirer.Error) {
	if err := ctx.Err(); err != nil {
		return answer{}, q.newError(acquirer.ErrUnavailable, "nothing was sent: %w", err)
	}
	ctx, end := in.observe(ctx, "payfip."+q.operation, slog.String("reference", wire.Printable(q.reference)))
	a, status, f := in.exchange(ctx, q)
	var attrs []slog.Attr
	if status != 0 {
		attrs = append(attrs, slog.Int("status", status))
	}
	if f != nil {
		end(f, attrs...)
	} else {
		end(nil, attrs...)
	}
	return a, f
}

func (in *inner) exchange(ctx context.Context, q request) (a answer, status int, f *acquirer.Error) {
	var trail wire.Trail
	body := bytes.NewReader(writeEnvelope(q.operation, q.members))
	req, err := http.NewRequestWithContext(trail.Watch(ctx), http.MethodPost, in.service.String(), body)
	if err != nil {
		return a, 0, q.newError(acquirer.ErrInvalid, "the request cannot be made: %w", err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header["SOAPAction"] = []string{`""`} // Set would spell it Soapaction
	req.Header.Set("User-Agent", "quittance")

	resp, err := wire.Do(in.http, req)
	if err != nil {
		if trail.NeverLeft(err) {
			return a, 0, q.newError(acquirer.ErrUnavailable, "no connection, nothing was sent: %w", err)
		}
		return a, 0, q.newError(acquirer.ErrUnanswered, "the request may have arrived: %w", wire.Told(err))
	}
	defer resp.Body.Close()
	status = resp.StatusCode
	b, err := io.ReadAll(io.LimitReader(resp.Body, soap.MaxBytes+1))
	if err != nil {
		return a, status, q.newError(acquirer.ErrUnanswered, "the answer broke off: %w", wire.Told(err))
	}
	retryAfter := wire.RetryAfter(resp.Header, in.now())
	a, err = readAnswer(b, q.operation) // whatever the status: functional errors come with 500 (docs/payfip.md §7.1)
	if err != nil {
		e := in.refusedByHTTP(q, status, err)
		e.RetryAfter = retryAfter
		return answer{}, status, e
	}
	if a.fault != nil && !(q.operation == soap.Detail && a.fault.class == soap.FunctionalError && a.fault.code == codeOpen) {
		e := q.faultError(a.fault)
		if e.Kind == acquirer.ErrUnavailable {
			e.RetryAfter = max(in.pause, retryAfter)
		}
		return answer{}, status, e
	}
	return a, status, nil
}

// refusedByHTTP returns the error of an answer that is not an envelope, by its HTTP status. A creation that failed so is harmless even if
// PayFiP made the session: nobody knows its number, so nobody can open it.
func (in *inner) refusedByHTTP(q request, status int, why error) *acquirer.Error {
	words := "HTTP " + strconv.Itoa(status) + " from " + in.service.Host
	switch {
	case status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		return q.newError(acquirer.ErrUnavailable, "%s, and no answer of PayFiP: %w", words, why)
	case status >= 400:
		return q.newError(acquirer.ErrConfiguration, "%s: is Config.ServiceURL right, and does a proxy let us through?", words)
	case status >= 300:
		return q.newError(acquirer.ErrConfiguration, "%s: it sends us elsewhere, and redirects are not followed; check Config.ServiceURL", words)
	}
	return q.newError(acquirer.ErrUnanswered, "%s, and no answer of PayFiP: %w", words, why)
}

// faultError translates a fault of the web service into an error.
func (q request) faultError(f *fault) *acquirer.Error {
	m := explainFault(q.operation, f)
	e := q.newError(m.kind, "%s", m.words)
	if said := f.printableText(q); said != "" {
		e.Err = fmt.Errorf("%s (« %s »)", m.words, said)
	}
	e.Code, e.Field = f.code, m.field
	return e
}

// printableText returns the fault's French text, for the operator who meets an unlisted code. Errors must not hold a session number, an
// e-mail address or an object, so two rules apply.
// 1. A text that may repeat a member of this request is left out.
// 2. The text of any operation but creation is left out: it may repeat members that an earlier request sent.
// The whole text is examined before it is cut: the cut may leave half of an address, in which no rule would recognise it.
func (f *fault) printableText(q request) string {
	whole := oneLine(f.text, len(f.text))
	if q.operation != soap.Create || strings.Contains(whole, "@") {
		return ""
	}
	for _, m := range q.members {
		value := oneLine(m.value, len(m.value))
		if (m.name == "mel" || m.name == "objet") && strings.Contains(strings.ToLower(whole), strings.ToLower(value)) {
			return ""
		}
	}
	return oneLine(whole, 160)
}
