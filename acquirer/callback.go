package acquirer

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
)

// MaxCallback is the largest body that [ReadCallback] reads: 64 KiB, some seventy times a usual notification.
const MaxCallback = 64 << 10

// Channel is the way by which a result came.
type Channel string

const (
	Notify Channel = "notify" // from the acquirer's server
	Return Channel = "return" // through the payer's browser
	Query  Channel = "query"  // the answer to a question of ours
)

// Callback is what the acquirer sent, as received and not verified yet.
type Callback struct {
	Channel Channel
	Form    url.Values
}

// LogValue names the channel and the fields, without their values: at most 32 names, for whoever posts chooses them.
func (c Callback) LogValue() slog.Value {
	names := slices.Sorted(maps.Keys(c.Form))
	names = slices.DeleteFunc(names, func(k string) bool { return len(k) > 32 })
	return slog.GroupValue(slog.String("channel", string(c.Channel)), slog.Any("fields", names[:min(len(names), 32)]))
}

// Format prints the channel and how many fields there are, whatever the verb: the content may name a person.
func (c Callback) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "callback by %.16q with %d fields", string(c.Channel), len(c.Form))
}

// RequestError says why a request is no callback, and with which HTTP status to answer: 400, 405, 413 or 415.
type RequestError struct {
	Status int
	Err    error
}

// Error says what is wrong with the request, and nothing that it holds.
func (e *RequestError) Error() string { return "acquirer: callback: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *RequestError) Unwrap() error { return e.Err }

// ReadCallback reads the form that the acquirer, or the payer's browser on its behalf, has posted. Only the body
// counts, never the query of the address; at most [MaxCallback] bytes are read. The error is a [*RequestError].
// Nothing is written to w.
func ReadCallback(w http.ResponseWriter, r *http.Request, c Channel) (Callback, error) {
	fail := func(status int, format string, a ...any) (Callback, error) {
		return Callback{}, &RequestError{status, fmt.Errorf(format, a...)}
	}
	if r.Method != http.MethodPost {
		return fail(http.StatusMethodNotAllowed, "method %.10q, expected POST", r.Method)
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" {
		return fail(http.StatusUnsupportedMediaType, "content type is not application/x-www-form-urlencoded")
	}
	r = r.WithContext(r.Context()) // a copy: a query that is no query must not spoil a body that is a form
	r.URL = new(url.URL)
	if r.Body == nil { // made by hand: a server never gives that
		r.Body = http.NoBody
	}
	r.Body = http.MaxBytesReader(w, r.Body, MaxCallback)
	if err := r.ParseForm(); err != nil {
		if big := (*http.MaxBytesError)(nil); errors.As(err, &big) {
			return fail(http.StatusRequestEntityTooLarge, "body over %d bytes", MaxCallback)
		}
		return fail(http.StatusBadRequest, "the body is not a form")
	}
	if len(r.PostForm) == 0 {
		return fail(http.StatusBadRequest, "the form is empty")
	}
	return Callback{Channel: c, Form: r.PostForm}, nil
}
