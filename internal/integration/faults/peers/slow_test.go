package peers

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/kiosks"
	"github.com/quittance/quittance/payment"
)

// Bodies that trickle, or never come, at both handlers of a server that has no time limit of its own: each is ended by the handler, and a true
// payment goes through meanwhile. Headers that trickle are the server's: no handler is called for them, so the host sets ReadHeaderTimeout.
func TestSlowBodiesAreEnded(t *testing.T) {
	figure.Long(t)
	for kind, open := range kiosks.Kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel() // it waits
			slow(t, open, figure.Of(60, 2_000))
		})
	}
}

func slow(t *testing.T, open func(testing.TB, kiosks.Options) *kiosks.Kiosk, peers int) {
	p := newPortal(t, open)
	types := []string{"application/x-www-form-urlencoded", "application/json; charset=utf-8", "text/plain"}
	address := strings.TrimPrefix(p.web.URL, "http://")
	var crowd sync.WaitGroup
	done := make(chan struct{})
	var conns []net.Conn
	for i := range peers {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		conns = append(conns, c)
		length := "Content-Length: 5000"
		if i%2 == 1 {
			length = "Transfer-Encoding: chunked"
		}
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: portal\r\nContent-Type: %s\r\n%s\r\n\r\n", []string{"/notify", "/return"}[i/2%2], types[i%3], length)
		if i%3 == 0 {
			continue // nothing more, ever
		}
		crowd.Go(func() {
			for { // a byte now and then, for as long as it is let
				bite := "a"
				if i%2 == 1 {
					bite = "1\r\na\r\n"
				}
				if _, err := io.WriteString(c, bite); err != nil {
					return
				}
				select {
				case <-done:
					return
				case <-time.After(100 * time.Millisecond):
				}
			}
		})
	}
	q, s := p.begin()
	p.pay(s)
	if got := p.state(q.ID); got != payment.Paid {
		t.Errorf("who pays beside %d slow peers is %s", peers, got)
	}
	for i, c := range conns { // each is answered or cut; the limit only ends what hangs
		c.SetReadDeadline(time.Now().Add(2 * time.Minute))
		b := make([]byte, 512)
		n, err := c.Read(b)
		if e, ok := err.(net.Error); ok && e.Timeout() {
			t.Fatalf("peer %d is still waited for", i)
		}
		if n > 0 && strings.HasPrefix(string(b[:n]), "HTTP/1.1 200") {
			t.Errorf("peer %d was answered: %.80q", i, b[:n])
		}
	}
	close(done)
	crowd.Wait()
	client.CloseIdleConnections()
	for end := time.Now().Add(time.Minute); handlers() > 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d handlers still read", handlers())
		}
	}
}

// handlers is how many handlers of this package's portals are reading a callback.
func handlers() int {
	b := make([]byte, 8<<20)
	return strings.Count(string(b[:runtime.Stack(b, true)]), "acquirer.ReadIncoming(")
}
