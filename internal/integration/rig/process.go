package rig

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// Child is a running portal. After it has ended every command is answered with [ErrGone]: whether it was carried out is not known.
type Child struct {
	world *World
	cmd   *exec.Cmd
	pid   int // of the portal, not of what it runs under
	ready chan answer
	gone  chan struct{} // closed when it has ended and all that it said has been read
	err   error         // how it ended

	mu   sync.Mutex
	in   io.WriteCloser
	n    int
	open map[int]chan answer
	said output
}

// output keeps the first MiB that a child wrote to its standard outputs.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.b.Len() < 1<<20 {
		o.b.Write(p)
	}
	return len(p), nil
}

func (o *output) copyText() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.b.Bytes())
}

func startChild(w *World, program []string, set string) (*Child, error) {
	r, lines, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer lines.Close()
	c := &Child{world: w, ready: make(chan answer, 1), gone: make(chan struct{}), open: map[int]chan answer{}}
	c.cmd = exec.Command(program[0], program[1:]...)
	c.cmd.Env = append(os.Environ(), environment+"="+set)
	c.cmd.ExtraFiles = []*os.File{w.listener, lines}
	c.cmd.Stdout, c.cmd.Stderr = &c.said, &c.said
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		r.Close()
		return nil, err
	}
	go c.readLines(r)
	return c, nil
}

// readLines reads the child's answers and facts until the pipe is closed at its other end, then waits for the process to end.
func (c *Child) readLines(r *os.File) {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var l line
		if err := json.Unmarshal(in.Bytes(), &l); err != nil {
			break // the last line, cut in the middle
		}
		if l.Fact != nil {
			c.world.mu.Lock()
			c.world.facts = append(c.world.facts, *l.Fact)
			c.world.mu.Unlock()
			continue
		}
		if l.Answer.N == 0 {
			c.ready <- *l.Answer
			continue
		}
		c.mu.Lock()
		waiting := c.open[l.Answer.N]
		delete(c.open, l.Answer.N)
		c.mu.Unlock()
		waiting <- *l.Answer
	}
	r.Close()
	c.err = c.cmd.Wait()
	close(c.gone)
	if bytes.Contains(c.said.copyText(), []byte("DATA RACE")) {
		c.world.Errorf("a portal has a data race%s", c.Said())
	}
}

// sendCommand sends a command and waits for its answer, for as long as patience.
func (c *Child) sendCommand(o command) (answer, error) {
	reply := make(chan answer, 1)
	c.mu.Lock()
	c.n++
	o.N = c.n
	c.open[o.N] = reply
	b, err := json.Marshal(o)
	if err == nil {
		_, err = c.in.Write(append(b, '\n'))
	}
	c.mu.Unlock()
	if err != nil {
		return answer{}, fmt.Errorf("%w: %w", ErrGone, err)
	}
	select {
	case a := <-reply:
		return a, a.remoteErr()
	case <-time.After(patience):
		c.endHanging(o)
		return answer{}, ErrGone
	case <-c.gone:
		select {
		case a := <-reply:
			return a, a.remoteErr()
		default:
			return answer{}, ErrGone
		}
	}
}

// patience is how long a portal may take to do what it is told, on a machine that may be busy.
const patience = 4 * time.Minute

// endHanging ends a portal that hangs, with SIGQUIT first so that it prints where its goroutines are.
func (c *Child) endHanging(o command) {
	c.Signal(syscall.SIGQUIT)
	select {
	case <-c.gone:
	case <-time.After(10 * time.Second): // it is stopped, or deaf
		c.Kill()
	}
	c.world.Errorf("a portal was told to %s, and hangs%s", o.Do, c.Said())
}

// Begin is payment.Service.Begin of [Request].
func (c *Child) Begin(key, debt string) (payment.Payment, acquirer.Session, error) {
	a, err := c.sendCommand(command{Do: "begin", Key: key, Debt: debt})
	session := acquirer.Session(a.Session)
	c.world.rememberTokens(session)
	return a.Payment, session, err
}

// Get is payment.Service.Get.
func (c *Child) Get(id payment.ID) (payment.Payment, error) {
	a, err := c.sendCommand(command{Do: "get", ID: id})
	return a.Payment, err
}

// Record is payment.Service.Record.
func (c *Child) Record(id payment.ID) (payment.Payment, error) {
	a, err := c.sendCommand(command{Do: "record", ID: id})
	return a.Payment, err
}

// Refund is payment.Service.Refund, by a clerk who saw this version.
func (c *Child) Refund(id payment.ID, version int) (payment.Payment, error) {
	a, err := c.sendCommand(command{Do: "refund", ID: id, Version: version})
	return a.Payment, err
}

// Question is payment.Service.Question, by a clerk who saw this version.
func (c *Child) Question(id payment.ID, version int) (payment.Payment, error) {
	a, err := c.sendCommand(command{Do: "question", ID: id, Version: version})
	return a.Payment, err
}

// Resolve is payment.Service.Resolve, by a clerk who saw this version.
func (c *Child) Resolve(id payment.ID, version int, v payment.Verdict) (payment.Payment, error) {
	a, err := c.sendCommand(command{Do: "resolve", ID: id, Version: version, Verdict: v})
	return a.Payment, err
}

// Work does the due work until nothing is due, and returns how much that was.
func (c *Child) Work() (int, error) {
	a, err := c.sendCommand(command{Do: "work"})
	return a.Done, err
}

// Missing returns which of the facts are not in the journals.
func (c *Child) Missing(facts []Fact) ([]Fact, error) {
	a, err := c.sendCommand(command{Do: "missing", Facts: facts})
	return a.Facts, err
}

// Size measures the portal, which should have nothing to do.
func (c *Child) Size() (Size, error) {
	a, err := c.sendCommand(command{Do: "size"})
	return a.Size, err
}

// Verify is audit.Books.Verify, without seals.
func (c *Child) Verify() error {
	_, err := c.sendCommand(command{Do: "verify"})
	return err
}

// Stop ends the portal as a host does: it finishes what it began and closes the database. The error is that of closing, or [ErrGone].
func (c *Child) Stop() error {
	stop := command{Do: "stop"}
	_, err := c.sendCommand(stop)
	select {
	case <-c.gone:
	case <-time.After(patience):
		c.endHanging(stop)
	}
	return err
}

// Kill ends the portal with SIGKILL and waits until it is gone.
func (c *Child) Kill() {
	select {
	case <-c.gone:
		return
	default:
	}
	if p, err := os.FindProcess(c.pid); err == nil && c.pid > 0 {
		p.Kill()
	} else { // it is not ready yet
		c.cmd.Process.Kill()
	}
	c.in.Close()
	<-c.gone
}

// Signal sends a signal to a portal that is ready.
func (c *Child) Signal(s os.Signal) error {
	if c.pid <= 0 { // that would be a whole group of processes
		return errors.New("rig: the child is not ready yet")
	}
	p, err := os.FindProcess(c.pid)
	if err != nil {
		return err
	}
	return p.Signal(s)
}

// Gone is closed when the portal has ended.
func (c *Child) Gone() <-chan struct{} { return c.gone }

// Said is what the portal wrote to its standard outputs, for a message.
func (c *Child) Said() string {
	if b := c.said.copyText(); len(b) > 0 {
		return "\nthe portal said:\n" + string(b)
	}
	return ""
}
