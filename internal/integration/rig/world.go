// Package rig is what the tests of faults stand on: a fund's portal in a process of its own, which a test may kill at any moment, and a
// world that outlives it, with the bank's platform, the payers' mailbox, the clock, and everything that the portal was told is written.
//
//	func TestMain(m *testing.M) { rig.Main(m) }
//
//	w := rig.New(t, rig.SQLite(file))
//	c := w.Start(rig.Working)
//	_, session, err := c.Begin("K1", "D1")
//	w.Platform.Visit(session, sipstest.Payer{})
//	c.Kill()
//	c = w.Start()
//	w.Converge(c)
//	w.Check(rig.Rules{})
//
// The portal is the service with the Sips client, a store on a real database, and inbox.Deliverer. What [World.Check] looks at is in oracle.go.
package rig

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/internal/testparallel"
	"github.com/quittance/quittance/payment"
)

// Main is the whole of a TestMain: the test binary is its own portal.
func Main(m *testing.M) {
	if IsChild() {
		Serve()
	}
	testparallel.Raise(6)
	code := m.Run()
	os.RemoveAll(programs)
	os.Exit(code)
}

// programs is a folder for the command, if it was built.
var programs string

// Program is the path of the portal as a command of its own, without the tests and without the race detector: see [By]. It is built once,
// and goes with [Main].
func Program(tb testing.TB) string {
	tb.Helper()
	path, err := program()
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

var program = sync.OnceValues(func() (path string, err error) {
	if programs, err = os.MkdirTemp("", "portal"); err != nil {
		return "", err
	}
	path = filepath.Join(programs, "portal")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "github.com/quittance/quittance/internal/integration/rig/portal").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// World is everything that outlives a portal. Its methods are safe for concurrent use.
type World struct {
	testing.TB
	Platform *sipstest.Server
	Mailbox  *Mailbox
	Clock    *Clock
	Database Database

	shop      shop
	clockFile string
	listener  *os.File

	mu       sync.Mutex
	facts    []Fact
	tokens   []string // of the payers' pages
	children []*Child
}

// New makes a world around a database, which may be empty. It ends with the test.
func New(tb testing.TB, d Database) *World {
	tb.Helper()
	w := &World{TB: tb, Database: d, clockFile: filepath.Join(tb.TempDir(), "clock")}
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	var err error
	w.Clock, err = newClock(w.clockFile)
	must(err)
	tb.Cleanup(func() { w.Clock.file.Close() })
	var stop func()
	w.Mailbox, stop, err = newMailbox()
	must(err)
	tb.Cleanup(stop)
	var listen net.ListenConfig
	listen.SetMultipathTCP(false) // Linux gives such a socket no time limit to accept
	l, err := listen.Listen(tb.Context(), "tcp", "127.0.0.1:0")
	must(err)
	portal := "http://" + l.Addr().String()
	must(acceptShortly(l.(*net.TCPListener)))
	w.listener, err = l.(*net.TCPListener).File()
	must(err)
	l.Close()
	tb.Cleanup(func() { w.listener.Close() })
	w.Platform = sipstest.NewServer(sipstest.Options{Now: w.Clock.Now, Delay: 20 * time.Millisecond})
	tb.Cleanup(w.Platform.Close)
	merchant := sipstest.PublicMerchants()[0]
	w.shop = shop{merchant.ID, merchant.Keys[1], w.Platform.Endpoints(), portal + "/return", portal + "/notify"}
	tb.Cleanup(func() {
		for _, c := range w.runningChildren() {
			c.Kill()
		}
	})
	return w
}

// acceptShortly lets no accept wait for ever. Portals share the listening socket, and with it whether it blocks: starting one makes it
// block for all (os/exec, and net.FileListener for a moment), and a portal that waited in the system call could not be stopped until
// somebody came. What waits in Go's poller does not mind.
func acceptShortly(l *net.TCPListener) error {
	c, err := l.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	err = c.Control(func(fd uintptr) {
		set = syscall.SetsockoptTimeval(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Usec: 50_000})
	})
	return errors.Join(err, set)
}

func (w *World) runningChildren() []*Child {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []*Child
	for _, c := range w.children {
		select {
		case <-c.gone:
		default:
			out = append(out, c)
		}
	}
	return out
}

// Facts are what the portals were told by their stores, in the order in which they said so.
func (w *World) Facts() []Fact {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.facts[:len(w.facts):len(w.facts)]
}

// Advance moves the clock of all, and the platform does what becomes due: a portal should be there to be notified.
func (w *World) Advance(d time.Duration) {
	w.Helper()
	if err := w.Clock.moveOn(d); err != nil {
		w.Fatal(err)
	}
	w.Platform.Tick()
}

// LongAfter is when a try to begin is not waited for any longer by the next one.
const LongAfter = 31 * time.Second

// days is how time goes by until everything must be final: leases end, sessions expire, the last looks and the acquirer's day pass, the limits
// of open questions are over.
var days = func() (steps []time.Duration) {
	for _, s := range []struct {
		n int
		d time.Duration
	}{{2, 2 * time.Minute}, {4, 17 * time.Minute}, {3, time.Hour}, {17, 6 * time.Hour}} {
		for range s.n {
			steps = append(steps, s.d)
		}
	}
	return steps
}()

// Converge takes all faults back and lets four days and more pass, in which a portal does what is due. An error of its work is tried again.
func (w *World) Converge(c *Child) {
	w.Helper()
	w.Mailbox.Forget()
	w.Platform.Release()
	work := func() {
		w.Helper()
		var err error
		for range 5 {
			if _, err = c.Work(); err == nil {
				return
			}
			if errors.Is(err, ErrGone) {
				break
			}
		}
		w.Fatalf("the work that is due: %v%s", err, c.Said())
	}
	work()
	for _, d := range days {
		w.Advance(d)
		work()
	}
}

// Visit plays the payer at the kiosk; what the browser would bring back is lost, so only the notification tells.
func (w *World) Visit(s acquirer.Session, o acquirer.Outcome) {
	w.Helper()
	_, err := w.Platform.Visit(s, sipstest.Payer{Outcome: o, Abandon: true})
	var refused *sipstest.TurnedAwayError
	if err != nil && !errors.Is(err, sipstest.ErrNoReturn) && !errors.As(err, &refused) {
		w.Error(err)
	}
}

// Bring plays the payer and brings the browser back to the portal.
func (w *World) Bring(s acquirer.Session, o acquirer.Outcome) error {
	back, err := w.Platform.Visit(s, sipstest.Payer{Outcome: o})
	if err != nil {
		return err
	}
	resp, err := back.Bring(&http.Client{
		Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Option is how a portal is started.
type Option func(*start)

type start struct {
	setting setting
	program []string
}

// Working: the portal runs Service.Work by itself, and not only when it is told to.
var Working Option = func(s *start) { s.setting.Work = true }

// Recording: the portal's host takes every payment into account as soon as it hears of it.
var Recording Option = func(s *start) { s.setting.Record = true }

// Pinned: all system calls of SQLite are made by one thread.
var Pinned Option = func(s *start) {
	if s.setting.Database.Driver == "sqlite" {
		s.setting.Database.Driver = pinnedDriver
	}
}

// By runs the portal by another program than the test's own, or under one: strace, its arguments, and a program that calls [Serve].
func By(program ...string) Option { return func(s *start) { s.program = program } }

// Start starts a portal and waits until it is ready. A portal that does not get so far is a failure of the test; see [World.TryStart].
func (w *World) Start(o ...Option) *Child {
	w.Helper()
	c, err := w.TryStart(o...)
	if err != nil {
		w.Fatalf("start: %v%s", err, c.Said())
	}
	return c
}

// TryStart starts a portal. The error, [ErrGone], says that it ended before it was ready, as it does when its database fails; the child is never nil.
func (w *World) TryStart(o ...Option) (*Child, error) {
	w.Helper()
	s := start{
		setting: setting{Database: w.Database, Shop: w.shop, Clock: w.clockFile, Mailbox: w.Mailbox.url},
		program: []string{ownExecutable()},
	}
	for _, f := range o {
		f(&s)
	}
	set, err := json.Marshal(s.setting)
	if err != nil {
		w.Fatal(err)
	}
	c, err := startChild(w, s.program, string(set))
	if err != nil {
		w.Fatal(err)
	}
	w.mu.Lock()
	w.children = append(w.children, c)
	w.mu.Unlock()
	select {
	case a := <-c.ready:
		c.pid = a.Done
		return c, nil
	case <-c.gone:
		select { // it may have been ready, and then have ended
		case a := <-c.ready:
			c.pid = a.Done
			return c, nil
		default:
			return c, ErrGone
		}
	}
}

func ownExecutable() string {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return path
}

// Money reports whether a payment in that state says that money moved towards the fund, or is on its way back.
func Money(s payment.State) bool {
	return s.Money() || s == payment.Refunding || s == payment.Refunded || s == payment.Review
}
