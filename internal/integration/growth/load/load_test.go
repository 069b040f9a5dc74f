package load

import (
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/quittance/quittance/acquirer/mock"
	"github.com/quittance/quittance/acquirer/worldline/sips/sipstest"
	"github.com/quittance/quittance/inbox/sqlmailbox"
	"github.com/quittance/quittance/internal/integration/rig/figure"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

const (
	atOnce = 50     // people
	most   = 20_000 // who can come in all; nobody pays twice
)

// Fifty people at once pay through the whole way: nobody meets an error, and what the bank has taken is what the service knows, with one
// acknowledgement each.
func TestFiftyPeople(t *testing.T) {
	figure.Long(t)
	program := start(t, most, nil)
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * atOnce}
	defer transport.CloseIdleConnections()
	span := time.Duration(figure.Of(5, 60)) * time.Second
	end := time.Now().Add(span)
	var next atomic.Int64
	var mu sync.Mutex
	var took []time.Duration
	var steps [][]time.Duration // of each page of the way
	var wrong []error
	var crowd sync.WaitGroup
	began := time.Now()
	for range atOnce {
		crowd.Go(func() {
			for time.Now().Before(end) {
				i := int(next.Add(1)) - 1
				if i >= most {
					return
				}
				p, err := newPerson(program.base, transport)
				if err == nil {
					err = p.pays(i)
				}
				mu.Lock()
				took = append(took, p.took...)
				for step, d := range p.took {
					if step == len(steps) {
						steps = append(steps, nil)
					}
					steps[step] = append(steps[step], d)
				}
				if err != nil {
					wrong = append(wrong, err)
				}
				mu.Unlock()
			}
		})
	}
	crowd.Wait()
	lasted := time.Since(began)
	paid := int(min(next.Load(), most))
	if len(wrong) > 0 {
		t.Fatalf("%d of %d people met an error; the first: %v", len(wrong), paid, wrong[0])
	}

	// The letters are written behind the pages: wait for the last.
	db := program.database()
	mailbox, err := sqlmailbox.SQLite(db)
	if err != nil {
		t.Fatal(err)
	}
	for i, deadline := 0, time.Now().Add(5*time.Minute); i < paid; {
		n, err := mailbox.Unread(t.Context(), name(i))
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			i++
		} else if time.Now().After(deadline) {
			t.Fatalf("%s has no letter", name(i))
		} else {
			time.Sleep(10 * time.Millisecond)
		}
	}
	cpu := program.stop()

	// The bank's own book, as it was when it closed, against the service's: reference by reference, cent by cent.
	var saved string
	if err := db.QueryRowContext(t.Context(), "SELECT value FROM teleservice_setting WHERE name = 'simulator'").Scan(&saved); err != nil {
		t.Fatal(err)
	}
	bank, err := sipstest.Listen(sipstest.Options{
		Saved: []byte(saved), Merchants: []sipstest.Merchant{{ID: mock.DefaultMerchant, Name: "CPAM", Keys: map[int]string{1: "a-key-that-protects-nothing"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer bank.Close()
	taken := map[string]int64{}
	for _, b := range bank.Book() {
		if b.Code == "00" {
			taken[b.Reference] = b.Cents
		}
	}
	store, err := sqlstore.SQLite(db, sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]int64{}
	debtors := map[string]bool{}
	for p, err := range store.List(t.Context(), payment.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if p.State != payment.Paid || debtors[p.Debtor] {
			t.Errorf("%s has the payment %v", p.Debtor, p)
		}
		known[p.Reference], debtors[p.Debtor] = p.Amount.Shift(2).IntPart(), true
		letters := 0
		for l, err := range mailbox.Letters(t.Context(), p.Debtor) {
			if err != nil {
				t.Fatal(err)
			}
			if l.Key != string(p.ID)+"/acknowledgement" {
				t.Errorf("%s has the letter %s", p.Debtor, l.Key)
			}
			letters++
		}
		if letters != 1 {
			t.Errorf("%s has %d letters", p.Debtor, letters)
		}
	}
	if d := cmp.Diff(taken, known); d != "" {
		t.Errorf("the bank’s book is not the service’s (-bank +service):\n%s", d)
	}
	if len(known) != paid || paid < atOnce {
		t.Errorf("%d people paid, %d payments are known", paid, len(known))
	}

	at := func(q float64, took []time.Duration) time.Duration {
		slices.Sort(took)
		return took[int(q*float64(len(took)-1))].Round(100 * time.Microsecond)
	}
	for i, step := range steps {
		t.Logf("page %d of the way: half within %v, 95 %% within %v, the slowest %v", i+1, at(.5, step), at(.95, step), at(1, step))
	}
	t.Logf("%d people paid in %v, %.1f a second; %d pages: half within %v, 95 %% within %v, the slowest %v; %.2f ms of CPU a page, the bank and the letters included",
		paid, lasted.Round(time.Second), float64(paid)/lasted.Seconds(), len(took), at(.5, took), at(.95, took), at(1, took),
		float64(cpu.Microseconds())/1000/float64(len(took)))
}
