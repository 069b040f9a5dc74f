package sips

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/acquirer/preflight"
)

// A request is one call on the wire.
type request struct {
	op        string
	base      *url.URL
	path      string // its name on the platform
	reference string
	attempt   int
}

// paths by name (Sips guide).
var paths = map[string]string{
	"paymentInit":        "/rs-services/v2/paymentInit",
	"getTransactionData": "/rs-services/v2/diagnostic/getTransactionData",
	"cancel":             "/rs-services/v2/cashManagement/cancel",
	"refund":             "/rs-services/v2/cashManagement/refund",
}

// An answer is a JSON object from the platform, with what is known of its seal.
type answer struct {
	fields  map[string]any
	seal    sealState
	refused bool // instead of an object an HTTP status came that is not 200
}

type sealState int

const (
	sealMissing sealState = iota
	sealWrong
	sealRight
)

func (a answer) text(name string) string { return sealedText(a.fields[name]) }

// sealedBody adds who we are and the seal, and writes the message: characters as they are, not as \u escapes (Sips guide).
func (in *inner) sealedBody(fields map[string]any) ([]byte, error) {
	m := maps.Clone(fields)
	m["merchantId"] = in.merchant
	m["keyVersion"] = strconv.Itoa(in.key.version)
	m["sealAlgorithm"] = string(in.key.algorithm) // said every time: the notification's algorithm follows it
	m["seal"] = in.key.sealFields(m)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(m); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// failed is the error of the call, without a code of the platform.
func (q request) failed(kind error, format string, a ...any) *acquirer.Error {
	return wire.NewError(q.op, q.reference, kind, fmt.Errorf(format, a...))
}

// sendAndVerify sends one message and reads the answer. The seal of the answer is looked at, and it is for the caller to insist on it.
// Nothing is ever sent twice from here.
func (in *inner) sendAndVerify(ctx context.Context, q request, fields map[string]any) (answer, *acquirer.Error) {
	if err := ctx.Err(); err != nil {
		return answer{}, q.failed(acquirer.ErrUnavailable, "nothing was sent: %w", err)
	}
	body, err := in.sealedBody(fields)
	if err != nil {
		return answer{}, q.failed(acquirer.ErrInvalid, "the request cannot be written as JSON: %w", err)
	}
	ctx, end := in.observe(ctx, "sips."+q.path, slog.String("reference", q.reference), slog.Int("attempt", q.attempt))
	var status []slog.Attr
	done := func(a answer, e *acquirer.Error) (answer, *acquirer.Error) {
		if e != nil {
			end(e, status...)
		} else {
			end(nil, status...)
		}
		return a, e
	}

	var trail wire.Trail
	req, err := http.NewRequestWithContext(trail.Watch(ctx), http.MethodPost, q.base.String()+paths[q.path], bytes.NewReader(body))
	if err != nil {
		return done(answer{}, q.failed(acquirer.ErrInvalid, "the request cannot be made: %w", err))
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "quittance")

	resp, err := wire.Do(in.http, req)
	if err != nil {
		if trail.NeverLeft(err) {
			return done(answer{}, q.failed(acquirer.ErrUnavailable, "no connection, nothing was sent: %w", err))
		}
		return done(answer{}, q.failed(acquirer.ErrUnanswered, "the request may have arrived: %w", wire.Told(err)))
	}
	defer resp.Body.Close()
	status = []slog.Attr{slog.Int("status", resp.StatusCode)}
	return done(in.readAnswer(q, resp))
}

// readAnswer reads the answer to a message, and looks at its seal.
func (in *inner) readAnswer(q request, resp *http.Response) (answer, *acquirer.Error) {
	if resp.StatusCode != http.StatusOK {
		io.CopyN(io.Discard, resp.Body, 4<<10) // enough to use the connection again
		return answer{refused: true}, in.refusedByHTTP(q, resp)
	}
	if t, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || t != "application/json" {
		return answer{}, q.failed(acquirer.ErrUnanswered, "%s answered with content type %.40q, not application/json: is it a Sips platform?",
			q.base.Host, t)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxAnswer+1))
	if err != nil {
		return answer{}, q.failed(acquirer.ErrUnanswered, "the answer broke off: %w", wire.Told(err))
	}
	if len(b) > wire.MaxAnswer {
		return answer{}, q.failed(acquirer.ErrUnanswered, "the answer is longer than %d bytes", wire.MaxAnswer)
	}
	a := answer{}
	if a.fields, err = decodeObject(b); err != nil {
		return answer{}, q.failed(acquirer.ErrUnanswered, "the answer is not one JSON object: %w", err)
	}
	if seal, ok := a.fields["seal"]; ok && seal != nil && seal != "" {
		a.seal = sealWrong
		if in.key.matchesFields(a.fields, sealedText(seal)) {
			a.seal = sealRight
		}
	}
	return a, nil
}

// refusedByHTTP words an answer that is not 200. Business errors come with 200 (Sips guide), so this is the way there: a proxy, a
// wrong address, a platform that is overloaded. Where money moves, it does not tell whether the call got through.
func (in *inner) refusedByHTTP(q request, resp *http.Response) *acquirer.Error {
	e := &acquirer.Error{
		Op: q.op, Reference: q.reference, Kind: acquirer.ErrUnanswered, RetryAfter: wire.RetryAfter(resp.Header, in.now()),
	}
	s := resp.StatusCode
	words := "HTTP " + strconv.Itoa(s) + " from " + q.base.Host
	switch {
	case s < 300 || s >= 500 || s == http.StatusTooManyRequests || s == http.StatusRequestTimeout:
		e.Err = errors.New(words)
		return e
	case s < 400:
		words += ": it sends us elsewhere, and redirects are not followed"
	case s == http.StatusUnsupportedMediaType:
		words += ": it did not take JSON"
	}
	if !movesMoney[q.op] {
		e.Kind = acquirer.ErrConfiguration
	}
	e.Err = errors.New(words + "; check Endpoints")
	return e
}

// acceptAnswer insists on a right seal and on code 00. statusField is the answer's own code; a refusal that the platform cannot seal is
// explained by its code all the same.
func (in *inner) acceptAnswer(op, reference, statusField string, a answer) *acquirer.Error {
	code := wire.Printable(a.text(statusField))
	e := &acquirer.Error{Op: op, Reference: reference, Code: code, Field: wire.Printable(a.text("errorFieldName"))}
	if a.seal != sealRight && !in.mayLackSeal(op, reference, a) {
		e.Kind, e.Err = acquirer.ErrUnverified, errSealState[a.seal]
		if words, kind := in.explain(op, code); mayBeUnsealed[code] {
			if !movesMoney[op] {
				e.Kind = kind
			}
			e.Err = fmt.Errorf("%s (%w, as it is when the platform knows no key that we share)", words, errSealState[a.seal])
		}
		return e
	}
	switch code {
	case "00":
		return nil
	case "":
		e.Kind, e.Err = acquirer.ErrUnanswered, fmt.Errorf("the answer has no %s", statusField)
	default:
		var words string
		words, e.Kind = in.explain(op, code)
		if of := in.explainField(code, e.Field); of != "" {
			words += ": " + of
		}
		e.Err = errors.New(words)
	}
	return e
}

var errSealState = map[sealState]error{
	sealMissing: errors.New("the answer has no seal"),
	sealWrong:   errors.New("the answer's seal is not one of our key version"),
}

var movesMoney = map[string]bool{acquirer.OpCancel: true, acquirer.OpRefund: true}

// mayLackSeal is the one exception to the rule that an answer without a seal is not trusted.
func (in *inner) mayLackSeal(op, reference string, a answer) bool {
	if !in.trustUnsealed || a.seal != sealMissing || op == acquirer.OpBegin || op == preflight.Op {
		return false
	}
	in.log.Warn("sips: an answer of Office without a seal is believed, because TrustUnsealedOffice is set",
		"op", op, "reference", reference, "office", in.office.Host)
	return true
}
