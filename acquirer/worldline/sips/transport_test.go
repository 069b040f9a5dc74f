package sips

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jarcoal/httpmock"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/simulated"
	"github.com/quittance/quittance/acquirer/internal/wire"
)

// at makes a client for one address on this machine. Its money-moving calls are Cancel: a Refund asks first.
func at(t testing.TB, address string, change func(*Config)) *Client {
	t.Helper()
	c := testConfig(nil)
	c.Endpoints, c.HTTPClient = Endpoints{address, address}, nil
	if change != nil {
		change(&c)
	}
	return mustNew(t, c)
}

// listen serves raw connections on this machine.
func listen(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func reset(c net.Conn) {
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

// readRequest reads a whole request, so that it has certainly arrived.
func readRequest(c net.Conn) {
	if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
		io.Copy(io.Discard, r.Body)
	}
}

// TestNoAnswerInTime: after the client's own time-out the call may have been carried out. Connections are pipes in a bubble, so that the
// time-out is by its clock, and the request has certainly arrived.
func TestNoAnswerInTime(t *testing.T) {
	answer := sealedJSON(done, key1)
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(answer))
	for name, serve := range map[string]func(net.Conn){
		"no answer": func(c net.Conn) { readRequest(c); io.Copy(io.Discard, c) }, // until the client hangs up
		"an answer that drips": func(c net.Conn) {
			readRequest(c)
			io.WriteString(c, head)
			for i := range answer {
				if _, err := io.WriteString(c, answer[i:i+1]); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		},
	} {
		for _, op := range []string{acquirer.OpBegin, acquirer.OpCancel} {
			t.Run(name+"/"+op, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var serving sync.WaitGroup
					defer serving.Wait()
					transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
						ours, theirs := net.Pipe()
						serving.Go(func() {
							defer theirs.Close()
							serve(theirs)
						})
						return ours, nil
					}}
					client := at(t, "http://127.0.0.1:1", func(c *Config) {
						c.HTTPClient = &http.Client{Timeout: 20 * time.Second, Transport: transport}
					})
					start := time.Now()
					err := operations[op](t.Context(), client)
					wantFault(t, err, acquirer.ErrUnanswered, true)
					if took := time.Since(start); took != 20*time.Second {
						t.Errorf("it took %v, the time-out is 20 s", took)
					}
				})
			})
		}
	}
}

// TestBrokenPlaces breaks the wire in every place. Before the request left, it was certainly not done; from a connection on, it may have been.
func TestBrokenPlaces(t *testing.T) {
	closed := listen(t, func(net.Conn) {})
	const gone = "http://127.0.0.1:1" // nobody listens; a port that was given up may be given to another test
	answer := sealedJSON(done, key1)
	head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", len(answer))
	dialing := func(err error) func(*Config) {
		return func(c *Config) {
			c.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, err }}}
		}
	}
	untold := func(err error) func(*Config) { // a transport that tells nothing of its connections
		return func(c *Config) { c.HTTPClient = &http.Client{Transport: failing{err}} }
	}
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()

	for name, c := range map[string]struct {
		address string
		change  func(*Config)
		left    bool // the request may have left
	}{
		"nobody listens":           {gone, nil, false},
		"the name is not known":    {"https://office.test", dialing(&net.DNSError{Err: "no such host", Name: "office.test", IsNotFound: true}), false},
		"the network is down":      {"https://office.test", dialing(errors.New("network is unreachable")), false},
		"connecting is too slow":   {"https://office.test", dialing(context.DeadlineExceeded), false},
		"a certificate of nobody":  {untrusted.URL, nil, false},
		"untold: dial":             {"https://office.test", untold(&net.OpError{Op: "dial", Err: errors.New("refused")}), false},
		"untold: name":             {"https://office.test", untold(&net.DNSError{Err: "no such host"}), false},
		"untold: read":             {"https://office.test", untold(&net.OpError{Op: "read", Err: errors.New("reset")}), true},
		"untold: something":        {"https://office.test", untold(errors.New("something")), true},
		"closed at once":           {closed, nil, true},
		"reset in the request":     {listen(t, func(c net.Conn) { c.Read(make([]byte, 1)); reset(c) }), nil, true},
		"closed after the request": {listen(t, readRequest), nil, true},
		"reset after the request":  {listen(t, func(c net.Conn) { readRequest(c); reset(c) }), nil, true},
		"half a head":              {listen(t, func(c net.Conn) { readRequest(c); io.WriteString(c, head[:20]) }), nil, true},
		"half an answer":           {listen(t, func(c net.Conn) { readRequest(c); io.WriteString(c, head+answer[:len(answer)/2]) }), nil, true},
		"reset in the answer":      {listen(t, func(c net.Conn) { readRequest(c); io.WriteString(c, head+answer[:9]); reset(c) }), nil, true},
		"no HTTP":                  {listen(t, func(c net.Conn) { readRequest(c); io.WriteString(c, "SSH-2.0-OpenSSH\r\n") }), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			client := at(t, c.address, c.change)
			kind := acquirer.ErrUnavailable
			if c.left {
				kind = acquirer.ErrUnanswered
			}
			for _, op := range []string{acquirer.OpBegin, acquirer.OpCancel} {
				err := operations[op](t.Context(), client)
				wantFault(t, err, kind, c.left)
				if e := faultOf(t, err); e.Retryable() == c.left || e.Code != "" {
					t.Errorf("%s: retryable %v, code %q", op, e.Retryable(), e.Code)
				}
			}
			_, f := client.in.askOnce(t.Context(), reference, 1) // once: patience has its own test
			if f == nil || f.Kind != kind || f.OutcomeUnknown() || !f.Retryable() {
				t.Errorf("a question: %v", f)
			}
		})
	}
}

// TestNothingIsSentTwice although a connection that was kept is dead when it is used again.
func TestNothingIsSentTwice(t *testing.T) {
	var requests atomic.Int32
	answer := sealedJSON(done, key1)
	address := listen(t, func(c net.Conn) {
		b := bufio.NewReader(c)
		for i := range 2 {
			r, err := http.ReadRequest(b)
			if err != nil {
				return
			}
			io.Copy(io.Discard, r.Body)
			requests.Add(1)
			if i == 1 {
				reset(c)
				return
			}
			fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
		}
	})
	client := at(t, address, nil)
	if _, err := client.Cancel(t.Context(), all()); err != nil {
		t.Fatal(err)
	}
	_, err := client.Cancel(t.Context(), all())
	wantFault(t, err, acquirer.ErrUnanswered, true)
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests for 2 calls", n)
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	big := `{"responseCode":"00","x":"` + strings.Repeat("x", wire.MaxAnswer) + `"}`
	secretBody := "canary-of-the-body"
	for name, c := range map[string]struct {
		status      int
		contentType string
		body        string
		begin       error // what a Begin makes of it; a Cancel always ErrUnanswered
		words       string
	}{
		"HTML with 200":     {200, "text/html", secretBody, acquirer.ErrUnanswered, "content type"},
		"no content type":   {200, "", sealedJSON(opened, key1), acquirer.ErrUnanswered, "content type"},
		"JSON called text":  {200, "text/plain", sealedJSON(opened, key1), acquirer.ErrUnanswered, "content type"},
		"too long":          {200, "application/json", big, acquirer.ErrUnanswered, "longer than"},
		"empty":             {200, "application/json", "", acquirer.ErrUnanswered, "not one JSON object"},
		"half":              {200, "application/json", `{"a":"` + secretBody, acquirer.ErrUnanswered, "not one JSON object"},
		"a list":            {200, "application/json", "[]", acquirer.ErrUnanswered, "not a JSON object"},
		"a key twice":       {200, "application/json", `{"responseCode":"24","responseCode":"00"}`, acquirer.ErrUnanswered, "twice"},
		"not UTF-8":         {200, "application/json", "{\"a\":\"\xff\"}", acquirer.ErrUnanswered, "UTF-8"},
		"deeply nested":     {200, "application/json", strings.Repeat("[", 100_000), acquirer.ErrUnanswered, "deeper"},
		"204":               {204, "", "", acquirer.ErrUnanswered, "HTTP 204"},
		"301":               {301, "text/html", secretBody, acquirer.ErrConfiguration, "redirects are not followed"},
		"307":               {307, "text/html", secretBody, acquirer.ErrConfiguration, "redirects are not followed"},
		"401":               {401, "text/html", secretBody, acquirer.ErrConfiguration, "HTTP 401"},
		"404":               {404, "text/html", secretBody, acquirer.ErrConfiguration, "check Endpoints"},
		"408":               {408, "text/html", secretBody, acquirer.ErrUnanswered, "HTTP 408"},
		"410, closed hosts": {410, "text/html", secretBody, acquirer.ErrConfiguration, "HTTP 410"},
		"415":               {415, "text/html", secretBody, acquirer.ErrConfiguration, "did not take JSON"},
		"429":               {429, "text/html", secretBody, acquirer.ErrUnanswered, "HTTP 429"},
		"500, sealed":       {500, "application/json", sealedJSON(opened, key1), acquirer.ErrUnanswered, "HTTP 500"},
		"503":               {503, "text/html", secretBody, acquirer.ErrUnanswered, "HTTP 503"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, nil, raw(c.status, c.contentType, c.body), raw(c.status, c.contentType, c.body))
			_, err := w.Begin(t.Context(), order())
			wantFault(t, err, c.begin, c.begin == acquirer.ErrUnanswered, c.words)
			_, cancelErr := w.Cancel(t.Context(), all())
			wantFault(t, cancelErr, acquirer.ErrUnanswered, true, c.words)
			for _, err := range []error{err, cancelErr} {
				if strings.Contains(err.Error(), secretBody) || len(err.Error()) > 500 {
					t.Errorf("the body is in the error: %.500v", err)
				}
			}
		})
	}
}

// TestRedirectsAreNotFollowed: a request, with its seal, goes nowhere but to the address that was configured.
func TestRedirectsAreNotFollowed(t *testing.T) {
	var followed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	defer elsewhere.Close()
	for _, given := range []*http.Client{nil, {}, {CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			s := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
			client := at(t, s.URL, func(c *Config) { c.HTTPClient = given })
			_, err := client.Begin(t.Context(), order())
			wantFault(t, err, acquirer.ErrConfiguration, false, strconv.Itoa(status))
			s.Close()
		}
	}
	if followed.Load() != 0 {
		t.Errorf("%d redirects were followed", followed.Load())
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	_, err := at(t, s.URL, nil).Cancel(t.Context(), all())
	wantFault(t, err, acquirer.ErrUnavailable, false, "protocol version")
}

func TestContextEnds(t *testing.T) {
	arrived := make(chan bool, 1)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		arrived <- true
		<-r.Context().Done()
	}))
	defer s.Close()
	client := at(t, s.URL, nil)
	for op, call := range operations {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := call(ctx, client)
		wantFault(t, err, acquirer.ErrUnavailable, false)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s, ended before: %v", op, err)
		}

		ctx, cancel = context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		start := time.Now()
		err = call(ctx, client)
		if e := faultOf(t, err); !errors.Is(err, context.Canceled) || time.Since(start) > time.Minute ||
			e.OutcomeUnknown() != (op == acquirer.OpBegin || op == acquirer.OpCancel) {
			t.Errorf("%s, ended meanwhile: %v", op, err)
		}
		cancel()
	}
}

// TestHTTPClientDefaults: nobody waits for ever.
func TestHTTPClientDefaults(t *testing.T) {
	h := wire.Client(nil)
	tr := h.Transport.(*http.Transport)
	if h == http.DefaultClient || h.Timeout <= 0 || h.Timeout >= 30*time.Second || tr.TLSHandshakeTimeout <= 0 || tr.ResponseHeaderTimeout <= 0 ||
		tr.TLSClientConfig.MinVersion != tls.VersionTLS12 || tr.TLSClientConfig.InsecureSkipVerify || tr.Proxy == nil {
		t.Errorf("%+v, %+v", h, tr)
	}
}

func TestRequestsSayWhatTheyAre(t *testing.T) {
	var header http.Header
	w := newWire(t, nil, func(r *http.Request) (*http.Response, error) {
		header = r.Header
		return sealed200(opened)(r)
	})
	if _, err := w.Begin(t.Context(), order()); err != nil {
		t.Fatal(err)
	}
	want := http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}, "User-Agent": {"quittance"}}
	if diff := cmp.Diff(want, header); diff != "" {
		t.Error(diff)
	}
}

// TestObserve: one pair of calls around every request, the questions that were repeated included.
func TestObserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var seen []string
		say := func(what string, attrs []slog.Attr) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, fmt.Sprint(what, " ", attrs))
		}
		w := newWire(t, func(c *Config) {
			c.Observe = func(ctx context.Context, op string, attrs ...slog.Attr) (context.Context, func(error, ...slog.Attr)) {
				say(op, attrs)
				return ctx, func(err error, attrs ...slog.Attr) { say(fmt.Sprint(err == nil), attrs) }
			}
		}, sealed200(opened), raw(503, "text/html", ""), sealed200(transaction), httpmock.NewErrorResponder(errors.New("reset")))
		w.Begin(t.Context(), order())
		w.Status(t.Context(), acquirer.Question{Reference: reference})
		w.Cancel(t.Context(), all())
		want := []string{
			"sips.paymentInit [reference=PCLCB240310000001 attempt=1]", "true [status=200]",
			"sips.getTransactionData [reference=PCLCB240310000001 attempt=1]", "false [status=503]",
			"sips.getTransactionData [reference=PCLCB240310000001 attempt=2]", "true [status=200]",
			"sips.cancel [reference=PCLCB240310000001 attempt=1]", "false []",
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Error(diff)
		}
	})
}

// TestConcurrentUse is for the race detector: one client, many callers of everything.
func TestConcurrentUse(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer := map[string]fields{
			"paymentInit": with(opened, fields{"redirectionUrl": "http://" + r.Host + "/payment"}), "getTransactionData": transaction, "cancel": done,
		}[r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]]
		io.WriteString(w, sealedJSON(answer, key1))
	}))
	defer s.Close()
	client := at(t, s.URL, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 10 {
				m := all()
				m.Reference = fmt.Sprintf("REF%dX%d", i, j)
				_, err1 := client.Begin(t.Context(), order())
				_, err2 := client.Status(t.Context(), acquirer.Question{Reference: reference})
				_, err3 := client.Cancel(t.Context(), m)
				_, err4 := client.Parse(notified())
				if err := errors.Join(err1, err2, err3, err4); err != nil {
					t.Error(err)
				}
				_ = fmt.Sprint(client, client.Merchant())
			}
		})
	}
	wg.Wait()
}

// failing is a transport that fails and calls nothing of httptrace.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

// TestSwitchedProtocols: nobody asks for another protocol. Who answers 101 all the same, and nothing after it, keeps no call waiting.
func TestSwitchedProtocols(t *testing.T) {
	for op, call := range operations {
		synctest.Test(t, func(t *testing.T) {
			w := newWire(t, nil, simulated.SwitchedProtocols, simulated.SwitchedProtocols, simulated.SwitchedProtocols)
			err := call(t.Context(), w.Client)
			if e := faultOf(t, err); !strings.Contains(err.Error(), "HTTP 101") || e.OutcomeUnknown() != (op == acquirer.OpBegin || op == acquirer.OpCancel) {
				t.Errorf("%s: %v", op, err)
			}
		})
	}
}
