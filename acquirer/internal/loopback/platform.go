package loopback

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Platform is what every simulator stands on: a port of this machine, a clock that can be moved ahead, a courier for notifications, and
// an end that waits for what is under way. Clock is set before anything else, and it is safe for concurrent use after Listen.
type Platform struct {
	Clock   func() time.Time // nil: the real one, by which the platform looks by itself what has become due
	Handler http.Handler     // answers every request; set by Listen

	ahead   atomic.Int64 // what Advance has added to the clock
	courier *http.Client
	port    *Port
	closing context.Context
	close   context.CancelFunc

	mu   sync.Mutex
	busy sync.WaitGroup // goroutines of the platform's own, and requests
}

// tick is the interval at which a platform with the real clock looks what has become due.
const tick = 250 * time.Millisecond

// Listen starts to serve at an address, over TLS unless secured is nil, and returns the URL. With the real clock due is called four times a
// second until Close.
func (p *Platform) Listen(addr string, secured *tls.Config, h http.Handler, due func() int) (url string, err error) {
	p.closing, p.close = context.WithCancel(context.Background())
	p.Handler, p.courier = p.trackRequests(h), NewCourier()
	p.port = &Port{Handler: p.Handler, Base: p.closing, TLS: secured}
	if addr, err = p.port.Open(addr); err != nil {
		p.close()
		return "", err
	}
	if p.Clock == nil {
		p.busy.Go(func() { p.tickUntilClosed(due) })
	}
	if secured != nil {
		return "https://" + addr, nil
	}
	return "http://" + addr, nil
}

// Now is the platform's time: its clock, and what Advance has added.
func (p *Platform) Now() time.Time {
	clock := p.Clock
	if clock == nil {
		clock = time.Now
	}
	return clock().Add(time.Duration(p.ahead.Load()))
}

// Advance moves the platform's clock ahead. The clock does not go back: a negative duration is zero.
func (p *Platform) Advance(d time.Duration) { p.ahead.Add(int64(max(d, 0))) }

// Leave takes the platform off the net: whoever dials is refused, and open connections are cut.
func (p *Platform) Leave() { p.port.Leave() }

// Return brings it back at the same address. The error says that somebody else has taken the port meanwhile.
func (p *Platform) Return() error {
	_, err := p.port.Open("")
	return err
}

// Close stops listening, cuts every connection and waits for what is under way. A second Close does nothing.
func (p *Platform) Close() {
	p.mu.Lock() // under the lock no request can begin meanwhile
	p.close()
	p.mu.Unlock()
	p.port.Close()
	p.busy.Wait()
	p.courier.CloseIdleConnections()
}

// Closing is the context of everything that the platform does: it ends with Close.
func (p *Platform) Closing() context.Context { return p.closing }

// Closed reports whether the platform has been closed, or is about to be.
func (p *Platform) Closed() bool { return p.closing.Err() != nil }

// Send sends a request as a platform's server does, see [NewCourier].
func (p *Platform) Send(r *http.Request) (*http.Response, error) { return p.courier.Do(r) }

// Post sends a notification and returns the status of the answer, whose body counts for nothing; 0 where there was no answer.
func (p *Platform) Post(r *http.Request) (status int, err error) {
	resp, err := p.Send(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	return resp.StatusCode, nil
}

// trackRequests counts the requests in progress, so that Close can wait for them.
func (p *Platform) trackRequests(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		if p.Closed() {
			p.mu.Unlock()
			Cut(w)
			return
		}
		p.busy.Add(1)
		p.mu.Unlock()
		defer p.busy.Done()
		h.ServeHTTP(w, r)
	})
}

// tickUntilClosed looks at short intervals what has become due.
func (p *Platform) tickUntilClosed(due func() int) {
	t := time.NewTicker(tick)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			due()
		case <-p.closing.Done():
			return
		}
	}
}
