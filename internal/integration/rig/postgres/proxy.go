package postgres

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// Break is how a line is broken at one request.
type Break string

// The ways to break a line, from the request's way out to the answer's way back.
const (
	Whole     Break = ""                          // not broken
	Unsent    Break = "cut before it is sent"     // the server never sees the request
	HalfSent  Break = "cut in the middle of it"   // the server gets half of the request, and drops it
	Unheard   Break = "cut when it is sent"       // the client is cut off at once, the server has the request and carries on
	Unread    Break = "cut before the answer"     // the server has answered, the client gets nothing of it
	HalfRead  Break = "cut in the answer"         // the client gets half of the answer
	Executed  Break = "killed before it"          // the backend is terminated, then the request is sent to it
	Orphaned  Break = "killed before the answer"  // the backend has answered and is terminated, the client gets nothing
	Widowed   Break = "killed after it"           // the client has its answer, then the backend is terminated
	Restarted Break = "crashed before the answer" // the whole server crashes when it has answered, and is started again
)

// Breaks are the ways that concern one connection only.
var Breaks = []Break{Unsent, HalfSent, Unheard, Unread, HalfRead, Executed, Orphaned, Widowed}

// Certain reports what is known of the request after the break: it was carried out, or it was not. Neither: nobody knows.
func (b Break) Certain() (done, undone bool) {
	switch b {
	case Whole, Unread, HalfRead, Orphaned, Widowed, Restarted:
		return true, false
	case Unsent, HalfSent, Executed:
		return false, true
	}
	return false, false
}

// Request is what a client sends before it waits: one statement of the simple protocol, or a statement prepared or executed.
type Request struct {
	N    int    // counted from 1 over all connections since the last Plan
	SQL  string // of the statement
	Runs bool   // false: it is only prepared
	PID  int    // of the backend
}

// Proxy stands between clients and the server and breaks the line where a test says so. It understands as much of the protocol as it needs
// to see requests: without TLS and without passwords. Clients that send several requests before they wait are not understood.
type Proxy struct {
	server *Server
	l      net.Listener

	busy sync.WaitGroup

	mu      sync.Mutex
	n       int
	plan    func(Request) Break
	during  func(Request)
	open    map[net.Conn]bool
	closed  bool
	pending int // requests that are under way
	settled *sync.Cond
}

// Proxy starts one, which ends with the test.
func (s *Server) Proxy(tb testing.TB) *Proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &Proxy{server: s, l: l, open: map[net.Conn]bool{}}
	p.settled = sync.NewCond(&p.mu)
	p.busy.Go(p.acceptClients)
	tb.Cleanup(p.close)
	return p
}

// DSN names a database of the server, as seen through the proxy.
func (p *Proxy) DSN(database string) string {
	return fmt.Sprintf("postgres://postgres@%s/%s?sslmode=disable", p.l.Addr(), database)
}

// Plan says from now on what happens to each request, and counts them from 1 again. Nil: nothing happens. While it
// does not return, the request is on its way: that is how a test delays one.
func (p *Proxy) Plan(f func(Request) Break) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n, p.plan = 0, f
}

// During is called while a request that is to be broken stands between the server and the client: after the server has answered, and before
// the client can learn that something is wrong. It is not called where the server does not answer.
func (p *Proxy) During(f func(Request)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.during = f
}

// Count is how many requests there were since the last Plan.
func (p *Proxy) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

// Settle waits until the server has answered every request that it was sent, also those whose client is gone.
func (p *Proxy) Settle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.pending > 0 {
		p.settled.Wait()
	}
}

// Cut cuts every line that is open.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		resetConnection(c)
	}
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.l.Close()
	p.Cut()
	p.busy.Wait()
}

func (p *Proxy) acceptClients() {
	for {
		c, err := p.l.Accept()
		if err != nil {
			return
		}
		p.busy.Go(func() { p.serveClient(c) })
	}
}

// keepOpen remembers a connection until dropConnection closes it, and reports whether the proxy is still open.
func (p *Proxy) keepOpen(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open[c] = true
	return !p.closed
}

func (p *Proxy) dropConnection(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, c)
	c.Close()
}

// resetConnection closes a connection without sending what is still in its buffer, as the death of a machine does.
func resetConnection(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	c.Close()
}

// What a client can say instead of its first message.
const cancelRequest = 80877102

// line is one client's.
type line struct {
	client, server net.Conn
	pid            int
	prepared       map[string]string // SQL by the name of a statement
}

func (p *Proxy) serveClient(client net.Conn) {
	defer p.dropConnection(client)
	if !p.keepOpen(client) {
		return
	}
	first, err := readPacket(client, nil)
	if err != nil {
		return
	}
	server, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", p.server.port))
	if err != nil {
		return
	}
	defer p.dropConnection(server)
	if !p.keepOpen(server) {
		return
	}
	if _, err := server.Write(first); err != nil {
		return
	}
	if len(first) >= 8 && binary.BigEndian.Uint32(first[4:]) == cancelRequest {
		io.Copy(client, server)
		return
	}
	l := &line{client: client, server: server, prepared: map[string]string{}}
	hello, ok := l.readAnswer()
	if _, err := client.Write(hello); err != nil || !ok {
		return
	}
	for p.passRequest(l) {
	}
}

// passRequest passes one request from the client to the server and the answer back, broken as the plan says. It reports whether
// the line is still whole.
func (p *Proxy) passRequest(l *line) bool {
	request, raw, err := l.readRequest()
	if err != nil {
		return false
	}
	p.mu.Lock()
	p.n++
	request.N = p.n
	plan, during := p.plan, p.during
	p.pending++
	p.mu.Unlock()
	defer p.requestDone()
	b := Whole
	if plan != nil {
		b = plan(request)
	}
	if during == nil {
		during = func(Request) {}
	}

	switch b {
	case Unsent:
		resetConnection(l.client)
		return false
	case HalfSent:
		l.server.Write(raw[:len(raw)/2])
		resetConnection(l.client)
		return false
	case Executed:
		p.server.Terminate(l.pid)
	}
	if _, err := l.server.Write(raw); err != nil {
		return l.passLastWords()
	}
	if b == Unheard {
		resetConnection(l.client)
		l.readAnswer() // the server carries on
		return false
	}
	answer, ok := l.readAnswer()
	switch b {
	case Unread:
		during(request)
		resetConnection(l.client)
		return false
	case HalfRead:
		during(request)
		l.client.Write(answer[:len(answer)/2])
		l.client.Close() // what was written arrives
		return false
	case Orphaned:
		p.server.Terminate(l.pid)
		during(request)
		resetConnection(l.client)
		return false
	case Restarted:
		p.server.Crash()
		resetConnection(l.client)
		return false
	case Widowed:
		p.server.Terminate(l.pid)
		during(request)
	}
	_, err = l.client.Write(answer)
	return ok && err == nil
}

func (p *Proxy) requestDone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending--
	p.settled.Broadcast()
}

// passLastWords passes to the client the last bytes of a server that is gone, and returns false: the line has ended.
func (l *line) passLastWords() bool {
	answer, _ := l.readAnswer()
	l.client.Write(answer)
	return false
}

// readPacket reads one message without a type byte, its length and its body, and appends it to b.
func readPacket(r io.Reader, b []byte) ([]byte, error) {
	n := len(b)
	b = append(b, 0, 0, 0, 0)
	if _, err := io.ReadFull(r, b[n:]); err != nil {
		return b[:n], err
	}
	length := int(binary.BigEndian.Uint32(b[n:]))
	if length < 4 || length > 1<<26 {
		return b[:n], fmt.Errorf("a message of %d bytes", length)
	}
	b = append(b, make([]byte, length-4)...)
	if _, err := io.ReadFull(r, b[n+4:]); err != nil {
		return b[:n], err
	}
	return b, nil
}

// readMessage reads one message with its type byte, appends it to b, and returns its body as well.
func readMessage(r io.Reader, b []byte) (all []byte, kind byte, body []byte, err error) {
	n := len(b)
	b = append(b, 0)
	if _, err := io.ReadFull(r, b[n:]); err != nil {
		return b[:n], 0, nil, err
	}
	if b, err = readPacket(r, b); err != nil {
		return b[:n], 0, nil, err
	}
	return b, b[n], b[n+5:], nil
}

// Messages that matter here.
const (
	bind, execute, parse, query, sync0, terminate = 'B', 'E', 'P', 'Q', 'S', 'X' // from the client
	backendKey, ready                             = 'K', 'Z'                     // from the server
)

// readRequest reads the client's messages up to the one after which it waits for an answer.
func (l *line) readRequest() (r Request, raw []byte, err error) {
	r.PID = l.pid
	for {
		var kind byte
		var body []byte
		if raw, kind, body, err = readMessage(l.client, raw); err != nil {
			return r, raw, err
		}
		words := bytes.SplitN(body, []byte{0}, 3)
		switch kind {
		case query:
			r.SQL, r.Runs = string(words[0]), true
			return r, raw, nil
		case parse:
			if len(words) > 1 {
				r.SQL = string(words[1])
				l.prepared[string(words[0])] = r.SQL
			}
		case bind:
			if len(words) > 1 {
				r.SQL = l.prepared[string(words[1])]
			}
		case execute:
			r.Runs = true
		case sync0:
			return r, raw, nil
		case terminate:
			return r, raw, io.EOF
		}
	}
}

// readAnswer reads the server's messages up to ReadyForQuery; false: the server is gone.
func (l *line) readAnswer() ([]byte, bool) {
	var raw []byte
	for {
		var kind byte
		var body []byte
		var err error
		if raw, kind, body, err = readMessage(l.server, raw); err != nil {
			return raw, false
		}
		switch {
		case kind == backendKey && len(body) >= 4:
			l.pid = int(binary.BigEndian.Uint32(body))
		case kind == ready:
			return raw, true
		}
	}
}
