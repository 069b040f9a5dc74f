//go:build !race

package bench

import (
	"testing"
	"time"

	"github.com/quittance/quittance/payment"
)

// BenchmarkLists compares the first page of a back office among a hundred thousand payments with the same among a thousand: the newest hundred, and
// the numbers beside what waits for a person.
func BenchmarkLists(b *testing.B) {
	databases(b, func(b *testing.B, d database) {
		if !onlyRun(b) {
			return
		}
		var pages []contender
		for _, size := range []int{1_000, 100_000} {
			db, store := d.open(b)
			fill(b, db, d, size)
			pages = append(pages, func(n int) time.Duration {
				start := time.Now()
				for range n {
					shown := 0
					for _, err := range store.List(b.Context(), payment.Filter{From: noon.AddDate(-2, 0, 0), Newest: true, Limit: 100}) {
						if shown++; err != nil {
							b.Fatal(err)
						}
					}
					if shown != 100 {
						b.Fatalf("%d payments on the page", shown)
					}
					for _, f := range []payment.Filter{
						{States: []payment.State{payment.Review}}, {States: []payment.State{payment.Paid}}, {Stuck: true}, {Reference: "F77"}, {Debtor: "A-77"},
					} {
						if _, err := store.Count(b.Context(), f); err != nil {
							b.Fatal(err)
						}
					}
				}
				return time.Since(start)
			})
		}
		t := times(enough, pages...)
		b.ReportMetric(median(t[1])/1000, "µs/page")
		limit(b, enough, ratio(func(r int) float64 { return t[1][r] / t[0][r] }), "of-a-thousand", atMost(2))
		b.ReportMetric(0, "ns/op")
	})
}
