package bench

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/quittance/quittance/inbox"
	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

const together = 16 // payers, and letters, at once

// BenchmarkM17PayersBesideLetters compares how long payers and letters wait for their commit alone and beside one another, on one SQLite
// file. With a queue for each package letters waited 25 times as long beside payers, behind SQLite's lock.
func BenchmarkM17PayersBesideLetters(b *testing.B) {
	db, err := sql.Open("sqlite", sqlstore.DSN(filepath.Join(b.TempDir(), "payments.db")))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	d := database{name: "SQLite"}
	store, box := d.store(b, db, sqlstore.Options{}), d.mailbox(b, db)
	var serial atomic.Int64
	pay := func() error {
		p, e := fresh(fmt.Sprintf("q%d", serial.Add(1)))
		return store.Create(b.Context(), p, e)
	}
	write := func() error {
		n := serial.Add(1)
		return box.Deliver(b.Context(), inbox.Letter{
			Key: fmt.Sprintf("%d/acknowledgement", n), Debtor: fmt.Sprint(n % 100), ReceivedAt: time.Unix(n, 0), DeleteAt: time.Unix(n+1, 0),
			Message: inbox.Message{Subject: "Accusé de réception", Text: shot, HTML: shot, Language: "fr"},
		})
	}
	n := max(b.N, 1)
	var alone, beside [2][rounds]float64 // p99 of payers, of letters
	for r := range rounds {
		alone[0][r] = float64(p99(b, n, pay)[0])
		alone[1][r] = float64(p99(b, n, write)[0])
		both := p99(b, n, pay, write)
		beside[0][r], beside[1][r] = float64(both[0]), float64(both[1])
	}
	for i, who := range []string{"payers", "letters"} {
		b.Logf("%s: p99 alone %v, beside the others %v", who, time.Duration(median(alone[i])), time.Duration(median(beside[i])))
		limit(b, n, ratio(func(r int) float64 { return beside[i][r] / alone[i][r] }), who+"-p99-beside/alone", atMost(3))
	}
	b.ReportMetric(0, "ns/op")
	var left int
	for p, err := range store.List(b.Context(), payment.Filter{}) {
		if err != nil {
			b.Fatal(err)
		}
		if p.State == payment.Created {
			left++
		}
	}
	if left != 2*rounds*n/together*together {
		b.Errorf("%d payments are there, want %d", left, 2*rounds*n/together*together)
	}
}

// p99 runs each write n times, by so many at once, all kinds beside one another, and returns how long all but one in a hundred took.
func p99(b *testing.B, n int, writes ...func() error) []time.Duration {
	var wg sync.WaitGroup
	took := make([][together][]time.Duration, len(writes))
	for kind, write := range writes {
		for w := range together {
			wg.Go(func() {
				for range n / together {
					began := time.Now()
					if err := write(); err != nil {
						b.Error(err)
						return
					}
					took[kind][w] = append(took[kind][w], time.Since(began))
				}
			})
		}
	}
	wg.Wait()
	out := make([]time.Duration, len(writes))
	for kind := range writes {
		all := slices.Concat(took[kind][:]...)
		slices.Sort(all)
		if len(all) > 0 {
			out[kind] = max(all[len(all)*99/100], 1)
		} else {
			out[kind] = 1
		}
	}
	return out
}
