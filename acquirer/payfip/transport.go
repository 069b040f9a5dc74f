package payfip

import (
	"bytes"
	"context"
	"errors"
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

// failed is an error of the call without a code.
func (q request) failed(kind error, format string, a ...any) *acquirer.Error {
	return failure(q.op, q.reference, kind, fmt.Errorf(format, a...))
}

func failure(op, reference string, kind, err error) *acquirer.Error {
	return &acquirer.Error{Op: op, Reference: wire.Printable(reference), Kind: kind, Err: err}
}

// A memberError is what is wrong with one member, by the DGFiP's name.
type memberError struct{ member, text string }

func (e *memberError) Error() string { return e.member + ": " + e.text }

// invalid is an order, a question or a message with something wrong in one member.
func invalid(op, reference string, e *memberError) *acquirer.Error {
	f := failure(op, reference, acquirer.ErrInvalid, errors.New(e.text))
	f.Field = e.member
	return f
}

// call sends one request and reads its answer. Nothing is ever sent twice from here. A fault is an error, but for the code of an open
// page, which is left to the caller.
func (in *inner) call(ctx context.Context, q request) (answer, *acquirer.Error) {
	if err := ctx.Err(); err != nil {
		return answer{}, q.failed(acquirer.ErrUnavailable, "nothing was sent: %w", err)
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
	body := bytes.NewReader(envelope(q.operation, q.members))
	req, err := http.NewRequestWithContext(trail.Watch(ctx), http.MethodPost, in.service.String(), body)
	if err != nil {
		return a, 0, q.failed(acquirer.ErrInvalid, "the request cannot be made: %w", err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header["SOAPAction"] = []string{`""`} // in the spelling of everybody else
	req.Header.Set("User-Agent", "quittance")

	resp, err := in.http.Do(req)
	if err != nil {
		if trail.NeverLeft(err) {
			return a, 0, q.failed(acquirer.ErrUnavailable, "no connection, nothing was sent: %w", err)
		}
		return a, 0, q.failed(acquirer.ErrUnanswered, "the request may have arrived: %w", wire.Told(err))
	}
	defer resp.Body.Close()
	status = resp.StatusCode
	b, err := io.ReadAll(io.LimitReader(resp.Body, soap.MaxBytes+1))
	if err != nil {
		return a, status, q.failed(acquirer.ErrUnanswered, "the answer broke off: %w", wire.Told(err))
	}
	a, err = readAnswer(b, q.operation) // whatever the status: functional errors come with 500 (docs/payfip.md §7.1)
	if err != nil {
		return answer{}, status, in.refusedByHTTP(q, status, err)
	}
	if a.fault != nil && !(q.operation == soap.Detail && a.fault.class == soap.FunctionalError && a.fault.code == codeOpen) {
		e := q.faulted(a.fault)
		if e.Kind == acquirer.ErrUnavailable {
			e.RetryAfter = in.pause
		}
		return answer{}, status, e
	}
	return a, status, nil
}

// refusedByHTTP words an answer that is no envelope: then the status says what it can, which is little. A session that was made is
// one that nobody can open, so a create which failed is harmless whatever became of it.
func (in *inner) refusedByHTTP(q request, status int, why error) *acquirer.Error {
	words := "HTTP " + strconv.Itoa(status) + " from " + in.service.Host
	switch {
	case status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		return q.failed(acquirer.ErrUnavailable, "%s, and no answer of PayFiP: %w", words, why)
	case status >= 400:
		return q.failed(acquirer.ErrConfiguration, "%s: is Config.ServiceURL right, and does a proxy let us through?", words)
	case status >= 300:
		return q.failed(acquirer.ErrConfiguration, "%s: it sends us elsewhere, and redirects are not followed; check Config.ServiceURL", words)
	}
	return q.failed(acquirer.ErrUnanswered, "%s, and no answer of PayFiP: %w", words, why)
}

// faulted is the error of a fault.
func (q request) faulted(f *fault) *acquirer.Error {
	m := explain(q.operation, f)
	e := q.failed(m.kind, "%s", m.words)
	if said := f.words(q); said != "" {
		e.Err = fmt.Errorf("%s (« %s »)", m.words, said)
	}
	e.Code, e.Field = f.code, m.field
	return e
}

// words is what the platform says in French, for the operator who meets a code that is not listed. It is left out when it may repeat
// a session, an address or an object: those stand in no error. An answer to another operation may repeat what was sent
// long ago, so its words are never taken.
func (f *fault) words(q request) string {
	s := oneLine(f.text, 160)
	if q.operation != soap.Create || strings.Contains(s, "@") {
		return ""
	}
	for _, m := range q.members {
		if (m.name == "mel" || m.name == "objet") && strings.Contains(strings.ToLower(s), strings.ToLower(m.value)) {
			return ""
		}
	}
	return s
}
