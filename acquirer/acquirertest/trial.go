package acquirertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/shopspring/decimal"
)

// trial is one run of one case.
type trial struct {
	ctx    context.Context
	w      World
	client acquirer.Client
}

// orders counts the orders of the process, so that no reference comes twice, even where the worlds share a merchant. It starts at a
// moment of today, so that a test platform which remembers yesterday is served too.
var orders atomic.Int64

func init() { orders.Store(time.Now().Unix() % 86400 * 50) }

// fifty is what an order asks for, unless the case says otherwise.
var fifty = decimal.New(5000, -2)

func (t *trial) order() acquirer.Order {
	n := orders.Add(1)
	o := acquirer.Order{
		ID:        fmt.Sprintf("%026d", n),
		Reference: fmt.Sprintf("PCLCB%s%07d", time.Now().Format("06002"), n%10_000_000),
		Amount:    fifty,
		Currency:  "EUR",
		ReturnURL: "https://shop.invalid/return", NotifyURL: "https://shop.invalid/notify",
		Language: "fr",
	}
	if w, ok := t.w.(interface{ Addresses() (string, string) }); ok {
		o.ReturnURL, o.NotifyURL = w.Addresses()
	}
	return o
}

func (t *trial) begin(o acquirer.Order) (acquirer.Session, error) {
	s, err := t.client.Begin(t.ctx, o)
	if err != nil {
		return s, fmt.Errorf("Begin of a good order failed: %w", err)
	}
	if s.IsZero() {
		return s, errors.New("Begin returned neither a session nor an error: the payer has nowhere to go")
	}
	return s, nil
}

// pay begins an order and has it end so.
func (t *trial) pay(outcome acquirer.Outcome) (acquirer.Order, error) {
	o := t.order()
	s, err := t.begin(o)
	if err != nil {
		return o, err
	}
	return o, unsupported("the outcome "+string(outcome)+" at the kiosk", t.w.Pay(s, outcome))
}

func (t *trial) advance(d time.Duration) error {
	return unsupported("moving the clock", t.w.Advance(d))
}

func (t *trial) fault(f Fault) error { return unsupported("the fault "+string(f), t.w.Fault(f)) }

// sent returns what came so far on a channel.
func (t *trial) sent(c acquirer.Channel) []acquirer.Callback {
	return slices.DeleteFunc(slices.Clone(t.w.Callbacks()), func(cb acquirer.Callback) bool { return cb.Channel != c })
}

// await waits until n callbacks have come on a channel.
func (t *trial) await(c acquirer.Channel, n int) ([]acquirer.Callback, error) {
	for end := time.Now().Add(2 * time.Second); ; {
		cbs := t.sent(c)
		if len(cbs) == n {
			return cbs, nil
		}
		if len(cbs) > n || time.Now().After(end) {
			return nil, fmt.Errorf("%d callbacks came on the channel %s, expected %d", len(cbs), c, n)
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-t.ctx.Done():
			return nil, t.ctx.Err()
		}
	}
}

// parse reads a callback that is good.
func (t *trial) parse(cb acquirer.Callback) (acquirer.Result, error) {
	r, err := t.client.Parse(cb)
	if err != nil {
		return r, fmt.Errorf("Parse of a genuine callback (%s) failed: %w", cb.Channel, err)
	}
	return r, nil
}

// only parses the one callback that came on a channel.
func (t *trial) only(c acquirer.Channel) (acquirer.Result, error) {
	cbs, err := t.await(c, 1)
	if err != nil {
		return acquirer.Result{}, err
	}
	return t.parse(cbs[0])
}

// status asks, and skips where it cannot be asked.
func (t *trial) status(reference string) (acquirer.Result, error) {
	r, err := t.client.Status(t.ctx, acquirer.Question{Reference: reference})
	if errors.Is(err, acquirer.ErrUnsupported) {
		return r, &SkipError{"Status"}
	}
	return r, err
}

// ofOrder compares a result with the order it is about. Some acquirers send no order id unless something was paid.
func (t *trial) ofOrder(r acquirer.Result, o acquirer.Order) error {
	for _, c := range []struct{ field, got, want string }{
		{"Reference", r.Reference, o.Reference},
		{"Merchant", r.Merchant, t.client.Merchant()},
		{"Currency", r.Currency, o.Currency},
		{"OrderID", r.OrderID, o.ID},
	} {
		if c.got != c.want && (c.field != "OrderID" || c.got != "" || r.Outcome == acquirer.Accepted) {
			return fmt.Errorf("%s came back as %q, the order said %q", c.field, c.got, c.want)
		}
	}
	if !r.Amount.Equal(o.Amount) {
		return fmt.Errorf("Amount came back as %s, the order said %s", r.Amount, o.Amount)
	}
	return nil
}

// same compares two results about one transaction by what decides. The order id may be missing on one way.
func same(a, b acquirer.Result) error {
	if a.OrderID == "" || b.OrderID == "" {
		a.OrderID, b.OrderID = "", ""
	}
	if a.Fingerprint() != b.Fingerprint() {
		return fmt.Errorf("two ways say different things: %s, returned %s, authorisation %q; and %s, returned %s, authorisation %q",
			a, a.Returned, a.AuthorisationID, b, b.Returned, b.AuthorisationID)
	}
	return nil
}

// refusedWith checks the form and the kind of an error; the result beside it must be zero.
func refusedWith(err error, zero bool, kinds ...error) error {
	e := (*acquirer.Error)(nil)
	switch {
	case err == nil:
		return fmt.Errorf("no error, expected one of the kind %v", kinds)
	case !errors.As(err, &e):
		return fmt.Errorf("the error is a %T (%v), expected an *acquirer.Error: nobody can tell from it whether money may have moved", err, err)
	case !slices.Contains(kinds, e.Kind):
		return fmt.Errorf("the kind of the error is %v, expected one of %v: %w", e.Kind, kinds, err)
	case !zero:
		return fmt.Errorf("something was returned beside the error %w", err)
	}
	return nil
}

func isZero(r acquirer.Result) bool { return r.Equal(acquirer.Result{}) }

// promptly runs f, and fails when it takes longer than the limit.
func promptly(what string, limit time.Duration, f func() error) error {
	start := time.Now()
	err := f()
	if took := time.Since(start); took > limit && err == nil {
		return fmt.Errorf("%s took %v, expected at most %v", what, took.Round(time.Millisecond), limit)
	}
	return err
}

// each runs f over a table and joins what failed, each under its name.
func each[T any](table map[string]T, f func(T) error) error {
	names := make([]string, 0, len(table))
	for n := range table {
		names = append(names, n)
	}
	slices.Sort(names)
	var broken []error
	for _, n := range names {
		err := f(table[n])
		if skip := (*SkipError)(nil); errors.As(err, &skip) {
			return err
		}
		if err != nil {
			broken = append(broken, fmt.Errorf("%s: %w", n, err))
		}
	}
	return errors.Join(broken...)
}

// plainly is an error's text, for the search of what must not stand in it.
func plainly(err error) string {
	return strings.Join([]string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)}, "\n")
}
