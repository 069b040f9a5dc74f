package payment_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/shopspring/decimal"
)

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// noon is when the tests begin: 11 September 2017, 12:00 in Paris.
var noon = time.Date(2017, time.September, 11, 10, 0, 0, 0, time.UTC)

// world is a fund's portal with everything around it: a bank, a mailbox, a worker that runs when it is told to.
type world struct {
	*testing.T
	*payment.Service
	ctx     context.Context
	clock   *clock
	bank    *mock.Acquirer
	store   *payment.MemoryStore
	mailbox inbox.Mailbox
	books   *audit.Books

	mu        sync.Mutex
	changes   []payment.Change
	delivered func(payment.Change) error // what the host does with a change besides the mailbox
}

func newWorld(t *testing.T, with ...func(*payment.Config)) *world {
	t.Helper()
	w := &world{
		T: t, ctx: t.Context(), clock: &clock{now: noon}, store: payment.NewMemoryStore(), mailbox: inbox.NewMemoryMailbox(),
	}
	w.bank = &mock.Acquirer{Now: w.clock.Now, Notify: func(cb acquirer.Callback) { w.Receive(w.ctx, cb) }}
	catalog, err := inbox.NewCatalog()
	w.must("NewCatalog", err)
	letters := inbox.Deliverer(w.mailbox, catalog, inbox.Sender{
		Fund: "CPAM de test", PostalAddress: "1 rue de la Paix\n75000 Paris", Now: w.clock.Now,
	})
	c := payment.Config{
		Store: w.store, Acquirer: w.bank, Policies: creance.Ameli(),
		ReturnURL: "https://portail.example/paiement/retour", NotifyURL: "https://portail.example/paiement/notification",
		Now: w.clock.Now,
		Deliver: func(ctx context.Context, c payment.Change) error {
			w.mu.Lock()
			w.changes = append(w.changes, c)
			host := w.delivered
			w.mu.Unlock()
			if host != nil {
				if err := host(c); err != nil {
					return err
				}
			}
			return letters(ctx, c)
		},
	}
	for _, f := range with {
		f(&c)
	}
	w.Service, err = payment.New(c)
	w.must("New", err)
	w.books, err = audit.New(c.Store, audit.Options{Now: c.Now})
	w.must("audit.New", err)
	return w
}

// The accounts of the portal's store.
func (w *world) Export(ctx context.Context, day string, to io.Writer) (audit.Seal, error) {
	return w.books.Export(ctx, day, to)
}

func (w *world) ExportJSON(ctx context.Context, day string, to io.Writer) (audit.Seal, error) {
	return w.books.ExportJSON(ctx, day, to)
}

func (w *world) Verify(ctx context.Context, seals iter.Seq[audit.Seal]) error {
	return w.books.Verify(ctx, seals)
}

func (w *world) Orphans(ctx context.Context) iter.Seq2[payment.Orphan, error] {
	return w.books.Orphans(ctx)
}

func (w *world) must(what string, err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("%s: %v", what, err)
	}
}

// debt is one that may be paid: 75,00 € of one debtor, claimed by one notice.
func debt(id string) creance.Debt {
	return creance.Debt{
		ID: id, Debtor: "A-" + id,
		Items:  []creance.Item{{Kind: creance.Franchise, Year: 2016, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: "N-" + id, Channel: creance.Electronic, IssuedOn: noon.AddDate(0, 0, -10)},
	}
}

var keys sync.Map

// key is fresh at every call.
func key(id string) string {
	n := 1
	if v, ok := keys.Load(id); ok {
		n = v.(int) + 1
	}
	keys.Store(id, n)
	return fmt.Sprintf("K-%s-%d", id, n)
}

// begin sends the debtor to the kiosk.
func (w *world) begin(id string) (payment.Payment, acquirer.Session) {
	w.Helper()
	p, s, err := w.Begin(w.ctx, payment.BeginRequest{Key: key(id), Debt: debt(id)})
	w.must("Begin", err)
	if p.State != payment.Redirected || s.IsZero() {
		w.Fatalf("Begin: %s with session %v", p.State, s)
	}
	return p, s
}

// visit pays, or not, and brings the browser back if it has something to bring.
func (w *world) visit(s acquirer.Session, b mock.Behaviour) {
	w.Helper()
	cb, err := w.bank.Visit(s, b)
	if errors.Is(err, mock.ErrNoReturn) {
		return
	}
	w.must("Visit", err)
	w.Receive(w.ctx, cb)
}

// ended brings a payment to an end without money, or to paid.
func (w *world) ended(id string, o acquirer.Outcome) payment.Payment {
	w.Helper()
	p, s := w.begin(id)
	w.visit(s, mock.Behaviour{Outcome: o})
	return w.at(p.ID, payment.State(o))
}

// get returns the payment as it is.
func (w *world) get(id payment.ID) payment.Payment {
	w.Helper()
	p, err := w.Get(w.ctx, id)
	w.must("Get", err)
	return p
}

// at fails unless the payment is in the given state.
func (w *world) at(id payment.ID, s payment.State) payment.Payment {
	w.Helper()
	if s == "accepted" {
		s = payment.Paid
	}
	p := w.get(id)
	if p.State != s {
		w.Fatalf("%s is %s, want %s; journal: %s", p.Reference, p.State, s, w.story(id))
	}
	return p
}

// work does everything that is due at this moment.
func (w *world) work() {
	w.Helper()
	for range 1000 {
		n, err := w.WorkOnce(w.ctx)
		w.must("WorkOnce", err)
		if n == 0 {
			return
		}
	}
	w.Fatal("the work does not end")
}

// pass lets time pass, working every minute as Work would do every second.
func (w *world) pass(d time.Duration) {
	w.Helper()
	for end := w.clock.Now().Add(d); w.clock.Now().Before(end); {
		w.clock.Add(min(time.Minute, end.Sub(w.clock.Now())))
		w.bank.Tick()
		w.work()
	}
}

// story is the journal in one line: "created opened accepted(paid)".
func (w *world) story(id payment.ID) string {
	w.Helper()
	var out []string
	for e, err := range w.Journal(w.ctx, id) {
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

// tells fails unless the journal reads like this.
func (w *world) tells(id payment.ID, want string) {
	w.Helper()
	if got := w.story(id); got != want {
		w.Errorf("the journal reads\n  %s, want\n  %s", got, want)
	}
}

// letters are the keys of the debtor's letters, by kind.
func (w *world) letters(debtor string) []string {
	w.Helper()
	out := []string{}
	for l, err := range w.mailbox.Letters(w.ctx, debtor) {
		w.must("Letters", err)
		out = append(out, l.Key[strings.LastIndexByte(l.Key, '/')+1:])
	}
	slices.Sort(out)
	return out
}

// sound checks what holds at every moment: every journal verifies, and every payment agrees with the bank's book.
func (w *world) sound() {
	w.Helper()
	w.must("Verify", w.Verify(w.ctx, nil))
	book := map[string]mock.Transaction{}
	for _, t := range w.bank.Book() {
		book[t.Reference] = t
	}
	claims := map[string]payment.ID{}
	for p, err := range w.List(w.ctx, payment.Filter{}) {
		w.must("List", err)
		t := book[p.Reference]
		if p.State.Money() {
			if t.Remaining() <= 0 {
				w.Errorf("%s is %s and the bank has no money for it", p.Reference, p.State)
			}
			if other, twice := claims[p.Claim]; twice {
				w.Errorf("claim %s is paid by %s and %s", p.Claim, other, p.ID)
			}
			claims[p.Claim] = p.ID
		}
		if p.State == payment.Refunded && t.Remaining() != 0 {
			w.Errorf("%s is refunded and the bank still has money for it", p.Reference)
		}
	}
}

// converged checks what holds once everything was asked: all money that the bank has is known, and acknowledged once.
func (w *world) converged() {
	w.Helper()
	w.sound()
	for _, t := range w.bank.Book() {
		p, err := w.store.Find(w.ctx, payment.Lookup{Reference: t.Reference})
		w.must("Find", err)
		known := p.State.Money() || slices.Contains([]payment.State{payment.Refunding, payment.Refunded, payment.Review}, p.State)
		if t.Total(mock.Authorised) > 0 && !known {
			w.Errorf("the bank took money for %s, which is %s: %s", p.Reference, p.State, w.story(p.ID))
		}
		n := 0
		for l, err := range w.mailbox.Letters(w.ctx, p.Debtor) {
			w.must("Letters", err)
			if l.Key == string(p.ID)+"/acknowledgement" {
				n++
			}
		}
		if want := map[bool]int{true: 1}[t.Total(mock.Authorised) > 0]; n != want {
			w.Errorf("%s: money %v, acknowledgements %d", p.Reference, t.Total(mock.Authorised), n)
		}
	}
}

func textLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
