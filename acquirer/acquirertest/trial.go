package acquirertest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
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

// usualAmount is fifty, or the limit of the acquirer that is nearest to it.
func (t *trial) usualAmount() decimal.Decimal {
	switch {
	case fifty.LessThan(t.traits.Smallest):
		return t.traits.Smallest
	case !t.traits.Largest.IsZero() && fifty.GreaterThan(t.traits.Largest):
		return t.traits.Largest
	}
	return fifty
}

// takesAmount reports whether an amount is within the acquirer's limits.
func (t *trial) takesAmount(amount decimal.Decimal) bool {
	return !amount.LessThan(t.traits.Smallest) && (t.traits.Largest.IsZero() || !amount.GreaterThan(t.traits.Largest))
}

func (t *trial) newOrder() acquirer.Order {
	n := orders.Add(1)
	o := acquirer.Order{
		ID:        fmt.Sprintf("%026d", n),
		Reference: fmt.Sprintf("PCLCB%s%07d", time.Now().Format("06002"), n%10_000_000),
		Amount:    t.usualAmount(),
		Currency:  "EUR",
		ReturnURL: "https://shop.invalid/return", NotifyURL: "https://shop.invalid/notify",
		Language: "fr",
	}
	if w, ok := t.w.(Addressed); ok {
		o.ReturnURL, o.NotifyURL = w.Addresses()
	}
	return o
}

// beginTrip begins a good order.
func (t *trial) beginTrip(o acquirer.Order) (*trip, error) {
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

// endTrip has the payer end a session with an outcome.
func (t *trial) endTrip(p *trip, outcome acquirer.Outcome) error {
	return worldError("the outcome "+string(outcome)+" at the payment page", t.w.Pay(p.session, outcome))
}

// beginAndEnd begins a good order and has the payer end it with an outcome.
func (t *trial) beginAndEnd(outcome acquirer.Outcome) (*trip, error) {
	p, err := t.beginTrip(t.newOrder())
	if err != nil {
		return nil, err
	}
	return p, t.endTrip(p, outcome)
}

func (t *trial) advanceClock(d time.Duration) error {
	return worldError("moving the clock", t.w.Advance(d))
}

func (t *trial) injectFault(f Fault) error { return worldError("the fault "+string(f), t.w.Fault(f)) }

// questionAbout is the question that a host asks about the trip, with the handle as its row has it.
func (t *trial) questionAbout(p *trip) acquirer.Question {
	t.mu.Lock()
	defer t.mu.Unlock()
	return acquirer.Question{Reference: p.order.Reference, Merchant: t.client.Merchant(), Handle: p.handle}
}

// modificationOf is a new decision to give an amount of the trip back.
func (t *trial) modificationOf(p *trip, amount decimal.Decimal) acquirer.Modification {
	q := t.questionAbout(p)
	return acquirer.Modification{
		Reference: q.Reference, Merchant: q.Merchant, Handle: q.Handle, Amount: amount, Currency: "EUR", Key: newKey(),
	}
}

// newKey is a decision's key.
func newKey() string { return strings.ToLower((rand.Text() + rand.Text())[:32]) }

// askAbout asks Status about the trip and keeps what the answer adds to its handle. It skips the case where Status is not
// supported.
func (t *trial) askAbout(p *trip) (acquirer.Result, error) {
	r, err := t.askWith(t.questionAbout(p))
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

// sentOn returns the callbacks that have come on a channel so far.
func (t *trial) sentOn(c acquirer.Channel) []acquirer.Callback {
	return slices.DeleteFunc(slices.Clone(t.w.Callbacks()), func(cb acquirer.Callback) bool { return cb.Channel != c })
}

// callbackWait is how long a callback is waited for where the world is not synchronous. It only ends what would hang.
const callbackWait = 20 * time.Second

// awaitCallbacks waits until n callbacks have come on a channel. An acquirer whose messages are hints may send more than one
// for one event.
func (t *trial) awaitCallbacks(c acquirer.Channel, n int) ([]acquirer.Callback, error) {
	end := time.Now().Add(callbackWait)
	if s, ok := t.w.(Synchronous); ok && s.Synchronous() {
		end = time.Now()
	}
	for {
		cbs := t.sentOn(c)
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

// parseGenuine parses a callback that the acquirer sent and nobody changed.
func (t *trial) parseGenuine(cb acquirer.Callback) (acquirer.Result, error) {
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

// followCallback parses a genuine callback and, where it is a hint, asks Status as a host does. It returns the result, and the
// trip that it is about.
func (t *trial) followCallback(cb acquirer.Callback) (acquirer.Result, *trip, error) {
	r, err := t.parseGenuine(cb)
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
	q := t.questionAbout(p)
	q.Handle = q.Handle.With(r.Handle)
	if r, err = t.askWith(q); err != nil {
		return r, p, fmt.Errorf("asked because of a hint (%s): %w", cb.Channel, err)
	}
	return r, p, nil
}

// onlyCallback waits for the one callback of a channel and follows it; of several hints it follows the first.
func (t *trial) onlyCallback(c acquirer.Channel) (acquirer.Result, error) {
	cbs, err := t.awaitCallbacks(c, 1)
	if err != nil {
		return acquirer.Result{}, err
	}
	r, _, err := t.followCallback(cbs[0])
	return r, err
}

// ofOrder compares a result with the order it is about. Some acquirers send no order id, or not unless something was paid, and no
// amount as long as nobody has paid.
//
// A session in which nothing was tried may have no amount, where the handle binds the answer to the order.
func (t *trial) ofOrder(r acquirer.Result, o acquirer.Order) error {
	nothingTried := r.Outcome == acquirer.Open ||
		t.traits.AskedByHandle && r.AuthorisationID == "" && (r.Outcome == acquirer.Cancelled || r.Outcome == acquirer.Expired)
	noAmount := nothingTried && r.Amount.IsZero() && r.Currency == ""
	for _, c := range []struct{ field, got, want string }{
		{"Reference", r.Reference, o.Reference},
		{"Merchant", r.Merchant, t.client.Merchant()},
		{"Currency", r.Currency, o.Currency},
		{"OrderID", r.OrderID, o.ID},
	} {
		mayMiss := c.field == "OrderID" && (r.Outcome != acquirer.Accepted || t.traits.AskedByHandle) || // the handle binds it too
			c.field == "Currency" && noAmount
		if c.got != c.want && !(c.got == "" && mayMiss) {
			return fmt.Errorf("%s came back as %q, the order said %q", c.field, c.got, c.want)
		}
	}
	if !r.Amount.Equal(o.Amount) && !noAmount && !(r.Amount.IsZero() && r.Outcome == acquirer.Open) {
		return fmt.Errorf("Amount came back as %s, the order said %s", r.Amount, o.Amount)
	}
	return nil
}

// sameResult compares the fingerprints of two results about one transaction. The order id may be missing in one of them.
func sameResult(a, b acquirer.Result) error {
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
	if err == nil {
		return fmt.Errorf("no error, expected one of the kind %v", kinds)
	}
	e, broken := asError(err)
	switch {
	case broken != nil:
		return broken
	case !slices.Contains(kinds, e.Kind):
		return fmt.Errorf("the kind of the error is %v, expected one of %v: %w", e.Kind, kinds, err)
	case !zero:
		return fmt.Errorf("something was returned beside the error %w", err)
	}
	return nil
}

// endedWith checks what a call returns whose context has ended before it began.
func endedWith(ctx context.Context, err error, zero bool) error {
	switch {
	case err == nil:
		return errors.New("the call succeeded although its context had ended")
	case !errors.Is(err, ctx.Err()):
		return fmt.Errorf("the error's cause is not the context's (%w): %w", ctx.Err(), err)
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

// absurd is an exponent of ten with which nobody can calculate within [prompt]: whoever compares such an amount, or prints it, is busy for
// a minute.
const absurd = 100_000_000

// prompt is for what needs no time at all, on a machine that has other things to do.
const prompt = 20 * time.Second

// checkPrompt runs f and fails when it is not prompt.
func checkPrompt(what string, f func() error) error {
	start := time.Now()
	err := f()
	if took := time.Since(start); err == nil && took > prompt {
		return fmt.Errorf("%s took %v, and needs no time at all: less than %v", what, took.Round(time.Millisecond), prompt)
	}
	return err
}

// forEach runs f over a table and joins the errors, each under its name.
func forEach[T any](table map[string]T, f func(T) error) error {
	var broken []error
	for _, n := range slices.Sorted(maps.Keys(table)) {
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
