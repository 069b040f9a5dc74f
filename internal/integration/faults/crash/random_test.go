//go:build !race

package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/internal/integration/rig"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
)

// outcomes are what payers do, as often as they stand here.
var outcomes = []acquirer.Outcome{
	acquirer.Accepted, acquirer.Accepted, acquirer.Accepted, acquirer.Accepted, acquirer.Refused, acquirer.Cancelled, acquirer.Expired, "",
}

// rush is a crowd at a portal that is killed again and again.
type rush struct {
	*rig.World
	ctx context.Context

	mu    sync.Mutex
	child *rig.Child
	next  chan struct{} // closed when there is another child
	known []payment.ID
}

// portal is the one that runs now. Nobody may be waiting for it yet: then it is nil, and next tells of one.
func (r *rush) portal() (*rig.Child, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.child, r.next
}

func (r *rush) set(c *rig.Child) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.child = c
	close(r.next)
	r.next = make(chan struct{})
}

// ask does something with the portal that runs, again with the next one if that is killed, until the rush is over.
func (r *rush) ask(f func(*rig.Child) error) error {
	for {
		c, next := r.portal()
		if err := f(c); !errors.Is(err, rig.ErrGone) {
			return err
		}
		select {
		case <-next:
		case <-r.ctx.Done():
			return r.ctx.Err()
		}
	}
}

// payers begin payments, one after the other, and go to the kiosk or not.
func (r *rush) payers(name string, rng *rand.Rand) {
	for i := 0; r.ctx.Err() == nil; i++ {
		id := fmt.Sprintf("%s-%d", name, i)
		var p payment.Payment
		var session acquirer.Session
		err := r.ask(func(c *rig.Child) (err error) {
			p, session, err = c.Begin("K"+id, "D"+id)
			return err
		})
		switch {
		case r.ctx.Err() != nil, errors.Is(err, payment.ErrInProgress), errors.Is(err, payment.ErrHeld): // the portal was killed in the middle of it
			continue
		case err != nil && !errors.Is(err, acquirer.ErrUnanswered):
			r.Errorf("begin: %v", err)
		}
		if p.ID != "" {
			r.mu.Lock()
			r.known = append(r.known, p.ID)
			r.mu.Unlock()
		}
		if o := outcomes[rng.IntN(len(outcomes))]; o != "" && !session.IsZero() {
			r.Visit(session, o)
		}
	}
}

// clerk gives money back now and then.
func (r *rush) clerk(rng *rand.Rand) {
	for r.ctx.Err() == nil {
		r.mu.Lock()
		var id payment.ID
		if n := len(r.known); n > 0 {
			id = r.known[rng.IntN(n)]
		}
		r.mu.Unlock()
		if id != "" {
			err := r.ask(func(c *rig.Child) error {
				p, err := c.Get(id)
				if err != nil || !p.State.Money() {
					return err
				}
				_, err = c.Refund(id, p.Version)
				if errors.Is(err, payment.ErrVersion) || errors.Is(err, payment.ErrNotAllowed) { // it has moved on
					return nil
				}
				return err
			})
			if err != nil && r.ctx.Err() == nil {
				r.Errorf("refund: %v", err)
			}
		}
		select {
		case <-r.ctx.Done():
		case <-time.After(time.Duration(rng.IntN(40)) * time.Millisecond):
		}
	}
}

// perWorld is how many kills one file lives through.
const perWorld = 200

// Row 2 of the faults: kill -9 at random moments under load, and a restart on the same file. What was acknowledged is looked for after each
// restart; in the end everything fits together.
func TestKillAtRandom(t *testing.T) {
	figure.Long(t)
	t.Parallel()
	program := rig.Program(t)
	seed := figure.Seed(t)
	for round := range figure.Of(200, 5000) / perWorld {
		t.Run(fmt.Sprint(round), func(t *testing.T) { killAtRandom(t, program, rand.New(rand.NewPCG(seed, uint64(round)))) })
	}
}

func killAtRandom(t *testing.T, program string, rng *rand.Rand) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w := rig.New(t, rig.SQLite(filepath.Join(t.TempDir(), "payments.db")))
	r := &rush{World: w, ctx: ctx, next: make(chan struct{})}
	begin := func() *rig.Child {
		if rng.IntN(10) == 0 { // slower, and it finds data races
			return w.Start(rig.Working, rig.Recording)
		}
		return w.Start(rig.Working, rig.Recording, rig.By(program))
	}
	c := begin()
	r.set(c)
	var crowd sync.WaitGroup
	for i := range 4 {
		own := rand.New(rand.NewPCG(rng.Uint64(), 0))
		crowd.Go(func() { r.payers(fmt.Sprint(i), own) })
	}
	own := rand.New(rand.NewPCG(rng.Uint64(), 0))
	crowd.Go(func() { r.clerk(own) })
	checked := 0
	for range perWorld {
		if rng.IntN(4) == 0 {
			w.Mailbox.Inject(rig.Unheard, rig.Refused)
		}
		if rng.IntN(4) == 0 { // what the portals before have leased becomes free, sessions expire
			w.Advance(time.Duration(rng.IntN(20)) * time.Minute)
		}
		time.Sleep(time.Millisecond + time.Duration(rng.IntN(49_000))*time.Microsecond)
		c.Kill()
		c = begin()
		facts := w.Facts()
		if lost, err := c.Missing(facts[checked:]); err != nil || len(lost) > 0 {
			t.Fatalf("acknowledged and lost: %+v; %v", lost, err)
		}
		checked = len(facts)
		r.set(c)
	}
	cancel()
	crowd.Wait()
	if err := c.Stop(); err != nil {
		t.Errorf("stop: %v%s", err, c.Said())
	}
	c = w.Start(rig.Recording, rig.By(program))
	w.Converge(c)
	if err := c.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	w.Check(rig.Rules{Recorded: true})
	t.Logf("%d kills, %d payments, %d acknowledged facts, %d deliveries of %d letters",
		perWorld, len(w.Platform.Book()), len(w.Facts()), w.Mailbox.Deliveries(), len(w.Mailbox.Letters()))
}
