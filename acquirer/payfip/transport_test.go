package payfip

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/simulated"
	"github.com/quittance/quittance/acquirer/payfip/internal/soap"
)

// served is a client of a server on this machine.
func served(t *testing.T, h http.HandlerFunc) (*Client, *httptest.Server) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c := testConfig(nil)
	c.HTTPClient, c.ServiceURL, c.PageURL = nil, s.URL+"/tpa/services/securite", s.URL+"/tpa/paiementws.web"
	return mustNew(t, c), s
}

// What is known of a call that failed on the way: sent, or certainly not.
func TestConnections(t *testing.T) {
	const address = "http://127.0.0.1:1" // nobody listens; a port that was given up may be given to another test
	for op, call := range operations {
		c := testConfig(nil)
		c.HTTPClient, c.ServiceURL, c.PageURL = nil, address+"/s", address+"/p"
		if err := call(t.Context(), mustNew(t, c)); faultOf(t, err).Kind != acquirer.ErrUnavailable || !strings.Contains(err.Error(), "nothing was sent") {
			t.Errorf("%s, nobody listens: %v", op, err)
		}
	}
	for name, h := range map[string]http.HandlerFunc{
		"cut before the answer": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"cut in the answer": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "<S:Envelope")
		},
		"longer than is read": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, "<a>"+strings.Repeat("x", 4*soap.MaxBytes)+"</a>")
		},
	} {
		client, _ := served(t, h)
		for op, call := range operations {
			if err := call(t.Context(), client); faultOf(t, err).Kind != acquirer.ErrUnanswered {
				t.Errorf("%s, %s: %v", op, name, err)
			}
		}
	}
}

// A call ends with its context, and its error says so.
func TestContextEnds(t *testing.T) {
	arrived, release := make(chan struct{}, 1), make(chan struct{})
	client, _ := served(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // only then does the server notice that the client has gone
		arrived <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-release:
		}
	})
	defer close(release)
	for op, call := range operations {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		if err := call(ctx, client); !errors.Is(err, context.Canceled) || faultOf(t, err).Kind != acquirer.ErrUnanswered {
			t.Errorf("%s: %v", op, err)
		}
	}
}

// How long PayFiP, or a proxy before it, wants to be left alone stands in the error; after a breakdown that is Config.Pause at least.
func TestRetryAfter(t *testing.T) {
	breakdown := faultBody(soap.BreakdownError, "", "")
	for name, tt := range map[string]struct {
		header, body string
		want         time.Duration
	}{
		"maintenance":                    {"3600", "<h1>maintenance</h1>", time.Hour},
		"maintenance, of unknown length": {"", "<h1>maintenance</h1>", 0},
		"a breakdown":                    {"", breakdown, 30 * time.Minute},
		"a breakdown, for longer":        {"3600", breakdown, time.Hour},
		"a breakdown, for a moment":      {"5", breakdown, 30 * time.Minute},
	} {
		answer := reply(503, xmlType, tt.body)
		later := func(r *http.Request) (*http.Response, error) {
			resp, err := answer(r)
			if err == nil && tt.header != "" {
				resp.Header.Set("Retry-After", tt.header)
			}
			return resp, err
		}
		for op, call := range operations {
			p := newPlatform(t, func(c *Config) { c.Pause = 30 * time.Minute }, later)
			if e := faultOf(t, call(t.Context(), p.Client)); e.RetryAfter != tt.want || e.Kind != acquirer.ErrUnavailable {
				t.Errorf("%s, %s: RetryAfter %v, expected %v: %v", name, op, e.RetryAfter, tt.want, e)
			}
		}
	}
}

// A redirect is not followed: what it says is the operator's business.
func TestRedirectsAreNotFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		n := 0
		client, _ := served(t, func(w http.ResponseWriter, r *http.Request) { n++; http.Redirect(w, r, "/elsewhere", status) })
		if _, err := client.Begin(t.Context(), order()); faultOf(t, err).Kind != acquirer.ErrConfiguration || n != 1 {
			t.Errorf("%d: %v after %d requests", status, err, n)
		}
	}
}

// A certificate that nobody vouches for is refused before anything is sent.
func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request came through") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := testConfig(nil)
	c.HTTPClient, c.ServiceURL, c.PageURL = nil, "https://127.0.0.1:"+port+"/s", "https://127.0.0.1:"+port+"/p"
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := mustNew(t, c).Begin(ctx, order()); err == nil || faultOf(t, err).Kind != acquirer.ErrUnavailable && faultOf(t, err).Kind != acquirer.ErrUnanswered {
		t.Error(err)
	}
}

// TestSwitchedProtocols: nobody asks for another protocol. Who answers 101 all the same, and nothing after it, keeps no call waiting.
func TestSwitchedProtocols(t *testing.T) {
	for op, call := range operations {
		synctest.Test(t, func(t *testing.T) {
			w := newPlatform(t, nil, simulated.SwitchedProtocols, simulated.SwitchedProtocols)
			err := call(t.Context(), w.Client)
			if e := faultOf(t, err); !strings.Contains(err.Error(), "HTTP 101") || e.OutcomeUnknown() != (op != acquirer.OpStatus) {
				t.Errorf("%s: %v", op, err)
			}
		})
	}
}
