//go:build !race

package bench

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
	"github.com/shopspring/decimal"
)

// atOnce is how many payers come together, as many as the worker's page has.
const atOnce = 16

// BenchmarkLife takes whole payments: begun, paid at the kiosk, notified, acknowledged by a letter in the same database, recorded; one
// after the other, and sixteen at a time; with every change delivered, and with those alone that the letters want. It compares one payment
// with the bare commit of one transition by one writer, and counts what the database is asked for, which no load disturbs.
func BenchmarkLife(b *testing.B) {
	databases(b, func(b *testing.B, d database) {
		for _, c := range []struct {
			name    string
			clients int
			all     bool

			// Limits; zero: none. Statements and commits are those of SQLite, trips those of PostgreSQL, whose server computes beside us.
			bareOnSQLite, bareOnPostgreSQL, statements, commits, trips float64
		}{
			{"16/AllChanges", atOnce, true, 8, 10, 24, 2.3, 16},
			{"16/Letters", atOnce, false, 6, 7.5, 18, 1.5, 13},
			{"1/AllChanges", 1, true, 0, 0, 44, 13.5, 31},
			{"1/Letters", 1, false, 0, 0, 26, 7.5, 19},
		} {
			b.Run(c.name, func(b *testing.B) {
				bareDB, bareStore := d.open(b)
				n := max(b.N/rounds, c.clients)
				h := newHost(b, d, d.create(b), c.clients, c.all)
				h.live(c.clients) // what is parsed once is parsed before
				h.counts.reset()
				h.trips.Store(0)
				t := times(n, h.live, writers(b, newBare(b, bareDB, d.postgresql).commit, created(b, bareStore, "one", 1)))
				done := float64(rounds * (n + c.clients - 1) / c.clients * c.clients)
				if letters := h.letters(); letters != h.payers {
					b.Fatalf("%d payments, %d letters", h.payers, letters)
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(1e9/median(t[0]), "payments/s")
				if d.postgresql { // which makes a transaction of each statement by itself
					limit(b, n, float64(h.counts.trips.Load())/done, "round-trips/payment", atMost(c.trips))
				} else {
					limit(b, n, float64(h.counts.statements.Load())/done, "statements/payment", atMost(c.statements))
					limit(b, n, float64(h.counts.commits.Load())/done, "commits/payment", atMost(c.commits))
				}
				if d.postgresql && c.clients == 1 {
					limit(b, n, float64(h.trips.Load())/done, "round-trips/Begin", atMost(3.1)) // a block of numbers is taken now and then
				}
				most := c.bareOnSQLite
				if d.postgresql {
					most = c.bareOnPostgreSQL
				}
				if v := ratio(func(r int) float64 { return t[0][r] / t[1][r] }); most > 0 {
					limit(b, n, v, "bare-commits/payment", atMost(most))
				} else {
					b.ReportMetric(v, "bare-commits/payment")
				}
			})
		}
	})
}

// host is a fund with a bank in the process and a mailbox in the payments' database, so that what is measured is the stores.
type host struct {
	b       *testing.B
	bank    *mock.Acquirer
	service *payment.Service
	mailbox inbox.Mailbox
	told    sync.Map // the notification of each reference
	clients int
	payers  int
	counts  counts
	trips   atomic.Int64 // those of Begin, where there is one payer at a time
}

// newHost is a host on a new database, for so many payers at a time; all: every change is delivered, not only those that letters want.
func newHost(b *testing.B, d database, dsn string, clients int, all bool) *host {
	h := &host{b: b, clients: clients}
	now := func() time.Time { return noon }
	sender := inbox.Sender{Fund: "CPAM", PostalAddress: "1 rue de l’Exemple", EmailAddress: "contact@fonds.example", CPAM: true, Now: now}
	db := d.counted(b, dsn, &h.counts)
	var o sqlstore.Options
	if !all {
		o.Wanted = sender.Wants
	}
	store := d.store(b, db, o)
	h.mailbox = d.mailbox(b, db)
	catalog, err := inbox.NewCatalog()
	h.must(err)
	h.bank = &mock.Acquirer{Now: now, Notify: func(cb acquirer.Callback) {
		r, err := h.bank.Parse(cb)
		h.must(err)
		h.told.Store(r.Reference, cb)
	}}
	h.service, err = payment.New(payment.Config{
		Store: store, Acquirer: h.bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: now,
		Deliver: inbox.Deliverer(h.mailbox, catalog, sender),
		Logger:  slog.New(slog.DiscardHandler),
	})
	h.must(err)
	return h
}

func (h *host) must(err error) {
	if err != nil {
		h.b.Error(err)
		panic(err)
	}
}

// live takes n payments from begin to recorded.
func (h *host) live(n int) time.Duration {
	start := time.Now()
	for done := 0; done < n; done += h.clients {
		lot := h.clients
		ids := make([]payment.ID, lot)
		var wg sync.WaitGroup
		for i := range lot {
			wg.Go(func() { ids[i] = h.pay(fmt.Sprint(h.payers + i)) })
		}
		wg.Wait()
		h.payers += lot
		h.work()
		for _, id := range ids {
			wg.Go(func() {
				_, err := h.service.Record(h.b.Context(), id)
				h.must(err)
			})
		}
		wg.Wait()
		h.work()
	}
	return time.Since(start)
}

// begin opens a session for a payer of that name.
func (h *host) begin(name string) (payment.Payment, acquirer.Session, error) {
	return h.service.Begin(h.b.Context(), request(name))
}

// request is that of a payer of that name.
func request(name string) payment.BeginRequest {
	return payment.BeginRequest{Key: "K", Debt: creance.Debt{
		ID: name, Debtor: "A-" + name, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: "N-" + name, Channel: creance.Electronic, IssuedOn: noon.AddDate(0, 0, -10)},
	}}
}

// pay takes a payer to the kiosk and back.
func (h *host) pay(name string) payment.ID {
	before := h.counts.trips.Load()
	p, session, err := h.begin(name)
	h.must(err)
	h.trips.Add(h.counts.trips.Load() - before)
	_, err = h.bank.Visit(session, mock.Behaviour{})
	h.must(err)
	cb, _ := h.told.Load(p.Reference)
	_, _, err = h.service.Receive(h.b.Context(), cb.(acquirer.Callback))
	h.must(err)
	return p.ID
}

// work does what is due.
func (h *host) work() {
	for {
		n, err := h.service.WorkOnce(h.b.Context())
		h.must(err)
		if n == 0 {
			return
		}
	}
}

// letters counts those of all payers.
func (h *host) letters() int {
	n := 0
	for i := range h.payers {
		for _, err := range h.mailbox.Letters(h.b.Context(), fmt.Sprintf("A-%d", i)) {
			h.must(err)
			n++
		}
	}
	return n
}
