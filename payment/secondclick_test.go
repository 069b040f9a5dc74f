package payment_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/payment"
)

// A second click waits for the first, and has its session; one that comes after the first has failed learns that.
func TestSecondClickWaits(t *testing.T) {
	for name, fails := range map[string]error{"opened": nil, "failed": &acquirer.Error{Op: acquirer.OpBegin, Kind: acquirer.ErrUnanswered}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(noon))
				w, g := newGate(t, func(c *payment.Config) { c.Now = time.Now })
				g.inside, g.err = func() { time.Sleep(20 * time.Second) }, fails // the acquirer is slow
				r := payment.BeginRequest{Key: "k", Debt: debt("1")}
				type answer struct {
					p   payment.Payment
					s   acquirer.Session
					err error
				}
				first := make(chan answer)
				go func() {
					p, s, err := w.Begin(w.ctx, r)
					first <- answer{p, s, err}
				}()
				time.Sleep(time.Second)
				p, s, err := w.Begin(w.ctx, r)
				one := <-first
				if took := time.Since(noon); took > 21*time.Second {
					t.Errorf("the second click waited %v", took)
				}
				if err != nil || p.ID != one.p.ID || p.State != one.p.State || cmp.Diff(one.s.Fields, s.Fields) != "" || s.IsZero() != (fails != nil) {
					t.Errorf("the second click: %v %v %v; the first: %v %v %v", p, s, err, one.p, one.s, one.err)
				}
			})
		})
	}
}

// The process of the first click has died: the second waits no longer than the acquirer may take.
func TestSecondClickAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(noon))
		w, g := newGate(t, func(c *payment.Config) { c.Now = time.Now })
		dead := make(chan struct{})
		g.inside = func() { <-dead }
		r := payment.BeginRequest{Key: "k", Debt: debt("1")}
		go w.Begin(w.ctx, r)
		time.Sleep(time.Second)
		if _, s, err := w.Begin(w.ctx, r); !errors.Is(err, payment.ErrInProgress) || !s.IsZero() || time.Since(noon) > 31*time.Second {
			t.Errorf("%v %v after %v", s, err, time.Since(noon))
		}
		close(dead)
		synctest.Wait()
	})
}
