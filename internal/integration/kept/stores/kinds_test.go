package stores

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/internal/integration/rig/books"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/quittance/quittance/payment/sqlstore"
)

// openStore returns another store on the same payments, as a process has that starts after another one ended.
type openStore func() payment.Store

// eachKind runs a test against each kind of acquirer, on each kind of store.
func eachKind(t *testing.T, run func(t *testing.T, traits acquirer.Traits, open openStore)) {
	onStores := func(t *testing.T, run func(t *testing.T, open openStore)) {
		t.Run("memory", func(t *testing.T) {
			s := payment.NewMemoryStore()
			run(t, func() payment.Store { return s })
		})
		databases(t, func(t *testing.T, open func(sqlstore.Options) *sqlstore.Store) {
			run(t, func() payment.Store { return open(sqlstore.Options{}) })
		})
	}
	for name, traits := range mock.Kinds() {
		t.Run(name, func(t *testing.T) {
			onStores(t, func(t *testing.T, open openStore) { run(t, traits, open) })
		})
	}
}

// portal is a world whose notifications nobody has received yet, behind the service's two handlers.
type portal struct {
	*testing.T
	*payment.Service
	world *paymenttest.World
	bank  *mock.Acquirer
	store payment.Store
	sent  []acquirer.Callback // notifications
	n     int
}

func newPortal(t *testing.T, traits acquirer.Traits, open openStore) *portal {
	p := &portal{T: t}
	p.world = paymenttest.New(t, paymenttest.Options{
		Traits: traits, Store: open(), Start: time.Date(2026, time.March, 2, 10, 30, 0, 0, time.UTC),
		Config: func(c *payment.Config) { c.Deliver = func(context.Context, payment.Change) error { return nil } },
	})
	p.Service, p.store, p.bank = p.world.Service, p.world.Store, p.world.Bank
	p.bank.Notify = func(cb acquirer.Callback) { p.sent = append(p.sent, cb) }
	return p
}

// start is what a process does that begins, with whatever acquirers it has.
func (p *portal) start(s payment.Store, client acquirer.Client, others ...acquirer.Client) {
	p.Helper()
	p.world.Restart(func(c *payment.Config) { c.Store, c.Acquirer, c.Others = s, client, others })
	p.Service, p.store = p.world.Service, s
}

func (p *portal) clock() time.Time { return p.world.Clock.Now() }

func (p *portal) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// pass lets time pass, and does what becomes due: every minute, and less often where days pass.
func (p *portal) pass(d time.Duration) {
	p.Helper()
	p.world.PassInSteps(d, max(time.Minute, d/120))
}

func (p *portal) begin() (payment.Payment, acquirer.Session) {
	p.Helper()
	p.n++
	return p.world.Begin(fmt.Sprintf("%s %d", p.Name(), p.n))
}

// visit plays the payer, and returns what the browser brings back, if anything.
func (p *portal) visit(s acquirer.Session, b mock.Behaviour) (back acquirer.Callback, returns bool) {
	p.Helper()
	back, err := p.bank.Visit(s, b)
	if errors.Is(err, mock.ErrNoReturn) {
		return back, false
	}
	p.must(err)
	return back, true
}

// notifies brings the first notification that is under way to the handler, and returns the status of its answer.
func (p *portal) notifies(cb acquirer.Callback) int {
	p.Helper()
	r, err := mock.NewRequest(p.Context(), "https://portail.example/notification", cb)
	p.must(err)
	w := httptest.NewRecorder()
	p.NotifyHandler().ServeHTTP(w, r)
	return w.Code
}

// returns brings the browser back, and says which payment the handler shows.
func (p *portal) returns(cb acquirer.Callback) (shown payment.Payment, err error) {
	p.Helper()
	r, rerr := mock.NewRequest(p.Context(), "https://portail.example/retour", cb)
	p.must(rerr)
	w := httptest.NewRecorder()
	p.ReturnHandler(func(_ *http.Request, q payment.Payment, e error) string { shown, err = q, e; return "/compte" }).ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/compte" {
		p.Errorf("the return is answered with %d to %q", w.Code, w.Header().Get("Location"))
	}
	return shown, err
}

func (p *portal) at(id payment.ID, want payment.State) payment.Payment {
	p.Helper()
	return p.world.At(id, want)
}

// entries is how many entries a payment has.
func (p *portal) entries(id payment.ID) (n int) {
	for _, err := range p.Journal(p.Context(), id) {
		p.must(err)
		n++
	}
	return n
}

// Whatever the acquirer sends, and however often it arrives or does not: the payment comes to where the bank's book is.
func TestKindsThroughTheService(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, traits acquirer.Traits, open openStore) {
		ends := []acquirer.Outcome{acquirer.Accepted, acquirer.Refused, acquirer.Cancelled}
		p := newPortal(t, traits, open)
		for _, end := range ends {
			want := map[acquirer.Outcome]payment.State{
				acquirer.Accepted: payment.Paid, acquirer.Refused: payment.Refused, acquirer.Cancelled: payment.Cancelled,
			}[end]
			for _, way := range []struct {
				name string
				tell func(back acquirer.Callback)
			}{
				{"by notification, three times", func(acquirer.Callback) {
					for range 3 {
						if status := p.notifies(p.sent[0]); status != http.StatusOK {
							t.Errorf("the notification is answered with %d", status)
						}
					}
				}},
				{"by the browser alone, reloaded", func(back acquirer.Callback) {
					for range 3 {
						shown, err := p.returns(back)
						if err != nil || shown.ID == "" {
							t.Errorf("the return shows %v, %v", shown, err)
						}
					}
				}},
				{"by asking", func(acquirer.Callback) { p.pass(2 * time.Hour) }},
				{"by both, the browser first", func(back acquirer.Callback) {
					p.returns(back)
					p.notifies(p.sent[0])
				}},
			} {
				p.sent = nil
				q, session := p.begin()
				back, _ := p.visit(session, mock.Behaviour{Outcome: end})
				if len(p.sent) == 0 {
					t.Fatalf("%s, %s: no notification was sent", end, way.name)
				}
				way.tell(back)
				if got := p.at(q.ID, want); end == acquirer.Accepted && got.Authorisation == "" {
					t.Errorf("%s: no authorisation is known", way.name)
				}
			}
		}
		before := map[payment.ID]int{}
		for q, err := range p.List(t.Context(), payment.Filter{}) {
			p.must(err)
			before[q.ID] = p.entries(q.ID)
		}
		p.pass(30 * time.Hour)
		for q, err := range p.List(t.Context(), payment.Filter{}) {
			p.must(err)
			// A paid one is overdue by now; that an acquirer has forgotten is written once.
			if more := p.entries(q.ID) - before[q.ID]; q.State != payment.Paid && more > 1 {
				t.Errorf("%s: %d entries more after the last looks", q.State, more)
			}
		}
		p.must(books.Of(p.store, p.clock).Verify(t.Context(), nil))
	})
}

// A page that nobody uses frees the debt within the hour and lands on no clerk's desk; where the acquirer forgets, a person learns of it.
func TestKindsAbandoned(t *testing.T) {
	figure.Long(t)
	eachKind(t, func(t *testing.T, traits acquirer.Traits, open openStore) {
		p := newPortal(t, traits, open)
		q, _ := p.begin()
		p.pass(80 * time.Minute)
		p.at(q.ID, payment.Expired)
		p.pass(30 * time.Hour)
		p.at(q.ID, payment.Expired)
	})
}

// A hint says that it is time to ask, and nothing else. What is forged, doubled or sent by the thousand leads to one question in ten seconds.
func TestKindsHintsAreBounded(t *testing.T) {
	eachKind(t, func(t *testing.T, traits acquirer.Traits, open openStore) {
		if !traits.HintsOnly {
			t.Skip("its messages are sealed")
		}
		p := newPortal(t, traits, open)
		asked := &counted{Client: p.bank.Client()}
		p.start(p.store, asked)
		q, session := p.begin()
		back, _ := p.visit(session, mock.Behaviour{Outcome: acquirer.Accepted})
		asked.questions = 0
		for range 200 {
			p.returns(back)
			p.notifies(p.sent[0])
		}
		if asked.questions != 1 {
			t.Errorf("400 hints within ten seconds led to %d questions, want 1", asked.questions)
		}
		p.at(q.ID, payment.Paid)
		n := p.entries(q.ID)
		for range 36 {
			p.world.Clock.Add(100 * time.Second)
			p.returns(back)
		}
		if got := p.entries(q.ID); got != n {
			t.Errorf("an hour of reloads has written %d entries", got-n)
		}
		if status := p.notifies(acquirer.Callback{Channel: acquirer.Notify, Form: back.Form, Query: back.Query, Body: []byte("{}")}); status == http.StatusOK {
			t.Errorf("a message that nobody sent is answered with %d", status)
		}
	})
}

// counted counts the questions that reach an acquirer. It keeps the other methods of the client that it wraps.
type counted struct {
	acquirer.Client
	questions int
}

func (c *counted) Status(ctx context.Context, q acquirer.Question) (acquirer.Result, error) {
	c.questions++
	return c.Client.Status(ctx, q)
}

func (c *counted) Takes(ch acquirer.Channel) ([]acquirer.Shape, []string) {
	return acquirer.Takes(c.Client, ch)
}

func (c *counted) Answer(r *http.Request) (string, bool) {
	if l, ok := c.Client.(acquirer.Listener); ok {
		return l.Answer(r)
	}
	return "", false
}

// The process dies between a hint and its question: the payment is due, and the next process asks.
func TestKindsKilledBetweenHintAndQuestion(t *testing.T) {
	eachKind(t, func(t *testing.T, traits acquirer.Traits, open openStore) {
		if !traits.HintsOnly {
			t.Skip("its messages are sealed")
		}
		p := newPortal(t, traits, open)
		p.start(p.store, &dying{counted{Client: p.bank.Client()}})
		q, session := p.begin()
		p.visit(session, mock.Behaviour{Outcome: acquirer.Accepted})
		func() {
			defer func() { recover() }() // the end of that process
			p.notifies(p.sent[0])
		}()
		if got := p.at(q.ID, payment.Redirected); got.AttentionAt.After(p.clock()) {
			t.Errorf("after the hint the payment is due at %v, want now", got.AttentionAt)
		}
		p.start(open(), p.bank.Client())
		p.pass(2 * time.Minute) // the lease of the one that died ends
		p.at(q.ID, payment.Paid)
	})
}

// dying is an acquirer whose host dies when it asks.
type dying struct{ counted }

func (d *dying) Status(context.Context, acquirer.Question) (acquirer.Result, error) { panic("killed") }

// A fund that moves has both acquirers in one process: each payment is asked about and given back where it was made. What a process
// does not serve it does not ask about; a person learns of it in the end.
func TestKindsSideBySide(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, traits acquirer.Traits, open openStore) {
		p := newPortal(t, traits, open)
		oldPayment, oldSession := p.begin()
		old := p.bank.Client()
		next := &mock.Acquirer{Now: p.clock, MerchantID: "next", Traits: mock.Direct, Notify: func(acquirer.Callback) {}}
		p.start(p.store, next.Client(), old)
		newPayment, newSession := p.begin()
		if newPayment.Merchant != "next" {
			t.Errorf("a new payment goes to %s", newPayment.Merchant)
		}
		for _, v := range []struct {
			bank    *mock.Acquirer
			session acquirer.Session
		}{{p.bank, oldSession}, {next, newSession}} {
			if _, err := v.bank.Visit(v.session, mock.Behaviour{Outcome: acquirer.Accepted}); err != nil && !errors.Is(err, mock.ErrNoReturn) {
				t.Fatal(err)
			}
		}
		if status := p.notifies(p.sent[0]); status != http.StatusOK { // the old one's; the new one's is lost
			t.Errorf("the former acquirer's notification is answered with %d", status)
		}
		p.pass(time.Hour)
		p.at(oldPayment.ID, payment.Paid)
		p.at(newPayment.ID, payment.Paid)
		if _, can := old.(acquirer.Refunder); can {
			q := p.at(oldPayment.ID, payment.Paid)
			_, err := p.Refund(t.Context(), payment.Command{ID: q.ID, Version: q.Version, By: "clerk", Why: "payé deux fois"})
			p.must(err)
			p.pass(72 * time.Hour)
			if q := p.at(oldPayment.ID, payment.Refunded); !q.Returned.Equal(q.Amount) {
				t.Errorf("%s of %s are back", q.Returned, q.Amount)
			}
		}

		// A third process serves neither.
		stranger := &counted{Client: (&mock.Acquirer{Now: p.clock, MerchantID: "third", Notify: func(acquirer.Callback) {}}).Client()}
		p.start(p.store, next.Client())
		lost, _ := p.begin()
		p.start(p.store, stranger)
		p.pass(3 * time.Hour)
		p.at(lost.ID, payment.Redirected)
		if _, _, err := p.Refresh(t.Context(), lost.ID); !errors.Is(err, payment.ErrUnserved) {
			t.Errorf("asked about a payment of another merchant: %v", err)
		}
		p.pass(99 * time.Hour)
		p.at(lost.ID, payment.Review)
		if stranger.questions != 0 {
			t.Errorf("the wrong bank was asked %d times", stranger.questions)
		}
		p.must(books.Of(p.store, p.clock).Verify(t.Context(), nil))
	})
}

// A service with two acquirers of one merchant could not tell whose a payment is.
func TestTwoAcquirersOfOneMerchant(t *testing.T) {
	a := &mock.Acquirer{}
	_, err := payment.New(payment.Config{
		Store: payment.NewMemoryStore(), Acquirer: a, Others: []acquirer.Client{&mock.Acquirer{}, nil}, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour",
	})
	want := "payment: Config: Others[0] has the merchant \"201000005940002\" of another acquirer: nobody could tell whose a payment is\n" +
		"payment: Config: Others[1] is nil"
	if err == nil || cmp.Diff(want, err.Error()) != "" {
		t.Errorf("(-want +got):\n%s", cmp.Diff(want, fmt.Sprint(err)))
	}
}
