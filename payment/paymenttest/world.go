package paymenttest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/shopspring/decimal"
)

// T is what a world needs of a test, a benchmark or a fuzz target: every testing.TB has it.
type T interface {
	Context() context.Context
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Options of a world. The zero value is a fund that has everything in memory, and an acquirer like Sips.
type Options struct {
	Start   time.Time       // what the clock shows at first; zero: Noon
	Traits  acquirer.Traits // of the bank, as mock.Direct; zero: mock.Sips
	Store   payment.Store   // nil: a new memory store
	Mailbox inbox.Mailbox   // nil: a new memory mailbox

	// Config changes what the service is made with, here and at each Restart: it is called with a complete configuration, the *mock.Acquirer
	// as its Acquirer (the service then gets its Client) and a Deliver that writes the payer's letters. Nil: nothing is changed.
	Config func(*payment.Config)
}

// World is a fund's portal with everything around it. Its methods belong to the test's own goroutine; the bank, the clock and the
// service may be used from any.
type World struct {
	Service *payment.Service
	Clock   *Clock
	Bank    *mock.Acquirer // what it sends is received at once; set its Notify to lose or to keep it
	Store   payment.Store
	Mailbox inbox.Mailbox
	Books   *audit.Books // the accounts of Store

	t     T
	o     Options
	start time.Time
	keys  map[string]int // how many payments of a debt were begun
}

// catalog is parsed and tried once: it is the same for every world.
var catalog = sync.OnceValues(func() (*inbox.Catalog, error) { return inbox.NewCatalog() })

// New returns a world in which nothing has happened yet. What cannot be set up ends the test.
func New(t T, o Options) *World {
	t.Helper()
	w := &World{t: t, o: o, start: o.Start, Store: o.Store, Mailbox: o.Mailbox, keys: map[string]int{}}
	if w.start.IsZero() {
		w.start = Noon
	}
	if w.Store == nil {
		w.Store = payment.NewMemoryStore()
	}
	if w.Mailbox == nil {
		w.Mailbox = inbox.NewMemoryMailbox()
	}
	w.Clock = NewClock(w.start)
	w.Bank = &mock.Acquirer{Traits: o.Traits, Now: w.Clock.Now}
	w.Bank.Notify = func(cb acquirer.Callback) { w.Service.Receive(t.Context(), cb) } // as a handler would, whatever comes of it
	w.Restart(nil)
	return w
}

// Restart is what a process does that begins after another one has ended: a new service on what the store holds. change may give it
// another configuration than before, another store among it; nil: the same.
func (w *World) Restart(change func(*payment.Config)) {
	w.t.Helper()
	words, err := catalog()
	w.must("inbox.NewCatalog", err)
	c := payment.Config{
		Store: w.Store, Acquirer: w.Bank, Policies: creance.Ameli(), Now: w.Clock.Now,
		ReturnURL: "https://portail.example/paiement/retour", NotifyURL: "https://portail.example/paiement/notification",
		Logger: slog.New(slog.DiscardHandler),
		Deliver: inbox.Deliverer(w.Mailbox, words, inbox.Sender{
			Fund: "CPAM de test", PostalAddress: "1 rue de la Paix\n75000 Paris", Now: w.Clock.Now,
		}),
	}
	for _, f := range []func(*payment.Config){w.o.Config, change} {
		if f != nil {
			f(&c)
		}
	}
	if c.Acquirer == acquirer.Client(w.Bank) {
		c.Acquirer = w.Bank.Client() // with the abilities of its kind and no others
	}
	w.Service, err = payment.New(c)
	w.must("payment.New", err)
	w.Store = c.Store
	w.Books, err = audit.New(c.Store, audit.Options{Now: c.Now})
	w.must("audit.New", err)
}

func (w *World) must(what string, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
}

// Debt is one that may be paid here: 75 € of a debtor of its own, "A-" and the id, claimed by the notice "N-" and the id. It is the same at
// every call.
func (w *World) Debt(id string) creance.Debt {
	return creance.Debt{
		ID: id, Debtor: "A-" + id,
		Items:  []creance.Item{{Kind: creance.Franchise, Year: w.start.Year() - 1, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: "N-" + id, Channel: creance.Electronic, IssuedOn: w.start.AddDate(0, 0, -10)},
	}
}

// Request asks for the debt to be paid, as a payer does who has the page in front of him: its key is a new one at every call.
func (w *World) Request(id string) payment.BeginRequest {
	w.keys[id]++
	return payment.BeginRequest{Key: fmt.Sprintf("K-%s-%d", id, w.keys[id]), Debt: w.Debt(id)}
}

// Begin sends the debtor to the payment page. What is not redirected ends the test.
func (w *World) Begin(id string) (payment.Payment, acquirer.Session) {
	w.t.Helper()
	p, s, err := w.Service.Begin(w.t.Context(), w.Request(id))
	w.must("Begin", err)
	if p.State != payment.Redirected || s.IsZero() {
		w.t.Fatalf("Begin: %s with session %v", p.State, s)
	}
	return p, s
}

// VisitAndReturn plays the payer at the payment page, and brings the browser back to the service if it comes back. Where the host's own handlers
// are tested, call Bank.Visit, which returns what the browser brings, and send that to them with mock.NewRequest.
func (w *World) VisitAndReturn(s acquirer.Session, b mock.Behaviour) {
	w.t.Helper()
	cb, err := w.Bank.Visit(s, b)
	if errors.Is(err, mock.ErrNoReturn) {
		return
	}
	w.must("Visit", err)
	w.Service.Receive(w.t.Context(), cb)
}

// Pay is Begin and VisitAndReturn, and returns the payment as it is then.
func (w *World) Pay(id string, b mock.Behaviour) payment.Payment {
	w.t.Helper()
	p, s := w.Begin(id)
	w.VisitAndReturn(s, b)
	return w.Get(p.ID)
}

// Get returns the payment as it is.
func (w *World) Get(id payment.ID) payment.Payment {
	w.t.Helper()
	p, err := w.Service.Get(w.t.Context(), id)
	w.must("Get", err)
	return p
}

// At returns the payment, and ends the test unless it is in a state.
func (w *World) At(id payment.ID, s payment.State) payment.Payment {
	w.t.Helper()
	p := w.Get(id)
	if p.State != s {
		w.t.Fatalf("%s is %s, want %s; its story: %s", p.Reference, p.State, s, w.Story(id))
	}
	return p
}

// Work does everything that is due at this moment, until nothing is.
func (w *World) Work() {
	w.t.Helper()
	for range 1000 {
		n, err := w.Service.WorkOnce(w.t.Context())
		w.must("WorkOnce", err)
		if n == 0 {
			return
		}
	}
	w.t.Fatalf("the work does not end")
}

// Pass lets time pass, at the bank as well, and works every minute: seldom enough for a test, often enough for every timer.
func (w *World) Pass(d time.Duration) {
	w.t.Helper()
	w.PassInSteps(d, time.Minute)
}

// PassInSteps is Pass with work at each step, where days or months pass.
func (w *World) PassInSteps(d, step time.Duration) {
	w.t.Helper()
	step = cmp.Or(step, time.Minute)
	for end := w.Clock.Now().Add(d); w.Clock.Now().Before(end); {
		w.Clock.Add(min(step, end.Sub(w.Clock.Now())))
		w.Bank.Tick()
		w.Work()
	}
}

// Story is the payment's journal in one line, as "created opened accepted→paid": each event, with its effect where nothing changed, and
// with the state to which it led where that is not the event's name.
func (w *World) Story(id payment.ID) string {
	w.t.Helper()
	var out []string
	for e, err := range w.Service.Journal(w.t.Context(), id) {
		w.must("Journal", err)
		s := string(e.Event)
		switch {
		case e.Effect != payment.EffectChanged:
			s += "/" + string(e.Effect)
		case string(e.To) != s && e.Event != payment.OnOpened:
			s += "→" + string(e.To)
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// Letters are the kinds of the letters that a debtor has, in alphabetical order: "acknowledgement", "recorded".
func (w *World) Letters(debtor string) []string {
	w.t.Helper()
	out := []string{}
	for l, err := range w.Mailbox.Letters(w.t.Context(), debtor) {
		w.must("Letters", err)
		out = append(out, l.Key[strings.LastIndexByte(l.Key, '/')+1:])
	}
	slices.Sort(out)
	return out
}
