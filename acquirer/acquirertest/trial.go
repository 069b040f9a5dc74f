package acquirertest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
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
	traits acquirer.Traits

	mu    sync.Mutex
	trips []*trip // that were begun
}

// trip is an order that was begun, with what a host keeps of it.
type trip struct {
	order   acquirer.Order
	session acquirer.Session
	handle  acquirer.Handle // as it would stand in the payment's row; guarded by trial.mu
}

// newTrial opens the case's view of a world.
func newTrial(ctx context.Context, w World) *trial {
	t := &trial{ctx: ctx, w: w, client: w.Client()}
	if k, ok := w.(Kind); ok {
		t.traits = k.Traits()
	}
	return t
}

// orders counts the orders of the process, so that no reference comes twice, even where the worlds share a merchant. It starts at a
// moment of today, so that a test platform which remembers yesterday is served too.
var orders atomic.Int64

func init() { orders.Store(time.Now().Unix() % 86400 * 50) }

// fifty is what an order asks for, unless the case or the acquirer's limits say otherwise.
var fifty = decimal.New(5000, -2)

// amount is fifty, or what is nearest to it and taken.
func (t *trial) amount() decimal.Decimal {
	switch {
	case fifty.LessThan(t.traits.Smallest):
		return t.traits.Smallest
	case !t.traits.Largest.IsZero() && fifty.GreaterThan(t.traits.Largest):
		return t.traits.Largest
	}
	return fifty
}

// takes reports whether an amount is within the acquirer's limits.
func (t *trial) takes(amount decimal.Decimal) bool {
	return !amount.LessThan(t.traits.Smallest) && (t.traits.Largest.IsZero() || !amount.GreaterThan(t.traits.Largest))
}

func (t *trial) order() acquirer.Order {
	n := orders.Add(1)
	o := acquirer.Order{
		ID:        fmt.Sprintf("%026d", n),
		Reference: fmt.Sprintf("PCLCB%s%07d", time.Now().Format("06002"), n%10_000_000),
		Amount:    t.amount(),
		Currency:  "EUR",
		ReturnURL: "https://shop.invalid/return", NotifyURL: "https://shop.invalid/notify",
		Language: "fr",
	}
	if w, ok := t.w.(Addressed); ok {
		o.ReturnURL, o.NotifyURL = w.Addresses()
	}
	return o
}

// begin begins a good order.
func (t *trial) begin(o acquirer.Order) (*trip, error) {
	s, err := t.client.Begin(t.ctx, o)
	if err != nil {
		return nil, fmt.Errorf("Begin of a good order failed: %w", err)
	}
	if s.IsZero() {
		return nil, errors.New("Begin returned neither a session nor an error: the payer has nowhere to go")
	}
	if t.traits.AskedByHandle && s.Handle.Session == "" {
		return nil, errors.New("the session has no handle: nobody can ask about it")
	}
	p := &trip{order: o, session: s, handle: s.Handle}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.trips = append(t.trips, p)
	return p, nil
}

// end has the payer end a session so.
func (t *trial) end(p *trip, outcome acquirer.Outcome) error {
	return unsupported("the outcome "+string(outcome)+" at the payment page", t.w.Pay(p.session, outcome))
}

// pay begins an order and has it end so.
func (t *trial) pay(outcome acquirer.Outcome) (*trip, error) {
	p, err := t.begin(t.order())
	if err != nil {
		return nil, err
	}
	return p, t.end(p, outcome)
}

func (t *trial) advance(d time.Duration) error {
	return unsupported("moving the clock", t.w.Advance(d))
}

func (t *trial) fault(f Fault) error { return unsupported("the fault "+string(f), t.w.Fault(f)) }

// question is what a host asks about the trip.
func (t *trial) question(p *trip) acquirer.Question {
	t.mu.Lock()
	defer t.mu.Unlock()
	return acquirer.Question{Reference: p.order.Reference, Merchant: t.client.Merchant(), Handle: p.handle}
}

// modification asks for money of the trip back, by a new decision.
func (t *trial) modification(p *trip, amount decimal.Decimal) acquirer.Modification {
	q := t.question(p)
	return acquirer.Modification{
		Reference: q.Reference, Merchant: q.Merchant, Handle: q.Handle, Amount: amount, Currency: "EUR", Key: newKey(),
	}
}

// newKey is a decision's key.
func newKey() string { return strings.ToLower((rand.Text() + rand.Text())[:32]) }

// ask asks what has become of the trip and keeps what the answer adds to its handle. It skips where nobody can be asked.
func (t *trial) ask(p *trip) (acquirer.Result, error) {
	r, err := t.askWith(t.question(p))
	if err == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		p.handle = p.handle.With(r.Handle)
	}
	return r, err
}

// askWith asks a question and checks what every answer must be.
func (t *trial) askWith(q acquirer.Question) (acquirer.Result, error) {
	r, err := t.client.Status(t.ctx, q)
	h := r.Handle
	switch {
	case errors.Is(err, acquirer.ErrUnsupported) && t.traits.HintsOnly:
		return r, fmt.Errorf("the messages are hints, so the question is all there is, and it cannot be asked: %w", err)
	case errors.Is(err, acquirer.ErrUnsupported):
		return r, &SkipError{"Status"}
	case err != nil:
		return r, err
	case r.Hint:
		return r, errors.New("the answer to a question is called a hint")
	case h.Session != "" && h.Session != q.Handle.Session:
		return r, errors.New("the answer's handle is that of another session")
	case h.Payment != "" && q.Handle.Payment != "" && h.Payment != q.Handle.Payment:
		return r, errors.New("the answer's handle has another payment than the question's")
	case h.Proof != "" && h.Proof != q.Handle.Proof:
		return r, errors.New("the answer's handle has another proof than the question's")
	}
	return r, nil
}

// sent returns what came so far on a channel.
func (t *trial) sent(c acquirer.Channel) []acquirer.Callback {
	return slices.DeleteFunc(slices.Clone(t.w.Callbacks()), func(cb acquirer.Callback) bool { return cb.Channel != c })
}

// hope is how long a callback is waited for where the world is not synchronous. It only ends what would hang.
const hope = 20 * time.Second

// await waits until n callbacks have come on a channel. An acquirer whose messages are hints may send more than one for one event.
func (t *trial) await(c acquirer.Channel, n int) ([]acquirer.Callback, error) {
	end := time.Now().Add(hope)
	if s, ok := t.w.(Synchronous); ok && s.Synchronous() {
		end = time.Now()
	}
	for {
		cbs := t.sent(c)
		if len(cbs) == n || len(cbs) > n && t.traits.HintsOnly {
			return cbs, nil
		}
		if len(cbs) > n || !time.Now().Before(end) {
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
	if t.traits.HintsOnly {
		return r, onlyHints(r)
	}
	if r.Hint {
		return r, errors.New("a sealed message is called a hint")
	}
	return r, nil
}

// onlyHints checks that a result says nothing but about which trip it is worth asking.
func onlyHints(r acquirer.Result) error {
	allowed := acquirer.Result{Hint: true, Reference: r.Reference, Merchant: r.Merchant, Handle: r.Handle}
	if !r.Equal(allowed) {
		return fmt.Errorf("a message that proves nothing must be a hint with reference, merchant and handle only, and is %s, hint %t", r, r.Hint)
	}
	return nil
}

// tripOf finds the trip that a result is about, by the handle's session or by the reference; nil if it is about none.
func (t *trial) tripOf(r acquirer.Result) *trip {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, p := range t.trips {
		if r.Handle.Session != "" && r.Handle.Session == p.handle.Session || r.Handle.Session == "" && r.Reference == p.order.Reference {
			return p
		}
	}
	return nil
}

// follow reads a genuine callback as a host does: a hint makes it ask. It returns what it learned, and about which trip.
func (t *trial) follow(cb acquirer.Callback) (acquirer.Result, *trip, error) {
	r, err := t.parse(cb)
	if err != nil {
		return r, nil, err
	}
	p := t.tripOf(r)
	switch {
	case p == nil:
		return r, nil, fmt.Errorf("a genuine callback (%s) names no order that was begun, neither by reference nor by the handle's session", cb.Channel)
	case !t.traits.HintsOnly:
		return r, p, nil
	case t.traits.Proof && cb.Channel == acquirer.Return && r.Handle.Proof != p.session.Handle.Proof:
		return r, p, errors.New("a browser came back without the proof of its session")
	}
	q := t.question(p)
	q.Handle = q.Handle.With(r.Handle)
	if r, err = t.askWith(q); err != nil {
		return r, p, fmt.Errorf("asked because of a hint (%s): %w", cb.Channel, err)
	}
	return r, p, nil
}

// only follows the one callback that came on a channel, or the first of several hints.
func (t *trial) only(c acquirer.Channel) (acquirer.Result, error) {
	cbs, err := t.await(c, 1)
	if err != nil {
		return acquirer.Result{}, err
	}
	r, _, err := t.follow(cbs[0])
	return r, err
}

// ofOrder compares a result with the order it is about. Some acquirers send no order id, or not unless something was paid, and no
// amount as long as nobody has paid.
func (t *trial) ofOrder(r acquirer.Result, o acquirer.Order) error {
	for _, c := range []struct{ field, got, want string }{
		{"Reference", r.Reference, o.Reference},
		{"Merchant", r.Merchant, t.client.Merchant()},
		{"Currency", r.Currency, o.Currency},
		{"OrderID", r.OrderID, o.ID},
	} {
		mayMiss := c.field == "OrderID" && (r.Outcome != acquirer.Accepted || t.traits.AskedByHandle) || // the handle binds it too
			c.field == "Currency" && r.Outcome == acquirer.Open
		if c.got != c.want && !(c.got == "" && mayMiss) {
			return fmt.Errorf("%s came back as %q, the order said %q", c.field, c.got, c.want)
		}
	}
	if !r.Amount.Equal(o.Amount) && !(r.Amount.IsZero() && r.Outcome == acquirer.Open) {
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

// isSkip reports that the case cannot be tried in this world.
func isSkip(err error) bool {
	skip := (*SkipError)(nil)
	return errors.As(err, &skip)
}

// promptly runs f, and fails when it takes longer than the limit three times in a row: once may be a busy machine. f may be repeated.
func promptly(what string, limit time.Duration, f func() error) error {
	for try := 1; ; try++ {
		start := time.Now()
		err := f()
		took := time.Since(start)
		switch {
		case err != nil || took <= limit:
			return err
		case try == 3:
			return fmt.Errorf("%s took %v, expected at most %v", what, took.Round(time.Millisecond), limit)
		}
	}
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
		if isSkip(err) {
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
