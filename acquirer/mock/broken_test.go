package mock_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/acquirertest"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// client is a mock of which single methods are replaced by worse ones.
type client struct {
	acquirer.Client
	desk
	merchant func() string
	begin    func(context.Context, acquirer.Order) (acquirer.Session, error)
	parse    func(acquirer.Callback) (acquirer.Result, error)
	status   func(context.Context, acquirer.Question) (acquirer.Result, error)
	cancel   func(context.Context, acquirer.Modification) (acquirer.Result, error)
	refund   func(context.Context, acquirer.Modification) (acquirer.Result, error)
	takes    func(acquirer.Channel) ([]acquirer.Shape, []string)
	answer   func(*http.Request) (string, bool)
	print    atomic.Value

	mu  sync.Mutex
	log strings.Builder
}

type desk interface {
	acquirer.Canceller
	acquirer.Refunder
}

func (c *client) Merchant() string { return c.merchant() }
func (c *client) Begin(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
	return c.begin(ctx, o)
}
func (c *client) Parse(cb acquirer.Callback) (acquirer.Result, error) { return c.parse(cb) }
func (c *client) Status(ctx context.Context, r acquirer.Question) (acquirer.Result, error) {
	return c.status(ctx, r)
}
func (c *client) Cancel(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return c.cancel(ctx, m)
}
func (c *client) Refund(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return c.refund(ctx, m)
}
func (c *client) Takes(ch acquirer.Channel) ([]acquirer.Shape, []string) { return c.takes(ch) }
func (c *client) Answer(r *http.Request) (string, bool)                  { return c.answer(r) }
func (c *client) Format(f fmt.State, _ rune)                             { fmt.Fprint(f, c.print.Load()) }

func (c *client) record(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log.WriteString(line + "\n")
}

func (c *client) logged() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log.String()
}

// newClient is a client without a fault.
func newClient(a *mock.Acquirer) *client {
	return &client{
		Client: a, desk: a, merchant: a.Merchant, begin: a.Begin, parse: a.Parse, status: a.Status,
		cancel: a.Cancel, refund: a.Refund, takes: a.Takes, answer: a.Answer,
	}
}

// brokenWorld is a good world with a client that is not.
type brokenWorld struct {
	acquirertest.World
	c *client
}

func (w brokenWorld) Client() acquirer.Client { return w.c }
func (w brokenWorld) Traits() acquirer.Traits { return w.World.(acquirertest.Kind).Traits() }
func (w brokenWorld) Synchronous() bool       { return true }
func (w brokenWorld) Logged() string          { return w.c.logged() }

// brokenVerifying is a brokenWorld whose acquirer verifies the address.
type brokenVerifying struct {
	brokenWorld
	acquirertest.Verifying
}

// openBroken is the world of a kind with a client that was spoilt.
func openBroken(kind acquirer.Traits, spoil func(*client)) acquirertest.World {
	good := open(kind)
	var a *mock.Acquirer
	switch w := good.(type) {
	case *world:
		a = w.a
	case verifying:
		a = w.a
	}
	c := newClient(a)
	spoil(c)
	w := brokenWorld{good, c}
	if v, ok := good.(acquirertest.Verifying); ok {
		return brokenVerifying{w, v}
	}
	return w
}

// failing runs the whole suite, in a bubble where every wait is by its clock, and returns the names of the cases that fail.
func failing(t *testing.T, open func() acquirertest.World) []string {
	var names []string
	synctest.Test(t, func(t *testing.T) {
		for _, c := range acquirertest.Cases() {
			err := c.Check(t.Context(), open())
			if skip := (*acquirertest.SkipError)(nil); err != nil && !errors.As(err, &skip) {
				names = append(names, c.Name)
			}
		}
	})
	return names
}

// unverified reads a callback as if there were no seal.
func unverified(cb acquirer.Callback) (acquirer.Result, error) {
	var m struct {
		Reference string `json:"transactionReference"`
		OrderID   string `json:"orderId"`
		Merchant  string `json:"merchantId"`
		Amount    int64  `json:"amount"`
		Currency  string `json:"currencyCode"`
		Code      string `json:"responseCode"`
		Acquirer  string `json:"acquirerResponseCode"`
		ID        string `json:"authorisationId"`
	}
	if err := json.Unmarshal([]byte(cb.Form.Get("Data")), &m); err != nil {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Kind: acquirer.ErrUnverified}
	}
	outcome := map[string]acquirer.Outcome{"00": acquirer.Accepted, "05": acquirer.Refused}[m.Code]
	return acquirer.Result{
		Reference: m.Reference, OrderID: m.OrderID, Merchant: m.Merchant, Amount: decimal.New(m.Amount, -2), Currency: m.Currency,
		Outcome: outcome, Code: m.Code, AcquirerCode: m.Acquirer, AuthorisationID: m.ID,
	}, nil
}

// brokenClient breaks one promise.
type brokenClient struct {
	name  string
	spoil func(*client)
	want  []string // cases that must fail; more may
	kind  acquirer.Traits
}

// The suite is worth what it finds: each of these clients breaks one promise, and the cases that guard it must fail.
func TestSuiteFindsBrokenClients(t *testing.T) {
	// change alters every genuine result, on all ways.
	change := func(f func(*acquirer.Result)) func(*client) {
		return func(c *client) {
			parse, status := c.parse, c.status
			c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
				r, err := parse(cb)
				if err == nil {
					f(&r)
				}
				return r, err
			}
			c.status = func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
				r, err := status(ctx, q)
				if err == nil {
					f(&r)
				}
				return r, err
			}
		}
	}
	// rename gives the errors of a kind another kind, on every call.
	rename := func(from, to error) func(*client) {
		swap := func(err error) error {
			if e := (*acquirer.Error)(nil); errors.As(err, &e) && e.Kind == from {
				other := *e
				other.Kind = to
				return &other
			}
			return err
		}
		return func(c *client) {
			begin, status, cancel, refund := c.begin, c.status, c.cancel, c.refund
			c.begin = func(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
				s, err := begin(ctx, o)
				return s, swap(err)
			}
			c.status = func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
				r, err := status(ctx, q)
				return r, swap(err)
			}
			c.cancel = func(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
				r, err := cancel(ctx, m)
				return r, swap(err)
			}
			c.refund = func(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
				r, err := refund(ctx, m)
				return r, swap(err)
			}
		}
	}
	tests := []brokenClient{
		{"a missing seal accepted", func(c *client) {
			parse := c.parse
			c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
				if !cb.Form.Has("Seal") {
					return unverified(cb)
				}
				return parse(cb)
			}
		}, []string{"parse/field_missing", "fault/unsealed"}, mock.Sips},
		{"the seal not looked at", func(c *client) { c.parse = unverified }, []string{
			"parse/field_changed", "parse/field_missing", "parse/spliced", "fault/tampered", "fault/forged", "fault/unsealed",
		}, mock.Sips},
		{"the last of two values used", func(c *client) {
			parse := c.parse
			c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
				if d := cb.Form["Data"]; len(d) == 2 {
					return unverified(acquirer.Callback{Form: map[string][]string{"Data": d[:1]}})
				}
				return parse(cb)
			}
		}, []string{"parse/field_doubled"}, mock.Sips},
		{"a result beside the error", func(c *client) {
			parse := c.parse
			c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
				r, err := parse(cb)
				if err != nil {
					r.Reference = "PCLCB172540000004"
				}
				return r, err
			}
		}, []string{"parse/nothing", "parse/field_changed", "fault/forged"}, mock.Sips},
		{"a nil dereference on rubbish", func(c *client) {
			parse := c.parse
			c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
				_ = cb.Form["Data"][0]
				return parse(cb)
			}
		}, []string{"parse/nothing", "parse/field_missing"}, mock.Sips},
		{"pending taken for paid", change(func(r *acquirer.Result) {
			if r.Outcome == acquirer.Pending {
				r.Outcome = acquirer.Accepted
			}
		}), []string{"outcome/pending", "status/pending"}, mock.Sips},
		{"an unknown code that is an error", func(c *client) {
			parse := c.parse
			c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
				r, err := parse(cb)
				if r.Outcome == acquirer.Unknown {
					return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Kind: acquirer.ErrInvalid}
				}
				return r, err
			}
		}, []string{"outcome/unknown"}, mock.Sips},
		{"a float for money", change(func(r *acquirer.Result) {
			f, _ := r.Amount.Float64()
			r.Amount = decimal.New(int64(f*100), -2)
		}), []string{"begin/amounts"}, mock.Sips},
		{"another order's id", change(func(r *acquirer.Result) { r.OrderID = "0" }), []string{"outcome/accepted", "status/accepted"}, mock.Sips},
		{"the card number not masked", change(func(r *acquirer.Result) { r.MaskedPAN = "5017670000001800" }), []string{"outcome/accepted"}, mock.Sips},
		{"what went back taken off the amount", change(func(r *acquirer.Result) { r.Amount = r.Amount.Sub(r.Returned) }), []string{
			"cancel/all", "cancel/part", "refund/all", "refund/part",
		}, mock.Sips},
		{"given back is no longer accepted", change(func(r *acquirer.Result) {
			if !r.Returned.IsZero() {
				r.Outcome = acquirer.Cancelled
			}
		}), []string{"cancel/all", "refund/all"}, mock.Sips},
		{"return and notification differ", func(c *client) {
			parse := c.parse
			c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
				r, err := parse(cb)
				if cb.Channel == acquirer.Return {
					r.AuthorisationID = ""
				}
				return r, err
			}
		}, []string{"outcome/accepted", "fault/lost"}, mock.Sips},
		{"an unknown reference is paid", func(c *client) {
			status := c.status
			c.status = func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
				r, err := status(ctx, q)
				if errors.Is(err, acquirer.ErrNotFound) {
					return acquirer.Result{Reference: q.Reference, Outcome: acquirer.Accepted, Amount: decimal.New(50, 0)}, nil
				}
				return r, err
			}
		}, []string{"status/unknown_reference", "status/not_paid_yet", "status/no_reference"}, mock.Sips},
		{"no answer reads as not found", rename(acquirer.ErrUnanswered, acquirer.ErrNotFound), []string{
			"fault/timeout/status", "fault/truncated/status", "fault/timeout/cancel", "fault/timeout/refund", "fault/server_error/cancel",
		}, mock.Sips},
		{"a time-out reads as certainly not done", rename(acquirer.ErrUnanswered, acquirer.ErrUnavailable), []string{
			"fault/timeout/cancel", "fault/truncated/cancel", "fault/slow/cancel", "fault/timeout/refund",
		}, mock.Sips},
		{"too late reads as invalid", rename(acquirer.ErrConflict, acquirer.ErrInvalid), []string{
			"cancel/after_remittance", "refund/before_remittance",
		}, mock.Sips},
		{"a blind repeat", func(c *client) {
			cancel, refund := c.cancel, c.refund
			c.cancel = func(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
				r, err := cancel(ctx, m)
				if e := (*acquirer.Error)(nil); errors.As(err, &e) && e.OutcomeUnknown() {
					return cancel(ctx, m)
				}
				return r, err
			}
			c.refund = func(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
				r, err := refund(ctx, m)
				if e := (*acquirer.Error)(nil); errors.As(err, &e) && e.OutcomeUnknown() {
					return refund(ctx, m)
				}
				return r, err
			}
		}, []string{"fault/timeout/cancel", "fault/truncated/cancel", "fault/timeout/refund", "fault/truncated/refund"}, mock.Sips},
		{"a cancellation that does nothing", func(c *client) {
			status := c.status
			c.cancel = func(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
				return status(ctx, acquirer.Question{Reference: m.Reference})
			}
		}, []string{"cancel/all", "cancel/part", "cancel/twice", "cancel/more_than_remains", "cancel/not_paid"}, mock.Sips},
		{"a used reference served again", func(c *client) {
			begin := c.begin
			c.begin = func(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
				s, err := begin(ctx, o)
				if errors.Is(err, acquirer.ErrReferenceUsed) {
					o.Reference = "X" + o.Reference
					return begin(ctx, o)
				}
				return s, err
			}
		}, []string{"begin/reference_used"}, mock.Sips},
		{"an amount rounded", func(c *client) {
			begin := c.begin
			c.begin = func(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
				if o.Amount.Exponent() > -100 && o.Amount.Exponent() < 0 {
					o.Amount = o.Amount.Round(2)
				}
				return begin(ctx, o)
			}
		}, []string{"begin/invalid"}, mock.Sips},
		{"an absurd amount compared first", func(c *client) {
			begin := c.begin
			c.begin = func(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
				if o.Amount.Exponent() == 100_000_000 {
					time.Sleep(time.Minute) // as comparing it would take, by the clock of the bubble
				}
				return begin(ctx, o)
			}
		}, []string{"begin/invalid"}, mock.Sips},
		{"an invalid order tells nothing", rename(acquirer.ErrInvalid, acquirer.ErrConfiguration), []string{
			"begin/invalid", "cancel/invalid", "refund/invalid",
		}, mock.Sips},
		{"a session beside the error", func(c *client) {
			begin := c.begin
			c.begin = func(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
				s, err := begin(ctx, o)
				if err != nil {
					s.URL = "https://kiosk.invalid/pay"
				}
				return s, err
			}
		}, []string{"begin/reference_used", "begin/invalid", "begin/context", "fault/timeout/begin"}, mock.Sips},
		{"a relative session", func(c *client) {
			begin := c.begin
			c.begin = func(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
				s, err := begin(ctx, o)
				s.URL = strings.TrimPrefix(s.URL, "https://kiosk.invalid")
				return s, err
			}
		}, []string{"begin/session"}, mock.Sips},
		{"deaf to the context", func(c *client) {
			begin, status, cancel, refund := c.begin, c.status, c.cancel, c.refund
			c.begin = func(_ context.Context, o acquirer.Order) (acquirer.Session, error) {
				return begin(context.Background(), o)
			}
			c.status = func(_ context.Context, q acquirer.Question) (acquirer.Result, error) {
				return status(context.Background(), q)
			}
			c.cancel = func(_ context.Context, m acquirer.Modification) (acquirer.Result, error) {
				return cancel(context.Background(), m)
			}
			c.refund = func(_ context.Context, m acquirer.Modification) (acquirer.Result, error) {
				return refund(context.Background(), m)
			}
		}, []string{"begin/context", "status/context", "cancel/context", "refund/context"}, mock.Sips},
		{"errors without a type", func(c *client) {
			parse, cancel := c.parse, c.cancel
			c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
				r, err := parse(cb)
				if err != nil {
					err = errors.New(err.Error())
				}
				return r, err
			}
			c.cancel = func(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
				r, err := cancel(ctx, m)
				if err != nil {
					err = errors.New(err.Error())
				}
				return r, err
			}
		}, []string{"parse/nothing", "fault/forged", "fault/timeout/cancel", "cancel/unknown_reference"}, mock.Sips},
		{"another merchant each time", func(c *client) {
			var n atomic.Int64
			c.merchant = func() string { return fmt.Sprint(n.Add(1)) }
		}, []string{"merchant", "outcome/accepted"}, mock.Sips},
		{"prints the session", func(c *client) {
			begin := c.begin
			c.begin = func(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
				s, err := begin(ctx, o)
				if err == nil {
					c.print.Store(s.Fields.Encode())
				}
				return s, err
			}
		}, []string{"secrets"}, mock.Sips},
	}
	found := make(map[string]bool)
	for _, tt := range append(tests, brokenByKind...) {
		t.Run(tt.name, func(t *testing.T) {
			failed := failing(t, func() acquirertest.World { return openBroken(tt.kind, tt.spoil) })
			for _, name := range failed {
				found[name] = true
			}
			for _, name := range tt.want {
				if !slices.Contains(failed, name) {
					t.Errorf("the case %s does not fail; failing are %q", name, failed)
				}
			}
		})
	}
	for _, c := range acquirertest.Cases() {
		if !found[c.Name] {
			t.Errorf("no broken client is found by the case %s", c.Name)
		}
	}
}

// A good client passes, and every case is run: nothing that the mock offers is skipped but what the kind does not have.
func TestSuiteSkipsNothingOfTheMock(t *testing.T) {
	lacks := map[string][]string{
		"sips":   nil,
		"direct": {acquirer.OpCancel},
		"payfip": {acquirer.OpCancel, acquirer.OpRefund, "the fault forged", "the fault unsealed"},
	}
	for name, k := range mock.Kinds() {
		synctest.Test(t, func(t *testing.T) {
			for _, c := range acquirertest.Cases() {
				err := c.Check(t.Context(), open(k))
				if skip := (*acquirertest.SkipError)(nil); errors.As(err, &skip) && slices.Contains(lacks[name], skip.What) {
					continue
				}
				if err != nil {
					t.Errorf("%s: %s: %v", name, c.Name, err)
				}
			}
		})
	}
}

// plain hides what is optional: the clock, the faults, the ways back, the question.
type plain struct{ *world }

func (w plain) Client() acquirer.Client { return plainClient{w.a} }

func (plain) Advance(time.Duration) error { return acquirer.ErrUnsupported }
func (plain) Fault(acquirertest.Fault) error {
	return fmt.Errorf("no faults here: %w", acquirer.ErrUnsupported)
}

type plainClient struct{ acquirer.Client }

func (plainClient) Status(context.Context, acquirer.Question) (acquirer.Result, error) {
	return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrUnsupported}
}

// What a world cannot offer is skipped by name, and the rest still runs.
func TestSuiteSkipsWhatIsNotOffered(t *testing.T) {
	ran, skipped := 0, map[string]int{}
	for _, c := range acquirertest.Cases() {
		err := c.Check(t.Context(), plain{newWorld(mock.Sips)})
		skip := (*acquirertest.SkipError)(nil)
		switch {
		case errors.As(err, &skip):
			skipped[skip.What]++
		case err != nil:
			t.Errorf("%s: %v", c.Name, err)
		default:
			ran++
		}
	}
	for _, what := range []string{"Status", acquirer.OpCancel, acquirer.OpRefund, "the fault lost", "the fault timeout"} {
		if skipped[what] == 0 {
			t.Errorf("nothing was skipped for want of %s; skipped: %v", what, skipped)
		}
	}
	if ran < 15 {
		t.Errorf("only %d cases ran without the clock, faults, ways back and Status", ran)
	}
}
