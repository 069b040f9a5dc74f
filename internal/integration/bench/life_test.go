package bench

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/quittance/quittance/acquirer"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/creance"
	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/shopspring/decimal"
)

// atOnce is how many payers come together, as many as the worker's page has.
const atOnce = 16

// BenchmarkLife takes whole payments, sixteen at a time: begun, paid at the kiosk, notified, acknowledged in a mailbox, recorded, every
// change delivered. It compares one of them with the bare commit of one transition by one writer.
func BenchmarkLife(b *testing.B) {
	databases(b, func(b *testing.B, d database) {
		_, store := d.open(b)
		bareDB, bareStore := d.open(b)
		h := newHost(b, store)
		n := max(b.N/rounds, 1)
		t := times(n, h.live, writers(b, newBare(b, bareDB, d.postgresql).commit, created(b, bareStore, "one", 1)))
		if letters := h.letters(); letters != h.payers {
			b.Fatalf("%d payments, %d letters", h.payers, letters)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(median(t[0])/1e6, "ms/payment")
		limit(b, n, ratio(func(r int) float64 { return t[0][r] / t[1][r] }), "bare-commits/payment", atMost(12))
	})
}

// host is a fund with a bank and a mailbox in the process, so that what is measured is the store.
type host struct {
	b       *testing.B
	bank    *mock.Acquirer
	service *payment.Service
	mailbox inbox.Mailbox
	told    sync.Map // the notification of each reference
	payers  int
}

func newHost(b *testing.B, s payment.Store) *host {
	h := &host{b: b, mailbox: inbox.NewMemoryMailbox()}
	catalog, err := inbox.NewCatalog()
	h.must(err)
	now := func() time.Time { return noon }
	h.bank = &mock.Acquirer{Now: now, Notify: func(cb acquirer.Callback) {
		r, err := h.bank.Parse(cb)
		h.must(err)
		h.told.Store(r.Reference, cb)
	}}
	h.service, err = payment.New(payment.Config{
		Store: s, Acquirer: h.bank, Policies: creance.Ameli(), ReturnURL: "https://portail.example/retour", Now: now,
		Deliver: inbox.Deliverer(h.mailbox, catalog, inbox.Sender{
			Fund: "CPAM", PostalAddress: "1 rue de l’Exemple", EmailAddress: "contact@fonds.example", CPAM: true, Now: now,
		}),
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
	for done := 0; done < n; done += atOnce {
		lot := min(atOnce, n-done)
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

// pay takes a payer to the kiosk and back.
func (h *host) pay(name string) payment.ID {
	p, session, err := h.service.Begin(h.b.Context(), payment.BeginRequest{Key: "K", Debt: creance.Debt{
		ID: name, Debtor: "A-" + name, Items: []creance.Item{{Kind: creance.Franchise, Year: 2025, Amount: decimal.New(75_00, -2)}},
		Notice: &creance.Notice{Number: "N-" + name, Channel: creance.Electronic, IssuedOn: noon.AddDate(0, 0, -10)},
	}})
	h.must(err)
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
