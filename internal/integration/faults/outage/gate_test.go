package outage

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/quittance/quittance/internal/integration/rig"
)

func TestMain(m *testing.M) { rig.Main(m) }

// side is on which side of the work a gate holds a call.
type side string

const (
	before side = "before it is carried out"
	after  side = "after it was carried out"
)

// gate stands before a server, and holds one call up.
type gate struct {
	URL string

	mu      sync.Mutex
	calls   map[string]map[string]int // by the last part of the path, and by transactionReference
	fits    func(path, body string) bool
	side    side
	arrived chan struct{}
	leave   chan struct{}
}

func newGate(t *testing.T, server string) *gate {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{calls: map[string]map[string]int{}}
	through := httputil.NewSingleHostReverseProxy(to)
	through.ErrorLog = nil
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		wait := g.holds(r.URL.Path, string(body))
		wait(before)
		answer := httptest.NewRecorder()
		through.ServeHTTP(answer, r)
		wait(after)
		for k, v := range answer.Header() {
			w.Header()[k] = v
		}
		w.WriteHeader(answer.Code)
		w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(func() { g.open(); s.Close() })
	g.URL = s.URL
	return g
}

// hold holds the next call up that fits; the channel is closed when it is there.
func (g *gate) hold(s side, fits func(path, body string) bool) <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.fits, g.side, g.arrived, g.leave = fits, s, make(chan struct{}), make(chan struct{})
	return g.arrived
}

// holds returns what a call does on each side.
func (g *gate) holds(path, body string) func(side) {
	g.mu.Lock()
	defer g.mu.Unlock()
	operation := path[strings.LastIndex(path, "/")+1:]
	if g.calls[operation] == nil {
		g.calls[operation] = map[string]int{}
	}
	if m := reference.FindStringSubmatch(body); m != nil {
		g.calls[operation][m[1]]++
	}
	if g.fits == nil || !g.fits(path, body) {
		return func(side) {}
	}
	g.fits = nil
	s, arrived, leave := g.side, g.arrived, g.leave
	return func(now side) {
		if now == s {
			close(arrived)
			<-leave
		}
	}
}

var reference = regexp.MustCompile(`"transactionReference":"([A-Za-z0-9]+)"`)

// times is how often an operation was called about each reference.
func (g *gate) times(operation string) map[string]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.calls[operation])
}

// open lets the call go on.
func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.leave != nil {
		close(g.leave)
		g.leave = nil
	}
}
