package acquirertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/internal/fault"
	"github.com/shopspring/decimal"
)

// ofNotice is the promise that each fault of a notification puts to the test, and the case that does it.
var ofNotice = map[Fault]struct {
	promise string
	run     func(*trial) error
}{
	Lost: {"Where the notification is lost, the browser and the question say the same: nobody depends on one way alone.", lostNotice},
	Doubled: {
		"A notification that comes twice has the same fingerprint twice: that is how the second one is recognised.",
		doubledNotice,
	},
	Late: {"A notification that comes late is as good as an early one: late truth wins, so it must still be read.", lateNotice},
	Reordered: {
		"A notification that was overtaken says what it would have said in time: results are told apart by what they say, not by " +
			"their order.",
		reorderedNotices,
	},
	Tampered: {
		"A notification whose content was changed on the way is ErrUnverified, or leads to no other truth: a cheap payment must " +
			"not settle a dear debt.",
		spoiltNotice,
	},
	Forged:   {"A notification sealed with another key is ErrUnverified: only the acquirer says that a debt was paid.", spoiltNotice},
	Unsealed: {"A notification without a seal is ErrUnverified: to leave the seal out must not be the way around it.", spoiltNotice},
}

func faultCases() []Case {
	var cases []Case
	for _, f := range fault.Faults() {
		switch f.Target() {
		case fault.OnNotification:
			n := ofNotice[f]
			cases = append(cases, Case{"fault/" + string(f), n.promise, func(t *trial) error {
				if err := t.injectFault(f); err != nil {
					return err
				}
				return n.run(t)
			}})
		case fault.OnSession:
			cases = append(cases, Case{
				"fault/" + string(f),
				"However often the redirect data works, the money is taken once.",
				func(t *trial) error { return redirectData(t, f) },
			})
		case fault.OnCall:
			cases = append(cases,
				Case{
					"fault/" + string(f) + "/begin",
					"A Begin that goes wrong hands out no session, and the next order is served: no money can move for a session " +
						"that nobody has.",
					func(t *trial) error { return beginFault(t, f) },
				},
				Case{
					"fault/" + string(f) + "/status",
					"A question without a trustworthy answer is an error that says so, never \"not found\" and never a result: a " +
						"payment that is not there is another thing than an answer that is not there.",
					func(t *trial) error { return statusFault(t, f) },
				})
			for _, y := range giveBackWays {
				cases = append(cases, Case{
					"fault/" + string(f) + "/" + y.op,
					"Where money may have moved, the error says OutcomeUnknown, the call is not repeated, and Status tells the " +
						"truth; repeated with its key, the decision moves its money once where the acquirer knows keys: " +
						"otherwise the money goes back twice, or the clerk is told that it did not.",
					func(t *trial) error { return giveFault(t, f, y) },
				})
			}
		}
	}
	return cases
}

func lostNotice(t *trial) error {
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	returned, err := t.onlyCallback(acquirer.Return)
	if err != nil {
		return err
	}
	if err := t.checkWithheld("lost"); err != nil {
		return err
	}
	asked, err := t.askAbout(p)
	if err != nil {
		return err
	}
	return sameResult(returned, asked)
}

// checkWithheld checks that the world has not sent the notification that was to be kept back. Where there may be several, one
// may come.
func (t *trial) checkWithheld(how string) error {
	if n := len(t.sentOn(acquirer.Notify)); n != 0 && !t.traits.HintsOnly {
		return fmt.Errorf("the world failed, not the client: %d notifications came although one was to be %s", n, how)
	}
	return nil
}

func doubledNotice(t *trial) error {
	if _, err := t.beginAndEnd(acquirer.Accepted); err != nil {
		return err
	}
	cbs, err := t.awaitCallbacks(acquirer.Notify, 2)
	if err != nil {
		return err
	}
	first, _, err := t.followCallback(cbs[0])
	if err != nil {
		return err
	}
	second, _, err := t.followCallback(cbs[1])
	if err != nil {
		return err
	}
	return sameResult(first, second)
}

func lateNotice(t *trial) error {
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	if err := t.checkWithheld("late"); err != nil {
		return err
	}
	if err := t.advanceClock(2 * fault.LateBy); err != nil {
		return err
	}
	r, err := t.onlyCallback(acquirer.Notify)
	if err != nil {
		return err
	}
	if err := t.wellFormed(r, acquirer.Accepted); err != nil {
		return err
	}
	return t.ofOrder(r, p.order)
}

func reorderedNotices(t *trial) error {
	first, err := t.beginAndEnd(acquirer.Refused)
	if err != nil {
		return err
	}
	second, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	cbs, err := t.awaitCallbacks(acquirer.Notify, 2)
	if err != nil {
		return err
	}
	heard := make(map[*trip]bool)
	for _, cb := range cbs {
		r, p, err := t.followCallback(cb)
		if err != nil {
			return err
		}
		if err := t.wellFormed(r, map[*trip]acquirer.Outcome{first: acquirer.Refused, second: acquirer.Accepted}[p]); err != nil {
			return err
		}
		if err := t.ofOrder(r, p.order); err != nil {
			return err
		}
		heard[p] = true
	}
	if len(heard) != 2 {
		return errors.New("two orders ended, and the notifications are about one of them")
	}
	return nil
}

func spoiltNotice(t *trial) error {
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	cbs, err := t.awaitCallbacks(acquirer.Notify, 1)
	if err != nil {
		return err
	}
	if t.traits.HintsOnly && len(cbs[0].Body) == 0 {
		err = t.checkHarmless(cbs[0]) // there is no seal by which it could be refused
	} else {
		r, parsed := t.client.Parse(cbs[0])
		err = refusedWith(parsed, isZero(r), acquirer.ErrUnverified)
	}
	if err != nil {
		return err
	}
	returned, err := t.onlyCallback(acquirer.Return)
	if err != nil {
		return fmt.Errorf("what the browser brought was untouched: %w", err)
	}
	return t.ofOrder(returned, p.order)
}

func redirectData(t *trial, f Fault) error {
	if err := t.injectFault(f); err != nil {
		return err
	}
	p, err := t.beginTrip(t.newOrder())
	if err != nil {
		return err
	}
	return t.onlyFirstCounts(p)
}

// callContext gives a call half a second where the answer is slow, and the case's whole time otherwise. A promise must hold
// whether the answer or the deadline comes first.
func (t *trial) callContext(f Fault) (context.Context, context.CancelFunc) {
	if f == Slow {
		return context.WithTimeout(t.ctx, 500*time.Millisecond)
	}
	return context.WithCancel(t.ctx)
}

// asError returns the error as an *acquirer.Error.
func asError(err error) (*acquirer.Error, error) {
	e := (*acquirer.Error)(nil)
	if !errors.As(err, &e) {
		return nil, fmt.Errorf("the error is a %T (%v), expected an *acquirer.Error: nobody can tell from it whether money may have moved", err, err)
	}
	return e, nil
}

// checkReturns fails when a call whose answer goes wrong does not return. The fault strikes once, so f is not repeated, and the
// limit only ends what hangs.
func checkReturns(what string, f func()) error {
	const limit = 30 * time.Second
	start := time.Now()
	f()
	if took := time.Since(start); took > limit {
		return fmt.Errorf("%s took %v, expected at most %v", what, took.Round(time.Millisecond), limit)
	}
	return nil
}

func beginFault(t *trial, f Fault) error {
	if err := t.injectFault(f); err != nil {
		return err
	}
	ctx, cancel := t.callContext(f)
	defer cancel()
	o := t.newOrder()
	var s acquirer.Session
	var err error
	if late := checkReturns("Begin", func() { s, err = t.client.Begin(ctx, o) }); late != nil {
		return late
	}
	if err != nil {
		if _, err := asError(err); err != nil {
			return err
		}
		if !s.IsZero() || !s.Handle.IsZero() {
			return errors.New("a session was handed out beside the error: money can move for it")
		}
		q := acquirer.Question{Reference: o.Reference, Merchant: t.client.Merchant()}
		if r, err := t.client.Status(t.ctx, q); err == nil && r.Outcome == acquirer.Accepted {
			return errors.New("nobody was sent to the payment page, and Status says that it was paid")
		}
	}
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return fmt.Errorf("the order after: %w", err)
	}
	r, err := t.onlyCallback(acquirer.Notify)
	if err != nil {
		return err
	}
	return t.ofOrder(r, p.order)
}

func statusFault(t *trial, f Fault) error {
	p, err := t.beginAndEnd(acquirer.Accepted)
	if err != nil {
		return err
	}
	truth, err := t.askAbout(p)
	if err != nil {
		return err
	}
	if err := t.ofOrder(truth, p.order); err != nil {
		return err
	}
	if err := t.injectFault(f); err != nil {
		return err
	}
	ctx, cancel := t.callContext(f)
	defer cancel()
	var r acquirer.Result
	late := checkReturns("Status", func() { r, err = t.client.Status(ctx, t.questionAbout(p)) })
	switch {
	case late != nil:
		return late
	case err == nil:
		if err := sameResult(truth, r); err != nil {
			return err
		}
	default:
		kinds := []error{acquirer.ErrUnanswered, acquirer.ErrUnavailable, acquirer.ErrUnverified}
		if err := refusedWith(err, isZero(r), kinds...); err != nil {
			return err
		}
	}
	again, err := t.askAbout(p)
	if err != nil {
		return fmt.Errorf("the question after: %w", err)
	}
	return sameResult(truth, again)
}

func giveFault(t *trial, f Fault, y way) error {
	p, err := t.paidTrip(y)
	if err != nil {
		return err
	}
	if err := t.isBack(p, decimal.Zero); err != nil {
		return err
	}
	if err := t.injectFault(f); err != nil {
		return err
	}
	ctx, cancel := t.callContext(f)
	defer cancel()
	amount := partOf(p, 40) // a part: if the client repeats the call by itself, twice as much goes back
	m := t.modificationOf(p, amount)
	var r acquirer.Result
	late := checkReturns(y.op, func() { r, err = t.callGiveBack(ctx, y, m) })
	if late != nil {
		return late
	}
	if isSkip(err) {
		return err
	}
	truth, asked := t.askAbout(p)
	if asked != nil {
		return fmt.Errorf("the question after: %w", asked)
	}
	back := truth.Returned.Add(truth.Returning)
	moved := !back.IsZero()
	if moved && !back.Equal(amount) {
		return fmt.Errorf("%s went back or is on its way, one call asked for %s: the call was repeated", back, amount)
	}
	if err == nil {
		if !moved {
			return errors.New("the call succeeded, and nothing went back")
		}
		return nil
	}
	e, err := asError(err)
	switch {
	case err != nil:
		return err
	case !isZero(r):
		return fmt.Errorf("something was returned beside the error %w", e)
	case moved && (!e.OutcomeUnknown() || e.Retryable()):
		return fmt.Errorf("the money went back, and the error says that it certainly did not: %w", e)
	case !moved && slices.Contains([]Fault{Timeout, Truncated, ServerError}, f) && !e.OutcomeUnknown() && !e.Retryable():
		return fmt.Errorf("nothing trustworthy came back, and the error says that this is final: %w", e)
	case t.traits.Idempotent:
		return t.repeatedOnce(y, p, m)
	}
	return nil
}

// repeatedOnce repeats a decision whose answer was lost, with its key, and checks that its money goes back once in all.
func (t *trial) repeatedOnce(y way, p *trip, m acquirer.Modification) error {
	_, repeated := t.callGiveBack(t.ctx, y, m)
	r, err := t.askAbout(p)
	switch back := r.Returned.Add(r.Returning); {
	case err != nil:
		return fmt.Errorf("the question after the decision was repeated: %w", err)
	case back.GreaterThan(m.Amount):
		return fmt.Errorf("%s went back or is on its way, one decision about %s was repeated with its key", back, m.Amount)
	case repeated == nil && !back.Equal(m.Amount):
		return fmt.Errorf("the repeated call succeeded, and %s of %s went back", back, m.Amount)
	case repeated != nil:
		_, err := asError(repeated)
		return err
	}
	return nil
}
