package payment_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/audit"
	"github.com/quittance/quittance/payment/paymenttest"
	"github.com/shopspring/decimal"
)

// noon is when the tests begin: 11 September 2017, 12:00 in Paris.
var noon = paymenttest.Noon

// world is the public one, in which the host may refuse a change, and the verbs of the service and of its accounts are at hand.
type world struct {
	*testing.T
	*payment.Service
	rig     *paymenttest.World
	ctx     context.Context
	clock   *paymenttest.Clock
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
	w := &world{T: t, ctx: t.Context(), store: payment.NewMemoryStore()}
	w.rig = paymenttest.New(t, paymenttest.Options{Store: w.store, Config: func(c *payment.Config) {
		letters := c.Deliver
		c.Deliver = func(ctx context.Context, c payment.Change) error {
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
		}
		for _, f := range with {
			f(c)
		}
	}})
	w.Service, w.clock, w.bank, w.mailbox, w.books = w.rig.Service, w.rig.Clock, w.rig.Bank, w.rig.Mailbox, w.rig.Books
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

// begin begins a payment of the debt, and returns it with its session.
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
func (w *world) visit(s acquirer.Session, b mock.Behaviour) { w.Helper(); w.rig.VisitAndReturn(s, b) }

// ended brings a payment to an end without money, or to paid.
func (w *world) ended(id string, o acquirer.Outcome) payment.Payment {
	w.Helper()
	p, s := w.begin(id)
	w.visit(s, mock.Behaviour{Outcome: o})
	return w.at(p.ID, payment.State(o))
}

// get returns the payment as it is.
func (w *world) get(id payment.ID) payment.Payment { w.Helper(); return w.rig.Get(id) }

// at fails unless the payment is in the given state.
func (w *world) at(id payment.ID, s payment.State) payment.Payment {
	w.Helper()
	if s == "accepted" {
		s = payment.Paid
	}
	return w.rig.At(id, s)
}

// work does everything that is due at this moment.
func (w *world) work() { w.Helper(); w.rig.Work() }

// pass lets time pass, working every minute as Work would do every second.
func (w *world) pass(d time.Duration) { w.Helper(); w.rig.Pass(d) }

// story is the journal in one line: "created opened accepted→paid".
func (w *world) story(id payment.ID) string { w.Helper(); return w.rig.Story(id) }

// tells fails unless the journal reads like this.
func (w *world) tells(id payment.ID, want string) {
	w.Helper()
	if got := w.story(id); got != want {
		w.Errorf("the journal reads\n  %s, want\n  %s", got, want)
	}
}

// letters are the kinds of the debtor's letters.
func (w *world) letters(debtor string) []string { w.Helper(); return w.rig.Letters(debtor) }

// sound checks what holds at every moment: every journal verifies, and every payment agrees with the bank's book.
func (w *world) sound() { w.Helper(); w.rig.CheckSound() }

// converged checks what holds once everything was asked: all money that the bank has is known, and acknowledged once.
func (w *world) converged() { w.Helper(); w.rig.CheckSettled() }

func textLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}
