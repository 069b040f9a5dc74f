//go:build !race

package bench

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quittance/quittance/payment"
	"github.com/quittance/quittance/payment/sqlstore"
)

const (
	small, large = 10_000, 1_000_000
	due          = 1_000 // payments that are due, whatever the table's size
	dueEach      = 16    // payments in a page, as the worker leases them

	spread = "7919" // a prime: IDs are in no order of time
)

// fill puts n ended payments into the tables, with one entry each, and makes the first of them due.
func fill(b *testing.B, db *sql.DB, d database, n int) {
	series, hash, text := "WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < %d)", "zeroblob(32)", "printf('%%026d', i * "+spread+" %% "
	if d.postgresql {
		series, hash, text = "WITH g AS (SELECT generate_series(1, %d) AS i)", "decode(repeat('00', 32), 'hex')", "lpad((i::bigint * "+spread+" %% "
	}
	if text += strconv.Itoa(n); d.postgresql {
		text += ")::text, 26, '0'"
	}
	text += ")"
	exec := func(format string, args ...any) {
		b.Helper()
		if _, err := db.Exec(fmt.Sprintf(format, args...)); err != nil {
			b.Fatal(err)
		}
	}
	start := noon.AddDate(-1, 0, 0).UnixMicro()
	exec(series+" INSERT INTO quittance_payment (id, version, state, reference, merchant, claim, debt, notice, debtor, key, policy, language, cents, "+
		"currency, session_url, session_method, session_fields, authorisation, brand, masked_pan, code, decline, created_at, paid_at, recorded_at, "+
		"attention_at, head) SELECT "+text+", 4, 'recorded', 'F' || i, '002001000000001', 'D-' || i || '|N-' || i, 'D-' || i, 'N-' || i, 'A-' || i, 'K', "+
		"'ameli-2016 0123456789abcdef', 'fr', 7500, 'EUR', '', '', '', '761208', 'VISA', '5017##########00', '00', '', %d + i, %d + i, %d + i, "+
		"NULL, "+hash+" FROM g", n, start, start, start)
	exec(series+" INSERT INTO quittance_entry (payment, version, event, effect, from_state, to_state, at, channel, fingerprint, by_whom, why, previous, "+
		"hash, row_hash, personal, salt) SELECT "+text+", 4, 'recorded', 'changed', 'paid', 'recorded', %d + i, '', '', '', '', "+
		hash+", "+hash+", "+hash+", "+hash+", "+strings.Replace(hash, "32", "16", 1)+" FROM g", n, start)
	exec("UPDATE quittance_payment SET attention_at = created_at WHERE created_at <= %d", start+due)
	if d.postgresql {
		exec("VACUUM ANALYZE quittance_payment")
		exec("VACUUM ANALYZE quittance_entry")
	} else {
		exec("ANALYZE")
		exec("PRAGMA wal_checkpoint(TRUNCATE)")
	}
}

// pages lease a page of due payments and release each of them, due at the same time.
func pages(b *testing.B, s *sqlstore.Store) contender {
	return func(n int) time.Duration {
		start := time.Now()
		for range n {
			tasks, err := s.Lease(b.Context(), payment.WorkAttention, payment.Serving{Merchants: []string{"002001000000001"}}, noon, time.Minute, dueEach)
			if err != nil || len(tasks) != dueEach {
				b.Fatalf("%d tasks, %v", len(tasks), err)
			}
			for _, t := range tasks {
				if err := s.Release(b.Context(), t, t.Payment.AttentionAt, ""); err != nil {
					b.Fatal(err)
				}
			}
		}
		return time.Since(start)
	}
}

// recent commits transitions on the youngest payments of the table, as many as the small one has: those are the ones that still move.
func recent(b *testing.B, s *sqlstore.Store, size int) contender {
	at := 0
	return func(n int) time.Duration {
		type step struct {
			p payment.Payment
			e payment.Entry
		}
		steps := make([]step, n)
		for i := range steps {
			at = (at + 7) % small // every payment has its turn before one has its second
			p, err := s.Find(b.Context(), payment.Lookup{Reference: fmt.Sprint("F", size-at)})
			if err != nil {
				b.Fatal(err)
			}
			steps[i].p, steps[i].e = next(p)
		}
		start := time.Now()
		for _, step := range steps {
			if err := s.Commit(b.Context(), step.p, step.e); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(start)
	}
}

// BenchmarkSize compares a page of due work and a commit among a million payments with the same among ten thousand, and reports the memory
// that a worker's process has needed at most.
func BenchmarkSize(b *testing.B) {
	databases(b, func(b *testing.B, d database) {
		if !onlyRun(b) {
			return
		}
		var page, commit []contender
		var all []*sql.DB
		for _, size := range []int{small, large} {
			db, store := d.open(b)
			b.StopTimer()
			fill(b, db, d, size)
			b.StartTimer()
			page, commit = append(page, pages(b, store)), append(commit, recent(b, store, size))
			all = append(all, db)
		}
		b.ResetTimer()
		const n = 2 * enough
		t := times(n, page...)
		b.ReportMetric(median(t[1])/1000, "µs/page")
		limit(b, n, ratio(func(r int) float64 { return t[1][r] / t[0][r] }), "page-of-small", atMost(1.2))
		t = times(n, commit...)
		b.ReportMetric(median(t[1])/1000, "µs/commit")
		limit(b, n, ratio(func(r int) float64 { return t[1][r] / t[0][r] }), "commit-of-small", atMost(1.3))
		b.ReportMetric(0, "ns/op")
		for i, size := range []int{small, large} {
			limit(b, enough, worker(b, d, all[i]), fmt.Sprintf("MiB-at-%d", size), atMost(60))
		}
	})
}
