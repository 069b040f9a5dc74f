package acquirertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/bank"
	"github.com/shopspring/decimal"
)

// ofNotice is what each fault of a notification does to a client that keeps its promises.
var ofNotice = map[Fault]struct {
	promise string
	run     func(*trial) error
}{
	Lost: {"Where the notification is lost, the browser and the question say the same: nobody depends on one way alone.", lost},
	Doubled: {
		"A notification that comes twice has the same fingerprint twice: that is how the second one is recognised.",
		doubled,
	},
	Late: {"A notification that comes late is as good as an early one: late truth wins, so it must still be read.", late},
	Reordered: {
		"A notification that was overtaken says what it would have said in time: results are told apart by what they say, not by their order.",
		reordered,
	},
	Tampered: {"A notification whose content was changed on the way is ErrUnverified: a cheap payment must not settle a dear debt.", refusedNotice},
	Forged:   {"A notification sealed with another key is ErrUnverified: only the acquirer says that a debt was paid.", refusedNotice},
	Unsealed: {"A notification without a seal is ErrUnverified: to leave the seal out must not be the way around it.", refusedNotice},
}

func faultCases() []Case {
	var cases []Case
	for _, f := range bank.Faults() {
		switch f.Target() {
		case bank.OnNotification:
			n := ofNotice[f]
			cases = append(cases, Case{"fault/" + string(f), n.promise, func(t *trial) error {
				if err := t.fault(f); err != nil {
					return err
				}
				return n.run(t)
			}})
		case bank.OnSession:
			cases = append(cases, Case{
				"fault/" + string(f),
				"However often the redirect data works, the money is taken once.",
				func(t *trial) error { return redirect(t, f) },
			})
		case bank.OnCall:
			cases = append(cases,
				Case{
					"fault/" + string(f) + "/begin",
					"A Begin that goes wrong hands out no session, and the next order is served: no money can move for a session that nobody has.",
					func(t *trial) error { return beginFault(t, f) },
				},
				Case{
					"fault/" + string(f) + "/status",
					"A question without a trustworthy answer is an error that says so, never \"not found\" and never a result: a payment that is " +
						"not there is another thing than an answer that is not there.",
					func(t *trial) error { return statusFault(t, f) },
				})
			for _, y := range ways {
				cases = append(cases, Case{
					"fault/" + string(f) + "/" + y.op,
					"Where money may have moved, the error says OutcomeUnknown, the call is not repeated, and Status tells the truth: " +
						"otherwise the money goes back twice, or the clerk is told that it did not.",
					func(t *trial) error { return giveFault(t, f, y) },
				})
			}
		}
	}
	return cases
}

func lost(t *trial) error {
	o, err := t.pay(acquirer.Accepted)
	if err != nil {
		return err
	}
	returned, err := t.only(acquirer.Return)
	if err != nil {
		return err
	}
	if n := len(t.sent(acquirer.Notify)); n != 0 {
		return fmt.Errorf("the world failed, not the client: %d notifications came although one was to be lost", n)
	}
	asked, err := t.status(o.Reference)
	if err != nil {
		return err
	}
	return same(returned, asked)
}

func doubled(t *trial) error {
	if _, err := t.pay(acquirer.Accepted); err != nil {
		return err
	}
	cbs, err := t.await(acquirer.Notify, 2)
	if err != nil {
		return err
	}
	first, err := t.parse(cbs[0])
	if err != nil {
		return err
	}
	second, err := t.parse(cbs[1])
	if err != nil {
		return err
	}
	return same(first, second)
}

func late(t *trial) error {
	o, err := t.pay(acquirer.Accepted)
	if err != nil {
		return err
	}
	if n := len(t.sent(acquirer.Notify)); n != 0 {
		return fmt.Errorf("the world failed, not the client: %d notifications came although they were to be late", n)
	}
	if err := t.advance(2 * bank.LateBy); err != nil {
		return err
	}
	r, err := t.only(acquirer.Notify)
	if err != nil {
		return err
	}
	if err := wellFormed(r, acquirer.Accepted); err != nil {
		return err
	}
	return t.ofOrder(r, o)
}

func reordered(t *trial) error {
	first, err := t.pay(acquirer.Refused)
	if err != nil {
		return err
	}
	second, err := t.pay(acquirer.Accepted)
	if err != nil {
		return err
	}
	cbs, err := t.await(acquirer.Notify, 2)
	if err != nil {
		return err
	}
	for i, want := range []struct {
		order   acquirer.Order
		outcome acquirer.Outcome
	}{{second, acquirer.Accepted}, {first, acquirer.Refused}} {
		r, err := t.parse(cbs[i])
		if err != nil {
			return err
		}
		if err := wellFormed(r, want.outcome); err != nil {
			return err
		}
		if err := t.ofOrder(r, want.order); err != nil {
			return err
		}
	}
	return nil
}

func refusedNotice(t *trial) error {
	o, err := t.pay(acquirer.Accepted)
	if err != nil {
		return err
	}
	cbs, err := t.await(acquirer.Notify, 1)
	if err != nil {
		return err
	}
	r, err := t.client.Parse(cbs[0])
	if err := refusedWith(err, isZero(r), acquirer.ErrUnverified); err != nil {
		return err
	}
	returned, err := t.only(acquirer.Return)
	if err != nil {
		return fmt.Errorf("what the browser brought was untouched: %w", err)
	}
	return t.ofOrder(returned, o)
}

func redirect(t *trial, f Fault) error {
	if err := t.fault(f); err != nil {
		return err
	}
	o := t.order()
	s, err := t.begin(o)
	if err != nil {
		return err
	}
	return t.onlyFirstCounts(o, s)
}

// hurried gives a call half a second where the answer is slow, and the whole time otherwise.
func (t *trial) hurried(f Fault) (context.Context, context.CancelFunc) {
	if f == Slow {
		return context.WithTimeout(t.ctx, 500*time.Millisecond)
	}
	return context.WithCancel(t.ctx)
}

// typed returns the error as an *acquirer.Error.
func typed(err error) (*acquirer.Error, error) {
	e := (*acquirer.Error)(nil)
	if !errors.As(err, &e) {
		return nil, fmt.Errorf("the error is a %T (%v), expected an *acquirer.Error: nobody can tell from it whether money may have moved", err, err)
	}
	return e, nil
}

func beginFault(t *trial, f Fault) error {
	if err := t.fault(f); err != nil {
		return err
	}
	ctx, cancel := t.hurried(f)
	defer cancel()
	o := t.order()
	var s acquirer.Session
	var err error
	if late := promptly("Begin", 5*time.Second, func() error { s, err = t.client.Begin(ctx, o); return nil }); late != nil {
		return late
	}
	if err != nil {
		if _, err := typed(err); err != nil {
			return err
		}
		if !s.IsZero() {
			return errors.New("a session was handed out beside the error: money can move for it")
		}
		if r, err := t.client.Status(t.ctx, acquirer.Question{Reference: o.Reference}); err == nil && r.Outcome == acquirer.Accepted {
			return errors.New("nobody was sent to the kiosk, and Status says that it was paid")
		}
	}
	o = t.order()
	if s, err = t.begin(o); err != nil {
		return fmt.Errorf("the order after: %w", err)
	}
	if err := unsupported("paying", t.w.Pay(s, acquirer.Accepted)); err != nil {
		return err
	}
	r, err := t.only(acquirer.Notify)
	if err != nil {
		return err
	}
	return t.ofOrder(r, o)
}

func statusFault(t *trial, f Fault) error {
	o, err := t.pay(acquirer.Accepted)
	if err != nil {
		return err
	}
	truth, err := t.status(o.Reference)
	if err != nil {
		return err
	}
	if err := t.ofOrder(truth, o); err != nil {
		return err
	}
	if err := t.fault(f); err != nil {
		return err
	}
	ctx, cancel := t.hurried(f)
	defer cancel()
	var r acquirer.Result
	late := promptly("Status", 5*time.Second, func() error { r, err = t.client.Status(ctx, acquirer.Question{Reference: o.Reference}); return nil })
	switch {
	case late != nil:
		return late
	case err == nil:
		if err := same(truth, r); err != nil {
			return err
		}
	default:
		kinds := []error{acquirer.ErrUnanswered, acquirer.ErrUnavailable, acquirer.ErrUnverified}
		if err := refusedWith(err, isZero(r), kinds...); err != nil {
			return err
		}
	}
	again, err := t.status(o.Reference)
	if err != nil {
		return fmt.Errorf("the question after: %w", err)
	}
	return same(truth, again)
}

func giveFault(t *trial, f Fault, y way) error {
	o, err := t.paid(y)
	if err != nil {
		return err
	}
	if err := t.isBack(o, decimal.Zero); err != nil {
		return err
	}
	if err := t.fault(f); err != nil {
		return err
	}
	ctx, cancel := t.hurried(f)
	defer cancel()
	part := decimal.New(2000, -2) // a part, so that a call which is repeated in secret shows
	var r acquirer.Result
	late := promptly(y.op, 5*time.Second, func() error { r, err = t.give(ctx, y, o.Reference, part); return nil })
	if late != nil {
		return late
	}
	if skip := (*SkipError)(nil); errors.As(err, &skip) {
		return err
	}
	truth, asked := t.status(o.Reference)
	if asked != nil {
		return fmt.Errorf("the question after: %w", asked)
	}
	moved := !truth.Returned.IsZero()
	if moved && !truth.Returned.Equal(part) {
		return fmt.Errorf("%s went back, one call asked for %s: the call was repeated", truth.Returned, part)
	}
	if err == nil {
		if !moved {
			return errors.New("the call succeeded, and nothing went back")
		}
		return nil
	}
	e, err := typed(err)
	switch {
	case err != nil:
		return err
	case !isZero(r):
		return fmt.Errorf("something was returned beside the error %w", e)
	case moved && (!e.OutcomeUnknown() || e.Retryable()):
		return fmt.Errorf("the money went back, and the error says that it certainly did not: %w", e)
	case !moved && slices.Contains([]Fault{Timeout, Truncated, ServerError}, f) && !e.OutcomeUnknown() && !e.Retryable():
		return fmt.Errorf("nothing trustworthy came back, and the error says that this is final: %w", e)
	}
	return nil
}
