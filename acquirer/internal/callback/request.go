// Package callback puts an [acquirer.Callback] on the wire, and copies one: for the mock and for the suite.
package callback

import (
	"bytes"
	"context"
	"net/http"
	"net/url"

	"github.com/quittance/quittance/acquirer"
)

// NewRequest is the HTTP request by which a callback reaches an address: JSON with its headers where it has a body, else a form
// that is posted or a query.
func NewRequest(ctx context.Context, address string, cb acquirer.Callback) (*http.Request, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	if len(cb.Query) > 0 {
		q := u.Query()
		for name, values := range cb.Query {
			q[name] = values
		}
		u.RawQuery = q.Encode()
	}
	method, body, contentType := http.MethodGet, []byte(nil), ""
	switch {
	case len(cb.Body) > 0:
		method, body, contentType = http.MethodPost, cb.Body, "application/json"
	case len(cb.Form) > 0:
		method, body, contentType = http.MethodPost, []byte(cb.Form.Encode()), "application/x-www-form-urlencoded"
	}
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, values := range cb.Header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r, nil
}
