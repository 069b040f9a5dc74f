package paymenttest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
)

// A payment of each outcome, with each kind of acquirer, is where the outcome says once time has passed, and everything agrees.
func TestEachKind(t *testing.T) {
	for name, kind := range mock.Kinds() {
		t.Run(name, func(t *testing.T) {
			w := paymenttest.New(t, paymenttest.Options{Traits: kind, Start: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)})
			if _, cancels := w.Bank.Client().(acquirer.Canceller); cancels != (name == "sips") {
				t.Errorf("the service's client cancels: %v", cancels)
			}
			paid := w.Pay("1", mock.Behaviour{})
			refused := w.Pay("2", mock.Behaviour{Outcome: acquirer.Refused})
			abandoned, _ := w.Begin("3")
			w.PassInSteps(4*24*time.Hour, 10*time.Minute)
			w.At(paid.ID, payment.Paid)
			w.At(refused.ID, payment.Refused)
			w.At(abandoned.ID, payment.Expired)
			if d := cmp.Diff([]string{"acknowledgement"}, w.Letters(paid.Debtor)); d != "" {
				t.Error(d)
			}
			w.CheckSettled()
			w.Restart(nil)
			w.At(paid.ID, payment.Paid)
			w.CheckSettled()
		})
	}
}

// complaints is a test that goes on after its errors.
type complaints struct {
	testing.TB
	said []string
}

func (c *complaints) Errorf(f string, args ...any) { c.said = append(c.said, fmt.Sprintf(f, args...)) }

// The checks find money that the host does not know, a payment without money, an acknowledgement that nobody wrote.
func TestChecksFind(t *testing.T) {
	for name, x := range map[string]struct {
		spoil func(*paymenttest.World)
		says  string
	}{
		"nothing": {func(w *paymenttest.World) { w.Pay("1", mock.Behaviour{}); w.Work() }, ""},
		"money that nobody was told of": {func(w *paymenttest.World) {
			w.Bank.Notify = func(acquirer.Callback) {}
			_, s := w.Begin("1")
			w.VisitAndReturn(s, mock.Behaviour{Abandon: true})
		}, "the bank took money for"},
		"no acknowledgement": {func(w *paymenttest.World) { w.Pay("1", mock.Behaviour{}) }, "acknowledgements: 0"},
		"a payment without money": {func(w *paymenttest.World) {
			w.Pay("1", mock.Behaviour{})
			w.Work()
			*w.Bank = mock.Acquirer{Now: w.Clock.Now} // the bank has forgotten everything
		}, "the bank has no money for it"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &complaints{TB: t}
			w := paymenttest.New(c, paymenttest.Options{})
			x.spoil(w)
			w.CheckSettled()
			if said := strings.Join(c.said, "\n"); (said == "") != (x.says == "") || !strings.Contains(said, x.says) {
				t.Errorf("it says %q, want %q", said, x.says)
			}
		})
	}
}

// What happens to the configuration is the host's to say, at each start.
func TestConfig(t *testing.T) {
	var heard []string
	starts := 0
	w := paymenttest.New(t, paymenttest.Options{Config: func(c *payment.Config) {
		starts++
		letters := c.Deliver
		c.Deliver = func(ctx context.Context, change payment.Change) error {
			heard = append(heard, string(change.Entry.Event))
			return letters(ctx, change)
		}
	}})
	p := w.Pay("1", mock.Behaviour{})
	w.Restart(nil)
	w.Work()
	if d := cmp.Diff([]string{"created", "opened", "accepted"}, heard); d != "" || starts != 2 {
		t.Errorf("%d starts; heard (-want +got):\n%s", starts, d)
	}
	if d := cmp.Diff(w.Debt("1"), w.Request("1").Debt); d != "" || p.Debtor != w.Debt("1").Debtor {
		t.Error(d, p.Debtor)
	}
}
