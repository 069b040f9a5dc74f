package simulation

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
)

// began is the midnight in Paris at which every world begins.
var began = time.Date(2026, time.March, 1, 23, 0, 0, 0, time.UTC)

// World is a fund with its banks, payers, clerks and officer, while a script is performed.
type World struct {
	ctx     context.Context
	script  Script
	backend Backend
	random  *stream
	now     atomic.Int64 // the true time, in nanoseconds since the world began
	behind  atomic.Int64 // by how much the processes' clocks are set back

	banks      []*bank
	bank       int // that new payments go to
	processes  []*process
	serves     []int // N of the Moves that each process began with
	letters    func(context.Context, payment.Change) error
	clockRight time.Time // the clocks agree with each other's past from then on

	later   events
	wakes   times
	armed   map[Boundary][]Step
	working int     // how deep in the work of processes
	deep    int     // how deep in calls that take long
	noted   []noted // notifications of the step that is under way
	quiet   bool    // nothing goes wrong any more

	trips    map[int]*trip
	notices  map[int]int        // of a debtor
	latest   map[int]int        // trip of a debtor
	number   map[payment.ID]int // by creation
	byRef    map[string]payment.ID
	rows     map[payment.ID]payment.Payment
	taken    map[payment.ID]int  // version of the newest change that was delivered
	called   map[payment.ID]bool // for the refund that is under way
	imagined map[payment.ID]bool // by a clerk, and no bank will ever contradict it
	damaged  map[payment.ID]bool // now
	wonBack  map[payment.ID]bool // what was charged back
	seals    []audit.Seal
	exported map[string][]byte // the first export of each day
	days     map[string]bool   // on which something was written

	started, acts, events uint64
	leases                uint64 // in this step

	report *Report
	told   hash.Hash64
	tell   bool

	stopAtFirst bool
}

// trip is a payer's.
type trip struct {
	who     int
	key     string
	notice  int // that the payer has in hand
	id      payment.ID
	session acquirer.Session
	bank    *bank
}

// noted is a notification's way: when it arrives.
type noted struct {
	later  []time.Duration
	spoilt []mock.Fault
}

// Violation is something that must never be.
type Violation struct {
	Rule string // its name
	Text string
	At   time.Time
}

// Report is what became of a script.
type Report struct {
	Script     Script
	Violations []Violation
	Lines      []string // what happened, in words, if it was asked for
	Digest     uint64   // of every entry of every journal, in the order in which they were written

	Payments, Trips, Entries int // rows, sessions that were handed out, lines of journals
	Compared, Skipped        int // with the banks' books; that the bank has forgotten or a clerk decided
	Refunds, Parts, WonBack  int // events of journals: money that went back whole, in parts, and came again
	Letters, Struck, Exports int // acknowledgements, faults that struck, exports
	States                   map[payment.State]int
}

var catalog = sync.OnceValues(func() (*inbox.Catalog, error) { return inbox.NewCatalog() })

// Options are how a script is performed.
type Options struct {
	Tell bool // in words: the report has lines
	All  bool // go on after the first violation
}

// Run performs a script on a backend, which must be empty. One script at a time runs in a process of the machine: identifiers are drawn from the
// seed, and so crypto/rand is.
func Run(ctx context.Context, s Script, b Backend, o Options) (r *Report) {
	random := &stream{}
	defer random.replaceRandReader()()
	w := &World{
		ctx: ctx, script: s, backend: b, random: random, tell: o.Tell, told: fnv.New64a(),
		armed: map[Boundary][]Step{}, trips: map[int]*trip{}, notices: map[int]int{}, latest: map[int]int{}, number: map[payment.ID]int{},
		byRef: map[string]payment.ID{}, rows: map[payment.ID]payment.Payment{}, taken: map[payment.ID]int{}, called: map[payment.ID]bool{},
		imagined: map[payment.ID]bool{}, damaged: map[payment.ID]bool{}, wonBack: map[payment.ID]bool{}, exported: map[string][]byte{}, days: map[string]bool{},
		report: &Report{Script: s, States: map[payment.State]int{}},
	}
	random.restartAt(w.hashOf("begin", 0))
	c, err := catalog()
	if err != nil {
		panic(err) // the catalog is the product's own
	}
	w.letters = func(ctx context.Context, ch payment.Change) error {
		return inbox.Deliverer(b.Mailbox(), c, inbox.Sender{Fund: "CPAM", PostalAddress: "1 rue de l’Exemple\n99999 Exemple", Now: w.trueTime})(ctx, ch)
	}
	w.banks = []*bank{
		newBank(w, "Sips", "002001000000001", mock.Sips), newBank(w, "Direct", "fundDirect", mock.Direct), newBank(w, "PayFiP", "012345", mock.PayFiP),
	}
	w.bank = int(w.hashOf("bank", 0) % uint64(len(w.banks)))
	w.serves = []int{1, 1}
	w.processes = []*process{w.startProcess(0, 1), w.startProcess(1, 1)}
	for _, step := range s.Steps {
		w.planAt(began.Add(step.At), func() { w.performStep(step) })
	}
	defer func() {
		if stop := recover(); stop != nil {
			if _, enough := stop.(enough); !enough {
				w.report.Violations = append(w.report.Violations, Violation{"panic", fmt.Sprint(stop), w.trueTime()})
			}
		}
		r = w.report
		r.Digest = w.told.Sum64()
	}()
	w.stopAtFirst = !o.All
	w.passUntil(began.Add(active + day))
	w.comeToRest()
	return w.report
}

// enough ends a world at its first violation.
type enough struct{}

// reportViolation says what must never be.
func (w *World) reportViolation(rule, format string, a ...any) {
	v := Violation{rule, fmt.Sprintf(format, a...), w.trueTime()}
	w.report.Violations = append(w.report.Violations, v)
	w.addToStory("AND THAT MUST NOT BE (%s): %s", v.Rule, v.Text)
	if w.stopAtFirst && w.working == 0 { // a worker's goroutine is not this one
		panic(enough{})
	}
}

// addToStory tells what happened.
func (w *World) addToStory(format string, a ...any) {
	if w.tell {
		w.report.Lines = append(w.report.Lines, w.trueTime().In(paris).Format("2 January 15:04:05")+"  "+fmt.Sprintf(format, a...))
	}
}

func (w *World) hashOf(what string, n uint64) uint64 { return hashOf(w.script.Seed, what, n) }

// trueTime is the true time.
func (w *World) trueTime() time.Time { return began.Add(time.Duration(w.now.Load())) }

// behindBy is by how much the processes' clocks are set back.
func (w *World) behindBy() time.Duration { return time.Duration(w.behind.Load()) }

// beginStep begins another step: a millisecond later, so that no two things happen at the same instant, and with random numbers of its own.
func (w *World) beginStep() {
	now := w.now.Add(int64(time.Millisecond))
	w.random.restartAt(w.hashOf("step", uint64(now)))
	w.leases = 0
}

// chooseByTime is a number below n that depends on the time of day alone, so that a step that is left out changes nothing for the others.
func (w *World) chooseByTime(what string, n int) int {
	return int(w.hashOf(what, uint64(w.trueTime().Unix())) % uint64(n))
}

// event is something that happens later.
type event struct {
	at time.Time
	n  uint64
	do func()
}

// events is a heap.
type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return cmp.Or(e[i].at.Compare(e[j].at), cmp.Compare(e[i].n, e[j].n)) < 0
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// times is a heap of instants.
type times []time.Time

func (t times) Len() int           { return len(t) }
func (t times) Less(i, j int) bool { return t[i].Before(t[j]) }
func (t times) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *times) Push(x any)        { *t = append(*t, x.(time.Time)) }
func (t *times) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}

// planAt plans something.
func (w *World) planAt(t time.Time, do func()) {
	w.events++
	heap.Push(&w.later, event{t, w.events, do})
}

// wakeProcesses has the processes look for work at an instant, or a little later: those who look for much look once.
func (w *World) wakeProcesses(t time.Time) {
	const grain = 3 * time.Second
	heap.Push(&w.wakes, t.Truncate(grain).Add(grain))
}

// wakeFor is wake for what is due by the clock of a process.
func (w *World) wakeFor(due time.Time) {
	if !due.IsZero() {
		w.wakeProcesses(due.Add(skew + w.behindBy()))
	}
}

// passUntil lets time pass, with all that it brings.
func (w *World) passUntil(end time.Time) {
	for w.trueTime().Before(end) {
		switch {
		case len(w.later) > 0 && !w.later[0].at.After(end) && (len(w.wakes) == 0 || !w.wakes[0].Before(w.later[0].at)):
			e := heap.Pop(&w.later).(event)
			w.setClock(e.at)
			w.beginStep()
			e.do()
		case len(w.wakes) > 0 && !w.wakes[0].After(end):
			t := w.wakes[0]
			for len(w.wakes) > 0 && !w.wakes[0].After(t) {
				heap.Pop(&w.wakes)
			}
			w.setClock(t)
			for _, b := range w.banks {
				b.mock.Tick()
			}
			w.workEverywhere()
		default:
			w.setClock(end)
		}
	}
}

func (w *World) setClock(t time.Time) {
	if t.After(w.trueTime()) {
		w.now.Store(int64(t.Sub(began)))
	}
}

// sleepInCall lets time pass inside a call: everything else goes on.
func (w *World) sleepInCall(d time.Duration) {
	if w.deep == 2 {
		w.setClock(w.trueTime().Add(d))
		return
	}
	w.deep++
	noted := w.noted
	w.noted = nil
	w.passUntil(w.trueTime().Add(d))
	w.noted = noted
	w.deep--
}

// workEverywhere does what is due, in every process, one piece after the other.
func (w *World) workEverywhere() {
	first := w.chooseByTime("first", len(w.processes))
	for i := range w.processes {
		place := (first + i) % len(w.processes)
		for _, k := range []payment.WorkKind{payment.WorkAttention, payment.WorkDelivery} {
			w.workOn(place, k)
		}
	}
}

// workOn does what is due of a kind, in one process.
func (w *World) workOn(place int, k payment.WorkKind) {
	for n := 0; ; n++ {
		p := w.processAt(place)
		w.beginStep()
		due, err := p.Due(w.ctx, k, 1)
		if err != nil && !isExpected(err) {
			w.reportViolation("work fails", "Due: %v", err)
		}
		if len(due) == 0 {
			return
		}
		if n == 200 {
			w.reportViolation("work without end", "%s is due again and again: %s", k, due[0].Payment)
			return
		}
		w.working++
		if w.chooseByTime("how", 4) == 0 {
			_, err = p.WorkOn(w.ctx, k, due[0].Payment)
		} else {
			_, err = p.WorkOnce(context.WithValue(w.ctx, turn{}, k))
		}
		w.working--
		if err != nil && !isExpected(err) {
			w.reportViolation("work fails", "%v", err)
		}
		if w.stopAtFirst && len(w.report.Violations) > 0 && w.working == 0 {
			panic(enough{})
		}
		if err != nil && !p.dead { // the lease runs out
			w.wakeProcesses(w.trueTime().Add(time.Minute + 2*skew))
			if errors.Is(err, errRefused) && n > 5 {
				return
			}
		}
	}
}

// plannedTrouble is what goes wrong with the call that is about to be made; nothing if nothing was planned.
func (w *World) plannedTrouble(on Boundary, about string) Step {
	planned := w.armed[on]
	if on == "" || w.quiet || len(planned) == 0 {
		return Step{}
	}
	w.armed[on] = planned[1:]
	w.report.Struck++
	f := planned[0]
	if about != "" {
		about = " (" + about + ")"
	}
	long := ""
	if f.For > 0 {
		long = ": " + f.For.String()
	}
	w.addToStory("%s%s %s%s", f.On, about, f.Trouble, long)
	return f
}

// nameOf is what a payment is called in a story.
func (w *World) nameOf(reference string) string {
	if id, ok := w.byRef[reference]; ok {
		return w.paymentName(id)
	}
	return ""
}

func (w *World) paymentName(id payment.ID) string { return fmt.Sprintf("payment %d", w.number[id]) }

// bankOf is the bank that took a payment.
func (w *World) bankOf(p payment.Payment) *bank {
	return w.banks[slices.IndexFunc(w.banks, func(b *bank) bool { return b.mock.Merchant() == p.Merchant })]
}
