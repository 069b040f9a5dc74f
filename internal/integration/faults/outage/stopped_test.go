package outage

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/internal/integration/rig"
	"github.com/quittance/quittance/internal/integration/rig/postgres"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

// patience is for what must happen, on a machine that may be busy.
const patience = 2 * time.Minute

// trip is one payment, a worker that will be stopped, and another.
type trip struct {
	*rig.World
	store          *sqlstore.Store
	sleeper, other *rig.Child
	payment        payment.Payment
	session        acquirer.Session
}

func newTrip(t *testing.T, server *postgres.Server) *trip {
	t.Helper()
	w := &trip{World: rig.New(t, rig.PostgreSQL(server.DSN(server.Create(t))))}
	db, store, err := w.Database.Open(sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w.store, w.other = store, w.Start()
	return w
}

// only is the payment that there is.
func (w *trip) only() (id payment.ID) {
	w.Helper()
	for p, err := range w.store.List(w.Context(), payment.Filter{}) {
		if err != nil || id != "" {
			w.Fatalf("there are two payments, or %v", err)
		}
		id = p.ID
	}
	return id
}

// onceEach checks that events are in the journal once.
func (w *trip) onceEach(id payment.ID, events []payment.EventKind) {
	w.Helper()
	times := map[payment.EventKind]int{}
	for e, err := range w.store.Journal(w.Context(), id) {
		if err != nil {
			w.Fatal(err)
		}
		times[e.Event]++
	}
	for _, e := range events {
		if times[e] != 1 {
			w.Errorf("%s is in the journal %d times", e, times[e])
		}
	}
}

// A worker is stopped (SIGSTOP) in the middle of a piece of work, past its lease. Another finishes the piece. When the first wakes up its late
// write loses, and nothing was done twice: the bank moved the money once, each letter was kept once, each event is in the journal once.
func TestStoppedPastItsLease(t *testing.T) {
	t.Parallel()
	server := postgres.Shared(t)
	onOffice := func(operation string) func(string, string) bool {
		return func(path, _ string) bool { return strings.HasSuffix(path, "/"+operation) }
	}
	work := func(w *trip, c *rig.Child) {
		w.Helper()
		if _, err := c.Work(); err != nil {
			w.Fatalf("work: %v%s", err, c.Said())
		}
	}
	begun := func(w *trip) {
		var err error
		if w.payment, w.session, err = w.other.Begin("K", "D"); err != nil {
			w.Fatal(err)
		}
	}
	// unheard: the payer has paid, and nobody has told us.
	unheard := func(w *trip) {
		begun(w)
		if err := w.Platform.Inject("", sipstest.Lost); err != nil {
			w.Fatal(err)
		}
		w.Visit(w.session, acquirer.Accepted)
		w.Advance(17 * time.Minute)
	}
	paid := func(w *trip) {
		begun(w)
		w.Visit(w.session, acquirer.Accepted)
	}
	refunding := func(w *trip) {
		paid(w)
		work(w, w.other)
		p, err := w.other.Get(w.payment.ID)
		if err == nil {
			_, err = w.other.Refund(p.ID, p.Version)
		}
		if err != nil {
			w.Fatal(err)
		}
	}
	asWork := func(w *trip) error { _, err := w.sleeper.Work(); return err }

	for _, c := range []struct {
		name   string
		prior  func(*trip)
		act    func(*trip) error // the sleeper's, in which it is stopped
		mail   bool              // it is stopped at the mailbox, not at the bank
		at     func(path, body string) bool
		passes []time.Duration // in which the other works
		state  payment.State   // in the end
		once   []payment.EventKind
	}{
		{
			name: "a question", prior: unheard, act: asWork, at: onOffice("getTransactionData"),
			passes: []time.Duration{2 * time.Minute}, state: payment.Paid, once: []payment.EventKind{payment.OnAccepted},
		},
		{
			name: "a refund", prior: refunding, act: asWork, at: onOffice("cancel"),
			passes: []time.Duration{16 * time.Minute, 6 * time.Minute, 20 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour},
			state:  payment.Refunded, once: []payment.EventKind{payment.OnReturned, payment.OnRefundAsked},
		},
		{
			name: "a session that is opened", prior: func(*trip) {}, at: func(path, _ string) bool { return strings.Contains(path, "paymentInit") },
			act: func(w *trip) error {
				p, session, err := w.sleeper.Begin("K", "D")
				if err == nil && !session.IsZero() {
					w.Errorf("a session was handed out for a payment that is %s", p.State)
				}
				return err
			},
			passes: []time.Duration{3 * time.Minute}, state: payment.Failed, once: []payment.EventKind{payment.OnCreated},
		},
		{
			name: "a letter", prior: paid, act: asWork, mail: true, at: func(_, body string) bool { return strings.Contains(body, "/acknowledgement") },
			passes: []time.Duration{2 * time.Minute}, state: payment.Paid, once: []payment.EventKind{payment.OnAccepted},
		},
	} {
		for _, s := range []side{before, after} {
			t.Run(c.name+", stopped "+string(s), func(t *testing.T) {
				w := newTrip(t, server)
				bank, mail := newGate(t, w.Platform.URL), newGate(t, w.Mailbox.URL())
				w.sleeper = w.Start(rig.Through(bank.URL, mail.URL))
				c.prior(w)

				held := bank
				if c.mail {
					held = mail
				}
				arrived := held.hold(s, c.at)
				done := make(chan error, 1)
				go func() { done <- c.act(w) }()
				select {
				case <-arrived:
				case err := <-done:
					t.Fatalf("the sleeper never came to the gate: %v", err)
				case <-time.After(patience):
					t.Fatal("the sleeper never comes to the gate")
				}
				if err := w.sleeper.Signal(syscall.SIGSTOP); err != nil {
					t.Fatal(err)
				}
				for _, d := range c.passes {
					w.Advance(d)
					work(w, w.other)
				}
				id := w.only()
				finished, err := w.other.Get(id)
				if err != nil || finished.State != c.state {
					t.Errorf("the other left the payment %s, want %s; %v", finished.State, c.state, err)
				}

				held.open()
				if err := w.sleeper.Signal(syscall.SIGCONT); err != nil {
					t.Fatal(err)
				}
				select {
				case err := <-done:
					if err != nil {
						t.Errorf("the sleeper wakes up with %v", err)
					}
				case <-time.After(patience):
					t.Fatal("the sleeper never wakes up")
				}
				if err := w.sleeper.Verify(); err != nil {
					t.Error(err)
				}
				now, err := w.other.Get(id)
				if err != nil || now.State != finished.State {
					t.Errorf("the late write made it %s at version %d; %v", now.State, now.Version, err)
				}
				w.onceEach(id, c.once)
				w.Converge(w.sleeper)
				w.Check(rig.Rules{})
			})
		}
	}
}
