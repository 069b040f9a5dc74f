//go:build !race

package wire

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

const (
	longest = 40 * 24 * time.Hour // after so long everything is at rest
	stride  = 6 * time.Hour       // the longest step of the clock
)

// drawn is what the seed decides of a case.
type drawn struct {
	times      int           // how often in a row the call breaks: 1 to 4
	narrow     bool          // only the questions that a paid payment alone has
	lost       bool          // the notifications do
	returns    bool          // the payer's browser comes back
	restarts   stage         // when another process takes over
	loses      bool          // the answer to the call that gave back is lost, before the questions break
	asksAtOnce bool          // a person asks as soon as there is something to ask
	later      time.Duration // until the refund, or until a pending payment is decided
	decides    string        // what becomes of a pending payment: paid, refused, never
}

// stage is when another process takes over.
type stage string

var stages = []stage{"never", "after begin", "after the visit", "once it broke", "after the refund was asked"}

func drawCase(rng *rand.Rand) drawn {
	return drawn{
		times: 1 + rng.IntN(4), narrow: rng.IntN(3) == 0, lost: rng.IntN(2) == 0, returns: rng.IntN(2) == 0, restarts: stages[rng.IntN(len(stages))],
		loses: rng.IntN(2) == 0, asksAtOnce: rng.IntN(2) == 0, later: time.Duration(rng.Int64N(int64(10 * time.Hour))),
		decides: []string{"paid", "refused", "never"}[rng.IntN(3)],
	}
}

// trip is one case: a payment of ours, another one whose answers may be mistaken for ours, and the platform.
type trip struct {
	t *testing.T
	*paymenttest.World
	*platform
	line  *line
	kind  string
	tr    transition
	d     drawn
	cut   bool // notifications are lost
	heard int  // notifications that were delivered or lost

	id, other payment.ID
	handed    map[payment.ID]acquirer.Session
	restarted bool
	decideAt  time.Time
}

// newTrip must run in the bubble; the platform stands outside.
func newTrip(t *testing.T, f *platform, clock *paymenttest.Clock, kind string, p point, tr transition, rng *rand.Rand) *trip {
	l := &line{t: t, rng: rng, clock: clock, kindOf: f.kindOf, spoil: f.spoil, point: p, kinds: tr.kinds(f), others: map[string]answer{}}
	c := &trip{t: t, platform: f, line: l, kind: kind, tr: tr, d: drawCase(rng), handed: map[payment.ID]acquirer.Session{}}
	if c.d.narrow && len(f.narrow) > 0 && tr.end == accepted && (tr.asks == question || tr.asks == afterward) {
		l.kinds = f.narrow
	}
	client, err := f.client(l)
	if err != nil {
		t.Fatal(err)
	}
	c.World = paymenttest.New(t, paymenttest.Options{Config: func(cfg *payment.Config) { cfg.Acquirer, cfg.Now = client, clock.Now }})
	c.World.Clock = clock
	c.Restart(nil) // whose letters have this clock
	return c
}

// runToRest lets the other payment end, if its answers are needed, then ours, until everything is at rest.
func (c *trip) runToRest() {
	if c.line.point.name == anotherPayment {
		c.runOther()
	}
	c.runOurs()
	for end := c.Clock.Now().Add(longest); !c.atRest() && c.Clock.Now().Before(end); {
		c.stepTo(c.nextDue())
	}
}

// runOther makes a payment whose wire is sound. The platform's answers about it are kept.
func (c *trip) runOther() {
	c.line.keeping = true
	p, s := c.beginTrip("other")
	c.other = p.ID
	c.line.passes = c.names(s, p.Reference)
	if c.tr.other == unused {
		c.line.keeping = false
		return
	}
	if _, err := c.visit(s, c.tr.other, true); err != nil {
		c.t.Fatal(err)
	}
	c.stepTo(c.Clock.Now().Add(time.Minute))
	c.letPass(20*time.Minute, 4*time.Minute)
	if c.tr.given && c.refund != "" {
		if c.tr.back == afterRemittance {
			c.letPass(24*time.Hour, stride)
		}
		c.giveBack(p.ID)
		c.letPass(18*time.Hour, stride) // overnight
	}
	if c.tr.end == pending {
		c.letPass(time.Hour, 10*time.Minute)
	}
	p = c.Get(p.ID)
	client, err := c.client(c.line)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, h := range []acquirer.Handle{{Session: s.Handle.Session, ExpiresAt: s.Handle.ExpiresAt}, {Payment: p.Handle.Payment}} {
		if h.Session != "" || h.Payment != "" || s.Handle.Session == "" { // each way to ask
			client.Status(c.t.Context(), acquirer.Question{Reference: p.Reference, Merchant: p.Merchant, Handle: h})
		}
	}
	c.line.keeping = false
	if c.tr.other == accepted != c.Get(p.ID).State.Money() && !c.tr.given {
		c.t.Fatalf("the other payment is %s", c.Get(p.ID).State)
	}
}

// beginTrip sends a payer to the payment page. A payer whom an error turns back tries again a minute later, as a new payment.
func (c *trip) beginTrip(debt string) (payment.Payment, acquirer.Session) {
	for range 6 {
		p, s, err := c.Service.Begin(c.t.Context(), c.Request(debt))
		switch {
		case err == nil && !s.IsZero():
			if p = c.Get(p.ID); p.State != payment.Redirected {
				c.t.Errorf("a payer was handed a session of %s, which is %s", p.Reference, p.State)
			}
			c.handed[p.ID] = s
			return p, s
		case err == nil || !s.IsZero():
			c.t.Fatalf("Begin: %s, session %v, error %v", p.State, !s.IsZero(), err)
		}
		c.restartAt("once it broke")
		c.stepTo(c.Clock.Now().Add(time.Minute))
	}
	c.t.Fatal("nobody can begin")
	return payment.Payment{}, acquirer.Session{}
}

// breakNextCalls makes the next calls break.
func (c *trip) breakNextCalls() { c.line.left = c.d.times }

// runOurs makes our payment: begin, visit and, where the transition says so, giving back. The calls break from the transition on.
func (c *trip) runOurs() {
	c.cut = c.d.lost
	if c.tr.asks == beginning {
		c.breakNextCalls()
	}
	p, s := c.beginTrip("ours")
	c.id = p.ID
	c.restartAt("after begin")
	if c.tr.asks == question {
		c.breakNextCalls()
	}
	if c.tr.end != unused {
		c.Clock.Add(3 * time.Minute)
		cb, err := c.visit(s, c.tr.end, !c.d.returns)
		if err != nil {
			c.t.Fatal(err)
		}
		c.deliverNotifications()
		c.restartAt("after the visit")
		if c.d.returns {
			cb.Channel = acquirer.Return
			c.Service.Receive(c.t.Context(), cb) // whatever comes of it
		}
	}
	if c.d.asksAtOnce {
		c.Service.Refresh(c.t.Context(), p.ID) // whatever comes of it
	}
	if c.tr.end == pending && c.decide != nil && c.d.decides != "never" {
		c.decideAt = c.Clock.Now().Add(c.d.later)
	}
	if c.tr.back == never {
		return
	}
	c.letPass(30*time.Minute, 4*time.Minute)
	if c.tr.back == afterRemittance {
		c.letPass(24*time.Hour+c.d.later, stride)
	}
	switch {
	case c.tr.asks == giving:
		c.breakNextCalls()
	case c.d.loses: // one call breaks after its work; the questions do later
		questions, wanted := c.line.kinds, c.line.point
		c.line.kinds, c.line.point, c.line.left = []string{c.refund}, points[lostAnswer], 1
		defer func() {
			c.line.kinds, c.line.point, c.line.struck = questions, wanted, 0
			c.breakNextCalls()
		}()
	default:
		defer c.breakNextCalls()
	}
	c.giveBack(p.ID)
	c.restartAt("after the refund was asked")
	c.Work()
}

func (c *trip) giveBack(id payment.ID) {
	p := c.Get(id)
	if !p.State.Money() {
		c.t.Fatalf("%s is to be given back and is %s: %s", p.Reference, p.State, c.Story(id))
	}
	if _, err := c.Service.Refund(c.t.Context(), payment.Command{ID: id, Version: p.Version, By: "clerk", Why: "not owed"}); err != nil {
		c.t.Fatal(err)
	}
}

// restartAt lets another process take over, once.
func (c *trip) restartAt(s stage) {
	if s == c.d.restarts && !c.restarted {
		c.restarted = true
		c.Restart(nil)
	}
}

// stepTo moves the clock and does everything that is due then.
func (c *trip) stepTo(to time.Time) {
	c.Clock.Set(to)
	if !c.decideAt.IsZero() && !to.Before(c.decideAt) {
		c.decideAt = time.Time{}
		if err := c.decide(c.Get(c.id).Reference, c.d.decides == "paid"); err != nil {
			c.t.Fatal(err)
		}
	}
	c.tick()
	c.deliverNotifications()
	c.Work()
	if c.line.struck > 0 {
		c.restartAt("once it broke")
	}
}

// letPass lets time go by.
func (c *trip) letPass(d, by time.Duration) {
	for end := c.Clock.Now().Add(d); c.Clock.Now().Before(end); {
		c.stepTo(c.Clock.Now().Add(by))
	}
}

// deliverNotifications brings the notifications, or loses them.
func (c *trip) deliverNotifications() {
	all := c.callbacks()
	for _, cb := range all[min(c.heard, len(all)):] {
		c.heard++
		if !c.cut {
			c.Service.Receive(c.t.Context(), cb) // whatever comes of it
		}
	}
}

// allPayments returns the payments of the case.
func (c *trip) allPayments() (all []payment.Payment) {
	for p, err := range c.Service.List(c.t.Context(), payment.Filter{}) {
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

// nextDue is when something is due.
func (c *trip) nextDue() time.Time {
	now := c.Clock.Now()
	next := now.Add(stride)
	for _, p := range c.allPayments() {
		if at := p.AttentionAt; !at.IsZero() && at.Before(next) {
			next = at
		}
	}
	if !c.decideAt.IsZero() && c.decideAt.Before(next) {
		next = c.decideAt
	}
	if least := now.Add(time.Second); next.Before(least) {
		return least
	}
	return next
}

// atRest: nothing is due any more, but for evidence in a review.
func (c *trip) atRest() bool {
	if !c.decideAt.IsZero() {
		return false
	}
	for _, p := range c.allPayments() {
		if !p.AttentionAt.IsZero() && p.State != payment.Review {
			return false
		}
	}
	return true
}

// String says what the case was.
func (c *trip) String() string {
	return fmt.Sprintf("%s, %s, broken at %q %d of %d times; %+v", c.kind, c.tr.name, c.line.point.name, c.line.struck, c.d.times, c.d)
}
