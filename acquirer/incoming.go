package acquirer

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// MaxCallback is the largest body, and the largest query, that is read: 64 KiB, some seventy times a usual notification.
const MaxCallback = 64 << 10

// RequestError says why a request is no callback, and with which HTTP status to answer: 400, 405, 413, 414 or 415.
type RequestError struct {
	Status int
	Err    error
}

// Error says what is wrong with the request, and nothing that it holds.
func (e *RequestError) Error() string { return "acquirer: callback: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *RequestError) Unwrap() error { return e.Err }

func requestError(status int, format string, a ...any) *RequestError {
	return &RequestError{status, fmt.Errorf(format, a...)}
}

// Incoming is a request at an address that acquirers report to, read once: each client then looks at it in its own shapes,
// by [Incoming.Callback]. The zero value is of no use.
type Incoming struct {
	method, mediaType, query string
	header                   http.Header
	body                     []byte
}

// ReadIncoming reads at most [MaxCallback] bytes of the request's body. The error is a [*RequestError]. Nothing is written to w;
// after a body that is too large the server closes the connection.
func ReadIncoming(w http.ResponseWriter, r *http.Request) (Incoming, error) {
	in := Incoming{method: r.Method, query: r.URL.RawQuery, header: r.Header}
	if len(in.query) > MaxCallback {
		return Incoming{}, requestError(http.StatusRequestURITooLong, "query over %d bytes", MaxCallback)
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil {
		in.mediaType = t
	}
	if r.Body == nil { // made by hand: a server never gives that
		return in, nil
	}
	var err error
	if in.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, MaxCallback)); err != nil {
		if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
			return Incoming{}, requestError(http.StatusRequestEntityTooLarge, "body over %d bytes", MaxCallback)
		}
		return Incoming{}, requestError(http.StatusBadRequest, "the body was not sent whole")
	}
	return in, nil
}

// Callback returns the request as the client takes it on the channel. The error is a [*RequestError]: the request has none
// of the client's shapes.
func (in Incoming) Callback(ch Channel, c Client) (Callback, error) {
	shapes, headers := Takes(c, ch)
	var refused *RequestError
	for _, shape := range shapes {
		cb, err := in.readAs(shape)
		if err == nil {
			cb.Channel = ch
			if shape == PostJSON {
				cb.Header = in.copyHeaders(headers)
			}
			return cb, nil
		}
		refused = CloserRefusal(refused, err)
	}
	if refused == nil {
		refused = requestError(http.StatusMethodNotAllowed, "nothing is taken on channel %.16q", string(ch))
	}
	return Callback{}, refused
}

// CloserRefusal returns that one of two refusals of a request which tells its sender more: the refusal by the shape that fits better.
// Either may be nil.
func CloserRefusal(a, b *RequestError) *RequestError {
	// A wrong content is nearer to a message than a wrong type, and that nearer than a wrong method.
	rank := map[int]int{http.StatusMethodNotAllowed: 1, http.StatusUnsupportedMediaType: 2, http.StatusBadRequest: 3}
	if a == nil || b != nil && rank[b.Status] > rank[a.Status] {
		return b
	}
	return a
}

const formType = "application/x-www-form-urlencoded"

// readAs parses the request as one shape, or says why the request does not have that shape.
func (in Incoming) readAs(s Shape) (cb Callback, refused *RequestError) {
	if allowed := s.Methods(); !slices.Contains(allowed, in.method) {
		return cb, requestError(http.StatusMethodNotAllowed, "method %.10q, expected %s", in.method, strings.Join(allowed, " or "))
	}
	switch s {
	case PostForm:
		if in.mediaType != formType {
			return cb, requestError(http.StatusUnsupportedMediaType, "content type is not %s", formType)
		}
		cb.Form, refused = in.parseForm()
	case PostJSON:
		if in.mediaType != "application/json" {
			return cb, requestError(http.StatusUnsupportedMediaType, "content type is not application/json")
		}
		if len(in.body) == 0 {
			return cb, requestError(http.StatusBadRequest, "the body is empty")
		}
		cb.Body = in.body
	case GetQuery:
		cb.Query, refused = in.parseQuery()
	case Pairs:
		if in.method == http.MethodPost && len(in.body) > 0 {
			if in.mediaType != formType {
				return cb, requestError(http.StatusUnsupportedMediaType, "content type is not %s", formType)
			}
			if cb.Form, refused = in.parseForm(); refused != nil {
				return Callback{}, refused
			}
			if in.query == "" {
				return cb, nil
			}
		}
		cb.Query, refused = in.parseQuery()
	}
	if refused != nil {
		return Callback{}, refused
	}
	return cb, nil
}

func (in Incoming) parseForm() (url.Values, *RequestError) {
	form, err := url.ParseQuery(string(in.body))
	switch {
	case err != nil:
		return nil, requestError(http.StatusBadRequest, "the body is not a form")
	case len(form) == 0:
		return nil, requestError(http.StatusBadRequest, "the form is empty")
	}
	return form, nil
}

func (in Incoming) parseQuery() (url.Values, *RequestError) {
	query, err := url.ParseQuery(in.query)
	switch {
	case err != nil:
		return nil, requestError(http.StatusBadRequest, "the query is not one")
	case len(query) == 0:
		return nil, requestError(http.StatusBadRequest, "the query is empty")
	}
	return query, nil
}

// copyHeaders returns a copy of the headers with these names.
func (in Incoming) copyHeaders(names []string) http.Header {
	h := make(http.Header)
	for _, name := range names {
		for _, v := range in.header.Values(name) {
			h.Add(name, v)
		}
	}
	return h
}

// ReadCallback is [ReadIncoming] and [Incoming.Callback] for an address at which one client alone listens.
func ReadCallback(w http.ResponseWriter, r *http.Request, ch Channel, c Client) (Callback, error) {
	in, err := ReadIncoming(w, r)
	if err != nil {
		return Callback{}, err
	}
	return in.Callback(ch, c)
}
