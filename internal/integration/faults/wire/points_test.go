//go:build !race

package wire

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"
)

// point is where a call breaks. done: the platform has carried the call out by then.
type point struct {
	name   string
	done   bool
	breaks func(l *line, r *http.Request, kind string) (*http.Response, error)
}

// points are the twelve of docs/faults.md, in the order of a call.
var points = []point{
	{"DNS", false, withDial(func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "server misbehaving", Name: "bank.example", IsTemporary: true}}
	})},
	{"connect", false, withDial(func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	})},
	{"TLS", false, handshakeFails},
	{"before send", false, func(l *line, r *http.Request, kind string) (*http.Response, error) { return l.cutAfter(r, 0) }},
	{"mid-send", false, func(l *line, r *http.Request, kind string) (*http.Response, error) {
		return l.cutAfter(r, l.rng.Float64())
	}},
	{"sent, no answer", true, afterwards(func(l *line, _ *http.Request, _ string, a answer) (*http.Response, error) { return nil, io.EOF })},
	{"half answer", true, afterwards(func(l *line, r *http.Request, _ string, a answer) (*http.Response, error) {
		return a.response(r, breakingOff(a.body[:len(a.body)/2], io.ErrUnexpectedEOF)), nil
	})},
	{"slow loris", true, afterwards(func(l *line, r *http.Request, _ string, a answer) (*http.Response, error) {
		return a.response(r, &trickle{l: l, ctx: r.Context(), body: a.body, each: max(1, len(a.body)/60)}), nil
	})},
	{"reset mid-body", true, afterwards(func(l *line, r *http.Request, _ string, a answer) (*http.Response, error) {
		reset := &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
		return a.response(r, breakingOff(a.body[:l.rng.IntN(len(a.body))], reset)), nil
	})},
	{"5xx after the work", true, afterwards(func(l *line, r *http.Request, _ string, a answer) (*http.Response, error) {
		a.status = []int{500, 502, 503, 504}[l.rng.IntN(4)]
		a.header = http.Header{"Content-Type": {"text/html"}}
		a.body = []byte("<!DOCTYPE html><title>" + http.StatusText(a.status) + "</title>")
		return a.response(r, bytes.NewReader(a.body)), nil
	})},
	{"200 with a bad seal", true, afterwards(func(l *line, r *http.Request, kind string, a answer) (*http.Response, error) {
		body := l.spoil(kind, a.body)
		if bytes.Equal(body, a.body) {
			l.t.Errorf("the answer to %s is as it was", kind)
		}
		a.body = body
		return a.response(r, bytes.NewReader(a.body)), nil
	})},
	{anotherPayment, true, afterwards(func(l *line, r *http.Request, kind string, a answer) (*http.Response, error) {
		other, ok := l.others[kind]
		if !ok {
			l.t.Errorf("there is no answer to %s about another payment", kind)
			return nil, io.EOF
		}
		return other.response(r, bytes.NewReader(other.body)), nil
	})},
}

const anotherPayment = "200 for another payment"

// withDial breaks a call before there is a connection.
func withDial(dial func(context.Context, string, string) (net.Conn, error)) func(*line, *http.Request, string) (*http.Response, error) {
	return func(_ *line, r *http.Request, _ string) (*http.Response, error) {
		return (&http.Transport{DialContext: dial, DisableKeepAlives: true}).RoundTrip(r)
	}
}

// handshakeFails speaks TLS to a port that does not.
func handshakeFails(_ *line, r *http.Request, _ string) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme = "https"
	return (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
}

// cutAfter resets the connection when a part of the request has been written, at least one byte less than the whole.
func (l *line) cutAfter(r *http.Request, part float64) (*http.Response, error) {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &cutConn{c.(*net.TCPConn), part}, nil
	}
	return (&http.Transport{DialContext: dial, DisableKeepAlives: true}).RoundTrip(r)
}

// cutConn is reset while it is first written to.
type cutConn struct {
	*net.TCPConn
	part float64
}

func (c *cutConn) Write(b []byte) (int, error) {
	n, _ := c.TCPConn.Write(b[:int(c.part*float64(len(b)))]) // less than all: the reset is what is told
	c.SetLinger(0)
	c.Close()
	return n, &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.ECONNRESET)}
}

// afterwards lets the platform do its work and then makes of its answer what do says.
func afterwards(do func(*line, *http.Request, string, answer) (*http.Response, error)) func(*line, *http.Request, string) (*http.Response, error) {
	return func(l *line, r *http.Request, kind string) (*http.Response, error) {
		a, err := l.exchange(r)
		if err != nil {
			return nil, err
		}
		return do(l, r, kind, a)
	}
}

// breakingOff is a body that ends too early.
func breakingOff(body []byte, err error) io.Reader {
	return io.MultiReader(bytes.NewReader(body), errorReader{err})
}

type errorReader struct{ err error }

func (e errorReader) Read([]byte) (int, error) { return 0, e.err }

// trickle is a body that takes a minute, some bytes each second, as long as the caller waits: by the bubble's clock. The clock of the case moves as far.
type trickle struct {
	l    *line
	ctx  context.Context
	body []byte
	each int
}

func (t *trickle) Read(b []byte) (int, error) {
	if len(t.body) == 0 {
		return 0, io.EOF
	}
	began := time.Now()
	defer func() { t.l.clock.Add(time.Since(began)) }()
	second := time.NewTimer(time.Second)
	defer second.Stop()
	select {
	case <-t.ctx.Done():
		return 0, t.ctx.Err()
	case <-second.C:
	}
	n := copy(b, t.body[:min(t.each, len(t.body))])
	t.body = t.body[n:]
	return n, nil
}

// bearsName reports whether a request bears one of the names.
func bearsName(r *http.Request, body []byte, names []string) bool {
	for _, name := range names {
		if strings.Contains(r.URL.Path, name) || bytes.Contains(body, []byte(name)) {
			return true
		}
	}
	return false
}
