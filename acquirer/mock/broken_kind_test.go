package mock_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/shopspring/decimal"
)

// onBegin alters every session that is handed out.
func onBegin(f func(acquirer.Order, *acquirer.Session)) func(*client) {
	return func(c *client) {
		begin := c.begin
		c.begin = func(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
			s, err := begin(ctx, o)
			if err == nil {
				f(o, &s)
			}
			return s, err
		}
	}
}

// onParse alters every result of a message.
func onParse(f func(acquirer.Callback, *acquirer.Result)) func(*client) {
	return func(c *client) {
		parse := c.parse
		c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
			r, err := parse(cb)
			if err == nil {
				f(cb, &r)
			}
			return r, err
		}
	}
}

// onStatus alters every answer to a question.
func onStatus(f func(acquirer.Question, *acquirer.Result, *error)) func(*client) {
	return func(c *client) {
		status := c.status
		c.status = func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
			r, err := status(ctx, q)
			f(q, &r, &err)
			return r, err
		}
	}
}

// onGiving alters every call that gives money back, before it and after it.
func onGiving(before func(*acquirer.Modification), after func(*acquirer.Result, *error)) func(*client) {
	return func(c *client) {
		wrap := func(call func(context.Context, acquirer.Modification) (acquirer.Result, error)) func(context.Context, acquirer.Modification) (acquirer.Result, error) {
			return func(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
				before(&m)
				r, err := call(ctx, m)
				after(&r, &err)
				return r, err
			}
		}
		c.cancel, c.refund = wrap(c.cancel), wrap(c.refund)
	}
}

func unchanged(*acquirer.Modification)      {}
func noAfterwards(*acquirer.Result, *error) {}

// of is an error of the kind.
func of(kind error) error { return &acquirer.Error{Op: acquirer.OpStatus, Kind: kind} }

// unsigned reads an event as if there were no signature.
func unsigned(cb acquirer.Callback) (acquirer.Result, error) {
	var e struct{ Merchant, Reference, Session, Payment string }
	if json.Unmarshal(cb.Body, &e) != nil || e.Session == "" {
		return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Kind: acquirer.ErrInvalid}
	}
	return acquirer.Result{Hint: true, Merchant: e.Merchant, Reference: e.Reference,
		Handle: acquirer.Handle{Session: e.Session, Payment: e.Payment}}, nil
}

// remembered is what a client that remembers too much knows of its sessions and payments.
type remembered struct {
	mu    sync.Mutex
	asked map[string]acquirer.Question
}

func (m *remembered) put(id string, q acquirer.Question) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.asked == nil {
		m.asked = make(map[string]acquirer.Question)
	}
	if id != "" {
		m.asked[id] = q
	}
}

func (m *remembered) get(id string) (acquirer.Question, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q, ok := m.asked[id]
	return q, ok
}

// trusting asks by whatever stands in the handle and takes the reference from the question: the answer about another order is told as one
// about this order.
func trusting(c *client) {
	known := new(remembered)
	onBegin(func(o acquirer.Order, s *acquirer.Session) {
		known.put(s.Handle.Session, acquirer.Question{Reference: o.Reference, Handle: s.Handle})
	})(c)
	status := c.status
	c.status = func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
		asked := q
		if k, ok := known.get(q.Handle.Payment); ok {
			asked.Reference, asked.Handle = k.Reference, k.Handle
		} else if k, ok := known.get(q.Handle.Session); ok {
			asked.Reference = k.Reference
		}
		r, err := status(ctx, asked)
		if err == nil {
			known.put(r.Handle.Payment, asked)
			r.Reference, r.Handle.Session = q.Reference, q.Handle.Session
			if q.Handle.Payment != "" {
				r.Handle.Payment = q.Handle.Payment
			}
		}
		return r, err
	}
}

// believing takes the outcome of a number from what read finds in a message, and answers the next question with it.
func believing(read func(values []string) (number, said string, ok bool)) func(*client) {
	return func(c *client) {
		parse, believed := c.parse, new(remembered)
		c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
			if values := cb.Form["number"]; len(values) > 0 {
				if number, said, ok := read(values); ok {
					believed.put(number, acquirer.Question{Reference: said})
					cb.Form = url.Values{"number": {number}}
				}
			}
			return parse(cb)
		}
		onStatus(func(q acquirer.Question, r *acquirer.Result, _ *error) {
			if b, ok := believed.get(q.Handle.Session); ok {
				r.AuthorisationID = b.Reference
				believed.put(q.Handle.Session, acquirer.Question{Reference: r.AuthorisationID + "."})
			}
		})(c)
	}
}

// Clients that break a promise which one kind or the other makes, or that every kind makes since there are handles.
var brokenByKind = []brokenClient{
	{"no handle", onBegin(func(_ acquirer.Order, s *acquirer.Session) { s.Handle = acquirer.Handle{} }), []string{"begin/handle", "status/not_paid_yet"}, mock.PayFiP},
	{"a handle that does not end", onBegin(func(_ acquirer.Order, s *acquirer.Session) { s.Handle.ExpiresAt = s.Handle.ExpiresAt.AddDate(0, 0, 1) }),
		[]string{"begin/handle"}, mock.PayFiP},
	{"a handle that is too long", onBegin(func(_ acquirer.Order, s *acquirer.Session) { s.Handle.Proof = strings.Repeat("p", 201) }), []string{"begin/handle"}, mock.Direct},
	{"a handle with a line feed", onBegin(func(_ acquirer.Order, s *acquirer.Session) { s.Handle.Proof += "\n" }), []string{"begin/handle", "outcome/accepted"}, mock.Direct},
	{"one proof for all", onBegin(func(_ acquirer.Order, s *acquirer.Session) { s.Handle.Proof = "proof" }), []string{"begin/handle", "return/other_proof"}, mock.Direct},
	{"the session's id for a proof", onBegin(func(_ acquirer.Order, s *acquirer.Session) { s.Handle.Proof = s.Handle.Session }),
		[]string{"begin/handle"}, mock.Direct},
	{"the same session for a reference that comes again", func(c *client) {
		first := new(remembered)
		onBegin(func(o acquirer.Order, s *acquirer.Session) {
			if q, ok := first.get(o.Reference); ok {
				s.Handle = q.Handle
				return
			}
			first.put(o.Reference, acquirer.Question{Handle: s.Handle})
		})(c)
	}, []string{"begin/reference_used", "begin/handle"}, mock.Direct},
	{"the session in an error", onStatus(func(q acquirer.Question, _ *acquirer.Result, err *error) {
		if e := (*acquirer.Error)(nil); errors.As(*err, &e) && q.Handle.Session != "" {
			*err = &acquirer.Error{Op: e.Op, Kind: e.Kind, Err: fmt.Errorf("GET /sessions/%s: %w", q.Handle.Session, *err)}
		}
	}), []string{"begin/handle_hidden"}, mock.Direct},
	{"the number in the log", func(c *client) {
		onBegin(func(_ acquirer.Order, s *acquirer.Session) { c.record("opened " + s.URL) })(c)
	}, []string{"begin/handle_hidden", "secrets"}, mock.PayFiP},
	{"an amount that is too small is raised", func(c *client) {
		begin := c.begin
		c.begin = func(ctx context.Context, o acquirer.Order) (acquirer.Session, error) {
			if o.Amount.Exponent() == -2 && o.Amount.Equal(decimal.New(99, -2)) {
				o.Amount = decimal.New(1, 0)
			}
			return begin(ctx, o)
		}
	}, []string{"begin/invalid"}, mock.PayFiP},
	{"a reason that nobody gave", onStatus(func(_ acquirer.Question, r *acquirer.Result, _ *error) {
		if r.Outcome == acquirer.Refused {
			r.Decline = acquirer.InsufficientFunds
		}
	}), []string{"outcome/refused", "status/refused"}, mock.PayFiP},

	{"a hint that decides", onParse(func(_ acquirer.Callback, r *acquirer.Result) { r.Outcome, r.Code = acquirer.Accepted, "9" }),
		[]string{"parse/hint", "outcome/accepted", "fault/lost", "fault/doubled", "fault/late", "fault/reordered"}, mock.Direct},
	{"a hint that is none", onParse(func(_ acquirer.Callback, r *acquirer.Result) { r.Hint = false }), []string{"parse/hint"}, mock.PayFiP},
	{"a sealed message that is a hint", onParse(func(_ acquirer.Callback, r *acquirer.Result) { r.Hint = true }), []string{"parse/hint", "outcome/accepted"}, mock.Sips},
	{"what stands behind the number is believed", believing(func(values []string) (string, string, bool) {
		number, said, ok := strings.Cut(values[0], "|")
		return number, said, ok
	}), []string{"parse/field_changed"}, mock.PayFiP},
	{"what stands beside the number is believed", believing(func(values []string) (string, string, bool) {
		return values[0], values[len(values)-1], len(values) == 2
	}), []string{"parse/field_doubled"}, mock.PayFiP},
	{"a hint that names nobody", onParse(func(_ acquirer.Callback, r *acquirer.Result) { r.Reference, r.Handle.Session = "", "" }),
		[]string{"parse/hint", "outcome/accepted"}, mock.Direct},
	{"a signature that is not looked at", func(c *client) {
		parse := c.parse
		c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
			if len(cb.Body) > 0 {
				return unsigned(cb)
			}
			return parse(cb)
		}
	}, []string{"parse/body_bytes", "fault/tampered", "fault/forged", "fault/unsealed"}, mock.Direct},
	{"a signature over JSON that was written again", func(c *client) {
		parse := c.parse
		c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
			var compact bytes.Buffer
			if json.Compact(&compact, cb.Body) == nil {
				cb.Body = compact.Bytes()
			}
			return parse(cb)
		}
	}, []string{"parse/body_bytes"}, mock.Direct},
	{"a hint's payment that is believed", func(c *client) {
		trusting(c)
		parse := c.parse
		c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
			r, err := parse(cb)
			if cb.Channel == acquirer.Return && err == nil {
				r.Handle.Payment = cb.Query.Get("payment")
			}
			return r, err
		}
	}, []string{"status/handle_of_another"}, mock.Direct},
	{"another order's answer with this order's reference", trusting, []string{"status/handle_of_another"}, mock.PayFiP},
	{"any handle does", func(c *client) {
		status := c.status
		c.status = func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
			if q.Handle.IsZero() {
				return acquirer.Result{Reference: q.Reference, Outcome: acquirer.Open}, nil
			}
			return status(ctx, q)
		}
	}, []string{"status/unknown_reference"}, mock.PayFiP},

	{"a proof that is remembered", func(c *client) {
		known := new(remembered)
		onBegin(func(_ acquirer.Order, s *acquirer.Session) {
			known.put(s.Handle.Session, acquirer.Question{Handle: s.Handle})
		})(c)
		onParse(func(cb acquirer.Callback, r *acquirer.Result) {
			if q, ok := known.get(r.Handle.Session); ok && cb.Channel == acquirer.Return {
				r.Handle.Proof = q.Handle.Proof
			}
		})(c)
	}, []string{"return/other_proof"}, mock.Direct},
	{"a proof where there is none", onParse(func(_ acquirer.Callback, r *acquirer.Result) { r.Handle.Proof = "proof" }), []string{"return/other_proof"}, mock.Sips},
	{"a return that is taken once", func(c *client) {
		parse, seen := c.parse, new(remembered)
		c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
			if cb.Channel == acquirer.Return {
				if _, ok := seen.get(cb.Query.Encode()); ok {
					return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Kind: acquirer.ErrInvalid}
				}
				seen.put(cb.Query.Encode(), acquirer.Question{})
			}
			return parse(cb)
		}
	}, []string{"return/twice"}, mock.Direct},
	{"a notification that is taken once", func(c *client) {
		parse, seen := c.parse, new(remembered)
		c.parse = func(cb acquirer.Callback) (acquirer.Result, error) {
			if _, ok := seen.get(cb.Form.Encode()); ok {
				return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpParse, Kind: acquirer.ErrInvalid}
			}
			seen.put(cb.Form.Encode(), acquirer.Question{})
			return parse(cb)
		}
	}, []string{"parse/again", "fault/doubled"}, mock.Sips},

	{"forms only", func(c *client) {
		c.takes = func(acquirer.Channel) ([]acquirer.Shape, []string) { return []acquirer.Shape{acquirer.PostForm}, nil }
	}, []string{"listen/shapes"}, mock.Direct},
	{"the header left behind", func(c *client) {
		takes := c.takes
		c.takes = func(ch acquirer.Channel) ([]acquirer.Shape, []string) {
			shapes, _ := takes(ch)
			return shapes, nil
		}
	}, []string{"listen/shapes"}, mock.Direct},
	{"everything is echoed", func(c *client) {
		c.answer = func(r *http.Request) (string, bool) { return r.Header.Get("X-Mock-Verification"), true }
	}, []string{"listen/answer"}, mock.Direct},
	{"the query is echoed", func(c *client) {
		c.answer = func(r *http.Request) (string, bool) { return "<" + r.URL.RawQuery + ">", r.URL.RawQuery != "" }
	}, []string{"listen/answer"}, mock.PayFiP},
	{"another answer each time", func(c *client) {
		var n atomic.Int64
		c.answer = func(*http.Request) (string, bool) { return fmt.Sprint(n.Add(1)), true }
	}, []string{"listen/answer"}, mock.Sips},

	{"nobody paid yet is pending", onStatus(func(_ acquirer.Question, r *acquirer.Result, _ *error) {
		if r.Outcome == acquirer.Open {
			r.Outcome = acquirer.Pending
		}
	}), []string{"status/not_paid_yet", "status/session_expired", "outcome/expired"}, mock.PayFiP},
	{"nobody paid yet is not found", onStatus(func(_ acquirer.Question, r *acquirer.Result, err *error) {
		if r.Outcome == acquirer.Open {
			*r, *err = acquirer.Result{}, of(acquirer.ErrNotFound)
		}
	}), []string{"status/not_paid_yet"}, mock.Direct},
	{"open without its handle", onStatus(func(_ acquirer.Question, r *acquirer.Result, _ *error) { r.Handle = acquirer.Handle{} }),
		[]string{"status/not_paid_yet", "status/after_session"}, mock.Direct},
	{"forgotten is not found", onStatus(func(_ acquirer.Question, _ *acquirer.Result, err *error) {
		if errors.Is(*err, acquirer.ErrUnsupported) {
			*err = of(acquirer.ErrNotFound)
		}
	}), []string{"status/after_session"}, mock.Direct},
	{"deleted cannot be asked", onStatus(func(_ acquirer.Question, _ *acquirer.Result, err *error) {
		if errors.Is(*err, acquirer.ErrNotFound) {
			*err = of(acquirer.ErrUnsupported)
		}
	}), []string{"status/after_session", "status/unknown_reference"}, mock.PayFiP},
	{"expired is not found", onStatus(func(_ acquirer.Question, r *acquirer.Result, err *error) {
		if r.Outcome == acquirer.Expired {
			*r, *err = acquirer.Result{}, of(acquirer.ErrNotFound)
		}
	}), []string{"status/after_session", "status/session_expired", "status/expired"}, mock.Sips},
	{"another merchant's question is asked", func(c *client) {
		status := c.status
		c.status = func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
			q.Merchant = ""
			return status(ctx, q)
		}
	}, []string{"status/other_merchant"}, mock.PayFiP},
	{"another merchant's question is asked before it is refused", func(c *client) {
		status := c.status
		c.status = func(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
			mine := q
			mine.Merchant = ""
			r, err := status(ctx, mine)
			if err == nil && q.Merchant != r.Merchant {
				return acquirer.Result{}, of(acquirer.ErrInvalid)
			}
			return r, err
		}
	}, []string{"status/other_merchant"}, mock.Direct},

	{"another merchant's money is given back", onGiving(func(m *acquirer.Modification) { m.Merchant = "" }, noAfterwards),
		[]string{"cancel/other_merchant", "refund/other_merchant"}, mock.Sips},
	{"a refund that does nothing", func(c *client) {
		status := c.status
		c.refund = func(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
			return status(ctx, acquirer.Question{Reference: m.Reference, Merchant: m.Merchant, Handle: m.Handle})
		}
	}, []string{"refund/not_paid", "refund/all", "refund/twice"}, mock.Direct},
	{"a key for each call", onGiving(func(m *acquirer.Modification) { m.Key = fmt.Sprint(keys.Add(1)) }, noAfterwards), []string{"refund/key"}, mock.Direct},
	{"another key once an answer was lost", rekeying, []string{"fault/timeout/refund", "fault/truncated/refund", "fault/slow/refund"}, mock.Direct},
	{"one key for all", onGiving(func(m *acquirer.Modification) { m.Key = "key" }, noAfterwards), []string{"refund/key", "refund/part"}, mock.Direct},
	{"a refund's own number", onGiving(unchanged, func(r *acquirer.Result, err *error) {
		if *err == nil {
			r.AuthorisationID = "R" + r.AuthorisationID
		}
	}), []string{"cancel/authorisation", "refund/authorisation"}, mock.Sips},
	{"the number of the last refund", onStatus(func(_ acquirer.Question, r *acquirer.Result, _ *error) {
		if !r.Returned.IsZero() {
			r.AuthorisationID = "R" + r.AuthorisationID
		}
	}), []string{"refund/authorisation"}, mock.Direct},
}

// rekeying repeats a call whose answer was lost under a key of its own.
func rekeying(c *client) {
	var mu sync.Mutex
	lost := make(map[string]bool)
	refund := c.refund
	c.refund = func(ctx context.Context, m acquirer.Modification) (acquirer.Result, error) {
		mu.Lock()
		defer mu.Unlock()
		key := m.Key
		if lost[key] {
			m.Key = fmt.Sprint(keys.Add(1))
		}
		r, err := refund(ctx, m)
		lost[key] = errors.Is(err, acquirer.ErrUnanswered)
		return r, err
	}
}

// keys are those of a client that has no idea of a decision.
var keys atomic.Int64
