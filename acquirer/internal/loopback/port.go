// Package loopback is what the simulators of acquirers' platforms share: a port of this machine that can be taken off the net,
// a courier that posts to this machine and to no other, and a line that can be cut.
package loopback

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Port is a listener that can be taken off the net and come back at the same address. Its fields are set before Open.
type Port struct {
	Handler http.Handler
	Base    context.Context // of every request
	TLS     *tls.Config     // nil: plain HTTP

	mu     sync.Mutex
	addr   string // empty until the first open
	server *http.Server
	done   chan struct{} // closed when the listener of server is gone
	closed bool          // for ever
}

// Open listens, the first time at addr and later where it listened before, and returns the address. To open twice does nothing, and a
// port that was closed stays closed.
func (p *Port) Open(addr string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server != nil || p.closed {
		return p.addr, nil
	}
	if p.addr != "" {
		addr = p.addr
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", err
	}
	p.addr = l.Addr().String()
	if p.TLS != nil {
		l = tls.NewListener(l, p.TLS)
	}
	server := &http.Server{
		Handler:           p.Handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // what a client sends badly is no news of the platform's
		BaseContext:       func(net.Listener) context.Context { return p.Base },
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(l)
	}()
	p.server, p.done = server, done
	return p.addr, nil
}

// Leave stops listening and cuts every connection, until the next Open.
func (p *Port) Leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stop()
}

// Close leaves for ever. An Open at the same moment comes before it or does nothing.
func (p *Port) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.stop()
}

// stop ends the server, if there is one. The caller holds the lock.
func (p *Port) stop() {
	if p.server == nil {
		return
	}
	p.server.Close()
	<-p.done
	p.server = nil
}

// CheckAddr refuses an address to listen at that another machine could reach: nothing protects a simulator.
func CheckAddr(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %.80q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("address %.80q is not a loopback address such as 127.0.0.1:9000", addr)
	}
	return nil
}

// Cut resets the connection of a request: nothing more comes.
func Cut(w http.ResponseWriter) {
	h, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	c, _, err := h.Hijack()
	if err != nil {
		return
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	c.Close()
}

// Hold holds an answer back; false when the caller or the platform went away meanwhile.
func Hold(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done(): // of the platform's own context too
		return false
	}
}
