package acquirertest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/quittance/quittance/acquirer/mock"
)

// desk is a mock of PayFiP's kind with somebody at its payment page. In a test of your own client it is the client and the
// platform that you test against.
type desk struct {
	bank *mock.Acquirer
	now  time.Time
	sent []acquirer.Callback
}

func newDesk() *desk {
	d := &desk{now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	d.bank = &mock.Acquirer{
		Traits: mock.PayFiP,
		Now:    func() time.Time { return d.now },
		Notify: func(cb acquirer.Callback) { d.sent = append(d.sent, cb) },
	}
	return d
}

func (d *desk) Client() acquirer.Client          { return d.bank.Client() }
func (d *desk) Traits() acquirer.Traits          { return d.bank.Traits }
func (d *desk) Synchronous() bool                { return true }
func (d *desk) Callbacks() []acquirer.Callback   { return d.sent }
func (d *desk) Fault(f acquirertest.Fault) error { return d.bank.Inject("", f) }
func (d *desk) Advance(later time.Duration) error {
	d.now = d.now.Add(later)
	d.bank.Tick()
	return nil
}
func (d *desk) Pay(s acquirer.Session, o acquirer.Outcome) error {
	back, err := d.bank.Visit(s, mock.Behaviour{Outcome: o})
	if errors.Is(err, mock.ErrNoReturn) {
		return nil
	}
	if err == nil {
		d.sent = append(d.sent, back)
	}
	return err
}

// A test calls Run; Cases is for what is no test, or tests the suite itself. What an acquirer of this kind does not have is
// skipped by name, and nothing else is.
func ExampleCases() {
	skipped := make(map[string]bool)
	for _, c := range acquirertest.Cases() {
		if c.Name == "concurrent" || c.Name == "fault/slow/status" || c.Name == "fault/slow/begin" {
			continue // this desk is for one goroutine, and its slow answers are slow
		}
		err := c.Check(context.Background(), newDesk())
		if skip := (*acquirertest.SkipError)(nil); errors.As(err, &skip) {
			skipped[skip.What] = true
		} else if err != nil {
			fmt.Printf("%s: %v\nThe promise: %s\n", c.Name, err, c.Promise)
		}
	}
	fmt.Println("not offered:", len(skipped), skipped["cancel"], skipped["refund"], skipped["the fault forged"], skipped["the fault unsealed"])
	// Output:
	// not offered: 4 true true true true
}
