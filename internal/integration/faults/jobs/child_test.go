package jobs

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
)

// A child is a River client in a process of its own, to be killed. These variables of its environment say which database it uses and
// what it does.
const (
	childOf   = "QUITTANCE_JOBS_DATABASE"
	childDoes = "QUITTANCE_JOBS_CHILD"
)

type process struct {
	*world
	cmd  *exec.Cmd
	name string // of its River client
}

// startChild starts a child, and returns when its client has started.
func (w *world) startChild(does string) *process {
	w.Helper()
	p := &process{world: w, cmd: exec.Command(os.Args[0], "-test.run=^$")}
	p.cmd.Env = append(os.Environ(), childOf+"="+w.dsn, childDoes+"="+does)
	p.cmd.Stderr = os.Stderr
	in, err := p.cmd.StdinPipe() // it ends with this process, whatever happens
	w.must("the child", err)
	out, err := p.cmd.StdoutPipe()
	w.must("the child", err)
	w.must("the child", p.cmd.Start())
	w.Cleanup(func() { in.Close(); p.kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	w.must("the child", err)
	p.name = strings.TrimSpace(line)
	return p
}

// kill ends the child as a machine ends whose power fails.
func (p *process) kill() {
	p.cmd.Process.Kill()
	p.cmd.Wait()
}

// hanging is a bank that never answers.
type hanging struct{ acquirer.Client }

func (hanging) Status(context.Context, acquirer.Question) (acquirer.Result, error) { select {} }

// runChild is the main function of a child process: it leads, and works another queue; or it takes due work, and hangs.
func runChild() {
	works := queue
	if os.Getenv(childDoes) == "leads" {
		works = "elsewhere"
	}
	hang := func(context.Context, payment.Change) error { select {} }
	m, err := newMachine(os.Getenv(childOf), hanging{&mock.Acquirer{}}, time.Now, hang, works, time.Second)
	if err == nil && works == queue {
		err = m.jobs.AddWorkers(m.Service)
	} else if err == nil {
		m.config.PeriodicJobs = m.jobs.PeriodicJobs()
		m.config.Workers = river.NewWorkers()
		err = river.AddWorkerSafely(m.config.Workers, river.WorkFunc(func(context.Context, *river.Job[neverInserted]) error { return nil }))
	}
	var c *river.Client[*sql.Tx]
	if err == nil {
		c, err = river.NewClient(riverdatabasesql.New(m.db), m.config)
	}
	if err == nil {
		err = c.Start(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "child:", err)
		os.Exit(1)
	}
	fmt.Println(c.ID())
	io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// neverInserted are the arguments of a job that is never inserted.
type neverInserted struct{}

func (neverInserted) Kind() string { return "nobody" }
