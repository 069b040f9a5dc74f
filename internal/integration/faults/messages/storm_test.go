// Package messages lets messages come in any order and number, and clocks jump. It has tests only.
package messages

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// letter is a message on its way.
type letter struct {
	at time.Time
	cb acquirer.Callback
}

// storm is a world whose messages are held back, doubled and lost.
type storm struct {
	*paymenttest.World
	rng       *rand.Rand
	onTheWay  []letter
	delivered int
}

func newStorm(t *testing.T, rng *rand.Rand, start time.Time) *storm {
	var kinds []acquirer.Traits
	for _, traits := range mock.Kinds() {
		kinds = append(kinds, traits)
	}
	s := &storm{rng: rng, World: paymenttest.New(t, paymenttest.Options{Traits: kinds[rng.IntN(len(kinds))], Start: start})}
	s.Bank.Notify = s.post
	return s
}

// post sends a message: one in three is lost, the others arrive up to fifty times, each within 48 hours.
func (s *storm) post(cb acquirer.Callback) {
	if s.rng.IntN(10) < 3 {
		return
	}
	for range 1 + s.rng.IntN(50) {
		late := time.Duration(0)
		if s.rng.IntN(3) > 0 {
			late = time.Duration(s.rng.Int64N(int64(48 * time.Hour)))
		}
		s.onTheWay = append(s.onTheWay, letter{s.Clock.Now().Add(late), cb})
	}
}

// deliver brings what is due, in any order.
func (s *storm) deliver(t *testing.T, all bool) {
	var due []letter
	s.onTheWay = slices.DeleteFunc(s.onTheWay, func(l letter) bool {
		is := all || !l.at.After(s.Clock.Now())
		if is {
			due = append(due, l)
		}
		return is
	})
	s.rng.Shuffle(len(due), func(i, j int) { due[i], due[j] = due[j], due[i] })
	for _, l := range due {
		s.Service.Receive(t.Context(), l.cb) // whatever comes of it
	}
	s.delivered += len(due)
}

// people begin, pay, give up, leave, and are given their money back.
func (s *storm) people(t *testing.T, n int, between func()) {
	outcomes := []acquirer.Outcome{acquirer.Accepted, acquirer.Accepted, acquirer.Accepted, acquirer.Refused, acquirer.Cancelled}
	for i := range n {
		between()
		p, session, err := s.Service.Begin(t.Context(), s.Request(fmt.Sprint("D", i)))
		if err != nil || session.IsZero() { // by another date the debt is none that may be paid
			continue
		}
		if s.rng.IntN(6) == 0 { // never comes
			continue
		}
		back, err := s.Bank.Visit(session, mock.Behaviour{Outcome: outcomes[s.rng.IntN(len(outcomes))], Abandon: s.rng.IntN(3) == 0})
		if err == nil && s.rng.IntN(2) == 0 {
			s.post(back)
		} else if err == nil {
			s.Service.Receive(t.Context(), back)
		}
		s.deliver(t, false)
		if q := s.Get(p.ID); q.State.Money() && s.rng.IntN(4) == 0 {
			s.Service.Refund(t.Context(), payment.Command{ID: q.ID, Version: q.Version, By: "office", Why: "test"})
		}
		s.Work()
	}
}

// settle lets time pass until everything has come and been asked for. far: the clock was a year wrong for a moment, in which limits of days were over; a
// payment that was open then may be on a person's desk, with the money in nobody's way.
func (s *storm) settle(t *testing.T, far bool) {
	for range 60 {
		s.PassInSteps(time.Hour, 20*time.Minute)
		s.deliver(t, false)
	}
	s.deliver(t, true)
	s.PassInSteps(5*24*time.Hour, 2*time.Hour)
	if far {
		s.CheckSound()
	} else {
		s.CheckSettled()
	}
	for _, tx := range s.Bank.Book() {
		p, err := s.Store.Find(t.Context(), payment.Lookup{Reference: tx.Reference})
		if err != nil {
			t.Fatal(err)
		}
		seen := p.State.Money() || p.State == payment.Refunded || p.State == payment.Review
		if tx.Total(mock.Authorised) > 0 && !seen {
			t.Errorf("the bank took money for %s, which is %s: %s", p.Reference, p.State, s.Story(p.ID))
		}
	}
	for _, tx := range s.Bank.Book() {
		if tx.Total(mock.Authorised) > 0 {
			return
		}
	}
	t.Error("nobody has paid: that shows nothing")
}

// Row 7 of the faults: notifications and returns are lost, doubled up to fifty times, reordered, and late by up to 48 hours: after the payment's end
// and after a refund. In the end the payments are what the bank's book says, and each acceptance is acknowledged once.
func TestMessagesInAnyOrder(t *testing.T) {
	figure.Long(t)
	seed := figure.Seed(t)
	delivered, worlds := 0, uint64(0)
	for want := figure.Of(100_000, 1_000_000); delivered < want && !t.Failed(); worlds++ {
		s := newStorm(t, rand.New(rand.NewPCG(seed, worlds)), time.Time{})
		s.people(t, 20, func() { s.PassInSteps(time.Duration(s.rng.Int64N(int64(2*time.Hour))), 30*time.Minute) })
		s.settle(t, false)
		delivered += s.delivered
	}
	t.Logf("%d deliveries in %d worlds", delivered, worlds)
}

// Row 10 of the faults: the clock jumps forwards and back while people pay, on nights when it is changed, on 29 February, at the end of 32 bits.
// When it is right again, everything comes to its end as if it had always been.
func TestClockJumps(t *testing.T) {
	figure.Long(t)
	seed := figure.Seed(t)
	for name, start := range map[string]time.Time{
		"summer time begins": time.Date(2026, time.March, 28, 23, 0, 0, 0, time.UTC),
		"summer time ends":   time.Date(2026, time.October, 24, 22, 30, 0, 0, time.UTC),
		"29 February":        time.Date(2028, time.February, 29, 11, 0, 0, 0, time.UTC),
		"a year ends":        time.Date(2026, time.December, 31, 22, 30, 0, 0, time.UTC),
		"32 bits end":        time.Date(2038, time.January, 19, 2, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			for n := range uint64(figure.Of(5, 100)) {
				for _, jump := range []time.Duration{0, time.Second, time.Hour, 365 * 24 * time.Hour} {
					s := newStorm(t, rand.New(rand.NewPCG(seed, n)), start)
					s.people(t, 12, func() {
						s.Clock.Add(time.Duration(s.rng.Int64N(int64(20 * time.Minute))))
						right := s.Clock.Now()
						off := jump
						if s.rng.IntN(2) == 0 {
							off = -jump
						}
						s.Clock.Set(right.Add(off)) // a worker looks at the wrong time
						s.Service.WorkOnce(t.Context())
						s.Bank.Tick()
						s.Clock.Set(right)
					})
					s.settle(t, jump > 24*time.Hour)
					if t.Failed() {
						t.Fatalf("with jumps of %v, round %d", jump, n)
					}
				}
			}
		})
	}
}
