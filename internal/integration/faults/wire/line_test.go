//go:build !race

package wire

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/quittance/quittance/payment/paymenttest"
)

// line is the http.RoundTripper between a client and its platform. It breaks the next calls of some kinds at one point; calls about the other payment
// always pass.
type line struct {
	t      *testing.T
	rng    *rand.Rand
	clock  *paymenttest.Clock
	kindOf func(*http.Request, []byte) string
	spoil  func(kind string, body []byte) []byte

	point   point
	kinds   []string          // of the calls that break; none: no call does
	left    int               // how many calls still break
	struck  int               // how many have
	passes  []string          // names of the other payment
	others  map[string]answer // about the other payment, by the kind of the call
	keeping bool              // answers are kept in others
}

// plain has a new connection for each call: one that waits for the next call would let no time pass in the bubble.
var plain = &http.Transport{DisableKeepAlives: true}

// answer is what the platform said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// response is the answer as a client sees it, with another body.
func (a answer) response(r *http.Request, body io.Reader) *http.Response {
	h := a.header.Clone()
	h.Del("Content-Length")
	return &http.Response{
		Status: strconv.Itoa(a.status) + " " + http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, ContentLength: int64(len(a.body)), Body: io.NopCloser(body), Request: r,
	}
}

// exchange asks the platform and reads all of its answer.
func (l *line) exchange(r *http.Request) (answer, error) {
	resp, err := plain.RoundTrip(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, b}, err
}

// RoundTrip implements [http.RoundTripper].
func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		r.Body.Close()
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	kind := l.kindOf(r, body)
	if l.left > 0 && slices.Contains(l.kinds, kind) && !bearsName(r, body, l.passes) {
		l.left--
		l.struck++
		return l.point.breaks(l, r, kind)
	}
	a, err := l.exchange(r)
	if err != nil {
		return nil, err
	}
	if l.keeping && a.status/100 == 2 {
		l.others[kind] = a
	}
	return a.response(r, bytes.NewReader(a.body)), nil
}
