package direct

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/wire"
	"github.com/quittance/quittance/internal/strictjson"
)

// A request is one call on the wire.
type request struct {
	op        string // of the *acquirer.Error
	name      string // of the call, for Observe
	method    string
	path      string // behind /v2/{merchantId}/; nothing in it needs escaping
	reference string
	key       string // of idempotence; empty: none
	attempt   int
	body      any // of a POST
}

const jsonType = "application/json"

// A reply is what is known of an answer beside its content.
type reply struct {
	refusal  *refusal      // an answer that is not 2xx
	replayed bool          // the first answer to the idempotence key, said again
	apart    time.Duration // our clock minus the platform's; zero when the answer has no date
}

// exchange sends one request and reads its answer into a zero value, without retries. The error says what went wrong, and what the value then
// has is not to be used. The reply has the refusal if the platform, or a proxy before it, answered with another status than 2xx.
func (in *inner) exchange(ctx context.Context, q request, into any) (r reply, e *acquirer.Error) {
	fail := func(kind error, format string, a ...any) (reply, *acquirer.Error) {
		return r, wire.NewError(q.op, q.reference, kind, fmt.Errorf(format, a...))
	}
	if err := ctx.Err(); err != nil {
		return fail(acquirer.ErrUnavailable, "nothing was sent: %w", err)
	}
	ctx, end := in.observe(ctx, "direct."+q.name, slog.String("reference", q.reference), slog.Int("attempt", q.attempt))
	var status []slog.Attr
	defer func() {
		if e != nil {
			end(e, status...)
		} else {
			end(nil, status...)
		}
	}()

	var trail wire.Trail
	req, err := in.signedRequest(trail.Watch(ctx), q)
	if err != nil {
		return fail(acquirer.ErrInvalid, "the request cannot be made: %w", err)
	}
	resp, err := wire.Do(in.http, req)
	if err != nil {
		if e := (*url.Error)(nil); errors.As(err, &e) {
			err = e.Err // without the address, which holds the session's id
		}
		if trail.NeverLeft(err) {
			return fail(acquirer.ErrUnavailable, "no connection, nothing was sent: %w", err)
		}
		return fail(acquirer.ErrUnanswered, "the request may have arrived: %w", wire.Told(err))
	}
	defer resp.Body.Close()
	status = []slog.Attr{slog.Int("status", resp.StatusCode)}
	if t, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		r.apart = in.now().Sub(t).Round(time.Second)
	}
	// A repeated answer bears the instant of the first one (docs/direct.md §11).
	r.replayed = resp.Header.Get("X-GCS-Idempotence-Request-Timestamp") != ""

	body, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxAnswer+1))
	if resp.StatusCode/100 != 2 {
		r.refusal = readRefusal(resp, body) // the status counts even if the body broke off
		return r, in.refusalError(q, resp, r)
	}
	switch {
	case err != nil:
		return fail(acquirer.ErrUnanswered, "the answer broke off: %w", wire.Told(err))
	case len(body) > wire.MaxAnswer:
		return fail(acquirer.ErrUnanswered, "the answer is longer than %d bytes", wire.MaxAnswer)
	case !isJSON(resp.Header):
		return fail(acquirer.ErrUnanswered, "%s answered with content type %.40q, not JSON: is it a Direct platform?",
			in.endpoint.Host, resp.Header.Get("Content-Type"))
	}
	if err := strictjson.Walk(string(body), nil); err != nil {
		return fail(acquirer.ErrUnanswered, "the answer is not one JSON value: %w", err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fail(acquirer.ErrUnanswered, "the answer is not what the contract says: %s", typeError(err))
	}
	return r, nil
}

// signedRequest returns the HTTP request with its signature. A GET has no Content-Type (docs/direct.md §4.4).
func (in *inner) signedRequest(ctx context.Context, q request) (*http.Request, error) {
	target := "/v2/" + in.merchant + "/" + q.path
	var body io.Reader
	contentType := ""
	if q.body != nil {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(q.body); err != nil {
			return nil, err
		}
		body, contentType = bytes.NewReader(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), jsonType
	}
	req, err := http.NewRequestWithContext(ctx, q.method, in.endpoint.String()+target, body)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	date := in.now().UTC().Format(http.TimeFormat)
	req.Header.Set("Date", date)
	req.Header.Set("Accept", jsonType)
	req.Header.Set("User-Agent", "quittance")
	req.Header.Set(serverMetaInfoHeader, in.meta)
	if q.key != "" {
		req.Header.Set(idempotenceHeader, q.key)
	}
	_, signature := Sign(in.key.Secret, q.method, contentType, date, req.Header, target)
	req.Header.Set("Authorization", "GCS v1HMAC:"+in.key.ID+":"+signature)
	return req, nil
}

// isJSON reports whether a message says that it is JSON, application/problem+json included.
func isJSON(h http.Header) bool {
	t, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && (t == jsonType || strings.HasPrefix(t, "application/") && strings.HasSuffix(t, "+json"))
}

// typeError names the field of an answer that has another type than the contract says, and no value.
func typeError(err error) string {
	if e := (*json.UnmarshalTypeError)(nil); errors.As(err, &e) {
		return fmt.Sprintf("field %.60q", e.Field)
	}
	return "it cannot be read"
}
