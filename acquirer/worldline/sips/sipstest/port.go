package sipstest

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// A port is a listener that can be taken off the net and come back at the same address.
type port struct {
	handler http.Handler
	base    context.Context

	mu     sync.Mutex
	addr   string // empty until the first open
	server *http.Server
	done   chan struct{} // the listener of server is gone
	shutUp bool          // for ever
}

// open listens, the first time where it is told to, and returns the address. To listen twice does nothing; a port that was shut
// stays shut.
func (p *port) open(addr string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server != nil || p.shutUp {
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
	server := &http.Server{
		Handler:           p.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // a client's bad requests are not logged
		BaseContext:       func(net.Listener) context.Context { return p.base },
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(l)
	}()
	p.server, p.done = server, done
	return p.addr, nil
}

// stopListening stops listening and cuts every connection.
func (p *port) stopListening() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.server == nil {
		return
	}
	p.server.Close()
	<-p.done
	p.server = nil
}

func (p *port) closeForGood() {
	p.stopListening()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shutUp = true
}

// Down takes the platform off the net: whoever dials is refused, and open connections are cut. The bank goes on.
func (s *Server) Down() { s.port.stopListening() }

// Up brings it back at the same address. The error says that somebody else has taken the port meanwhile.
func (s *Server) Up() error {
	_, err := s.port.open("")
	return err
}
