//go:build !race

package upgrade

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
)

// bank says what a story tells it to say.
type bank struct {
	now    func() time.Time
	closed bool // opens no session
	handle acquirer.Handle
	said   []acquirer.Result
	asked  func()                                          // to open a session
	answer func(reference string) (acquirer.Result, error) // to a question
	give   func(reference string) (acquirer.Result, error) // to a cancellation
}

func (b *bank) Merchant() string { return "201000005940002" }

func (b *bank) Begin(_ context.Context, o acquirer.Order) (acquirer.Session, error) {
	if b.asked != nil {
		b.asked()
	}
	if b.closed {
		return acquirer.Session{}, &acquirer.Error{Op: acquirer.OpBegin, Reference: o.Reference, Kind: acquirer.ErrUnavailable}
	}
	return acquirer.Session{
		URL: "https://kiosk.example/pay?a=1", Method: "POST", Fields: url.Values{"token": {"t-" + o.Reference, "é=&;"}}, ExpiresAt: b.now().Add(time.Hour),
		Handle: b.handle,
	}, nil
}

func (b *bank) Parse(cb acquirer.Callback) (acquirer.Result, error) {
	n, err := strconv.Atoi(cb.Form.Get("n"))
	if err != nil {
		return acquirer.Result{}, &acquirer.Error{Kind: acquirer.ErrUnverified}
	}
	return b.said[n], nil
}

func (b *bank) Status(_ context.Context, q acquirer.Question) (acquirer.Result, error) {
	return b.answer(q.Reference)
}

func (b *bank) Cancel(_ context.Context, m acquirer.Modification) (acquirer.Result, error) {
	return b.give(m.Reference)
}

// world is where one story is told: a database of its own, a clock that is moved by hand.
type world struct {
	*testing.T
	*payment.Service
	store *sqlstore.Store
	bank  *bank
	clock *paymenttest.Clock
	down  bool   // the host takes no change
	close func() // the process ends
}

// begun is when every story begins: 2 March 2026, 11:30 in Paris.
var begun = time.Date(2026, time.March, 2, 10, 30, 0, 123456000, time.UTC)

// newWorld opens a database; number keeps its references apart from those of other stories.
func newWorld(t *testing.T, file string, number int) *world {
	db := open(t, "sqlite", sqlstore.DSN(file))
	w := on(t, migrate(t, db, sqlstore.SQLite))
	w.close = func() { db.Close() }
	w.must(w.store.Advance(t.Context(), "2026-03-02", number*100))
	return w
}

// on is a world on a store that is there.
func on(t *testing.T, s *sqlstore.Store) *world {
	w := &world{T: t, store: s}
	of := paymenttest.New(t, paymenttest.Options{Start: begun, Store: s, Config: func(c *payment.Config) {
		w.bank = &bank{now: c.Now}
		c.Acquirer = w.bank
		c.Deliver = func(context.Context, payment.Change) error {
			if w.down {
				return errors.New("the host is down")
			}
			return nil
		}
	}})
	w.Service, w.clock = of.Service, of.Clock
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// begin sends a debtor to the kiosk; a bank that is closed opens no session.
func (w *world) begin(id string) payment.Payment {
	w.Helper()
	p, _, err := w.Begin(w.Context(), request(id))
	if !w.bank.closed {
		w.must(err)
	}
	return p
}

func request(id string) payment.BeginRequest {
	return payment.BeginRequest{Key: "clé " + id, Language: "fr", Debt: creance.Debt{
		ID: "D-" + id, Debtor: "A-" + id, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_30, -2)}},
		Notice: &creance.Notice{Number: "N-" + id, Channel: creance.Paper},
	}}
}

// result is what the bank says of a payment.
func (w *world) result(p payment.Payment, o acquirer.Outcome, with ...func(*acquirer.Result)) acquirer.Result {
	r := acquirer.Result{
		Reference: p.Reference, OrderID: string(p.ID), Merchant: p.Merchant, Amount: p.Amount, Currency: p.Currency, Outcome: o, Code: "00",
		At: w.clock.Now().Add(-time.Second),
	}
	switch o {
	case acquirer.Accepted:
		r.AuthorisationID, r.Brand, r.MaskedPAN = "761208", "CB", "5017##########00"
	case acquirer.Refused:
		r.Code, r.Decline = "51", acquirer.InsufficientFunds
	default:
		r.Code = map[acquirer.Outcome]string{acquirer.Cancelled: "17", acquirer.Expired: "97", acquirer.Failed: "90"}[o]
		if r.Code == "" {
			r.Code = "60"
		}
	}
	for _, f := range with {
		f(&r)
	}
	return r
}

// hear takes a notification a minute later, and returns the payment as it is then.
func (w *world) hear(p payment.Payment, o acquirer.Outcome, with ...func(*acquirer.Result)) payment.Payment {
	w.Helper()
	w.clock.Add(time.Minute)
	w.bank.said = append(w.bank.said, w.result(p, o, with...))
	_, _, err := w.Receive(w.Context(), acquirer.Callback{Channel: acquirer.Notify, Form: url.Values{"n": {strconv.Itoa(len(w.bank.said) - 1)}}})
	w.must(err)
	return w.get(p)
}

func (w *world) get(p payment.Payment) payment.Payment {
	w.Helper()
	p, err := w.Get(w.Context(), p.ID)
	w.must(err)
	return p
}

// ask lets the worker look at the payment when that is due, and whatever the bank says be answered.
func (w *world) ask(p payment.Payment, answer func(reference string) (acquirer.Result, error)) payment.Payment {
	w.Helper()
	p = w.get(p)
	if p.AttentionAt.After(w.clock.Now()) {
		w.clock.Set(p.AttentionAt)
	}
	w.bank.answer = answer
	w.work()
	return w.get(p)
}

func (w *world) work() {
	w.Helper()
	for range 100 {
		n, err := w.WorkOnce(w.Context())
		w.must(err)
		if n == 0 {
			return
		}
	}
	w.Fatal("the work does not end")
}

// A person's acts.
func (w *world) command(p payment.Payment, why string) payment.Command {
	w.Helper()
	return payment.Command{ID: p.ID, Version: w.get(p).Version, By: "Zoé O'Hara", Why: why}
}

func (w *world) resolve(p payment.Payment, v payment.Verdict) payment.Payment {
	w.Helper()
	p, err := w.Resolve(w.Context(), payment.Resolution{Command: w.command(p, "vu avec la banque : « d'accord »"), Verdict: v})
	w.must(err)
	return p
}

func (w *world) refund(p payment.Payment) payment.Payment {
	w.Helper()
	p, err := w.Refund(w.Context(), w.command(p, "payé deux fois ; \"oups\" \\"))
	w.must(err)
	return p
}

func (w *world) question(p payment.Payment) payment.Payment {
	w.Helper()
	p, err := w.Question(w.Context(), w.command(p, "impayé"))
	w.must(err)
	return p
}

func (w *world) record(p payment.Payment) payment.Payment {
	w.Helper()
	p, err := w.Record(w.Context(), p.ID)
	w.must(err)
	return p
}

func notFound(string) (acquirer.Result, error) {
	return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrNotFound, Code: "25"}
}

func silence(string) (acquirer.Result, error) {
	return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpStatus, Kind: acquirer.ErrUnavailable}
}

// same answers with one result whatever is asked.
func same(r acquirer.Result) func(string) (acquirer.Result, error) {
	return func(string) (acquirer.Result, error) { return r, nil }
}

// A result that is not the usual one.
func returned(r *acquirer.Result) { r.Returned = r.Amount }
func another(r *acquirer.Result)  { r.AuthorisationID = "990017" }
func less(r *acquirer.Result)     { r.Amount = decimal.New(1, -2) }

// stories are payments of each kind of ending, and of each state on the way; between them they know every event, and every effect that is
// written. Each is told on a database of its own, from the same moment on.
var stories = []struct {
	name string
	tell func(w *world)
}{
	{"created", func(w *world) { // the process ends before the bank answers
		w.bank.asked = w.close
		if _, _, err := w.Begin(w.Context(), request("created")); err == nil {
			w.Fatal("a session was handed out")
		}
	}},
	{"redirected", func(w *world) { w.begin("redirected") }},
	{"unknown", func(w *world) {
		p := w.hear(w.begin("unknown"), acquirer.Pending)
		p = w.ask(p, silence)
		w.hear(p, acquirer.Pending, func(r *acquirer.Result) { r.Code = "62" })
	}},
	{"paid", func(w *world) {
		p := w.hear(w.begin("paid"), acquirer.Accepted)
		w.hear(p, acquirer.Refused)
		w.hear(p, acquirer.Cancelled, less)
		w.ask(p, silence) // 24 hours later it is overdue
	}},
	{"recorded", func(w *world) {
		p := w.record(w.hear(w.begin("recorded"), acquirer.Accepted))
		w.hear(p, acquirer.Pending)
	}},
	{"refused", func(w *world) {
		p := w.hear(w.begin("refused"), acquirer.Refused)
		w.hear(p, acquirer.Cancelled)
		w.ask(w.ask(p, notFound), notFound)
	}},
	{"cancelled", func(w *world) { w.hear(w.begin("cancelled"), acquirer.Cancelled) }},
	{"expired", func(w *world) { w.hear(w.begin("expired"), acquirer.Expired) }},
	{"expired-absent", func(w *world) {
		p := w.begin("expired-absent")
		for range 20 {
			if p = w.ask(p, notFound); p.State != payment.Redirected {
				return
			}
		}
		w.Fatal("it does not end")
	}},
	{"unknown-absent", func(w *world) {
		p := w.hear(w.begin("unknown-absent"), acquirer.Pending)
		for range 20 {
			if p = w.ask(p, notFound); p.State != payment.Unknown {
				return
			}
		}
		w.Fatal("it does not end")
	}},
	{"failed", func(w *world) { w.hear(w.begin("failed"), acquirer.Failed) }},
	{"failed-not-opened", func(w *world) {
		w.bank.closed = true
		w.begin("failed-not-opened")
	}},
	{"late", func(w *world) {
		p := w.hear(w.begin("late"), acquirer.Refused)
		w.clock.Add(20 * time.Hour)
		w.record(w.hear(p, acquirer.Accepted))
	}},
	{"refunded", func(w *world) {
		p := w.record(w.hear(w.begin("refunded"), acquirer.Accepted))
		r := w.result(p, acquirer.Accepted)
		w.bank.give = same(w.result(p, acquirer.Accepted, returned))
		w.ask(w.refund(p), same(r))
		w.hear(p, acquirer.Refused)
	}},
	{"refunding", func(w *world) {
		p := w.hear(w.begin("refunding"), acquirer.Accepted)
		w.bank.give = func(string) (acquirer.Result, error) {
			return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpCancel, Kind: acquirer.ErrUnanswered}
		}
		w.ask(w.refund(p), same(w.result(p, acquirer.Accepted)))
		w.ask(p, silence)
	}},
	{"refund-refused", func(w *world) {
		p := w.hear(w.begin("refund-refused"), acquirer.Accepted)
		w.bank.give = func(string) (acquirer.Result, error) {
			return acquirer.Result{}, &acquirer.Error{Op: acquirer.OpCancel, Kind: acquirer.ErrInvalid, Code: "12"}
		}
		p = w.ask(w.refund(p), same(w.result(p, acquirer.Accepted)))
		w.resolve(p, payment.VerdictWasReturned)
	}},
	{"twice", func(w *world) { // two payments of a claim
		first := w.hear(w.begin("twice"), acquirer.Expired)
		r := request("twice")
		r.Key = "another"
		second, _, err := w.Begin(w.Context(), r)
		w.must(err)
		w.hear(first, acquirer.Accepted)
		second = w.resolve(w.hear(second, acquirer.Accepted, another), payment.VerdictGiveBack)
		w.bank.give = same(w.result(second, acquirer.Accepted, another, returned))
		w.ask(second, same(w.result(second, acquirer.Accepted, another)))
	}},
	{"mismatched", func(w *world) {
		p := w.hear(w.begin("mismatched"), acquirer.Accepted, less)
		w.resolve(w.hear(p, acquirer.Refused), payment.VerdictWasReturned)
	}},
	{"questioned", func(w *world) {
		p := w.question(w.record(w.hear(w.begin("questioned"), acquirer.Accepted)))
		w.record(w.resolve(p, payment.VerdictKeep))
	}},
	{"overdue", func(w *world) {
		p := w.hear(w.begin("overdue"), acquirer.Pending)
		w.clock.Add(73 * time.Hour)
		w.ask(p, silence)
	}},
	{"no-money", func(w *world) {
		p := w.hear(w.begin("no-money"), acquirer.Pending)
		w.clock.Add(73 * time.Hour)
		w.resolve(w.ask(p, silence), payment.VerdictNoMoney)
	}},
	{"handle", func(w *world) { // an acquirer that is asked by ids of its own, one of which is learned later
		w.bank.handle = acquirer.Handle{Session: "4250009187", Proof: "11111111-aaaa-4bbb-8ccc-222222222222"}
		p := w.begin("handle")
		w.ask(p, same(w.result(p, acquirer.Accepted, func(r *acquirer.Result) { r.Handle.Payment = "4250009187_0" })))
	}},
	{"returned-part", func(w *world) { // at the bank's desk; then the rest by us
		p := w.hear(w.begin("returned-part"), acquirer.Accepted)
		p = w.hear(p, acquirer.Accepted, func(r *acquirer.Result) { r.Returned = decimal.New(25_00, -2) })
		r := w.result(p, acquirer.Accepted, func(r *acquirer.Result) { r.Returned = decimal.New(25_00, -2) })
		w.bank.give = same(w.result(p, acquirer.Accepted, returned))
		w.ask(w.refund(p), same(r))
	}},
	{"won-back", func(w *world) { // given back, and then it was not
		p := w.hear(w.begin("won-back"), acquirer.Accepted)
		w.bank.give = same(w.result(p, acquirer.Accepted, returned))
		p = w.ask(w.refund(p), same(w.result(p, acquirer.Accepted)))
		w.ask(p, same(w.result(p, acquirer.Accepted)))
	}},
	{"confirmed", func(w *world) { // the first acceptance bears no number
		p := w.hear(w.begin("confirmed"), acquirer.Accepted, func(r *acquirer.Result) { r.AuthorisationID = "" })
		w.hear(p, acquirer.Accepted)
	}},
	{"returned", func(w *world) { w.hear(w.hear(w.begin("returned"), acquirer.Accepted), acquirer.Accepted, returned) }},
	{"erased", func(w *world) {
		p := w.refund(w.record(w.hear(w.begin("erased"), acquirer.Accepted)))
		w.bank.give = same(w.result(p, acquirer.Accepted, returned))
		p = w.ask(p, same(w.result(p, acquirer.Accepted)))
		w.clock.Set(w.clock.Now().AddDate(6, 0, 0))
		e, err := w.Erase(w.Context(), p.Debtor)
		w.must(err)
		if len(e.Erased) != 1 || e.Err() != nil {
			w.Fatalf("erased: %v", e)
		}
	}},
	{"undelivered", func(w *world) { // and one change that the host has refused, and one that nobody knows the payment of
		w.down = true
		p := w.hear(w.begin("undelivered"), acquirer.Accepted)
		gone := p
		gone.Reference, gone.ID = "PCLCB260610009999", "zz"
		w.bank.said = append(w.bank.said, w.result(gone, acquirer.Accepted))
		_, _, err := w.Receive(w.Context(), acquirer.Callback{Channel: acquirer.Return, Form: url.Values{"n": {"1"}}})
		if !errors.Is(err, payment.ErrNotFound) {
			w.Fatalf("error %v", err)
		}
		if _, err := w.WorkOnce(w.Context()); err != nil {
			w.Fatal(err)
		}
	}},
	{"leased", func(w *world) { // the process ends while it looks
		p := w.begin("leased")
		w.work()
		tasks, err := w.store.Lease(w.Context(), payment.WorkAttention, payment.Serving{Merchants: []string{p.Merchant}}, p.AttentionAt, time.Minute, 1)
		w.must(err)
		if len(tasks) != 1 {
			w.Fatalf("%d tasks", len(tasks))
		}
	}},
}
