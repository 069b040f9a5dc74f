package outage

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/internal/integration/rig"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// killed is the fault that is not the line's: the portal is gone (kill -9) with its request on its way, or before it left.
const killed postgres.Break = "the portal is killed"

// host is whoever runs a portal: it starts it again when it is gone, and repeats what it may repeat.
type host struct {
	*rig.World
	options []rig.Option
	kiosk   *sync.Mutex // of the world: a notification to be lost is the next one
	mu      sync.Mutex  // of whoever starts a portal; see current
	c       atomic.Pointer[rig.Child]
}

// portal is the running portal.
func (h *host) portal() *rig.Child {
	h.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if c := h.c.Load(); c != nil {
			select {
			case <-c.Gone():
			default:
				return c
			}
		}
		c, _ := h.TryStart(h.options...) // the database may fail while it starts
		h.c.Store(c)
	}
	h.Fatalf("the portal does not start%s", h.c.Load().Said())
	return nil
}

// persist repeats an act until it works or the contract says that it never will.
func (h *host) persist(act func(*rig.Child) error) (err error) {
	h.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if err = act(h.portal()); err == nil || final(err) && !errors.Is(err, payment.ErrVersion) { // a clerk looks again
			return err
		}
	}
	return err
}

func final(err error) bool {
	for _, f := range []error{
		payment.ErrHeld, payment.ErrKeyReused, payment.ErrNotAllowed, payment.ErrInProgress, payment.ErrVersion, payment.ErrNotFound,
		acquirer.ErrUnavailable, acquirer.ErrUnanswered,
	} {
		if errors.Is(err, f) {
			return true
		}
	}
	return false
}

// stories are what payers and clerks do with one debt; Accepted with a refund comes back.
var stories = []struct {
	name    string
	outcome acquirer.Outcome // empty: the payer never gets to the kiosk
	lost    bool             // the notification
	bring   bool             // the browser comes back
	refund  bool
}{
	{name: "paid", outcome: acquirer.Accepted},
	{name: "paid, notification lost", outcome: acquirer.Accepted, lost: true},
	{name: "paid, both channels", outcome: acquirer.Accepted, bring: true},
	{name: "paid and given back", outcome: acquirer.Accepted, refund: true},
	{name: "refused", outcome: acquirer.Refused},
	{name: "never there"},
}

// live lives one story. What fails stays failed until Converge: only what never must be is a failure of the test.
func (h *host) live(debt string, i int) {
	h.Helper()
	story := stories[i%len(stories)]
	var p payment.Payment
	var session acquirer.Session
	err := h.persist(func(c *rig.Child) (err error) {
		if p, session, err = c.Begin("K-"+debt, debt); errors.Is(err, rig.ErrGone) {
			h.Advance(rig.LongAfter) // else the next portal waits for what this one began
		}
		return err
	})
	if err != nil && !final(err) {
		h.Errorf("%s: begin %s: %v", story.name, debt, err)
	}
	if err != nil || session.IsZero() || story.outcome == "" {
		return
	}
	h.visit(session, story.outcome, story.lost, story.bring)
	h.persist(func(c *rig.Child) error { _, err := c.Work(); return err })
	if !story.refund {
		return
	}
	err = h.persist(func(c *rig.Child) error {
		q, err := c.Get(p.ID)
		if err == nil && q.State.Money() {
			_, err = c.Refund(q.ID, q.Version)
		}
		return err
	})
	if err != nil && !final(err) {
		h.Errorf("%s: refund %s: %v", story.name, debt, err)
	}
	h.persist(func(c *rig.Child) error { _, err := c.Work(); return err })
}

func (h *host) visit(s acquirer.Session, o acquirer.Outcome, lost, bring bool) {
	h.Helper()
	h.kiosk.Lock()
	defer h.kiosk.Unlock()
	if lost {
		if err := h.Platform.Inject("", sipstest.Lost); err != nil {
			h.Error(err)
		}
	}
	if bring {
		h.Bring(s, o) // what the portal answers is the browser's affair
	} else {
		h.Visit(s, o)
	}
}

// Payments with a fault at a random request of the whole: the line is cut or the backend killed around it, the server crashes, the portal is
// killed. In the end bank, store, mailbox, journals and exports agree, and nothing that was acknowledged is lost.
func TestFaultAtARandomRequest(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	const atOnce = 10 // stories between two convergences
	server := postgres.Start(t)
	proxy := server.Proxy(t)
	random := rand.New(rand.NewPCG(figure.Seed(t), 3))
	h := &host{
		World: rig.New(t, rig.PostgreSQL(proxy.DSN(server.Create(t)))), options: []rig.Option{rig.Recording}, kiosk: new(sync.Mutex),
	}
	ways := append([]postgres.Break{postgres.Restarted, killed, killed}, postgres.Breaks...)
	hits := map[postgres.Break]int{}
	points := 40 // requests of a story, about; counted below
	trials := figure.Of(50, 1_000)
	for i := range trials {
		b, at := ways[random.IntN(len(ways))], 1+random.IntN(points)
		sent := random.IntN(2) == 0
		h.portal()
		var struck atomic.Bool
		proxy.Plan(func(r postgres.Request) postgres.Break {
			if r.N < at || !struck.CompareAndSwap(false, true) {
				return postgres.Whole
			}
			if b == killed {
				h.current().Signal(syscall.SIGKILL)
				if sent {
					return postgres.Unheard
				}
				return postgres.Unsent
			}
			return b
		})
		h.live(fmt.Sprint("D", i), i)
		if !struck.Load() {
			points = max(proxy.Count(), 1)
		} else {
			hits[b]++
		}
		proxy.Plan(nil)
		proxy.Settle()
		if i%atOnce == atOnce-1 || i == trials-1 {
			h.Converge(h.portal())
		}
		if t.Failed() {
			t.Fatalf("trial %d: %s at request %d", i, b, at)
		}
	}
	t.Logf("faults that struck: %v", hits)
	if err := h.portal().Stop(); err != nil {
		t.Error(err)
	}
	h.Check(rig.Rules{Recorded: true})
}

// current is the portal that was started last, alive or not. It waits for nobody: a fault may strike while the next one starts.
func (h *host) current() *rig.Child { return h.c.Load() }

// Four portals on one PostgreSQL, none of which fails: no piece of work is done twice, by the bank's book, the letters and their deliveries,
// and none is forgotten.
func TestFourWorkers(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	server := postgres.Start(t)
	h := newCrew(t, server, rig.PostgreSQL(server.DSN(server.Create(t))))
	n := figure.Of(60, 2_000)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			h.atOnce <- struct{}{}
			defer func() { <-h.atOnce }()
			h.crew[i%len(h.crew)].live(fmt.Sprint("D", i), i)
		})
	}
	wg.Wait()
	accepted, refunded, open := 0, 0, 0
	for i := range n {
		switch s := stories[i%len(stories)]; {
		case s.lost: // of those who were never there the kiosk tells by itself
			open++
		case s.refund:
			refunded++
			fallthrough
		case s.outcome == acquirer.Accepted:
			accepted++
		}
	}
	h.settle(t)
	h.letters(t, accepted+refunded, refunded)
	if got := h.bank.times("cancel"); len(got) != refunded || most(got) != 1 {
		t.Errorf("money was given back by these calls, want %d: %v", refunded, got)
	}
	if got := h.bank.times("getTransactionData"); len(got) != refunded || most(got) != 1 {
		t.Errorf("before that the bank was asked %v", got)
	}

	h.Advance(17 * time.Minute) // the first look at what is open
	h.settle(t)
	h.letters(t, accepted+refunded+open, refunded)
	// Who was never there is asked about too where the clock was quicker than the kiosk's word.
	if got := h.bank.times("getTransactionData"); len(got) < refunded+open || most(got) != 1 {
		t.Errorf("the bank was asked these times, want once about each of %d open payments: %v", open, got)
	}
	h.end(t)
}

// settle waits until the portals have done what is due. Were time to go by before they have written so, another would do it again.
func (h *crew) settle(t *testing.T) {
	t.Helper()
	db, _, err := h.Database.Open(sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		n, err := rig.CountDue(t.Context(), db, h.Clock.Now())
		switch {
		case err != nil:
			t.Fatal(err)
		case n == 0:
			return
		case time.Now().After(deadline):
			t.Fatalf("%d pieces of work are still due: they are forgotten", n)
		}
	}
}

// letters checks that the mailbox has so many, and that each came once, but for the acknowledgements that go out again with a refund.
func (h *crew) letters(t *testing.T, want, again int) {
	t.Helper()
	if got := len(h.Mailbox.Letters()); got != want {
		t.Errorf("%d letters, want %d", got, want)
	}
	if got := h.Mailbox.Deliveries(); got != want+again {
		t.Errorf("%d letters were delivered, want %d: something was done twice", got, want+again)
	}
}

func most(times map[string]int) (n int) {
	for _, v := range times {
		n = max(n, v)
	}
	return n
}

// crew is several portals of one world, which work by themselves.
type crew struct {
	*rig.World
	crew   []*host
	bank   *gate // on their way to the platform
	atOnce chan struct{}
}

func newCrew(t *testing.T, server *postgres.Server, d rig.Database) *crew {
	t.Helper()
	h := &crew{World: rig.New(t, d), atOnce: make(chan struct{}, 12)}
	h.bank = newGate(t, h.Platform.URL)
	kiosk := new(sync.Mutex)
	for range 4 {
		one := &host{World: h.World, options: []rig.Option{rig.Recording, rig.Working, rig.Through(h.bank.URL, "")}, kiosk: kiosk}
		one.portal()
		h.crew = append(h.crew, one)
	}
	return h
}

// end lets time go by with all of them at work, stops them, and asks the oracle.
func (h *crew) end(t *testing.T) {
	t.Helper()
	h.Converge(h.crew[0].portal())
	for _, one := range h.crew[1:] {
		if err := one.portal().Stop(); err != nil {
			t.Error(err)
		}
	}
	// What another had leased when it stopped is free again.
	h.Advance(2 * time.Minute)
	c := h.crew[0].portal()
	if _, err := c.Work(); err != nil {
		t.Error(err)
	}
	if err := c.Stop(); err != nil {
		t.Error(err)
	}
	h.Check(rig.Rules{Recorded: true})
}

// Four portals under load while the server crashes and is started again, backends are terminated, and portals are killed.
func TestServerFailsUnderLoad(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	server := postgres.Start(t)
	name := server.Create(t)
	h := newCrew(t, server, rig.PostgreSQL(server.DSN(name)))
	random := rand.New(rand.NewPCG(figure.Seed(t), 33))
	faults := figure.Of(8, 100)
	done := make(chan struct{})
	var payers sync.WaitGroup
	var lived atomic.Int64
	for p := range 4 {
		payers.Go(func() {
			for i := p; ; i += 4 {
				select {
				case <-done:
					return
				default:
				}
				h.crew[p].live(fmt.Sprint("D", i), i/4+p)
				lived.Add(1)
			}
		})
	}
	struck := map[string]int{}
	for i := range faults {
		for before := lived.Load(); lived.Load() < before+4 && !t.Failed(); { // some load between two faults
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Duration(random.IntN(50)) * time.Millisecond)
		switch {
		case i%4 == 0:
			struck["crash"]++
			if err := server.Crash(); err != nil {
				t.Fatal(err)
			}
		case i%4 == 2:
			struck["stop"]++
			server.Stop(syscall.SIGINT)
			if err := server.Run(); err != nil {
				t.Fatal(err)
			}
		case i%4 == 1:
			struck["backends terminated"]++
			if err := server.TerminateAll(name); err != nil {
				t.Fatal(err)
			}
		default:
			struck["kill -9"]++
			h.crew[random.IntN(len(h.crew))].current().Kill()
		}
	}
	close(done)
	payers.Wait()
	t.Logf("%v; %d stories", struck, lived.Load())
	h.end(t)
}
