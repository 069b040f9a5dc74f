package load

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// What a page may cost before a release, in CPU time of the process, and by how much its memory may grow while all are there.
const (
	officersPage = 50 * time.Millisecond
	payersPage   = 5 * time.Millisecond
	mayGrow      = 32 << 20
)

// Fifty people and ten officers at once, with a month of payments in the database: nobody meets an error, a page costs little, and memory
// stays. On every change it is small and nothing is timed; before a release it is a minute with 100 000 payments.
func TestOfficersAndPeople(t *testing.T) {
	figure.Long(t)
	payments := figure.Of(1000, 100_000)
	program := start(t, most, func(file string) { history(t, file, payments) })
	references := program.references(200)
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * (atOnce + 10)}
	defer transport.CloseIdleConnections()
	var nextPerson atomic.Int64
	payer := func(int) func(*person) error {
		return func(p *person) error { return p.pays(int(nextPerson.Add(1)) - 1) }
	}
	office := func(i int) func(*person) error {
		signedIn, round := false, i
		return func(p *person) error {
			o := officer{p}
			if !signedIn {
				signedIn = true
				if err := o.signsIn(i); err != nil {
					return err
				}
			}
			round += 7
			return o.looks(references[round%len(references)])
		}
	}
	program.settles()

	// Each alone, to know what a page of each costs.
	alone := time.Duration(figure.Of(1, 20)) * time.Second
	people := program.busy(transport, alone, true, atOnce, payer)
	officers := program.busy(transport, alone, false, 10, office)
	t.Logf("with %d payments a page of a payer costs %v of CPU (%d pages), a page of an officer %v (%d pages)",
		payments, people.page(), people.pages, officers.page(), officers.pages)

	// All together.
	span := time.Duration(figure.Of(2, 60)) * time.Second
	var together sync.WaitGroup
	together.Go(func() { program.busy(transport, span, false, 10, office) })
	memory := make(chan []int, 1)
	stop := make(chan struct{})
	go func() { memory <- program.watchMemory(stop) }()
	all := program.busy(transport, span, true, atOnce, payer)
	together.Wait()
	close(stop)
	seen := <-memory
	early, late := seen[len(seen)/4], seen[len(seen)-1]
	t.Logf("all together, payers saw %d pages; the process had %d MB a quarter into it and %d MB at the end", all.pages, early>>20, late>>20)
	if figure.Release() {
		if people.page() > payersPage {
			t.Errorf("a page of a payer costs %v of CPU, at most %v", people.page(), payersPage)
		}
		if officers.page() > officersPage {
			t.Errorf("a page of an officer costs %v of CPU, at most %v", officers.page(), officersPage)
		}
		if late-early > mayGrow {
			t.Errorf("memory has grown from %d to %d MB", early>>20, late>>20)
		}
	}
	program.stop()
}

// work is what some people did in a while.
type work struct {
	pages int
	cpu   time.Duration
}

func (w work) page() time.Duration { return w.cpu / time.Duration(max(w.pages, 1)) }

// busy has n people at once do something again and again for a while; fresh gives each round a browser of its own. An error of one is the end
// of the test.
func (p *program) busy(transport *http.Transport, span time.Duration, fresh bool, n int, does func(i int) func(*person) error) work {
	var w work
	var mu sync.Mutex
	var wrong []error
	var crowd sync.WaitGroup
	end, before := time.Now().Add(span), p.cpu()
	for i := range n {
		does := does(i)
		crowd.Go(func() {
			var who *person
			for time.Now().Before(end) {
				var err error
				if who == nil || fresh {
					who, err = newPerson(p.base, transport)
				}
				if err == nil {
					err = does(who)
				}
				mu.Lock()
				w.pages += len(who.took)
				who.took = nil
				if err != nil {
					wrong = append(wrong, err)
				}
				mu.Unlock()
			}
		})
	}
	crowd.Wait()
	w.cpu = p.cpu() - before
	if len(wrong) > 0 {
		p.t.Errorf("%d rounds met an error; the first: %v", len(wrong), wrong[0])
	}
	return w
}

// references are those of the latest payments.
func (p *program) references(n int) (all []string) {
	p.t.Helper()
	store, err := sqlstore.SQLite(p.database(), sqlstore.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	for one, err := range store.List(p.t.Context(), payment.Filter{Newest: true, Limit: n}) {
		if err != nil {
			p.t.Fatal(err)
		}
		all = append(all, one.Reference)
	}
	if len(all) < n {
		p.t.Fatalf("there are %d payments, want %d or more", len(all), n)
	}
	return all
}

// settles waits until the process has nothing to do behind the pages, such as sealing the days that are over. On a machine that gives it little
// time it may look at rest for a moment: it has to be so five times in a row.
func (p *program) settles() {
	p.t.Helper()
	for atRest, deadline := 0, time.Now().Add(20*time.Minute); ; {
		before := p.cpu()
		time.Sleep(time.Second)
		if p.cpu()-before >= 100*time.Millisecond {
			atRest = 0
		} else if atRest++; atRest == 5 {
			return
		}
		if time.Now().After(deadline) {
			p.t.Fatal("the teleservice is never at rest")
		}
	}
}

// cpu is what the process has used so far, in ticks of a hundredth of a second.
func (p *program) cpu() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		p.t.Error(err)
		return 0
	}
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, uerr := strconv.Atoi(fields[11])
	system, serr := strconv.Atoi(fields[12])
	if uerr != nil || serr != nil {
		p.t.Errorf("%s is no line of /proc/PID/stat", b)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}

// watchMemory notes how much memory the process has, twice a second.
func (p *program) watchMemory(stop <-chan struct{}) (all []int) {
	for tick := time.NewTicker(500 * time.Millisecond); ; {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.cmd.Process.Pid))
		if fields := strings.Fields(string(b)); err == nil && len(fields) > 1 {
			if pages, err := strconv.Atoi(fields[1]); err == nil {
				all = append(all, pages*os.Getpagesize())
			}
		}
		select {
		case <-stop:
			tick.Stop()
			return all
		case <-tick.C:
		}
	}
}
